"""Commands that ask what an event or an order does to the plan in force: reschedule, promise."""

from __future__ import annotations

from dataclasses import dataclass

from plantwright.core import wording
from plantwright.core.problem import errors
from plantwright.core.store import Store
from plantwright.doors.cli.output import print_json, progress, say, say_aside, screen, tell_problems
from plantwright.doors.cli.render import Look, show_page
from plantwright.flows.jobs import STAGES
from plantwright.flows.reschedule.store import reschedule_store
from plantwright.methods.warm import compile_planner


@dataclass(frozen=True)
class Wanted:
    """What a reschedule is told on the command line."""

    after: tuple[str, ...]
    dry_run: bool
    seconds: float
    seed: int
    most_moved: float | None = None


def reschedule(db: str, wanted: Wanted, *, by: str, as_json: bool) -> int:
    """Reschedule a plant; gives the exit status."""
    Store.open(db).close()  # what is wrong with it is told before the compiler works for a minute
    compile_planner(say_aside)
    with Store.open(db) as store, progress(shown=not as_json) as step:
        made = reschedule_store(
            store, wanted.after, by=by, dry_run=wanted.dry_run, seconds=wanted.seconds, seed=wanted.seed,
            most_moved=wanted.most_moved, progress=lambda stage, share: step(STAGES.get(stage, stage), share),
        )  # fmt: skip
    if as_json:
        problems = [problem.as_dict() for problem in made.plan.problems]
        print_json({**made.told(), "problems": problems})
        return 0 if made.plan.verified else 1
    if not made.plan.verified:
        tell_problems(errors(made.plan.problems))
    zone = made.view.settings.zone
    show_page(screen(), made.page(), Look(zone, wording.year_of(made.view.as_of, zone)))
    if wanted.dry_run:
        say("Nothing was kept.")
    else:
        say(f"Kept as plan {made.plan.number}; plantwright undo {db} {made.entry} takes back what was written down.")
    return 0 if made.plan.verified else 1
