"""The product mix of a plant at its constraint, and which steps of capacity pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.reader import say
from plantwright.flows.aggregate.inputs import usable_share
from plantwright.flows.aggregate.load import Floats, Ints, Load, look_up
from plantwright.flows.aggregate.roughly import net_of_stock
from plantwright.flows.plan.nodes import main_site
from plantwright.methods.optimisation import CapacityStep, MixResult, capacity_steps, product_mix
from plantwright.plant import Plant

HOUR = 3_600_000
YEAR = 12


@dataclass(frozen=True)
class Mix:
    """The best mix of a plant, as lines of its report.

    Parameters
    ----------
    result : of the linear program
    products, resources : a line each
    constraint : group at which the plant is tight; empty where it is nowhere
    more : hours for which its price holds on
    """

    result: MixResult
    products: list[dict[str, Any]]
    resources: list[dict[str, Any]]
    constraint: str
    more: float


def sold(plant: Plant, load: Load) -> tuple[Ints, Floats]:
    """Give the nodes of what is sold, takes hours and has a price, and the throughput of a unit of each."""
    prices = dict(plant.raw["item"].select("code", "price").iter_rows())
    price = np.array([(prices.get(item) or 0) / SCALE for item in load.n.nodes.frame["item"]])
    throughput = price - load.bought
    on = (price > 0) & (load.hours.sum(axis=1) > 0) & (load.demand.sum(axis=1) > 0)
    node = np.flatnonzero(on)
    return node, throughput[node]


def best_mix(plant: Plant, months: int) -> Mix | None:
    """Find the best mix over some months; None where nothing is sold that takes hours."""
    load = look_up(plant, months)
    node, throughput = sold(plant, load)
    short = net_of_stock(load)[node].sum(axis=1)
    node, throughput, short = node[short > 0], throughput[short > 0], short[short > 0]
    if not len(node):
        return None
    used = np.flatnonzero(load.hours[node].sum(axis=0) > 0)
    available = (load.open_hours * usable_share(plant, load)[:, None]).sum(axis=1)[used]
    hours, most = load.hours[node][:, used].T, short
    result = product_mix(throughput, hours, available, most=most)
    names = list(load.n.nodes.frame.select("item", "site")[node.tolist()].iter_rows())
    groups = [load.groups[int(one)] for one in used]
    at = result.constraint
    more = float(result.highest[at] - available[at]) if at >= 0 else float("nan")
    return Mix(
        result, _products(result, names, most, throughput, hours), _resources(result, groups, available),
        groups[at][0] if at >= 0 else "", more,
    )  # fmt: skip


def _products(
    result: MixResult, names: Sequence[tuple[str, str]], most: Floats, throughput: Floats, hours: Floats
) -> list[dict[str, Any]]:
    taken = hours[result.constraint] if result.constraint >= 0 else np.zeros(len(names))
    lines = []
    for rank, place in enumerate(result.rank.tolist(), 1):
        per_hour = result.per_hour[place]
        lines.append({
            "item": names[place][0], "site": names[place][1], "demand": round(float(most[place]) * SCALE),
            "quantity": round(float(result.quantity[place]) * SCALE),
            "throughput": round(float(throughput[place]) * SCALE),
            "constraint_time": round(float(taken[place]) * HOUR),
            "per_hour": round(float(per_hour) * SCALE) if np.isfinite(per_hour) else None, "rank": rank,
        })  # fmt: skip
    return lines


def _resources(result: MixResult, groups: Sequence[tuple[str, str]], available: Floats) -> list[dict[str, Any]]:
    lines = []
    for g, (group, site) in enumerate(groups):
        limit = result.highest[g]
        lines.append({
            "group": group, "site": site, "available": round(float(available[g]) * HOUR),
            "used": round(float(result.used[g]) * HOUR), "price": round(float(result.price[g]) * SCALE),
            "holds_to": round(float(limit) * HOUR) if np.isfinite(limit) and result.price[g] > 0 else None,
        })  # fmt: skip
    return sorted(lines, key=lambda line: -line["price"])


def mix_sentence(found: Mix, money: str) -> str:
    """Say what the mix brings, and what an hour at the constraint is worth."""
    total = wording.number(found.result.throughput)
    if not found.constraint:
        return say("Everything that can be sold can be made; it brings {total} {money}.", total=total, money=money)
    price = float(found.result.price[found.result.constraint])
    worth = wording.number(price, 0 if price >= 100 else 2)
    return say(
        "The constraint is {group}: one more hour there is worth {worth} {money}. The best mix brings {total} {money}.",
        group=found.constraint, worth=worth, money=money, total=total,
    )  # fmt: skip


# --- steps of capacity ----------------------------------------------------------------------------------------------


def steps_of(
    plant: Plant, options: pl.DataFrame, years: int, growth: float, interest: float, spread: float
) -> tuple[list[dict[str, Any]], str, Mapping[str, Any]]:
    """Weigh the steps of the table capacity_option.

    Parameters
    ----------
    plant : the plant, with the forecasts that are to be planned
    options : rows of the table
    years : how many years are looked at; the demand of the months up to the horizon, twelve at most, tells the first
    growth, interest, spread : as shares

    Returns
    -------
    A line a step, the answer in a sentence, and its figures.
    """
    load = look_up(plant, _months_known(plant))
    node, throughput = sold(plant, load)
    steps, rows = _steps(load, options, main_site(plant))
    if not len(node) or not steps:
        return [], say("No step adds hours to a group of work centers that what is sold needs."), {}
    base = load.demand[node].sum(axis=1) * _whole_year(load)
    grown = base * (1 + growth) ** np.arange(years)[:, None]
    demand = np.stack([grown * factor for factor in (1 - spread, 1.0, 1 + spread)])
    available = (load.open_hours * usable_share(plant, load)[:, None]).sum(axis=1) * _whole_year(load)
    found = capacity_steps(
        steps, throughput, load.hours[node].T, available, demand, chance=(1, 2, 1), interest=interest
    )  # fmt: skip
    lines = [
        {
            "step": row["code"], "name": row["name"], "group": row["group"], "investment": row["investment"],
            "value": round(float(found.value[k]) * SCALE), "gain": round(float(found.gain[k, 0]) * SCALE),
            "payback": _known(found.payback[k]), "break_even": _known(found.break_even[k]),
            "chosen": say("year {year}", year=int(found.chosen[k]) + 1) if found.chosen[k] >= 0 else "",
        }
        for k, row in enumerate(rows)
    ]  # fmt: skip
    lines.sort(key=lambda line: -line["value"])
    return lines, _steps_sentence(lines, found.chosen_value, str(plant.settings["currency"])), {
        "value": round(found.chosen_value, 2), "status": found.status,
    }  # fmt: skip


def _months_known(plant: Plant) -> int:
    """Give the months of the next year for which demand is known: none is planned beyond the horizon."""
    days = plant.settings.minutes("horizon") / 1440
    return int(np.clip(round(days / (365.25 / YEAR)), 1, YEAR))


def _whole_year(load: Load) -> float:
    """Give by how much the months looked at fall short of a year."""
    return 365.25 * 1440 / float(load.edges[-1] - load.edges[0])


def _known(value: float) -> int | None:
    return round(float(value) * SCALE) if np.isfinite(value) else None


def _steps(load: Load, options: pl.DataFrame, main: str) -> tuple[list[CapacityStep], list[dict[str, Any]]]:
    place = {group: number for number, group in enumerate(load.groups)}
    steps, rows = [], []
    for row in options.iter_rows(named=True):
        number = place.get((row["group"], row["site"] or main))
        if number is not None:
            amounts = (row[name] / SCALE for name in ("hours", "investment", "yearly", "rest"))
            steps.append(CapacityStep(row["code"], number, *amounts))
            rows.append(row)
    return steps, rows


def _steps_sentence(lines: Sequence[Mapping[str, Any]], total: float, money: str) -> str:
    paying = [line for line in lines if line["value"] > 0]
    if not paying:
        return say("None of the steps pays.")
    best = paying[0]
    first = say(
        "{step} pays most: {value} {money} beyond its cost.",
        step=best["name"] or best["step"], value=wording.number(best["value"] / SCALE), money=money,
    )  # fmt: skip
    taken = [str(line["step"]) for line in lines if line["chosen"]]
    if not taken:
        return first
    return say(
        "{first} The best choice takes {steps} and is worth {total} {money}.",
        first=first, steps=", ".join(taken), total=wording.number(total), money=money,
    )  # fmt: skip
