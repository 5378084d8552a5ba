"""The textbook answers of Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed., Wiley, 2019, chapters 3, 4."""

import csv
import json
from pathlib import Path

import pytest

from plantwright.methods.lot_sizing import lot_cost, wagner_whitin
from plantwright.methods.stock import (
    Discrete,
    Lognormal,
    Normal,
    all_units_discount,
    economic_order_quantity,
    economic_production_quantity,
    exact_min_max,
    incremental_discount,
    newsvendor,
    newsvendor_profit,
    planned_back_orders,
    poisson,
    power_approximation,
)

FILE = Path(__file__).resolve().parents[4] / "shared" / "data" / "inventory" / "known_answers_chapters_3_4.csv"


def pair(best):
    return best.quantity, best.cost


def plan_of(given):
    times, needs = range(given["num_periods"]), given["demand"]
    lots = wagner_whitin(times, needs, given["fixed_cost"], given["holding_cost"])
    plan = dict(zip(lots.time.tolist(), lots.quantity.tolist(), strict=True))
    cost = lot_cost(lots, times, needs, given["fixed_cost"], given["holding_cost"])
    return [plan.get(time, 0) for time in times], cost


def steady(given, *more):
    return (given["demand_rate"], given["fixed_cost"], *(given[name] for name in more))


def sold(demand):
    return lambda given: pair(newsvendor(demand(given), given["holding_cost"], given["stockout_cost"]))


def normal(given):
    periods = given.get("lead_time", 0) + 1
    return Normal(given["demand_mean"] * periods, given["demand_sd"] * periods**0.5)


def profit(given):
    best = newsvendor_profit(normal(given), given["revenue"], given["purchase_cost"], given["salvage_value"])
    return best.quantity, best.profit


def table(given):
    return Discrete([float(value) for value in given["demand_pmf"]], list(given["demand_pmf"].values()))


COSTS = ("fixed_cost", "holding_cost", "stockout_cost")


def exact(given):
    best = exact_min_max(poisson(given["demand_mean"]), *(given[name] for name in COSTS))
    return (best.reorder_point, best.order_up_to), best.cost


def regressed(given):
    best = power_approximation(given["demand_mean"], given["demand_sd"], *(given[name] for name in COSTS))
    return (best.reorder_point, best.order_up_to), None


STEPS = ("holding_cost_rate", "breakpoints", "unit_costs")
MODELS = {
    "EOQ": lambda given: pair(economic_order_quantity(*steady(given, "holding_cost"))),
    "EOQ all-units discount": lambda given: pair(all_units_discount(*steady(given, *STEPS))),
    "EOQ incremental discount": lambda given: pair(incremental_discount(*steady(given, *STEPS))),
    "EOQ backorders": lambda given: pair(planned_back_orders(*steady(given, "holding_cost", "stockout_cost"))),
    "EPQ": lambda given: pair(economic_production_quantity(*steady(given, "holding_cost", "production_rate"))),
    "Wagner-Whitin": plan_of,
    "newsvendor normal": sold(normal),
    "newsvendor normal + lead time": sold(normal),
    "newsvendor Poisson": sold(lambda given: poisson(given["demand_mean"])),
    "newsvendor lognormal": sold(lambda given: Lognormal(given["mu"], given["sigma"])),
    "newsvendor discrete pmf": sold(table),
    "newsvendor explicit profit": profit,
    "(s,S) exact Zheng-Federgruen Poisson": exact,
    "(s,S) power approx": regressed,
}


def lines():
    if not FILE.exists():
        reason = "the reference data is not beside the checkout"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="no data")]
    with FILE.open(encoding="utf-8", newline="") as file:
        return [pytest.param(row, id=f"{row['instance']} {row['model']}") for row in csv.DictReader(file)]


def as_printed(value, printed):
    """Tell whether a value is the printed one, but for what floating point leaves in the last of sixteen digits."""
    return value == pytest.approx(float(printed), rel=1e-9 if len(printed) < 14 else 1e-12)


@pytest.mark.parametrize("line", lines())
def test_answer_of_the_textbook(line):
    decision, cost = MODELS[line["model"]](json.loads(line["data_json"]))
    printed = line["decision_value"].split(",")
    values = decision if isinstance(decision, (list, tuple)) else [decision]
    assert all(as_printed(value, text) for value, text in zip(values, printed, strict=True))
    assert not line["objective_value"] or as_printed(cost, line["objective_value"])
