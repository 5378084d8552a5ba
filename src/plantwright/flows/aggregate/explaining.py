"""The working behind the aggregate plan: what an hour is worth, and how a month of a family adds up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from plantwright.core import wording
from plantwright.core.explaining import explains
from plantwright.core.pages import Page, View, missing
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say
from plantwright.flows.aggregate.reports import asked_months, foreseen_plant
from plantwright.flows.explain import working_page
from plantwright.methods.working import Step, Working, given

if TYPE_CHECKING:
    import numpy as np

    from plantwright.flows.aggregate.solving import Solved

SOURCE = "Hanssmann and Hess 1960, Management Technology 1; Nahmias 2005, Production and Operations Analysis, chapter 3"


@explains("shadow-price", label="Shadow price")
def shadow_price(plan: View, of: str, site: str = "") -> Page:
    """Show what one more hour of a work center is worth; of: its code, or with a month as in PAINT/2026-05."""
    import numpy as np  # noqa: PLC0415 - a program that explains nothing does without it

    from plantwright.flows.aggregate.solving import month_name, price_words, solve  # noqa: PLC0415

    plant = foreseen_plant(plan)
    solved = solve(plant, asked_months(plant, 0), str(plant.settings["aggregate_strategy"]))
    groups = [] if solved is None else list(solved.inputs.load.groups)
    name, _, when = of.partition("/")
    places = [g for g, (group, where) in enumerate(groups) if group == name and site in {"", where}]
    if solved is None or not places:
        known = pl.Series([group for group, _ in groups], dtype=pl.String)
        stop_on_errors([missing("group", name, known, " in the aggregate plan")])
    assert solved is not None  # noqa: S101 - it has been told
    inputs, result = solved.inputs, solved.result
    g = places[0]
    price = result.price[g] + result.work_price[g]
    month = _month(when, inputs.months) if when else int(np.argmax(price))
    capacity, used = inputs.problem.capacity[g, month], result.used[g, month]
    takers = _takers(solved, g, month)
    symbols = given(
        C=("hours of regular time that can be planned", capacity), U=("hours used, overtime among them", used),
        O=("of these in overtime", result.overtime[g, month]),
        c=("cost of an hour of regular time", inputs.problem.hour_cost[g]),
        o=("cost of an hour of overtime", inputs.problem.overtime_cost[g]),
    )  # fmt: skip
    low, high = result.lowest[g, month], result.highest[g, month]
    bounds = tuple(
        Step(symbol, meaning, float(value), "range of the right-hand side for which the basis stays optimal")
        for symbol, meaning, value in (
            ("C_low", "hours from which it holds", low), ("C_high", "hours up to which it holds", high),
        )
        if np.isfinite(value)
    )  # fmt: skip
    answer = Step(
        "λ", "worth of one more hour", float(price[month]), "-∂(least cost) / ∂C, the dual of Σ hours·P - O ≤ C"
    )
    words = price_words(groups[g][0], int(inputs.months[month]), float(price[month]), str(plant.settings["currency"]),
                        float(high - capacity))  # fmt: skip
    title = say("Shadow price of {group} in {month}", group=groups[g][0], month=month_name(int(inputs.months[month])))
    return working_page(plan, title, f"{words} {takers}".strip(), Working(SOURCE, (*symbols, *bounds, answer)),
                        f"{plant.settings['currency']} per h")  # fmt: skip


def _takers(solved: Solved, g: int, month: int) -> str:
    """Name the families that take most of a group in a month."""
    import numpy as np  # noqa: PLC0415

    inputs, result = solved.inputs, solved.result
    p = inputs.problem
    on = np.flatnonzero(p.use_group == g)
    hours = result.made[p.use_family[on], p.use_site[on], month] * p.use_hours[on]
    order = on[np.argsort(-hours, kind="stable")][:3]
    names = list(dict.fromkeys(inputs.families[int(p.use_family[one])] for one in order))
    return say("Most of its hours go to {families}.", families=", ".join(names)) if hours.sum() > 0 else ""


def _month(text: str, months: np.ndarray) -> int:
    """Find the month that a text such as 2026-05 names; the first where it names none of them."""
    try:
        day = (date.fromisoformat(f"{text[:7]}-01") - date(1970, 1, 1)).days
    except ValueError:
        return 0
    return min(sum(int(month) < day for month in months), len(months) - 1)


@explains("aggregate", label="Aggregate plan of a family")
def aggregate_balance(plan: View, of: str, site: str = "") -> Page:
    """Show how a month of a family adds up in the aggregate plan; of: FAMILY or FAMILY/2026-05."""
    import numpy as np  # noqa: PLC0415

    from plantwright.flows.aggregate.solving import month_name, solve  # noqa: PLC0415

    plant = foreseen_plant(plan)
    solved = solve(plant, asked_months(plant, 0), str(plant.settings["aggregate_strategy"]))
    name, _, when = of.partition("/")
    families = [] if solved is None else list(solved.inputs.families)
    if solved is None or name not in families:
        stop_on_errors([missing("family", name, pl.Series(families, dtype=pl.String), " in the aggregate plan")])
    assert solved is not None  # noqa: S101 - it has been told
    inputs, result, p = solved.inputs, solved.result, solved.inputs.problem
    f, t = families.index(name), _month(when, inputs.months)
    at = [inputs.sites.index(site)] if site in inputs.sites else list(range(len(inputs.sites)))
    before = (
        p.start_stock[f, at].sum() if t == 0 else (result.stock[f, at, t - 1] - result.back_order[f, at, t - 1]).sum()
    )
    lanes = np.flatnonzero(p.lane_family == f)
    came = (
        result.moved[lanes[np.isin(p.lane_to[lanes], at)], t].sum()
        - result.moved[lanes[np.isin(p.lane_from[lanes], at)], t].sum()
    )
    known = given(
        I0=("stock less back-orders before", before), P=("made", result.made[f, at, t].sum()),
        S=("from subcontractors", result.subcontracted[f, at, t].sum()),
        R=("on orders that exist", p.receipts[f, at, t].sum()),
        X=("brought from other sites, less what is sent", came), D=("demand", p.demand[f, at, t].sum()),
    )  # fmt: skip
    end = float((result.stock[f, at, t] - result.back_order[f, at, t]).sum())
    steps = Working(SOURCE, (*known, Step("I", "stock less back-orders at the end", end, "I0 + P + S + R + X - D")))
    title = say("{family} in {month}", family=name, month=month_name(int(inputs.months[t])))
    sentence = say("{made} of {family} are made in {month}.",
                   made=wording.number(float(result.made[f, at, t].sum()), 1),
                   family=name, month=month_name(int(inputs.months[t])))  # fmt: skip
    return working_page(plan, title, sentence, steps, say("units"))
