"""Measure stock policy and lot sizing, and print tables: textbook answers, safety stock in chains, lots with set-ups.

    python benchmarks/stock.py                       # trees, networks, three instances of lots at ten seconds each
    python benchmarks/stock.py --seconds 30 --all    # every instance of lots that has a value: an hour
    python benchmarks/stock.py trees networks        # some tables
    python benchmarks/stock.py peers --peers venv/bin/python   # beside stockpyl, installed in that environment

Instances are looked for in ../shared/data beside the checkout, or in the folder that PLANTWRIGHT_BENCH_DATA names; what
is not there is left out, and said so. Kernels are compiled before anything is timed. Times are the least of five calls
for trees; CPU seconds are told beside them, for machines with other work. Plans of lots are judged by the rules alone.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import time
from collections.abc import Callable
from functools import partial
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
        seconds = least(partial(place_on_tree, chain))
        print(f"| 2,000 stages, times 1 to {longest} | {int(chain.most_out.max())} | {seconds * 1000:.1f} |")


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
        print(f"| {name} | {least(call) * 1000:.2f} |")


def questions() -> list[tuple[str, str, dict[str, Any], Callable[[], float], int]]:
    """Give what is asked of both: words, kind, the plain values of the peer, our call for the cost, and calls."""
    import numpy as np

    from plantwright.methods.lot_sizing import lot_cost, wagner_whitin
    from plantwright.methods.stock import (
        Normal,
        economic_order_quantity,
        exact_min_max,
        exact_reorder_policy,
        newsvendor,
        place_on_tree,
        poisson,
        serial_base_stock,
    )

    needs = np.random.default_rng(1).integers(0, 100, 120).tolist()
    found: list[tuple[str, str, dict[str, Any], Callable[[], float], int]] = [
        ("economic order quantity", "order quantity", {"fixed_cost": 8, "holding_cost": 0.225, "demand_rate": 1300},
         lambda: economic_order_quantity(demand=1300, order_cost=8, holding_cost=0.225).cost, 5),
        ("newsvendor, normal", "newsvendor",
         {"holding_cost": 0.18, "stockout_cost": 0.70, "demand_mean": 50, "demand_sd": 8},
         lambda: newsvendor(Normal(50, 8), 0.18, 0.70).cost, 5),
        ("(r, Q), exact, Poisson of 3", "(r, Q)",
         {"holding_cost": 20, "stockout_cost": 150, "fixed_cost": 100, "demand_mean": 1.5, "lead_time": 2},
         lambda: exact_reorder_policy(1.5, poisson(3.0), 100, 20, 150).cost, 5),
        ("(s, S), exact, Poisson of 6", "(s, S)",
         {"holding_cost": 1, "stockout_cost": 4, "fixed_cost": 5, "use_poisson": True, "demand_mean": 6},
         lambda: exact_min_max(poisson(6), 5, 1, 4).cost, 5),
        ("lots of 120 periods", "lots", {"num_periods": 120, "holding_cost": 1, "fixed_cost": 300, "demand": needs},
         lambda: lot_cost(wagner_whitin(range(120), needs, 300, 1), range(120), needs, 300, holding_cost=1), 5),
        ("three stages in a row, normal", "serial",
         {"num_nodes": 3, "echelon_holding_cost": [2, 2, 3], "lead_time": [2, 1, 1], "stockout_cost": 37.12,
          "demand_mean": 5, "demand_standard_deviation": 1, "node_order_in_system": [3, 2, 1],
          "node_order_in_lists": [3, 2, 1]},
         lambda: serial_base_stock([1, 1, 2], [7, 4, 2], 37.12, 5, 1).cost, 1),
    ]  # fmt: skip
    for stages in (50, 200):
        given, chain = tree_of(stages, seed=1)
        call = partial(lambda chain: place_on_tree(chain).cost, chain)
        found.append((f"guaranteed service, tree of {stages:,}", "tree", given, call, 1))
    return found


def tree_of(stages: int, seed: int) -> tuple[dict[str, Any], Any]:
    """Give a random tree, its arcs in either direction and customers at its ends: plain values, and our chain."""
    from plantwright.methods.stock import build_chain

    draw = random.Random(seed)  # noqa: S311
    arcs = [(a, b) if draw.random() < 0.5 else (b, a) for a, b in ((draw.randrange(k), k) for k in range(1, stages))]
    feeds = {a for a, _ in arcs}
    times = [draw.randint(1, 5) for _ in range(stages)]
    holding = [10 * draw.random() for _ in times]
    deviation = [0.0 if k in feeds else 1 + draw.random() for k in range(stages)]
    given = {"times": times, "holding": holding, "deviation": deviation, "arcs": arcs, "z": 1.645}
    return given, build_chain(times, holding, deviation, arcs, service_factor=1.645)


def least(call: Callable[[], Any]) -> float:
    """Give the least seconds of five calls."""
    spent = []
    for _ in range(5):
        begin = time.perf_counter()
        call()
        spent.append(time.perf_counter() - begin)
    return min(spent)


def peers(python: str) -> None:
    """Set costs and seconds beside those of stockpyl."""
    asked = questions()
    lines = [{"kind": kind, "given": given, "repeats": repeats} for _, kind, given, _, repeats in asked]
    script = Path(__file__).with_name("stockpyl_peer.py")
    told = subprocess.run(
        [python, script], input=json.dumps(lines), stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    print("\n| question | cost, ours | stockpyl | ms, ours | stockpyl |\n|---|--:|--:|--:|--:|")
    for (words, _, _, call, _), answer in zip(asked, json.loads(told), strict=True):
        cost, seconds = call(), least(call)
        print(
            f"| {words} | {cost:.4f} | {answer['cost']:.4f} | {seconds * 1000:.2f} | {answer['seconds'] * 1000:.1f} |"
        )


def main() -> None:
    """Print the tables that are asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("tables", nargs="*", choices=["policies", "trees", "networks", "lots", "peers", []], default=[])
    reader.add_argument("--peers", metavar="PYTHON", default="", help="an interpreter whose environment has stockpyl")
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
        "peers": lambda: peers(given.peers),
    }
    for name in wanted:
        run[name]()


if __name__ == "__main__":
    main()
