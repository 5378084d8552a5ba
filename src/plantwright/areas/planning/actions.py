"""What people do about plans and their messages."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import polars as pl

from plantwright.core.action import action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.parameters import Ref
from plantwright.core.problem import BAD_ARGUMENT, ProblemError, problem_kind
from plantwright.core.store import Transaction, plans

NO_MESSAGE = problem_kind(
    "message-not-open", "There is no open message {value}.", "See the list: plantwright show DB messages."
)
SEVERAL_MESSAGES = problem_kind(
    "message-several", "{count} open messages say {value}, for the items {items}.", "Name the item too: --item {first}."
)


def open_message(tx: Transaction, action: str, order: str, item: str, states: tuple[str, ...]) -> pl.DataFrame:
    """Give the one message that says this and is in one of the states, as a row.

    Raises
    ------
    ProblemError : there is none, or there are several because the item is not named
    """
    rows = tx.read("action_message", {"order": [order], "action": [action], "state": list(states)})
    rows = rows.filter((pl.col("item") == item) | (item == ""))
    if rows.height == 1:
        return rows
    said = f"{action} {order} {item}".rstrip()
    if not rows.height:
        raise ProblemError([NO_MESSAGE.at("action_message", (action, order, item), value=said)])
    more = {"count": rows.height, "items": ", ".join(rows["item"]), "first": rows["item"][0]}
    raise ProblemError([SEVERAL_MESSAGES.at("action_message", (action, order), "item", said, **more)])


@action("planning.messages", label="Dismiss a message")
def dismiss_message(
    tx: Transaction, action: str, order: str, item: Annotated[str, Ref("item")] = "", note: str = ""
) -> dict[str, str]:
    """Dismiss a message: it stays away until it asks for clearly more than now.

    Parameters
    ----------
    tx : the open transaction
    action : release, expedite, defer, increase, decrease or cancel
    order : number of the order
    item : item of the order, where several messages name the order
    note : why
    """
    rows = open_message(tx, action, order, item, ("open",))
    tx.update("action_message", rows.with_columns(state=pl.lit("dismissed"), note=pl.lit(note), by=pl.lit(tx.by)))
    return {"action": action, "order": order, "item": str(rows["item"][0])}


@action("planning.plans", label="Keep a plan")
def pin_plan(tx: Transaction, number: int, off: bool = False) -> dict[str, int | bool]:  # noqa: FBT001, FBT002
    """Pin a plan, so that it is kept when old ones are pruned.

    Parameters
    ----------
    tx : the open transaction
    number : number of the plan
    off : take the pin away again
    """
    plans.pin(tx.connection, tx.driver, number, pinned=not off)
    return {"plan": number, "pinned": not off}


@action("planning.plans", label="Prune old plans")
def prune_plans(tx: Transaction, keep: int) -> dict[str, list[int]]:
    """Delete all plans but the latest ones and those that are pinned.

    Parameters
    ----------
    tx : the open transaction
    keep : how many of the latest are kept
    """
    return {"deleted": plans.prune(tx.connection, tx.driver, keep)}


MOST_MONTHS = 60
OVERTIME_WRONG = problem_kind(
    "aggregate-overtime",
    "Overtime must be given as GROUP=SHARE or GROUP@SITE=SHARE, such as Painting=0.15; it is {value}.",
    "Write the share as a decimal number from 0 to 1.",
)


@action("planning.aggregate", label="Accept the aggregate plan")
def accept_aggregate(
    tx: Transaction, strategy: Literal["mixed", "chase", "level"], months: int, overtime: list[str] | None = None,
    master_schedule: bool | None = None,  # noqa: FBT001 - given by name
) -> dict[str, object]:  # fmt: skip
    """Keep what was chosen for the aggregate plan: its strategy and months, and how much overtime there may be.

    The next plan makes it anew from these.

    Parameters
    ----------
    tx : the open transaction
    strategy : mixed, chase or level
    months : how many months it covers
    overtime : overtime at most as a share of the open hours, each as GROUP=SHARE, or GROUP@SITE=SHARE
    master_schedule : whether material is planned to its master schedule; as it is where it is left out
    """
    shares = _overtime_shares(overtime or [])
    settings = {"aggregate_strategy": strategy, "aggregate_months": str(months)}
    if not 1 <= months <= MOST_MONTHS:
        raise ProblemError([BAD_ARGUMENT.at(column="months", value=months, must=f"1 to {MOST_MONTHS}")])
    if master_schedule is not None:
        settings["master_schedule"] = "yes" if master_schedule else "no"
    rows = [{"name": name, "value": value} for name, value in settings.items()]
    tx.upsert("setting", raw_frame(ENTITIES["setting"], rows))
    for (group, site), share in shares.items():
        known = tx.read("resource_cost", {"group": [group], "site": [site]})
        if known.height:
            tx.update("resource_cost", known.with_columns(overtime_share=pl.lit(share, pl.Int64)))
        else:
            row = {"group": group, "site": site, "overtime_share": share}
            tx.insert("resource_cost", raw_frame(ENTITIES["resource_cost"], [row]))
    return {"strategy": strategy, "months": months, "overtime": len(shares)}


def _overtime_shares(texts: list[str]) -> dict[tuple[str, str], int]:
    """Read shares of overtime by group and site, in millionths."""
    found, problems = {}, []
    for text in texts:
        place, _, amount = text.rpartition("=")
        group, _, site = place.partition("@")
        try:
            share = int((Decimal(amount) * SCALE).to_integral_value())
        except (InvalidOperation, ValueError, OverflowError):
            share = -1
        if not group or not 0 <= share <= SCALE:
            problems.append(OVERTIME_WRONG.at("resource_cost", column="overtime_share", value=text[:80] or "empty"))
        else:
            found[group, site] = share
    if problems:
        raise ProblemError(problems)
    return found
