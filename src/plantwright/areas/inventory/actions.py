"""What people do with stock."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from plantwright.core.action import action
from plantwright.core.exact import SCALE
from plantwright.core.journal import reversal_of
from plantwright.core.parameters import Ref
from plantwright.core.problem import Problem, problem_kind, stop_on_errors
from plantwright.core.store import Transaction

QUANTITY_ZERO = problem_kind(
    "stock-quantity", "{column} must not be 0.", "Give what is to be added, or below zero what is to be taken away."
)
QUANTITY_FINE = problem_kind(
    "stock-quantity-fine", "{column} has more than six decimals: {value}.", "Round it to six decimals."
)


@action("inventory.moves", label="Correct the stock")
def post_stock(
    tx: Transaction,
    item: Annotated[str, Ref("item")],
    quantity: Decimal,
    location: Annotated[str, Ref("location")],
    reason: str = "correction",
    at: datetime | None = None,
) -> dict[str, str]:
    """Correct the stock of an item: add what was found, or with a quantity below zero take away what is lost.

    Parameters
    ----------
    tx : the open transaction
    item : code of the item
    quantity : what is added, in the item's unit; below zero: what is taken away
    location : place
    reason : why
    at : when it happened, with its offset; now where it is left out
    """
    scaled = int(quantity * SCALE)
    stop_on_errors(_faults(quantity, scaled))
    number = tx.next_number("stock_move", "SM-", 6)
    places = ("LOSS", location) if scaled > 0 else (location, "LOSS")
    move = {
        "number": number, "item": item, "from_location": places[0], "to_location": places[1], "quantity": abs(scaled),
        "at": tx.now if at is None else int(at.timestamp()) // 60, "recorded_at": tx.now, "reason": reason, "by": tx.by,
    }  # fmt: skip
    tx.insert("stock_move", [move])
    return {"number": number}


def _faults(quantity: Decimal, scaled: int) -> list[Problem]:
    if not quantity:
        return [QUANTITY_ZERO.at("stock_move", column="quantity", value=str(quantity))]
    if Decimal(scaled) != quantity * SCALE:
        return [QUANTITY_FINE.at("stock_move", column="quantity", value=str(quantity))]
    return []


@reversal_of("stock_move")
def reverse_move(tx: Transaction, row: dict[str, Any]) -> dict[str, Any]:
    """Take a move back: the same quantity goes the other way, at the same moment, recorded now."""
    return {
        **row,
        "number": tx.next_number("stock_move", "SM-", 6),
        "from_location": row["to_location"],
        "to_location": row["from_location"],
        "recorded_at": tx.now,
        "by": tx.by,
        "reverses": row["number"],
    }


__all__ = ["post_stock", "reverse_move"]
