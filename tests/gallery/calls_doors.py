"""Actions, reports and journal entries that are asked for and cannot be had."""

from decimal import Decimal

import polars as pl
import small_plant
from provokes import new_store, provokes, raised, rows

from plantwright.core.action import run_action
from plantwright.core.journal import REVERSALS, reverse
from plantwright.core.pages import missing
from plantwright.core.parameters import parameters_of, read_arguments
from plantwright.core.report import REPORTS, run_report
from plantwright.doors.cli.showing import Wanted, show
from plantwright.flows.plan.judge.totals import verify_totals
from plantwright.flows.plan_store import Wishes, judge_plan, plan_store


@provokes("action-unknown")
def action_unknown(folder):
    with new_store(folder) as store:
        return raised(lambda: run_action(store, "paint_green", {}, "anna"))


def _count(item: str, counted: Decimal) -> None:
    """Stands for an action with two parameters."""


@provokes("argument-unknown")
def argument_unknown(folder):
    given = {"item": "A", "counted": "5", "colour": "red"}
    return raised(lambda: read_arguments("count", parameters_of(_count, ()), given))


@provokes("argument-missing")
def argument_missing(folder):
    return raised(lambda: read_arguments("count", parameters_of(_count, ()), {"item": "A"}))


@provokes("argument-wrong")
def argument_wrong(folder):
    return raised(lambda: read_arguments("count", parameters_of(_count, ()), {"item": "A", "counted": "many"}))


@provokes("not-there")
def not_there(folder):
    return [missing("item", "P-10", pl.Series(["P-100", "P-200"]))]


@provokes("journal-entry-missing")
def journal_entry_missing(folder):
    with new_store(folder) as store:
        return raised(lambda: reverse(store, 99, "anna"))


@provokes("journal-reversed")
def journal_reversed(folder):
    with new_store(folder) as store:
        reverse(store, 1, "anna")
        return raised(lambda: reverse(store, 1, "anna"))


@provokes("journal-nothing")
def journal_nothing(folder):
    with new_store(folder) as store:
        with store.begin("anna", "look", key="7f3a") as tx:
            tx.answer("nothing was changed")
        return raised(lambda: reverse(store, 2, "anna"))


@provokes("journal-changed-since")
def journal_changed_since(folder):
    with new_store(folder) as store:
        with store.begin("bob", "edit") as tx:
            tx.update("item", rows("item", {"code": "A", "kind": "make", "price": 5_000_000}))
        return raised(lambda: reverse(store, 1, "anna"))


@provokes("journal-no-reversal")
def journal_no_reversal(folder):
    move = {"number": "M-1", "item": "A", "from_location": "OPENING", "to_location": "LOSS", "quantity": 1, "at": 0}
    with new_store(folder) as store:
        with store.begin("bob", "edit") as tx:
            tx.insert("stock_move", rows("stock_move", move))
        way_back = REVERSALS.pop("stock_move")  # a ledger whose area says no way back
        try:
            return raised(lambda: reverse(store, 2, "anna"))
        finally:
            REVERSALS["stock_move"] = way_back


@provokes("report-unknown")
def report_unknown(folder):
    return raised(lambda: run_report("paint_prices", {}, {}))


def _done(folder, act, **arguments):
    """Give the problems of an action in a plant with an order and two messages."""
    order = {"order": "PO-1", "item": "B", "quantity": 5_000_000, "unit": "dozen", "due": 29_500_000}
    message = {"action": "increase", "item": "B", "quantity": 5_000_000, "new_quantity": 8_000_000}
    with new_store(folder) as store:
        with store.begin("anna", "import") as tx:
            tx.insert("purchase_order_line", rows("purchase_order_line", order))
            tx.insert("action_message", rows("action_message", {**message, "order": "PO-1"}))
            tx.insert("action_message", rows("action_message", {**message, "order": "PO-2"}))
            tx.insert("action_message", rows("action_message", {**message, "order": "PO-2", "item": "A"}))
        return raised(lambda: run_action(store, act, arguments, "bob"))


@provokes("stock-quantity")
def stock_quantity(folder):
    return _done(folder, "post_stock", item="A", quantity="0", location="LOSS")


@provokes("stock-quantity-fine")
def stock_quantity_fine(folder):
    return _done(folder, "post_stock", item="A", quantity="0.12345678", location="LOSS")


@provokes("remedy-edits")
def remedy_edits(folder):
    return _done(folder, "accept_remedy", edits="open on Saturday")


@provokes("remedy-table")
def remedy_table(folder):
    edit = '{"table": "item", "change": "delete", "rows": "code = A", "column": "", "value": ""}'
    return _done(folder, "accept_remedy", edits=f"[{edit}]")


@provokes("message-order-gone")
def message_order_gone(folder):
    return _done(folder, "accept_message", action="increase", order="PO-2", item="B")


@provokes("message-unit")
def message_unit(folder):
    return _done(folder, "accept_message", action="increase", order="PO-1")


@provokes("message-not-open")
def message_not_open(folder):
    return _done(folder, "dismiss_message", action="cancel", order="PO-9")


@provokes("message-several")
def message_several(folder):
    return _done(folder, "dismiss_message", action="increase", order="PO-2")


@provokes("verify-totals")
def verify_totals_differ(folder):
    plant = small_plant.plant_of(small_plant.plant_rows())
    tables = small_plant.frames(small_plant.plan_rows())
    return verify_totals(plant, tables, small_plant.NOW, {"late_days": 99.0})


@provokes("out-missing")
def out_missing(folder):
    new_store(folder).close()
    wanted = Wanted(format="xlsx")
    return raised(lambda: show(REPORTS["where_used"], str(folder / "plant.db"), {"item": "B"}, wanted))


@provokes("plan-of-earlier-plant")
def plan_of_earlier_plant(folder):
    with new_store(folder) as store:
        plan_store(store, Wishes(as_of="2026-01-05"))
        with store.begin("bob", "edit") as tx:
            tx.update("item", rows("item", {"code": "A", "kind": "make", "price": 5_000_000}))
        return judge_plan(store)[1]


@provokes("report-column")
def report_column(folder):
    new_store(folder).close()
    wanted = Wanted(columns="colour")
    return raised(lambda: show(REPORTS["where_used"], str(folder / "plant.db"), {"item": "B"}, wanted))


@provokes("fix-unknown")
def fix_unknown(folder):
    with new_store(folder) as store:
        given = {"code": "bom-gap", "table": "bom_line", "keys": ["A / B / 0 / "]}
        return raised(lambda: run_action(store, "fix_problem", given, "anna"))


@provokes("fix-gone")
def fix_gone(folder):
    with new_store(folder) as store:
        given = {"code": "purchase-complete", "table": "purchase_order_line", "keys": ["PO-1 / 1"]}
        return raised(lambda: run_action(store, "fix_problem", given, "anna"))
