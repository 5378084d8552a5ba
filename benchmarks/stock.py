"""Measure stock policy and lot sizing, and print tables: textbook answers, safety stock in chains, lots with set-ups.

    python benchmarks/stock.py                       # trees, networks, three instances of lots at ten seconds each
    python benchmarks/stock.py --seconds 30 --all    # every instance of lots that has a value: an hour
    python benchmarks/stock.py trees networks        # some tables

Instances are looked for in ../shared/data beside the checkout, or in the folder that PLANTWRIGHT_BENCH_DATA names; what
is not there is left out, and said so. Kernels are compiled before anything is timed. Times are the least of five calls
for trees; CPU seconds are told beside them, for machines with other work. Plans of lots are judged by the rules alone.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PLANTWRIGHT_BENCH_DATA", ROOT.parent / "shared" / "data"))
FEW = ("F1", "X11119A", "X12229A")


def random_network(stages: int, rings: int, seed: int) -> Any:
    """Give a chain with rings, whose holding cost rises from stage to stage."""
    from plantwright.methods.stock import build_chain

    draw = random.Random(seed)  # noqa: S311
    arcs = {(draw.randrange(max(0, k - 15), k), k) for k in range(1, stages)}
    while len(arcs) < stages - 1 + rings:
        a, b = sorted(draw.sample(range(stages), 2))
        if b - a < 25:
            arcs.add((a, b))
    times = [draw.randint(1, 10) for _ in range(stages)]
    holding = [1 + k * draw.uniform(0.4, 0.6) for k in range(stages)]
    return build_chain(times, holding, [1 + 5 * draw.random() for _ in times], sorted(arcs))


def trees() -> None:
    """Time the exact placement on random trees of two thousand stages."""
    from plantwright.doors.cli.bench_stock import random_tree
    from plantwright.methods.stock import place_on_tree

    print("\n| guaranteed service, random tree | longest way | least of five, ms |\n|---|---|---|")
    for longest in (5, 10, 30):
        chain = random_tree(2000, longest, seed=longest)
        spent = []
        for _ in range(5):
            begin = time.perf_counter()
            place_on_tree(chain)
            spent.append(time.perf_counter() - begin)
        print(f"| 2,000 stages, times 1 to {longest} | {int(chain.most_out.max())} | {min(spent) * 1000:.1f} |")


def networks(seconds: float) -> None:
    """Place stock in random networks of a hundred stages, and tell how far the bound is."""
    from plantwright.methods.stock import place_in_network

    print("\n| network | rings | cost | bound | gap | CPU s |\n|---|---|---|---|---|---|")
    for rings, seed in ((5, 1), (20, 1), (40, 3)):
        chain = random_network(100, rings, seed)
        begin = time.process_time()
        best = place_in_network(chain, evaluations=10**7, seconds=min(seconds, 10.0), clock=time.process_time)
        spent, gap = time.process_time() - begin, best.cost / best.bound - 1
        print(f"| 100 stages | {rings} | {best.cost:.1f} | {best.bound:.1f} | {gap:.2%} | {spent:.1f} |")


def lots(seconds: float, *, every: bool) -> None:
    """Plan lots with set-up times and compare with the values of the table."""
    from plantwright.methods.lot_sizing import judge_capacitated, read_capacitated, size_capacitated_lots

    folder = DATA / "instances" / "lot_sizing"
    table = folder / "best_known_clsp_trigeiro.csv"
    if not table.exists():
        print(f"\nno instances of lots in {folder}")
        return
    with table.open(encoding="utf-8", newline="") as file:
        known = {row["instance"]: float(row["value"]) for row in csv.DictReader(file)}
    print("\n| lots with set-up times | cost | bound | table | gap to the table | CPU s |\n|---|---|---|---|---|---|")
    gaps = []
    for name, value in known.items():
        found = [*folder.glob(f"trigeiro_*/{name}.*")]
        if not found or not (every or name in FEW):
            continue
        asked = read_capacitated(found[0].read_text(encoding="utf-8"))
        begin = time.process_time()
        plan = size_capacitated_lots(asked, seconds=seconds)
        spent, cost = time.process_time() - begin, judge_capacitated(asked, plan.quantity)
        gaps += [cost / value - 1] if value < float("inf") else []
        print(f"| {name} | {cost:.1f} | {plan.bound:.1f} | {value:.1f} | {cost / value - 1:.2%} | {spent:.1f} |")
    print(f"\nmean gap {sum(gaps) / max(len(gaps), 1):.2%} over {len(gaps)} instances, {seconds:g} s each")


def policies() -> None:
    """Time policies of single items and the replay of ten years of days."""
    import numpy as np

    from plantwright.methods.stock import ReplayPolicy, exact_min_max, lead_time_demand, poisson, reorder_point
    from plantwright.methods.stock import replay_policy as replay

    days = np.random.default_rng(1).poisson(6, 3650)
    calls = {
        "(s, S), exact, mean 6": lambda: exact_min_max(poisson(6), 5, 1, 4),
        "(s, S), exact, mean 100, large order cost": lambda: exact_min_max(poisson(100), 5000, 1, 9),
        "reorder point, fill rate, normal": lambda: reorder_point(lead_time_demand(100, 30, 4, 1), 500, 0.95, "fill"),
        "reorder point, fill rate, gamma": lambda: reorder_point(
            lead_time_demand(100, 90, 4, 1, kind="gamma"), 500, 0.95, "fill"
        ),
        "replay of ten years of days": lambda: replay(days, ReplayPolicy(20, 60), 3),
    }
    print("\n| call | least of five, ms |\n|---|---|")
    for name, call in calls.items():
        spent = []
        for _ in range(5):
            begin = time.perf_counter()
            call()
            spent.append(time.perf_counter() - begin)
        print(f"| {name} | {min(spent) * 1000:.2f} |")


def main() -> None:
    """Print the tables that are asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("tables", nargs="*", choices=["policies", "trees", "networks", "lots", []], default=[])
    reader.add_argument("--seconds", type=float, default=10.0)
    reader.add_argument("--all", action="store_true")
    given = reader.parse_args()
    wanted = given.tables or ["policies", "trees", "networks", "lots"]
    from plantwright.methods.stock import exact, guaranteed, replay

    for module in (exact, guaranteed, replay):
        module.warm_up()
    run = {
        "policies": policies,
        "trees": trees,
        "networks": lambda: networks(given.seconds),
        "lots": lambda: lots(given.seconds, every=given.all),
    }
    for name in wanted:
        run[name]()


if __name__ == "__main__":
    main()
