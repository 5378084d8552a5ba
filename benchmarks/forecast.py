"""Forecast published series: ours, the simple methods, and statsforecast side by side; print tables as Markdown.

    python benchmarks/forecast.py                                    # ours and the simple methods, all groups
    python benchmarks/forecast.py m3 --every 5 --peers venv/bin/python   # beside statsforecast, every fifth series
    python benchmarks/forecast.py speed                              # series a second, 100,000 series on two threads

Peers are AutoETS, AutoTheta and AutoCES of statsforecast 2.1 and the mean of the three, in the same run, by an
interpreter that has it. Files are looked for in ../shared/data/forecasting beside the checkout, or in the folder that
PLANTWRIGHT_BENCH_DATA names; what is not there is left out, and said so. Kernels are compiled before anything is timed;
seconds are CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PLANTWRIGHT_BENCH_DATA", ROOT.parent / "shared" / "data")) / "forecasting"
GROUPS = {
    "m3": ("M3, odd numbers", "m3/m3_odd.csv.gz"),
    "m1": ("M1", "m1/m1.csv.gz"),
    "tourism": ("Tourism", "tourism/tourism_yearly_quarterly.csv.gz"),
    "hourly": ("M4, hours", "m4/m4_hourly.csv.gz"),
    "hospital": ("Hospital", "single/hospital_767_monthly.csv.gz"),
}
PEERS = ("AutoETS", "AutoTheta", "AutoCES")

PEER_PROGRAM = """
import json, sys, time, warnings
import numpy as np
from statsforecast.models import AutoCES, AutoETS, AutoTheta
warnings.simplefilter("ignore")
asked = json.load(open(sys.argv[1]))
answer = {}
for name, model in (("AutoETS", AutoETS), ("AutoTheta", AutoTheta), ("AutoCES", AutoCES)):
    model(season_length=4).forecast(y=np.sin(np.arange(40.0)) + 5, h=2)
    begin, rows = time.process_time(), []
    for one in asked:
        y = np.array(one["train"], dtype=np.float64)
        try:
            row = model(season_length=one["season"]).forecast(y=y, h=one["horizon"])["mean"]
        except Exception:
            row = np.full(one["horizon"], np.nan)
        if not np.isfinite(row).all():
            row = np.full(one["horizon"], y[-1])
        rows.append([float(value) for value in row])
    answer[name] = {"rows": rows, "seconds": time.process_time() - begin}
json.dump(answer, open(sys.argv[2], "w"))
"""


def peer_tables(series: list[Any], python: str) -> dict[str, tuple[Any, float]]:
    """Forecast by statsforecast and measure; the mean of the three last. One that fails counts as the last value."""
    import numpy as np

    from plantwright.instances.series_bench import measures

    asked = [{"train": one.train.tolist(), "season": one.season, "horizon": one.test.size} for one in series]
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "series.json", Path(folder) / "answer.json"
        given.write_text(json.dumps(asked), encoding="utf-8")
        subprocess.run([python, "-c", PEER_PROGRAM, str(given), str(found)], check=True)
        answer = json.loads(found.read_text(encoding="utf-8"))
    longest = max(one.test.size for one in series)
    mean = {name: np.array([row + [row[-1]] * (longest - len(row)) for row in answer[name]["rows"]]) for name in PEERS}
    mean["mean of the three"] = np.mean([mean[name] for name in PEERS], axis=0)
    spent = {name: answer[name]["seconds"] for name in PEERS}
    spent["mean of the three"] = sum(spent.values())
    return {name: (measures(series, table), spent[name]) for name, table in mean.items()}


def show(title: str, series: list[Any], peers: str) -> None:
    """Print the table of a group."""
    from plantwright.instances.series_bench import OURS, SIMPLE, means, measure_series

    tables = {}
    for name in (OURS, *SIMPLE):
        done = measure_series(series, name, clock=time.process_time)
        tables["Plantwright" if name == OURS else name] = (done.table, done.seconds)
    if peers:
        tables |= peer_tables(series, peers)
    groups = list(means(series, tables["Plantwright"][0]))
    print(f"\n| {title}, {len(series)} series | " + " | ".join(groups) + " | 80 % | 95 % | CPU s |")
    print("|---|" + "--:|" * (len(groups) + 3))
    for name, (table, seconds) in tables.items():
        found = means(series, table)
        cells = [f"{found[group]['smape']:.2f} / {found[group]['mase']:.3f}" for group in groups]
        inside = [f"{100 * found['all'][level]:.1f}" if found["all"][level] else "" for level in
                  ("coverage_80", "coverage_95")]  # fmt: skip
        print(f"| {name} | " + " | ".join([*cells, *inside]) + f" | {seconds:.2f} |")


def speed() -> None:
    """Time monthly series of 60 to 120 points, with choice and intervals, on one thread and on two."""
    import resource

    import numpy as np

    from plantwright.methods.forecasting import forecast

    print("\n| series of 60 to 120 months, 12 ahead | threads | seconds | CPU s | series a second | peak memory |")
    print("|---|--:|--:|--:|--:|--:|")
    for count, workers in ((5_000, 1), (100_000, 2)):
        random = np.random.default_rng(1)
        lengths = random.integers(60, 121, count)
        pointer = np.concatenate([[0], np.cumsum(lengths)])
        months = np.concatenate([np.arange(length) for length in lengths])
        level = np.repeat(random.uniform(50, 500, count), lengths)
        values = level * (1 + 0.003 * months) * (1 + 0.2 * np.sin(months * np.pi / 6)) * np.exp(
            0.1 * random.standard_normal(months.size)
        )  # fmt: skip
        begin, spent = time.perf_counter(), time.process_time()
        forecast(values, pointer, season=12, horizon=12, workers=workers)
        seconds, spent = time.perf_counter() - begin, time.process_time() - spent
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"| {count:,} | {workers} | {seconds:.1f} | {spent:.1f} | {count / seconds:,.0f} | {peak:.2f} GB |")


def main() -> None:
    """Print the tables that are asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join([*GROUPS, "speed"]) + "; all without it")
    reader.add_argument("--every", type=int, default=1, help="take every so-manieth series")
    reader.add_argument("--first", type=int, default=0, help="begin with this one, from 0")
    reader.add_argument("--peers", default="", metavar="PYTHON", help="an interpreter that has statsforecast")
    given = reader.parse_args()
    from plantwright.instances.series import read_series
    from plantwright.instances.series_bench import warm

    warm()
    for name in given.groups or [*GROUPS, "speed"]:
        if name == "speed":
            speed()
        elif name not in GROUPS:
            reader.error(f"{name} is none of {', '.join([*GROUPS, 'speed'])}")
        elif (DATA / GROUPS[name][1]).exists():
            show(GROUPS[name][0], read_series(DATA / GROUPS[name][1])[given.first :: given.every], given.peers)
        else:
            print(f"\nno {DATA / GROUPS[name][1]}")


if __name__ == "__main__":
    main()
