"""What the plan wants made, bought and moved, what it asks people to do, and what serves what."""

from __future__ import annotations

from collections import Counter

import polars as pl

from plantwright.areas.planning.pegging import pegging
from plantwright.areas.planning.why import why
from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, View, missing, named, sheet
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import plural, say
from plantwright.core.report import report

ORDER_COLUMNS = (
    "order", "item", "quantity", "source", "state", "start", "finish", "due", "late", "supplier", "site", "order_by",
    "from_site", "unit_cost",
)  # fmt: skip
URGENT_FIRST = ("expedite", "release", "increase", "cancel", "decrease", "defer")


@report
def planned_orders(plan: View, item: str = "", source: str = "") -> Page:
    """List the orders of the plan, new and existing, by their start.

    Parameters
    ----------
    plan : plant and plan
    item : only orders for this item
    source : only make, buy, transfer or subcontract
    """
    rows = plan.result("planned_order").sort("start", "order")
    rows = rows.filter((pl.col("item") == item) | (item == ""), (pl.col("source") == source) | (source == ""))
    return Page(_orders_sentence(rows), (sheet(plan, "Planned orders", "planned_order", rows, *ORDER_COLUMNS),))


def _orders_sentence(rows: pl.DataFrame) -> str:
    new = rows.filter(pl.col("state") == "planned").height
    kinds = Counter(rows["source"])
    words = {"make": "to make", "buy": "to buy", "transfer": "to move", "subcontract": "to have made"}
    parts = [f"{wording.number(kinds[kind])} {text}" for kind, text in words.items() if kinds[kind]]
    late = int(rows["late"].sum() or 0)
    tail = " " + _later_words(late) if late else ""
    return say(
        "{orders}, {new} of them new: {parts}.{tail}",
        orders=wording.count(rows.height, "order"),
        new=wording.number(new),
        parts=", ".join(parts) or say("none"),
        tail=tail,
    )


@report
def orders_of_item(plan: View, item: str) -> Page:
    """List the orders for an item in the plan, new and existing.

    Parameters
    ----------
    plan : plant and plan
    item : code of the item
    """
    items = plan.table("item")["code"]
    stop_on_errors([] if item in items else [missing("item", item, items)])
    rows = plan.result("planned_order").filter(pl.col("item") == item).sort("due", "order")
    total = wording.decimal(int(rows["quantity"].sum()))
    sentence = say(
        "{orders} for {item}, {total} in all. {late_words}",
        orders=wording.count(rows.height, "order"),
        item=item,
        total=total,
        late_words=_late_words(rows),
    )
    columns = [name for name in ORDER_COLUMNS if name != "item"]
    return Page(sentence.strip(), (sheet(plan, say("Orders for {item}", item=item), "planned_order", rows, *columns),))


def _late_words(rows: pl.DataFrame) -> str:
    late = int(rows["late"].sum() or 0)
    return _later_words(late) if late else say("All are done in time.")


def _later_words(late: int) -> str:
    return plural("{n} is done later than needed.", "{n} are done later than needed.", late, n=wording.number(late))


@report
def purchase_plan(plan: View, supplier: str = "") -> Page:
    """List what is to be bought, by the day on which it must be ordered.

    Parameters
    ----------
    plan : plant and plan
    supplier : only this supplier
    """
    rows = plan.result("planned_order").filter(pl.col("source") == "buy").sort("start", "supplier", "item")
    rows = rows.filter((pl.col("supplier") == supplier) | (supplier == ""))
    value = (pl.col("quantity").cast(pl.Float64) / SCALE * pl.col("unit_cost")).round().cast(pl.Int64)
    rows = rows.with_columns(value=value)
    new = rows.filter(pl.col("state") == "planned")
    overdue = new.filter(pl.col("order_by") < plan.as_of).height
    money = wording.decimal(int(new["value"].sum()), 0)
    sentence = (
        say(
            "{purchases} to be ordered for {money} {currency}, {rows} on order.",
            purchases=wording.count(new.height, "purchase"),
            money=money,
            currency=plan.settings["currency"],
            rows=wording.count(rows.height - new.height, "is", "are"),
        )
    ) + (
        say(" {orders} should have been placed before now.", orders=wording.count(overdue, "order")) if overdue else ""
    )
    columns = (
        "order", "item", "supplier", "quantity", "start", "due", "finish",
        named(Kind.MONEY, "value", "Quantity times unit cost"), "state", "unit_cost", "order_by", "late", "site",
    )  # fmt: skip
    return Page(sentence, (sheet(plan, "Purchase plan", "planned_order", rows, *columns),))


@report
def consumed_forecast(plan: View) -> Page:
    """List what the sales orders took off the forecast.

    Parameters
    ----------
    plan : plant and plan
    """
    rows = plan.result("consumed_forecast").sort("number")
    dropped = rows.filter(pl.col("order") == "").height
    sentence = say("{times} an order took from a forecast", times=wording.count(rows.height - dropped, "time")) + (
        say("; {parts} fell away inside the demand fence.", parts=wording.count(dropped, "part")) if dropped else "."
    )
    return Page(
        sentence, (sheet(plan, "Consumed forecast", "consumed_forecast", rows, "forecast", "order", "quantity"),)
    )


@report
def messages(plan: View, state: str = "open", action: str = "") -> Page:
    """List what the plan asks people to do: release, expedite, defer, increase, decrease, cancel.

    Parameters
    ----------
    plan : plant and plan
    state : open, dismissed or done; all for every one
    action : only this action
    """
    kept = plan.table("action_message")
    rows = kept if kept.height else _drafts(plan)
    rows = rows.join(_texts(plan), on=["action", "order", "item"], how="left", maintain_order="left")
    rows = rows.filter((pl.col("state") == state) | (state == "all"), (pl.col("action") == action) | (action == ""))
    urgency = pl.col("action").replace_strict({name: place for place, name in enumerate(URGENT_FIRST)}, default=9)
    rows = rows.sort(urgency, "new_due", "order", nulls_last=True)
    counts = Counter(rows["action"])
    parts = [f"{wording.number(count)} {name}" for name, count in counts.most_common()]
    shown = "" if state == "all" else f" {state}"
    sentence = f"{wording.count(rows.height, f'{shown.strip()} message'.strip())}" + (
        f": {', '.join(parts)}." if parts else "."
    )
    columns = (
        "action", "order", "item", "quantity", "new_quantity", "due", "new_due",
        named(Kind.TEXT, "text", "The message in words", kept=True), "state", "note", "site",
        "first_plan", "last_plan", "by",
    )  # fmt: skip
    return Page(sentence, (sheet(plan, "Messages", "action_message", rows, *columns),))


def _drafts(view: View) -> pl.DataFrame:
    """Give the plan's own messages as they would be kept."""
    rows = view.result("message_draft").drop("text")
    return rows.with_columns(
        state=pl.lit("open"), note=pl.lit(""), by=pl.lit(""),
        first_plan=pl.lit(view.number, pl.Int64), last_plan=pl.lit(view.number, pl.Int64),
    )  # fmt: skip


def _texts(view: View) -> pl.DataFrame:
    return view.result("message_draft").select("action", "order", "item", "text")


__all__ = ["consumed_forecast", "messages", "orders_of_item", "pegging", "planned_orders", "purchase_plan", "why"]
