"""What ``plantwright bench forecast`` does: read, forecast, hold against what came, print means by period."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.doors.cli.output import print_json, progress, screen
from plantwright.instances.series import Series, read_series
from plantwright.instances.series_bench import MEASURES, OURS, SIMPLE, Measured, means, measure_series, warm

NAMES = {OURS: "Plantwright"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the command."""

    period: str = ""
    horizon: int | None = None
    workers: int = 1
    every: int = 1
    simple: bool = True


def forecast(paths: Sequence[Path], wanted: Wanted, *, as_json: bool) -> int:
    """Measure ours and the simple methods on all series of the files."""
    begin = time.perf_counter()
    series = read_all(paths, wanted)
    reading = time.perf_counter() - begin
    warm()
    measured: dict[str, Measured] = {}
    names = (OURS, *SIMPLE) if wanted.simple else (OURS,)
    with progress(shown=not as_json) as step:
        for number, name in enumerate(names):
            step(f"{NAMES.get(name, name)}: {len(series)} series", number / len(names))
            measured[name] = measure_series(series, name, wanted.workers)
    answer = summary(series, measured, reading)
    if as_json:
        print_json(answer)
    else:
        _tell(answer)
    return 0


def read_all(paths: Sequence[Path], wanted: Wanted) -> list[Series]:
    """Read every file; all faults of all files are told together."""
    found: list[Series] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found += read_series(path, wanted.period, wanted.horizon)
        except ProblemError as error:
            problems += error.problems
    if not found and not problems:
        problems.append(BAD_ARGUMENT.at("", "", "FILE", "none", must="files with one series or more"))
    if problems:
        raise ProblemError(problems)
    return found[:: wanted.every]


def summary(series: Sequence[Series], measured: dict[str, Measured], reading: float) -> dict[str, object]:
    """Give series, seconds, and for each period and ``all`` our means with those of the simple methods beside them."""
    tables = {name: means(series, one.table) for name, one in measured.items()}
    seconds = measured[OURS].seconds
    groups = {
        group: {
            "series": int(ours["series"]),
            **{measure: ours[measure] for measure in MEASURES},
            "methods": {name: {measure: tables[name][group][measure] for measure in MEASURES} for name in measured
                        if name != OURS},
        }
        for group, ours in tables[OURS].items()
    }  # fmt: skip
    speed = {"series_per_second": len(series) / max(seconds, 1e-9), "read_seconds": reading}
    return {"series": len(series), "seconds": seconds, **speed, **groups}


def _tell(answer: dict[str, object]) -> None:
    """Print a block of lines for each period: ours, then the simple methods."""
    _print(f"{'period':<10} {'method':<15} {'series':>7} {'sMAPE':>8} {'MASE':>8} {'in 80 %':>8} {'in 95 %':>8}")
    for period, group in answer.items():
        if isinstance(group, dict):
            rows = {NAMES[OURS]: group, **group["methods"]}
            for name, row in rows.items():
                _print(
                    f"{period:<10} {name:<15} {group['series']:>7} {row['smape']:>8.2f} {row['mase']:>8.3f} "
                    f"{100 * row['coverage_80']:>6.1f} % {100 * row['coverage_95']:>6.1f} %"
                )
    _print(
        f"{answer['series']} series in {answer['seconds']:.2f} s ({answer['series_per_second']:.0f} a second), "
        f"read in {answer['read_seconds']:.2f} s."
    )


def _print(line: str) -> None:
    """Print a line as it is, however narrow the screen."""
    screen().print(Text(line), soft_wrap=True)
