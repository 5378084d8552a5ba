"""Commands about plans: plan, verify, demo."""

from __future__ import annotations

import os
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from plantwright.core import wording
from plantwright.core.pages import Page
from plantwright.core.problem import Problem, errors
from plantwright.core.store import Store
from plantwright.doors.cli.output import aside, print_json, progress, say, say_aside, screen, summary, tell_problems
from plantwright.doors.cli.render import Look, show_page
from plantwright.doors.cli.showing import named_for
from plantwright.flows import exchange
from plantwright.flows.jobs import STAGES
from plantwright.flows.plan_store import Wishes, judge_plan, plan_store
from plantwright.flows.reporting import run_report
from plantwright.flows.views import StoreView
from plantwright.methods.warm import compile_planner
from plantwright.plant import Plan


def plan(db: str, wishes: Wishes, *, by: str, as_json: bool) -> int:
    """Plan a plant; gives the exit status."""
    Store.open(db).close()  # what is wrong with it is told before the compiler works for a minute
    compile_planner(say_aside)
    with Store.open(db) as store, progress(shown=not as_json) as step:
        made = plan_store(store, wishes, by=by, progress=lambda stage, share: step(STAGES.get(stage, stage), share))
    with Store.open(db) as store:
        view = StoreView(store, made.number)
        page = run_report(view, "summary")
    if as_json:
        problems = [problem.as_dict() for problem in made.problems]
        print_json({"plan": made.number, "sentence": page.sentence, **page.figures, "problems": problems})
    else:
        _tell_plan(db, made, page, view)
    return 0 if made.verified else 1


def _tell_plan(db: str, made: Plan, page: Page, view: StoreView) -> None:
    if not made.verified:
        tell_problems(errors(made.problems))
    odd = [problem for problem in made.problems if problem.severity != "error"]
    if odd:
        aside().print(f"{summary(odd)} See: plantwright check {db}", style="yellow")
    show_page(screen(), named_for(page, db), Look(view.settings.zone, wording.year_of(view.as_of, view.settings.zone)))


def verify(db: str, number: int | None, scenario: str, *, as_json: bool) -> int:
    """Judge a kept plan; gives the exit status."""
    with Store.open(db) as store, progress(shown=not as_json) as step:
        step("Judging the plan", 0.3)
        judged, problems = judge_plan(store, number, scenario)
    wrong = errors(problems)
    if as_json:
        found: dict[str, Any] = {"plan": judged.number, "verified": not wrong}
        print_json({**found, "problems": [problem.as_dict() for problem in problems]})
    else:
        _tell_verdict(judged, problems)
    return int(bool(wrong))


def _tell_verdict(judged: Plan, problems: list[Problem]) -> None:
    if problems:
        tell_problems(problems)
    if not errors(problems):
        orders = wording.count(judged.raw["planned_order"].height, "order")
        say(f"Plan {judged.number} is right by the rules: {orders} and all their pegs, dates and loads were checked.")


def demo(*, once: bool, by: str, as_json: bool) -> int:
    """Make the demo plant, plan it, show what came out, and open it in the browser; gives the exit status."""
    if once or os.environ.get("PLANTWRIGHT_DEMO_ONCE") == "1":
        with tempfile.TemporaryDirectory() as folder:
            return _demo(Path(folder) / "plant.db", by=by, as_json=as_json)
    target = Path("demo") / "plant.db"
    target.parent.mkdir(exist_ok=True)
    for ending in ("", "-wal", "-shm"):
        Path(f"{target}{ending}").unlink(missing_ok=True)
    status = _demo(target, by=by, as_json=as_json)
    if as_json or status:
        return status
    say(f"\nThe plant is kept in {target}. Some commands to try:")
    for command in ("show {} late-orders", "show {} load", "show {} mrp P-200-4", "do {}", "serve {}"):
        say(f"  plantwright {command.format(target)}")
    say("")
    from plantwright.doors.cli import serve  # noqa: PLC0415 - loads the server

    return serve.serve(str(target), serve.Wanted(port=serve.free_port(), open=True))


def _demo(target: Path, *, by: str, as_json: bool) -> int:
    with as_file(files("plantwright") / "samples" / "pumps") as folder:
        Store.create(target).close()
        with Store.open(target) as store, progress(shown=not as_json) as step:
            done = exchange.import_files(store, folder, by=by, progress=step)
    if errors(done.problems):
        tell_problems(done.problems)
        return 1
    return plan(str(target), Wishes(), by=by, as_json=as_json)
