"""Measure the aggregate plan: build and solve at several sizes, and print a table.

    python benchmarks/aggregate.py                # 20, 50 and 200 families
    python benchmarks/aggregate.py --families 200 --strategy level

Each family is made at two or three sites on two to four groups of resources each, and may be sent from where it is made
to every other site. Problems are drawn with a seed. Seconds are by the wall and of the CPU,
build and the ranges of the prices among them.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np


def drawn(families: int, sites: int, months: int, groups: int, seed: int) -> Any:
    """Draw a problem with a season, so that stock is built before it; hours are about enough."""
    from plantwright.methods.optimisation import aggregate_problem

    rng = np.random.default_rng(seed)
    season = 1 + 0.35 * np.sin(np.arange(months) * 2 * np.pi / 12 + rng.uniform(0, 6.28, (families, 1, 1)))
    demand = np.round(
        rng.uniform(20, 400, (families, sites, 1)) * season * rng.uniform(0.85, 1.15, (families, sites, months))
    )
    made = [rng.choice(sites, int(rng.integers(2, 4)), replace=False) for _ in range(families)]
    uses, lanes, can_make = [], [], np.zeros((families, sites), bool)
    for family, places in enumerate(made):
        for site in places:
            can_make[family, site] = True
            chosen = rng.choice(groups, int(rng.integers(2, 5)), replace=False)
            uses += [(family, int(site), int(site) * groups + int(g), float(rng.uniform(0.05, 0.6))) for g in chosen]
            lanes += [(family, int(site), other, float(rng.uniform(0.5, 4))) for other in range(sites) if other != site]
    load = np.zeros(sites * groups)
    for family, _, group, hours in uses:
        load[group] += hours * demand[family].sum() / months / len(made[family])
    cost = rng.uniform(20, 300, (families, 1)) * rng.uniform(0.95, 1.05, (families, sites))
    return aggregate_problem(
        demand, uses=uses, lanes=lanes, can_make=can_make,
        capacity=load[:, None] * rng.uniform(0.85, 1.15, (len(load), months)),
        overtime=load[:, None] * 0.2, make_cost=cost, holding_cost=cost * 0.02, back_order_cost=cost * 0.2,
        hour_cost=40, owed_cost=cost * 3,
        overtime_cost=60, subcontract=demand.mean(axis=2) * 0.2, subcontract_cost=cost * 1.4 + 60,
        start_stock=demand.mean(axis=2),
    )  # fmt: skip


def measure(families: int, strategy: str, months: int, sites: int, seed: int) -> str:
    """Build, solve, and give a line of the table."""
    from plantwright.methods.optimisation import aggregate_plan

    problem = drawn(families, sites, months, 10, seed)
    wall, cpu = time.perf_counter(), time.process_time()
    plan = aggregate_plan(problem, strategy)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    priced = int((plan.price > 1e-6).sum())
    return (f"| {families} x {months} x {sites} | {strategy} | {plan.status} | {plan.objective:,.0f} | {priced} | "
            f"{plan.iterations:,} | {wall:.2f} | {cpu:.2f} |")  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--families", type=int, nargs="*", default=[20, 50, 200])
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--sites", type=int, default=5)
    parser.add_argument("--strategy", nargs="*", default=["mixed"])
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print("| families x months x sites | strategy | status | cost | hours with a price | steps | seconds | CPU |")
    print("|---|---|---|---|---|---|---|---|")
    for families in chosen.families:
        for strategy in chosen.strategy:
            print(measure(families, strategy, chosen.months, chosen.sites, chosen.seed), flush=True)


if __name__ == "__main__":
    main()
