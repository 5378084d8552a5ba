"""Asking how sure the dates of a plan are: the report, the working, and what is prepared once for a plan."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any
from weakref import WeakKeyDictionary

import polars as pl

from plantwright.areas.planning.lookup import demand_row
from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.explaining import explains
from plantwright.core.pages import Page, Sheet, View, missing, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.problem import ProblemError, problem_kind, stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report
from plantwright.flows.explain import working_page
from plantwright.flows.remedies.doing import plant_of
from plantwright.methods.working import Step, Working
from plantwright.plant import Plan

if TYPE_CHECKING:
    from plantwright.flows.chances.case import Case

REPLICATIONS = problem_kind(
    "chances-replications", "A plan cannot be followed {value} times.", "Ask for 1 to {most} replications."
)
SEED = problem_kind("chances-seed", "{value} cannot be a seed.", "Give a whole number from 0 to 4,294,967,295.")
BELOW = problem_kind("chances-below", "{value} % is no limit for chances.", "Give a limit from 0 to 100.")
MOST, LARGEST_SEED = 10_000, 2**32 - 1
NORMAL = 1_000
"""Replications where nobody says how many."""

_CASES: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
_LOCK = threading.Lock()


@report
def chances(
    plan: View, order: str = "", customer: Annotated[str, Ref("customer")] = "",
    item: Annotated[str, Ref("item")] = "", below: int = 95, replications: int = NORMAL, seed: int = 0,
) -> Page:  # fmt: skip
    """Tell how sure it is that each sales order is complete in time, with the spread that the records show.

    Parameters
    ----------
    plan : plant and plan
    order : only this demand, with the probability of each day
    customer : only this customer
    item : only this item
    below : list orders whose chance is below so many per cent; 100 for all
    replications : how often the plan is followed
    seed : of the chance
    """
    problems = [] if 0 <= below <= 100 else [BELOW.at(column="below", value=below)]
    stop_on_errors([*problems, *faults(replications, seed)])
    return _of_one(plan, order, replications, seed) if order else _of_all(
        plan, customer, item, below, replications, seed
    )  # fmt: skip


def faults(replications: int, seed: int, least: int = 1) -> list[Any]:
    """Give what is wrong with the numbers of a simulation."""
    found = []
    if not least <= replications <= MOST:
        found.append(REPLICATIONS.at(column="replications", value=replications, most=wording.number(MOST)))
    if not 0 <= seed <= LARGEST_SEED:
        found.append(SEED.at(column="seed", value=seed))
    return found


def plan_of(view: View, tables: Iterable[str]) -> Plan:
    """Give the plan that a view looks at, with some of its tables."""
    raw = {name: view.result(name) for name in tables}
    meta: dict[str, Any] = {"options": view.plan.get("options", {}), "number": view.number}
    return Plan(MappingProxyType(raw), view.as_of, view.settings.zone, inputs="", engine="", **meta)


def case_of(view: View) -> Case:
    """Give the plan that a view looks at, ready to be followed; prepared once for each view."""
    from plantwright.flows.chances.case import TABLES, make_case  # noqa: PLC0415 - loads Numba

    with _LOCK:
        if view not in _CASES:
            _CASES[view] = make_case(plant_of(view), plan_of(view, TABLES))
        return _CASES[view]  # type: ignore[no-any-return]


def _of_one(plan: View, order: str, replications: int, seed: int) -> Page:
    row = demand_row(plan, order)
    if row is None:
        raise ProblemError([missing("order", order, plan.result("demand_plan")["demand"], " in the plan")])
    curve = case_of(plan).curve(order, replications, seed)
    first = say(
        "{order} for {quantity} of {item}.", order=order, quantity=wording.decimal(row["quantity"]), item=row["item"]
    )
    return Page(f"{first} {curve.sentence()}", (curve.sheet(), case_of(plan).spreads.sheet(plan)),
                curve.figures(), curve.notes)  # fmt: skip


def _of_all(plan: View, customer: str, item: str, below: int, replications: int, seed: int) -> Page:
    case = case_of(plan)
    every = case.chances(replications, seed).filter(
        pl.col("kind") == "sales order", (pl.col("customer") == customer) | (customer == ""),
        (pl.col("item") == item) | (item == ""),
    )  # fmt: skip
    limit = below * SCALE // 100
    shown = every.filter((pl.col("chance") < limit) | (below == 100)).sort("chance", "due", "demand")
    figures = {
        "orders": every.height, "listed": shown.height, "replications": replications, "seed": seed,
        "expected_late": round(float((SCALE - every["chance"]).sum()) / SCALE, 2),
        "below_50": every.filter(pl.col("chance") < SCALE // 2).height,
        "planned_in_time": every.filter(pl.col("status") == "on time").height,
    }  # fmt: skip
    sheets = [_sheet(plan, shown)] if shown.height else []
    return Page(
        _sentence(figures, below), (*sheets, case.spreads.sheet(plan)), figures,
        (*case.spreads.notes(), _exactness(replications)),
    )  # fmt: skip


def _sentence(figures: dict[str, Any], below: int) -> str:
    if not figures["orders"]:
        return say("No sales order is open.")
    return say(
        "{listed} of {orders} have a chance below {below} to be complete in time, {half} of them below one half; "
        "{late} are expected to be late.",
        listed=wording.number(figures["listed"]), orders=wording.count(figures["orders"], "sales order"),
        below=wording.percent(below * SCALE // 100), half=wording.number(figures["below_50"]),
        late=wording.number(figures["expected_late"], 1),
    )  # fmt: skip


def _exactness(replications: int) -> str:
    error = 1.96 * math.sqrt(0.25 / replications)
    return say(
        "{count} replications: a chance is known to {points} points or better.",
        count=wording.number(replications), points=wording.number(error * 100, 1),
    )  # fmt: skip


def _sheet(plan: View, rows: pl.DataFrame) -> Sheet:
    columns = (
        "demand", named(Kind.RATIO, "chance", "Probability of being complete in time"), "due", "projected",
        named(Kind.MOMENT, "date_50", "Complete by then with 50 %"),
        named(Kind.MOMENT, "date_80", "Complete by then with 80 %"),
        named(Kind.MOMENT, "date_95", "Complete by then with 95 %"),
        "item", "quantity", "customer", "status", "value", "priority", "site",
    )  # fmt: skip
    return sheet(plan, say("Orders at risk"), "demand_plan", rows, *columns)


@explains("promise", label="Chance of a promised date")
def explain_promise(plan: View, of: str, site: str = "") -> Page:
    """How sure it is that a sales order is complete in time: the replications of the plan, counted."""
    del site
    if demand_row(plan, of) is None:
        raise ProblemError([missing("order", of, plan.result("demand_plan")["demand"], " in the plan")])
    curve = case_of(plan).curve(of, NORMAL, 0)
    chance, count = curve.by(int(curve.due or 0)), len(curve.moments)
    late = [max(int(one) - int(curve.due or 0), 0) / 1440 for one in curve.moments]
    working = Working(
        "A. M. Law, Simulation Modeling and Analysis, 5th ed., McGraw-Hill, 2015, section 9.4",
        (
            Step("R", "replications of the plan with random durations", count),
            Step("k", "of them with the order complete when it is due", round(chance * count)),
            Step("E", "mean days late over all replications", sum(late) / count, "sum of max(0, complete - due) / R"),
            Step("s", "standard error of P", math.sqrt(chance * (1 - chance) / count), "sqrt(P (1 - P) / R)"),
            Step("P", "probability of being complete in time", chance, "k / R"),
        ),
    )  # fmt: skip
    title = say("Chance of {order}", order=of)
    return working_page(plan, title, curve.sentence(), working)


__all__ = ["case_of", "chances", "faults", "plan_of"]
