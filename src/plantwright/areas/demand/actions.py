"""What people do about forecasts: say what they know better, and take it back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import polars as pl

from plantwright.areas.demand.promises import keep_promise
from plantwright.core.action import action
from plantwright.core.exact import LARGEST, SCALE
from plantwright.core.finding import main_site
from plantwright.core.parameters import Ref
from plantwright.core.problem import Problem, ProblemError, problem_kind, stop_on_errors
from plantwright.core.store import Transaction, plans

OVERRIDE_WHY = problem_kind(
    "override-needs-reason", "It needs a reason.", "Say what is known that the past does not tell."
)
OVERRIDE_VALUE = problem_kind(
    "override-value", "{value} cannot be {change}.", "Give {must}, with six decimals at most."
)
OVERRIDE_NOWHERE = problem_kind(
    "override-no-forecast",
    "No forecast of {item} at {site} is computed for {day}.",
    "Choose a day that is forecast; a new item or sales history needs a plan first.",
)
OVERRIDE_GONE = problem_kind(
    "override-not-there", "There is no override of {item} at {site} on {day}.", "See the list: show DB forecast {item}."
)
_EPOCH = date(1970, 1, 1)
Item = Annotated[str, Ref("item")]
Site = Annotated[str, Ref("site")]
Customer = Annotated[str, Ref("customer")]


@action("demand.forecast", label="Override a forecast")
def override_forecast(
    tx: Transaction, item: Item, start: date, value: Decimal, reason: str,
    change: Literal["set", "add", "multiply"] = "set", site: Site = "", customer: Customer = "",
) -> dict[str, Any]:  # fmt: skip
    """Say what is known better about the forecast of a period; what was computed stays beside it.

    Parameters
    ----------
    tx : the open transaction
    item : item that is forecast
    start : a day of the period
    value : the quantity, what is added, or the factor, as change says
    reason : what is known that the past does not tell
    change : set, add or multiply
    site : site; the main one where it is left out
    customer : customer, where each is forecast apart
    """
    place = site or _main(tx)
    stop_on_errors(_faults((item, place, start, customer), value, reason, change))
    computed = _computed(tx, item, place, customer, start)
    if computed is None:
        key = (item, place, start.isoformat(), customer)
        raise ProblemError(
            [OVERRIDE_NOWHERE.at("forecast_override", key, "start", start, item=item, site=place, day=start)]
        )
    row = {
        "item": item, "site": place, "start": computed["start"], "customer": customer, "change": change,
        "value": int(value * SCALE), "by": tx.by, "reason": reason.strip(), "made_at": tx.now,
        "statistical": computed["statistical"],
    }  # fmt: skip
    tx.upsert("forecast_override", [row])
    return {"item": item, "site": place, "start": _day(computed["start"]), "customer": customer}


@action("demand.forecast", label="Withdraw an override")
def withdraw_override(
    tx: Transaction, item: Item, start: date, reason: str, site: Site = "", customer: Customer = ""
) -> dict[str, Any]:
    """Take back what was said of a period, so that what is computed counts again.

    Parameters
    ----------
    tx : the open transaction
    item : item that is forecast
    start : first day of the period
    reason : why it no longer holds
    site : site; the main one where it is left out
    customer : customer, where each is forecast apart
    """
    place, main = site or _main(tx), _main(tx)
    if not reason.strip():
        raise ProblemError([OVERRIDE_WHY.at("forecast_override", (item, place, start, customer), "reason")])
    rows = tx.read("forecast_override", {"item": [item], "start": [(start - _EPOCH).days], "customer": [customer]})
    rows = rows.filter(pl.col("site").is_in([place, ""] if place == main else [place]))
    if not rows.height:
        key = (item, place, start.isoformat(), customer)
        raise ProblemError(
            [OVERRIDE_GONE.at("forecast_override", key, "start", start, item=item, site=place, day=start)]
        )
    tx.delete("forecast_override", rows.select("item", "site", "start", "customer"))
    return {"item": item, "site": place, "start": start.isoformat(), "customer": customer}


def _main(tx: Transaction) -> str:
    return main_site({name: tx.read(name) for name in ("setting", "site")})


def _day(number: int) -> str:
    return date.fromordinal(_EPOCH.toordinal() + number).isoformat()


def _faults(key: tuple[Any, ...], value: Decimal, reason: str, change: str) -> list[Problem]:
    place = ("forecast_override", tuple(map(str, key)))
    found = [] if reason.strip() else [OVERRIDE_WHY.at(*place, "reason")]
    fine = value * SCALE == int(value * SCALE) and abs(int(value * SCALE)) <= LARGEST
    if not fine or (change != "add" and value < 0):
        must = "any quantity" if change == "add" else "0 or more"
        found.append(OVERRIDE_VALUE.at(*place, "value", str(value), change=change, must=must))
    return found


def _computed(tx: Transaction, item: str, site: str, customer: str, day: date) -> dict[str, Any] | None:
    """Give the period of the latest plan's forecast that holds a day, or nothing."""
    number = (day - _EPOCH).days
    try:
        meta, _ = plans.load(tx.connection, tx.driver, None, (), "")
    except ProblemError:  # there is no plan yet
        return None
    if "item_forecast" not in meta["tables"]:
        return None
    _, tables = plans.load(tx.connection, tx.driver, meta["number"], ["item_forecast"], "")
    rows = tables["item_forecast"].filter(
        (pl.col("item") == item) & (pl.col("site") == site) & (pl.col("customer") == customer)
        & (pl.col("start") <= number) & (pl.col("end") >= number)
    )  # fmt: skip
    return rows.row(0, named=True) if rows.height else None


__all__ = ["keep_promise", "override_forecast", "withdraw_override"]
