"""Questions about chances, what is free and what is displaced that have no answer; promises that cannot be made."""

from decimal import Decimal

from calls_promise import _plant
from provokes import new_store, provokes, raised, rows

from plantwright.areas.demand.promises import keep_promise
from plantwright.flows.plan import make_plan
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView


def _asked(folder, name, told):
    plant = _plant(folder)
    return raised(lambda: run_report(MemoryView(plant, make_plan(plant)), name, told))


@provokes("chances-replications")
def chances_replications(folder):
    return _asked(folder, "chances", {"replications": "1000000"})


@provokes("chances-seed")
def chances_seed(folder):
    return _asked(folder, "chances", {"seed": "-1"})


@provokes("chances-below")
def chances_below(folder):
    return _asked(folder, "chances", {"below": "120"})


@provokes("atp-periods")
def atp_periods(folder):
    return _asked(folder, "atp", {"item": "TABLE", "periods": "0"})


@provokes("displaced-quantity")
def displaced_quantity(folder):
    return _asked(folder, "displaced", {"item": "TABLE", "quantity": "0", "date": "2026-03-09"})


@provokes("displaced-priority")
def displaced_priority(folder):
    return _asked(folder, "displaced", {"item": "TABLE", "quantity": "1", "date": "2026-03-09", "priority": "12"})


@provokes("displaced-past")
def displaced_past(folder):
    return _asked(folder, "displaced", {"item": "TABLE", "quantity": "1", "date": "2026-02-09"})


def _promised(folder, state, probability):
    from datetime import date

    with new_store(folder) as store:
        with store.begin("anna", "import") as tx:
            tx.insert("item", rows("item", {"code": "TABLE", "kind": "make"}))
            line = {"order": "SO-1", "item": "TABLE", "quantity": 1_000_000, "due": 29_700_000, "state": state}
            tx.insert("sales_order_line", rows("sales_order_line", line))
        with store.begin("anna", "promise") as tx:
            return raised(lambda: keep_promise(tx, "SO-1", date(2026, 7, 1), probability=probability))


@provokes("promise-not-open")
def promise_not_open(folder):
    return _promised(folder, "closed", None)


@provokes("promise-probability")
def promise_probability(folder):
    return _promised(folder, "open", Decimal("1.5"))
