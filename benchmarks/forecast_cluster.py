"""Forecast many generated monthly series here in threads and on a Dask cluster of this machine; print a table.

    python benchmarks/forecast_cluster.py                 # 100,000 series, two workers
    python benchmarks/forecast_cluster.py --series 10000

Series have 60 to 120 months with a level, a trend, a season and noise, by a seed. Kernels are compiled before anything
is timed, on the workers too. Wall seconds depend on what else the machine does; CPU seconds of all
processes stand beside.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from plantwright.flows.forecasting.cluster import Cluster
from plantwright.methods.forecasting import forecast

SEASON, HORIZON, LEVELS = 12, 18, (0.8, 0.95)


def generated(count: int, seed: int = 1) -> tuple[Any, Any]:
    """Give series one behind the other, and where each begins."""
    rng = np.random.default_rng(seed)
    pointer = np.concatenate([[0], np.cumsum(rng.integers(60, 121, count))]).astype(np.int64)
    month = np.arange(pointer[-1]) - np.repeat(pointer[:-1], np.diff(pointer))
    level, slope, swing = (np.repeat(one, np.diff(pointer)) for one in (
        rng.uniform(20, 2000, count), rng.normal(0, 0.004, count), rng.uniform(0, 0.4, count)))  # fmt: skip
    shape = (1 + slope * month) * (1 + swing * np.sin(2 * np.pi * month / SEASON))
    return np.maximum(level * shape * rng.lognormal(0, 0.15, len(month)), 0.0).round(), pointer


def run(does: Callable[..., Any], values: Any, pointer: Any, workers: int) -> tuple[float, Any]:
    """Give the wall seconds and the forecasts."""
    begun = time.perf_counter()
    told = {"season": SEASON, "horizon": HORIZON, "levels": LEVELS, "methods": ["auto"] * (len(pointer) - 1)}
    made = does(values, pointer, **told, workers=workers)
    return time.perf_counter() - begun, made


def main() -> None:
    """Measure both and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--series", type=int, default=100_000)
    asked.add_argument("--workers", type=int, default=2)
    told = asked.parse_args()
    from distributed import Client, LocalCluster

    values, pointer = generated(told.series)
    few = pointer[:201]
    run(forecast, values[: few[-1]], few, told.workers)
    cpu = time.process_time()
    wall, here = run(forecast, values, pointer, told.workers)
    rows = [("threads of one process", wall, time.process_time() - cpu)]
    with (
        LocalCluster(n_workers=told.workers, threads_per_worker=1, dashboard_address=None) as local,
        Client(local) as client,
    ):
        cluster = Cluster(client)
        run(Cluster(client, part=50), values[: few[-1]], few, told.workers)
        before, own = sum(client.run(time.process_time).values()), time.process_time()
        wall, there = run(cluster, values, pointer, told.workers)
        used = sum(client.run(time.process_time).values()) - before + time.process_time() - own
        rows.append(("Dask cluster of this machine", wall, used))
    print(
        f"{told.series:,} monthly series, {told.workers} workers; "
        f"same answer: {np.array_equal(here.mean, there.mean)}\n"
    )
    print("| | wall seconds | CPU seconds | series a CPU second |\n|---|---|---|---|")
    for name, seconds, used in rows:
        print(f"| {name} | {seconds:.1f} | {used:.1f} | {told.series / used:,.0f} |")


if __name__ == "__main__":
    main()
