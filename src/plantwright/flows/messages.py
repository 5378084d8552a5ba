"""Action messages over time: what a plan asks, set against what earlier plans asked; and doing what they say."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from plantwright.areas.planning.actions import open_message
from plantwright.core.action import action
from plantwright.core.entity import ENTITIES
from plantwright.core.parameters import Ref
from plantwright.core.problem import ProblemError, problem_kind, stop_on_errors
from plantwright.core.store import Transaction
from plantwright.core.store import plans as stored_plans

ORDER_GONE = problem_kind(
    "message-order-gone", "The order {value} is not there any more.", "Plan again; the message will go."
)
UNIT_DIFFERS = problem_kind(
    "message-unit", "{value} is written in {unit}, the message in {own}.", "Change the quantity of the order by hand."
)
GROWN = 10
"""A dismissed message comes back when the quantity it asks for differs by a tenth more than when it was dismissed."""
_KEY = ("action", "order", "item")


# --- what a plan asks, set against what earlier plans asked ---------------------------------------------------------


def merge_messages(tx: Transaction, drafts: pl.DataFrame, number: int, tolerance: int) -> None:
    """Keep the messages of a plan: the same ones stay as they are, new ones open, those not said again are done.

    Parameters
    ----------
    tx : the transaction that keeps them
    drafts : raw rows of message_draft
    number : number of the plan
    tolerance : a dismissed message opens again when its dates differ by so many minutes more than when it was dismissed

    A new order has another number in each plan, so a release is known again by item, site and its place among their
    releases by date; what people said about it goes with it.
    """
    kept = tx.read("action_message")
    renamed = _carried_over(kept, drafts)
    rows = _merged(drafts, renamed, number, tolerance)
    gone = kept.join(rows, on=_KEY, how="anti").join(_replaced(kept, renamed), on=_KEY, how="anti")
    said_no_more = gone.filter(pl.col("state") != "done").with_columns(state=pl.lit("done"))
    tx.delete("action_message", _replaced(kept, renamed).join(rows, on=_KEY, how="anti").select(_KEY))
    tx.upsert("action_message", pl.concat([rows, said_no_more.select(rows.columns)]))


def _releases(rows: pl.DataFrame) -> pl.DataFrame:
    releases = rows.filter(pl.col("action") == "release").sort("new_due", "order")
    return releases.with_columns(place=pl.int_range(pl.len()).over("item", "site"))


def _carried_over(kept: pl.DataFrame, drafts: pl.DataFrame) -> pl.DataFrame:
    """Give the kept messages under the numbers that their orders have in the new plan; `was` is the old number."""
    live = kept.filter(pl.col("state") != "done")
    new = _releases(drafts).select("item", "site", "place", new_order="order")
    pairs = _releases(live).join(new, on=["item", "site", "place"], how="inner")
    pairs = pairs.with_columns(was=pl.col("order"), order=pl.col("new_order"))
    others = kept.with_columns(was=pl.col("order")).join(pairs, on=_KEY, how="anti")
    others = others.join(pairs.select("action", "was", "item"), on=["action", "was", "item"], how="anti")
    return pl.concat([pairs.select(others.columns), others])


def _replaced(kept: pl.DataFrame, renamed: pl.DataFrame) -> pl.DataFrame:
    """Give the keys under which messages stood that have another number now."""
    moved = renamed.filter(pl.col("was") != pl.col("order")).select("action", "item", order="was")
    return kept.join(moved, on=_KEY, how="semi")


def _merged(drafts: pl.DataFrame, kept: pl.DataFrame, number: int, tolerance: int) -> pl.DataFrame:
    old = kept.select(*_KEY, *(pl.col(name).alias(f"{name}_old") for name in _CARRIED))
    rows = drafts.drop("text").join(old, on=_KEY, how="left", maintain_order="left")
    same = pl.col("state_old").is_in(["open", "dismissed"]).fill_null(value=False)
    quiet = (pl.col("state_old") == "dismissed").fill_null(value=False) & ~_grown(tolerance)
    shown = {  # what was dismissed stays as it was, so that small steps in one direction add up
        name: pl.when(quiet).then(f"{name}_old").otherwise(name)
        for name in ("quantity", "new_quantity", "due", "new_due")
    }
    return rows.with_columns(
        **shown,
        state=pl.when(quiet).then(pl.lit("dismissed")).otherwise(pl.lit("open")),
        first_plan=pl.when(same).then("first_plan_old").otherwise(number).cast(pl.Int64),
        last_plan=pl.lit(number, pl.Int64),
        note=pl.when(quiet).then("note_old").otherwise(pl.lit("")),
        by=pl.when(quiet).then("by_old").otherwise(pl.lit("")),
    ).select(list(ENTITIES["action_message"].columns))


_CARRIED = ("state", "first_plan", "note", "by", "quantity", "new_quantity", "due", "new_due")


def _grown(tolerance: int) -> pl.Expr:
    """Tell whether a message asks for more of a change than when it was dismissed."""
    now = (pl.col("new_due") - pl.col("due")).abs()
    then = (pl.col("new_due_old") - pl.col("due_old")).abs()
    # A release has no date of its own so far: its new date is compared with the one that was dismissed, earlier only.
    sooner = pl.col("new_due_old") - pl.col("new_due")
    dates = pl.when(pl.col("due").is_null()).then(sooner).otherwise(now - then).fill_null(0) > tolerance
    asked_now = (pl.col("new_quantity") - pl.col("quantity")).abs()
    more = asked_now - (pl.col("new_quantity_old") - pl.col("quantity_old")).abs()
    return dates | (more * GROWN > pl.col("quantity"))


# --- doing what a message says --------------------------------------------------------------------------------------

Message = dict[str, Any]
Planned = dict[str, pl.DataFrame]


@action("planning.messages", label="Do what a message says")
def accept_message(
    tx: Transaction,
    action: str,
    order: str,
    item: Annotated[str, Ref("item")] = "",
    note: str = "",
) -> dict[str, Any]:
    """Do what a message says: release, move, resize or cancel its order.

    Parameters
    ----------
    tx : the open transaction
    action : release, expedite, defer, increase, decrease or cancel
    order : number of the order
    item : item of the order, where several messages name the order
    note : kept with the message
    """
    return _accept(tx, (action, order, item), note, _planned(tx) if action == "release" else {})


def _accept(tx: Transaction, named: tuple[str, str, str], note: str, planned: Planned) -> dict[str, Any]:
    # What was dismissed may still be done.
    message = open_message(tx, *named, ("open", "dismissed")).row(0, named=True)
    action, order, _ = named
    if action == "release":
        made = _released(tx, order, "released", planned)
    else:
        made = order
        _change_order(tx, message)
    done = {**message, "state": "done", "by": tx.by, "note": note or (f"made {made}" if made != order else "")}
    tx.update("action_message", _rows("action_message", [done]))
    return {"action": action, "order": made, "item": message["item"]}


@action("planning.messages", label="Do what messages say")
def accept_messages(tx: Transaction, messages: list[str], note: str = "") -> dict[str, Any]:
    """Do what several messages say, all of them or none, as one act that can be taken back.

    Parameters
    ----------
    tx : the open transaction
    messages : each as action|order|item, such as expedite|PO-4711|CASTING
    note : kept with the messages
    """
    named = [_named(one) for one in messages]
    planned = _planned(tx) if any(action == "release" for action, _, _ in named) else {}
    done = [_accept(tx, one, note, planned) for one in named]
    return {"entry": tx.number, "done": done}


@action("planning.messages", label="Dismiss messages")
def dismiss_messages(tx: Transaction, messages: list[str], note: str = "") -> dict[str, Any]:
    """Dismiss several messages, all of them or none, as one act that can be taken back.

    Parameters
    ----------
    tx : the open transaction
    messages : each as action|order|item, such as defer|MO-000012|P-100
    note : why
    """
    rows = pl.concat([open_message(tx, *_named(one), ("open",)) for one in messages]) if messages else None
    if rows is not None:
        tx.update("action_message", rows.with_columns(state=pl.lit("dismissed"), note=pl.lit(note), by=pl.lit(tx.by)))
    return {"entry": tx.number, "dismissed": len(messages)}


def _named(text: str) -> tuple[str, str, str]:
    """Read the name of a message.

    Examples
    --------
    >>> _named("expedite|PO-1|C-1"), _named("cancel|MO-2")
    (('expedite', 'PO-1', 'C-1'), ('cancel', 'MO-2', ''))
    """
    action, order, item, *_ = (*text.split("|"), "", "")
    return action, order, item


def _rows(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = ENTITIES[name].schema()
    return pl.DataFrame([{key: row[key] for key in row if key in schema} for row in rows]).cast(
        {key: schema[key] for key in rows[0] if key in schema}
    )


def _change_order(tx: Transaction, message: Message) -> None:
    name, row = _existing(tx, message["order"])
    changed = {key: row[key] for key in ENTITIES[name].key}
    kind = message["action"]
    if kind in {"expedite", "defer"}:
        changed["due"] = message["new_due"]
    elif kind == "cancel":
        changed["state"] = "cancelled"
    else:
        stop_on_errors(_unit_fault(tx, name, row))
        done = row.get("received", row.get("completed", 0))
        changed["quantity"] = done + message["new_quantity"]
    tx.update(name, _rows(name, [changed]))


def _existing(tx: Transaction, document: str) -> tuple[str, dict[str, Any]]:
    """Find an order by the name that plans give it: its number, with the line where that is not the first."""
    order, _, line = document.rpartition("/")
    number = int(line) if order and line.isdigit() else 1
    places: tuple[tuple[str, dict[str, Any]], ...] = (
        ("production_order", {"order": [document]}),
        ("purchase_order_line", {"order": [document], "line": [1]}),
        ("purchase_order_line", {"order": [order], "line": [number]}),
        ("transfer_order", {"order": [document]}),
    )
    for name, where in places:
        found = tx.read(name, where)
        if found.height:
            return name, found.row(0, named=True)
    raise ProblemError([ORDER_GONE.at(key=document, value=document)])


def _unit_fault(tx: Transaction, name: str, row: dict[str, Any]) -> list[Any]:
    own = tx.read("item", {"code": [row["item"]]})["unit"]
    unit = row.get("unit") or ""
    if not unit or (own.len() and unit == own[0]):
        return []
    return [UNIT_DIFFERS.at(name, row["order"], "unit", value=row["order"], unit=unit, own=own[0] if own.len() else "")]


# --- planned orders become real -------------------------------------------------------------------------------------


@action("planning.orders", label="Firm a planned order")
def firm_order(tx: Transaction, order: str) -> dict[str, str]:
    """Make a planned order firm: it gets a number of its own, and the next plans keep it.

    Parameters
    ----------
    tx : the open transaction
    order : number of the order in the latest plan
    """
    return {"order": release(tx, order, "firm")}


def release(tx: Transaction, order: str, state: str) -> str:
    """Turn an order of the latest plan into a production order, purchase order line or transfer; give its number.

    Parameters
    ----------
    tx : the open transaction
    order : number of the order in the latest plan
    state : released or firm
    """
    return _released(tx, order, state, _planned(tx))


def _planned(tx: Transaction) -> Planned:
    """Read the orders of the latest plan, once for all messages of an act."""
    return stored_plans.load(tx.connection, tx.driver, None, ("planned_order", "planned_component"), "")[1]


def _released(tx: Transaction, order: str, state: str, tables: Planned) -> str:
    rows = tables["planned_order"].filter((pl.col("order") == order) & (pl.col("state") == "planned"))
    if not rows.height:
        raise ProblemError([ORDER_GONE.at("planned_order", order, value=order)])
    row = rows.row(0, named=True)
    if row["source"] == "buy":
        return _purchase(tx, row, "approved" if state == "released" else "draft")
    if row["source"] == "transfer":
        return _transfer(tx, row)
    return _production(tx, row, state, tables["planned_component"].filter(pl.col("order") == order))


def _production(tx: Transaction, row: dict[str, Any], state: str, components: pl.DataFrame) -> str:
    number = tx.next_number("production_order", "MO-", 6)
    kept = {name: row[name] for name in ("item", "site", "quantity", "start", "due")}
    tx.insert("production_order", _rows("production_order", [{**kept, "order": number, "state": state}]))
    # The bill is frozen here, so that a later change of it does not touch an order that people work on.
    frozen = components.group_by(component="item", operation="operation").agg(required=pl.col("quantity").sum())
    frozen = frozen.filter(pl.col("required") > 0).with_columns(order=pl.lit(number), issued=pl.lit(0, pl.Int64))
    if frozen.height and state == "released":
        tx.insert("production_component", frozen.select("order", "component", "operation", "required", "issued"))
    return number


def _purchase(tx: Transaction, row: dict[str, Any], state: str) -> str:
    number = tx.next_number("purchase_order", "PO-", 6)
    line = {
        "order": number, "line": 1, "supplier": row["supplier"], "item": row["item"], "site": row["site"],
        "quantity": row["quantity"], "due": row["due"], "price": row["unit_cost"], "state": state,
    }  # fmt: skip
    tx.insert("purchase_order_line", _rows("purchase_order_line", [line]))
    return number


def _transfer(tx: Transaction, row: dict[str, Any]) -> str:
    number = tx.next_number("transfer_order", "TO-", 6)
    move = {
        "order": number, "item": row["item"], "from_site": row["from_site"], "to_site": row["site"],
        "quantity": row["quantity"], "due": row["due"], "state": "firm",
    }  # fmt: skip
    tx.insert("transfer_order", _rows("transfer_order", [move]))
    return number
