"""What an earlier date would displace: the order is put in with its priority raised, and the schedule mended."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, Sheet, View, missing
from plantwright.core.parameters import Ref
from plantwright.core.problem import problem_kind, stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report
from plantwright.flows.chances.asking import plan_of
from plantwright.flows.remedies.doing import plant_of

if TYPE_CHECKING:
    from plantwright.flows.reschedule.result import Rescheduled

QUANTITY = problem_kind(
    "displaced-quantity", "{value} {key} displace nothing.", "Ask for a quantity above 0, up to a thousand million."
)
PRIORITY = problem_kind("displaced-priority", "{value} is no rank.", "Give a rank from 1, the first, to 9.")
PAST = problem_kind("displaced-past", "{value} is over before the plan begins.", "Ask for a day that is still to come.")
ASKED = "ASKED"
"""Name of the order that is tried; a number is added until nobody has it."""
LARGEST = 1_000_000_000


@report(label="What a date displaces")
def displaced(
    plan: View, item: Annotated[str, Ref("item")], quantity: Decimal, date: date,
    customer: Annotated[str, Ref("customer")] = "", site: Annotated[str, Ref("site")] = "", priority: int = 1,
) -> Page:  # fmt: skip
    """Tell which orders would have to move, or become late, to deliver so much of an item by a day; nothing is changed.

    Parameters
    ----------
    plan : plant and plan
    item : what is asked for
    quantity : how much of it
    date : day by whose end it is wanted
    customer : for whom
    site : site that delivers; the main one without one
    priority : rank with which it is put in, 1 first
    """
    from plantwright.flows.promise.asking import end_of  # noqa: PLC0415 - which imports this

    due = end_of(date, plan.settings.zone)
    _check(plan, item, quantity, due, customer, site, priority)
    name = _free_name(plan)
    row = {
        "order": name, "line": 1, "customer": customer, "item": item, "site": site, "due": due, "priority": priority,
        "quantity": int(quantity * SCALE),
    }  # fmt: skip
    return _page(plan, name, due, _tried(plan, name, row))


def _check(plan: View, item: str, quantity: Decimal, due: int, customer: str, site: str, priority: int) -> None:
    found = [] if 0 < quantity <= LARGEST else [QUANTITY.at("displaced", item, "quantity", quantity)]
    for table, code in (("item", item), ("customer", customer), ("site", site)):
        known = plan.table(table)["code"]
        if code not in known and (code or table == "item"):
            found.append(missing(table, code, known))
    if not 1 <= priority <= 9:
        found.append(PRIORITY.at("displaced", item, "priority", priority))
    if due <= plan.as_of:
        found.append(PAST.at("displaced", item, "date", wording.moment(due, plan.settings.zone, None, ends=True)))
    stop_on_errors(found)


def _free_name(plan: View) -> str:
    taken = set(plan.table("sales_order_line")["order"])
    return next(name for number in range(len(taken) + 1) if (name := f"{ASKED}-{number + 1}") not in taken)


def _tried(plan: View, name: str, row: dict[str, Any]) -> Rescheduled:
    """Put the order in and mend the schedule in force."""
    from plantwright.flows.reschedule.events import Event  # noqa: PLC0415 - loads Numba, as those below
    from plantwright.flows.reschedule.make import TABLES, replan  # noqa: PLC0415
    from plantwright.flows.reschedule.result import rescheduled  # noqa: PLC0415

    event = Event("rush", name, name, {"sales_order_line": (row,)}, quiet=False)
    plant = plant_of(plan)
    base = plan_of(plan, TABLES)
    return rescheduled(plant, base, [event], replan(plant, base, [event]))


def _page(plan: View, name: str, due: int, found: Rescheduled) -> Page:
    own = found.plan.raw["demand_plan"].filter(pl.col("demand") == name)
    complete = own["projected"][0] if own.height else None
    others = found.late.filter(pl.col("demand") != name)
    later = others.filter(pl.col("days").is_null() | (pl.col("days") > 0))
    newly = later.filter((pl.col("status") != "on time") & (pl.col("status_before") == "on time"))
    figures = {
        "possible": complete is not None and complete <= due, "later": later.height, "newly_late": newly.height,
        "later_days": round(float(later["days"].sum()) / SCALE, 1),
        "moved": found.figures["moved"], "operations": found.figures["operations"],
    }  # fmt: skip
    sheets = [_renamed(one, name) for one in found.page().sheets]
    sentence = f"{_first(plan, complete, due)} {_second(later, newly, found)}"
    return Page(sentence, tuple(one for one in sheets if one.rows.height), figures, _notes())


def _renamed(one: Sheet, name: str) -> Sheet:
    """Leave the tried order itself out of what it costs others."""
    if "demand" not in one.columns:
        return one
    return Sheet(one.title, one.rows.filter(pl.col("demand") != name), one.columns, one.clock)


def _first(plan: View, complete: int | None, due: int) -> str:
    year = wording.year_of(plan.as_of, plan.settings.zone)
    if complete is None:
        return say("It cannot be delivered at all.")
    day = wording.moment(complete, plan.settings.zone, year, ends=True)
    if complete <= due:
        return say("Put in first, it is there by {day}, in time.", day=day)
    days = wording.days(round((complete - due) / 1440, 1))
    return say("Even put in first, it is there by {day}, {days} late.", day=day, days=days)


def _second(later: pl.DataFrame, newly: pl.DataFrame, found: Rescheduled) -> str:
    moved = wording.count(found.figures["moved"], "operation")
    if not later.height:
        return say("{moved} would move; no other order becomes later.", moved=moved)
    worst = later.sort("days", descending=True, nulls_last=False).row(0, named=True)
    by = say("it is never complete") if worst["days"] is None else wording.days(round(worst["days"] / SCALE, 1))
    return say(
        "{moved} would move; {later} later, {newly} of them newly late; most of all {worst}: {by}.",
        moved=moved, later=wording.count(later.height, "order becomes", "orders become"),
        newly=wording.number(newly.height), worst=worst["demand"], by=by,
    )  # fmt: skip


def _notes() -> tuple[str, ...]:
    return (say("Nothing is changed: enter the order, and plan or reschedule, to do it."),)
