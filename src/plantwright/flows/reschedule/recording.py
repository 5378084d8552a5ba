"""Write down what happened, in the tables where it belongs."""

from __future__ import annotations

from typing import Any

from plantwright.core.action import action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.problem import problem_kind, stop_on_errors
from plantwright.core.store import Transaction
from plantwright.flows.reschedule.events import FORMS, read_events
from plantwright.plant import make_plant

NOTHING_HAPPENED = problem_kind(
    "reschedule-no-event", "It is not said what has happened.", f"Give at least one of: {'; '.join(FORMS.values())}."
)


READ = (
    "setting", "work_center", "person", "item", "sales_order_line", "purchase_order_line", "down_time", "absence",
)  # fmt: skip
"""What is looked at while events are read."""


@action("planning.orders", label="Record what happened")
def record_events(tx: Transaction, events: list[str]) -> dict[str, Any]:
    """Write down what happened on the floor, so that the next plan knows it: breakdowns, absences, rush orders, delays.

    Parameters
    ----------
    tx : the open transaction
    events : one each, such as "down PAINT 2026-03-02T06:00 2026-03-03T06:00"; reschedule tells how they are written
    """
    stop_on_errors([] if events else [NOTHING_HAPPENED.at(column="events")])
    plant = make_plant({name: tx.read(name) for name in READ}, tx.now)
    found = read_events(events, plant)
    for event in found:
        for table, rows in event.rows.items():
            entity = ENTITIES[table]
            tx.upsert(table, raw_frame(entity, [{n: row[n] for n in row if n in entity.columns} for row in rows]))
    return {"entry": tx.number, "events": [event.said for event in found]}
