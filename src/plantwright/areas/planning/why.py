"""Why a demand is late or short, or what an order waits for."""

from __future__ import annotations

from typing import Any

import polars as pl

from plantwright.areas.planning.lookup import found
from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, Sheet, View, sheet
from plantwright.core.reader import retold, say
from plantwright.core.report import report

Row = dict[str, Any]


@report
def why(plan: View, order: str) -> Page:
    """Say why an order is late: the chain of what it waited for, with the days lost at each link.

    Parameters
    ----------
    plan : plant and plan
    order : number of a sales order line, of an order of the plan, or name of a forecast
    """
    asked, made = found(plan, order)
    reasons = plan.result("reason")
    if asked is not None:
        chain = reasons.filter(pl.col("demand") == order).sort("step")
        return Page(_of_demand(plan, asked, chain), _sheets(plan, chain, "Chain"))
    assert made is not None  # noqa: S101 - one of the two was found
    links = reasons.filter(pl.col("order") == order).sort("demand", "step")
    return Page(_of_order(plan, made, links), _sheets(plan, links, "Where it stands in the chains of late demands"))


def _sheets(view: View, links: pl.DataFrame, title: str) -> tuple[Sheet, ...]:
    columns = (
        "step", "days", "kind", "text", "object", "start", "end", "binding", "order", "operation", "behind", "demand",
    )  # fmt: skip
    return (sheet(view, title, "reason", links, *columns),) if links.height else ()


def _of_demand(view: View, row: Row, chain: pl.DataFrame) -> str:
    due = _day(view, row["due"])
    what = say(
        "{demand} for {quantity} of {item}",
        demand=row["demand"],
        quantity=wording.decimal(row["quantity"]),
        item=row["item"],
    )
    if row["status"] == "on time":
        return say(
            "{what} is on time: due {due}, complete {projected}.",
            what=what,
            due=due,
            projected=_day(view, row["projected"]),
        )
    if row["status"] == "short":
        return say(
            "{what}, due {due}, is short: {planned} is covered. {cause}",
            what=what,
            due=due,
            planned=wording.decimal(row["planned"]),
            cause=_cause(row, chain),
        ).strip()
    late = wording.days(row["late_days"] / SCALE)
    done = _day(view, row["projected"])
    return say(
        "{what}, due {due}, is complete {done}, {late} late. {cause}",
        what=what,
        due=due,
        done=done,
        late=late,
        cause=_cause(row, chain),
    ).strip()


def _cause(row: Row, chain: pl.DataFrame) -> str:
    binding = chain.filter("binding")
    text = str(binding["text"][0]) if binding.height else row["cause"]
    lost = f" ({wording.days(binding['days'][0] / SCALE)})" if binding.height and binding["days"][0] else ""
    return say("The cause: {text}{lost}.", text=retold(text), lost=lost) if text else ""


def _of_order(view: View, row: Row, links: pl.DataFrame) -> str:
    late = max(row["finish"] - row["due"], 0) / 1440
    what = say(
        "{order} for {quantity} of {item}",
        order=row["order"],
        quantity=wording.decimal(row["quantity"]),
        item=row["item"],
    )
    done = say("is done {finish}, needed {due}", finish=_day(view, row["finish"]), due=_day(view, row["due"]))
    words = f"{what} {done}" + (say(": {late} late.", late=wording.days(late)) if late else say(": in time."))
    demands = links["demand"].n_unique()
    return words + (
        say(" It stands in the chain of {late_demand}.", late_demand=wording.count(demands, "late demand"))
        if demands
        else ""
    )


def _day(view: View, moment: int | None) -> str:
    if moment is None:
        return "never"
    return wording.moment(moment, view.settings.zone, wording.year_of(view.as_of, view.settings.zone), ends=True)
