"""Questions for a promise that have no answer."""

from provokes import new_store, provokes, raised, rows

from plantwright.flows.exchange import read_plant
from plantwright.flows.plan import make_plan
from plantwright.flows.promise.answer import make_promiser


def _plant(folder):
    with new_store(folder) as store:
        with store.begin("anna", "import") as tx:
            tx.insert("setting", rows("setting", {"name": "as_of", "value": "2026-03-02"}))
            tx.insert("site", rows("site", {"code": "PLANT"}))
            tx.insert("item", rows("item", {"code": "TABLE", "kind": "make"}))
        return read_plant(store)


@provokes("promise-no-schedule")
def promise_no_schedule(folder):
    plant = _plant(folder)
    return raised(lambda: make_promiser(plant, make_plan(plant, schedule=False)))


@provokes("promise-quantity")
def promise_quantity(folder):
    plant = _plant(folder)
    return raised(lambda: make_promiser(plant, make_plan(plant)).promise("TABLE", 0))
