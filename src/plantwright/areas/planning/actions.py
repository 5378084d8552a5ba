"""What people do about plans and their messages."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from plantwright.core.action import action
from plantwright.core.parameters import Ref
from plantwright.core.problem import ProblemError, problem_kind
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
