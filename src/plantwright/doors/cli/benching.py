"""What ``plantwright bench schedule`` does: read, measure, print a line an instance, and means by group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import cast, get_args

from rich.text import Text

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.core.wording import count
from plantwright.doors.cli.output import print_json, progress, say, screen, tell_problems
from plantwright.instances import Instance, Known, Objective, read_best_known, read_instance
from plantwright.instances.bench import Limits, Outcome, mean_gaps, measure, warm_engines
from plantwright.methods.scheduling import Shop

UP = 3
"""So many folders above a file may hold the table of its best-known values."""

PEERS = {"cp_sat": "CP-SAT", "best_rule": "best rule"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the command."""

    seconds: float = 30.0
    workers: int = 2
    seed: int = 1
    objective: str = ""
    best: Path | None = None
    peers: bool = False


def schedule(paths: Sequence[Path], wanted: Wanted, *, as_json: bool) -> int:
    """Measure instances; gives the exit status: 1 if a schedule breaks a rule."""
    read = _read(files_of(paths), wanted)
    warm_engines([instance for _, instance in read])
    if not as_json:
        _print(_head(wanted))
    outcomes = []
    for number, (path, instance) in enumerate(read, start=1):
        outcome = _measured(path.resolve().parent.name, instance, wanted, f"{number}/{len(read)}", shown=not as_json)
        outcomes.append(outcome)
        if not as_json:
            _print(_line(outcome))
    if as_json:
        print_json(_as_dict(outcomes, wanted))
    else:
        _tell_means(outcomes)
        wrong = [problem for outcome in outcomes for problem in outcome.problems]
        if wrong:
            tell_problems(wrong)
    return int(not all(outcome.checked for outcome in outcomes))


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Give the files that are named, and those in folders that are named, in the order of people: la2 before la10."""
    found: list[Path] = []
    for path in paths:
        inside = [one for one in path.rglob("*") if one.is_file() and one.suffix != ".csv"] if path.is_dir() else [path]
        found += sorted(inside, key=_natural)
    return found


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", str(path))]


def _read(files: Sequence[Path], wanted: Wanted) -> list[tuple[Path, Instance]]:
    """Read every file; all faults of all files are told together."""
    read: list[tuple[Path, Instance]] = []
    problems = _objective_faults(wanted.objective)
    if not files:
        problems.append(BAD_ARGUMENT.at("", "", "FILE", "none", must="one instance or more"))
    for path in files:
        try:
            instance = read_instance(path, _known(path, wanted.best))
            read.append((path, _aimed(instance, wanted.objective)))
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    return read


def _objective_faults(objective: str) -> list[Problem]:
    if objective in ("", *get_args(Objective)):
        return []
    return [BAD_ARGUMENT.at("", "", "--objective", objective, must="one of " + ", ".join(get_args(Objective)))]


def _aimed(instance: Instance, objective: str) -> Instance:
    """Give the instance with another objective; what is known of it holds no more then."""
    if objective in ("", instance.objective):
        return instance
    if not isinstance(instance.problem, Shop):
        must = "makespan for a project"
        raise ProblemError([BAD_ARGUMENT.at("", instance.name, "--objective", objective, must=must)])
    return replace(instance, objective=cast("Objective", objective), best=None)


def _known(path: Path, best: Path | None) -> dict[str, Known]:
    if best is not None:
        return _table(best)
    for folder in path.resolve().parents[:UP]:
        if next(folder.glob("best_known*.csv"), None):
            return _table(folder)
    return {}


@cache
def _table(path: Path) -> dict[str, Known]:
    return read_best_known(path)


def _measured(group: str, instance: Instance, wanted: Wanted, number: str, *, shown: bool) -> Outcome:
    limits = Limits(wanted.seconds, wanted.workers, wanted.seed)
    with progress(shown=shown) as step:

        def tell(seconds: float, value: float, bound: float) -> None:
            step(f"{number} {instance.name}: {value:g}, bound {bound:g}", min(seconds / wanted.seconds, 1.0))

        step(f"{number} {instance.name}", 0.0)
        return measure(instance, limits, group=group, peers=wanted.peers, tell=tell)


def _head(wanted: Wanted) -> str:
    base = f"{'instance':<18} {'objective':>10} {'bound':>10} {'seconds':>7} {'status':<8} {'checked':<7} {'gap':>7}"
    return base + ("".join(f" {PEERS[name]:>10}" for name in PEERS) if wanted.peers else "")


def _line(outcome: Outcome) -> str:
    peers = "".join(f" {'-' if value is None else f'{value:.10g}':>10}" for value in outcome.peers.values())
    return (
        f"{outcome.instance:<18} {outcome.value:>10.10g} {outcome.bound:>10.10g} {outcome.seconds:>7.1f} "
        f"{outcome.status:<8} {'yes' if outcome.checked else 'NO':<7} {_percent(outcome.gap):>7}{peers}"
    )


def _print(line: str) -> None:
    """Print a line as it is, however narrow the screen."""
    screen().print(Text(line), soft_wrap=True)


def _percent(gap: float | None) -> str:
    return "-" if gap is None else f"{100 * gap:.2f} %"


def _tell_means(outcomes: Sequence[Outcome]) -> None:
    """Print the mean gap of each group."""
    for group, means in mean_gaps(outcomes).items():
        if "gap" in means:
            others = [f"{PEERS[name]} {_percent(means.get(f'{name}_gap'))}" for name in outcomes[0].peers]
            known = "".join(f", {other}" for other in others)
            say(f"{group}: mean gap {_percent(means['gap'])} over {count(int(means['instances']), 'instance')}{known}.")


def _as_dict(outcomes: Sequence[Outcome], wanted: Wanted) -> dict[str, object]:
    options = {"seconds": wanted.seconds, "workers": wanted.workers, "seed": wanted.seed}
    groups = [{"group": group, **means} for group, means in mean_gaps(outcomes).items()]
    problems = [problem.as_dict() for outcome in outcomes for problem in outcome.problems]
    return {**options, "instances": [outcome.as_dict() for outcome in outcomes], "groups": groups, "problems": problems}
