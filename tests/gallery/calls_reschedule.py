"""Events that cannot be read or cannot happen, and plans that cannot be kept."""

from provokes import new_store, provokes, raised, rows

from plantwright.flows.exchange import read_plant
from plantwright.flows.plan import make_plan
from plantwright.flows.reschedule.events import read_events
from plantwright.flows.reschedule.store import reschedule


def _plant(folder):
    store = new_store(folder)
    with store.begin("anna", "import") as tx:
        tx.insert("setting", rows("setting", {"name": "as_of", "value": "2026-03-02"}))
        tx.insert("work_center", rows("work_center", {"code": "SAW", "units": 2}))
    return store


def _read(folder, text):
    with _plant(folder) as store:
        plant = read_plant(store)
    return raised(lambda: read_events([text], plant))


@provokes("event-unreadable")
def event_unreadable(folder):
    return _read(folder, "broken SAW")


@provokes("event-words")
def event_words(folder):
    return _read(folder, "down SAW 2026-03-03")


@provokes("event-value")
def event_value(folder):
    return _read(folder, "down SAW tomorrow 2026-03-04")


@provokes("event-period")
def event_period(folder):
    return _read(folder, "down SAW 2026-03-05T10:00 2026-03-05T08:00")


@provokes("event-past")
def event_past(folder):
    return _read(folder, "down SAW 2026-02-01 2026-02-02")


@provokes("event-units")
def event_units(folder):
    return _read(folder, "down SAW 2026-03-03 2026-03-04 3")


@provokes("event-nothing")
def event_nothing(folder):
    return _read(folder, "late B 5")


@provokes("reschedule-no-event")
def reschedule_no_event(folder):
    with _plant(folder) as store:
        plant = read_plant(store)
    return raised(lambda: reschedule(plant, make_plan(plant, schedule=False), []))


@provokes("reschedule-no-schedule")
def reschedule_no_schedule(folder):
    with _plant(folder) as store:
        plant = read_plant(store)
    plan = make_plan(plant, schedule=False)
    return raised(lambda: reschedule(plant, plan, ["down SAW 2026-03-03 2026-03-04"]))
