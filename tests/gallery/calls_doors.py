"""Actions, reports and journal entries that are asked for and cannot be had."""

from decimal import Decimal

import polars as pl
from provokes import new_store, provokes, raised, rows

from plantwright.core.action import run_action
from plantwright.core.journal import reverse
from plantwright.core.pages import missing
from plantwright.core.parameters import parameters_of, read_arguments


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
