"""What people do with stock."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from plantwright.areas.inventory.tables import LOT_RULES
from plantwright.core.action import action
from plantwright.core.exact import SCALE
from plantwright.core.finding import main_site
from plantwright.core.journal import reversal_of
from plantwright.core.parameters import ARGUMENT_WRONG, Ref
from plantwright.core.problem import Problem, problem_kind, stop_on_errors
from plantwright.core.store import Transaction

DAY_MS = 86_400_000
Policy = Literal["as typed", "reorder point", "min-max", "periodic", "base stock", "kanban", "buffer"]
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


NO_REASON = problem_kind(
    "policy-no-reason", "No reason is given for the new policy of {item}.", "Say in a few words why it is accepted."
)
POLICY_SERVICE = problem_kind(
    "policy-service",
    "A service level of {value} cannot be kept by stock: it must be above 0 and below 1.",
    "Give a share such as 0.95.",
)
POLICY_CROSSED = problem_kind(
    "policy-levels-crossed",
    "Stock is to be filled up to {value}, which is below the reorder point {reorder_point}.",
    "Give an order-up-to level above the reorder point.",
)
POLICY_NEGATIVE = problem_kind(
    "policy-negative", "{column} must not be below 0; it is {value}.", "Give 0 or more, or leave it out."
)


@action("inventory.policies", label="Accept a stock policy")
def accept_policy(
    tx: Transaction,
    item: Annotated[str, Ref("item")],
    policy: Policy,
    reason: str,
    site: Annotated[str, Ref("site")] = "",
    service_level: Decimal | None = None,
    service_kind: Literal["", "cycle", "fill"] = "",
    review_days: Decimal | None = None,
    lot_rule: str = "",
    lot_quantity: Decimal | None = None,
    lot_days: Decimal | None = None,
    safety_stock: Decimal | None = None,
    reorder_point: Decimal | None = None,
    order_up_to: Decimal | None = None,
) -> dict[str, Any]:
    """Take over a stock policy for an item: its planning fields are written, and the next plan keeps them.

    What is left out stays as it is. With a service level the levels are computed anew for each plan; without one those
    that are written here hold.

    Parameters
    ----------
    tx : the open transaction
    item : code of the item
    policy : the policy; as typed leaves the rule by which orders are sized
    reason : why, for the journal
    site : site; the main one without one
    service_level : share that is to be served from stock
    service_kind : cycle or fill
    review_days : days between two looks at the stock
    lot_rule : rule by which orders are sized
    lot_quantity : order quantity of the fixed rule
    lot_days : days that an order of the period rule covers
    safety_stock, reorder_point, order_up_to : levels in the item's unit
    """
    amounts = {
        "lot_quantity": lot_quantity, "safety_stock": safety_stock, "reorder_point": reorder_point,
        "order_up_to": order_up_to,
    }  # fmt: skip
    times = {"review_period": review_days, "lot_period": lot_days}
    stop_on_errors(_policy_faults(item, reason, service_level, lot_rule, {**amounts, **times}))
    tables = {name: tx.read(name) for name in ("setting", "site")}
    row: dict[str, Any] = {"item": item, "site": site or main_site(tables), "stock_policy": policy}
    row |= {name: int(value * SCALE) for name, value in amounts.items() if value is not None}
    row |= {name: int(value * DAY_MS) for name, value in times.items() if value is not None}
    row |= {"service_level": int(service_level * SCALE)} if service_level is not None else {}
    row |= {name: value for name, value in (("service_kind", service_kind), ("lot_rule", lot_rule)) if value}
    tx.upsert("item_site", [row])
    return {"item": item, "site": row["site"], "policy": policy, "reason": reason}


def _policy_faults(
    item: str, reason: str, service: Decimal | None, lot_rule: str, values: dict[str, Decimal | None]
) -> list[Problem]:
    found = [] if reason.strip() else [NO_REASON.at("item_site", item, "reason", reason, item=item)]
    if service is not None and not 0 < service < 1:
        found.append(POLICY_SERVICE.at("item_site", item, "service_level", str(service)))
    if lot_rule and lot_rule not in LOT_RULES:
        must = "one of " + ", ".join(LOT_RULES)
        found.append(ARGUMENT_WRONG.at("accept_policy", item, "lot_rule", lot_rule, must=must))
    found += [
        POLICY_NEGATIVE.at("item_site", item, name, str(value))
        for name, value in values.items() if value is not None and value < 0
    ]  # fmt: skip
    low, high = values["reorder_point"], values["order_up_to"]
    if low is not None and high is not None and high < low:
        found.append(POLICY_CROSSED.at("item_site", item, "order_up_to", str(high), reorder_point=str(low)))
    return found


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


__all__ = ["accept_policy", "post_stock", "reverse_move"]
