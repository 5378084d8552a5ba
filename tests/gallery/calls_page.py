"""What people do on the page and what is refused there: files, rows, scenarios, and pins in the schedule."""

from functools import cache

import small_plant
from provokes import new_store, provokes, raised, rows

from plantwright.areas.scheduling.actions import pin_row
from plantwright.core.access import Person
from plantwright.core.action import run_action
from plantwright.core.reader import reading
from plantwright.doors.web.language import reader_for
from plantwright.doors.web.typed import plain_day, plain_number
from plantwright.flows.catalog import load_actions
from plantwright.flows.edits import RowEdit, save_edits
from plantwright.flows.parcels import lay_down
from plantwright.flows.plan import make_plan
from plantwright.flows.trial import Pin, with_pin
from plantwright.plant import make_plant

load_actions()


@provokes("parcel-mixed")
def parcel_mixed(folder):
    with new_store(folder) as store:
        return raised(lambda: lay_down(store, [("plant.xlsx", b""), ("item.csv", b"code\n")]))


@provokes("parcel-unknown")
def parcel_unknown(folder):
    with new_store(folder) as store:
        return raised(lambda: lay_down(store, [("notes.pdf", b"")]))


@provokes("table-read-only")
def table_read_only(folder):
    with new_store(folder) as store:
        everything = Person("anna", frozenset({"*"}), None)
        return raised(lambda: save_edits(store, "stock_move", [RowEdit("1", cells={"item": "A"})], everything))


@provokes("site-not-allowed")
def site_not_allowed(folder):
    with new_store(folder) as store:
        with store.begin("anna", "import") as tx:
            tx.insert("site", rows("site", {"code": "MAIN"}, {"code": "SPARES"}))
        there = Person("sid", frozenset({"write:item_site"}), frozenset({"SPARES"}))
        edit = RowEdit("1", cells={"item": "A", "site": "MAIN"})
        return [problem for _, problem in save_edits(store, "item_site", [edit], there).problems]


@provokes("scenario-name")
def scenario_name(folder):
    with new_store(folder) as store:
        return raised(lambda: run_action(store, "make_scenario", {"code": "night shift"}, "anna"))


@provokes("scenario-exists")
def scenario_exists(folder):
    with new_store(folder) as store:
        run_action(store, "make_scenario", {"code": "night"}, "anna")
        return raised(lambda: run_action(store, "make_scenario", {"code": "night"}, "anna"))


@cache
def _plant():
    return make_plant(small_plant.frames(small_plant.plant_rows()), small_plant.NOW)


@provokes("trial-order-changed")
def trial_order_changed(folder):
    plan = make_plan(_plant())
    return raised(lambda: with_pin(_plant(), plan, Pin("MO-999999", 10, small_plant.NOW)))


def _pinned(operation=10, work_center="", order="W1"):
    tables = {
        "production_order": rows("production_order", {"order": "W1", "item": "A", "state": "released"}),
        "production_operation": rows("production_operation", {"order": "W1", "sequence": 20, "state": "started"}),
        "operation": rows("operation", small_plant.operation("A", 10, "SAW"), small_plant.operation("A", 20, "SAW")),
        "operation_alternate": rows("operation_alternate"),
    }

    def read(name, where):
        found = tables[name]
        for column, values in where.items():
            found = found.filter(found[column].is_in(values))
        return found

    return raised(lambda: pin_row(read, order, operation, small_plant.NOW, work_center))


@provokes("pin-no-order")
def pin_no_order(folder):
    return _pinned(order="W9")


@provokes("pin-no-operation")
def pin_no_operation(folder):
    return _pinned(operation=70)


@provokes("pin-operation-begun")
def pin_operation_begun(folder):
    return _pinned(operation=20)


@provokes("pin-work-center")
def pin_work_center(folder):
    return _pinned(work_center="LATHE")


def _typed_in_german(call):
    with reading(reader_for("en", "de-DE")):
        return raised(call)


@provokes("number-not-by-locale")
def number_not_by_locale(folder):
    return _typed_in_german(lambda: plain_number("1234.5", "quantity"))


@provokes("day-not-by-locale")
def day_not_by_locale(folder):
    return _typed_in_german(lambda: plain_day("2026/14/40", "due"))
