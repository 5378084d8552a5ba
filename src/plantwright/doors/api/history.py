"""The journal: who did what and when, what it changed, and taking it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from plantwright.core import journal
from plantwright.core.access.audit import sign_events
from plantwright.core.entity import plant_entities
from plantwright.core.store.plain import plain
from plantwright.doors.api import sites
from plantwright.doors.api.endpoint import Ask, endpoint, option, options
from plantwright.doors.api.rows import to_json

OBJECT = {"type": "object"}
LISTED = options(
    option("limit", "Entries at most, up to 1000", int, 100),
    option("before", "Only entries before this number, for reading on", int, None),
    option("by", "Only what this person did", default=None),
    option("action", "Only this action, such as import", default=None),
)
CHANGES = 1000
"""Rows of one change that are told at most."""


@endpoint("GET", "/journal", "Journal", query=LISTED, gives=OBJECT, example='.get("/journal")')
def list_entries(ask: Ask) -> dict[str, Any]:
    """List who did what, the latest first: your own acts, and with the right admin.audit those of everybody."""
    wanted = ask.read(LISTED)
    by = wanted["by"] if ask.person.may("admin.audit") else ask.person.name
    limit = min(max(wanted["limit"], 1), 1000)
    return {"entries": [told(one) for one in journal.entries(ask.store, limit, by, wanted["action"], wanted["before"])]}


SIGNS = options(
    option("limit", "Events at most, up to 1000", int, 100),
    option("before", "Only events before this number, for reading on", int, 0),
    option("user", "Only those of this account"),
)


@endpoint("GET", "/sign-ins", "Journal", query=SIGNS, gives=OBJECT, right="admin.audit", example='.get("/sign-ins")')
def list_sign_ins(ask: Ask) -> dict[str, Any]:
    """List who came in, was refused or locked out, and whose passwords and tokens were made or ended, and from where.

    Times are seconds since 1970, UTC. Refusals of one name from one address within an hour are counted in one event;
    the name is empty where nobody has it.
    """
    ask.person.must("admin.audit")
    wanted = ask.read(SIGNS)
    limit = min(max(wanted["limit"], 1), 1000)
    return {
        "sign_ins": [asdict(one) for one in sign_events(ask.store, limit, wanted["user"], max(wanted["before"], 0))]
    }


def told(entry: journal.Entry) -> dict[str, Any]:
    """Give an entry in the terms of JSON."""
    names = ("number", "at", "by", "action", "arguments", "answer", "reverses", "reversed_by")
    return {name: plain(getattr(entry, name)) for name in names}


def _entry(ask: Ask) -> journal.Entry:
    entry = journal.entry(ask.store, ask.number())
    if entry.by != ask.person.name:
        ask.person.must("admin.audit")
    return entry


@endpoint("GET", "/journal/{number}", "Journal", gives=OBJECT, example='.get(f"/journal/{entry}")')
def get_entry(ask: Ask) -> dict[str, Any]:
    """Give an entry with the rows before and after, of the tables that you may read."""
    entry = _entry(ask)
    shelf, own = ask.desk.shelf, plant_entities()
    zone, found = shelf.settings.zone, []
    for change in journal.changes(ask.store, entry.number):
        if change.entity not in own or not ask.person.may(f"read:{change.entity}"):
            continue
        columns = shelf.columns(change.entity)
        part: dict[str, Any] = {"table": change.entity}
        for name, rows in (("before", change.before), ("after", change.after)):
            if rows is None:
                part[name] = None
            else:
                seen = sites.seen(ask, change.entity, rows)
                part[name] = to_json(seen.head(CHANGES), columns, zone)
        found.append(part)
    return {**told(entry), "changes": found}


@endpoint("POST", "/journal/{number}/undo", "Journal", gives=OBJECT, keyed=True,
          example='.post(f"/journal/{entry}/undo")')  # fmt: skip
def undo(ask: Ask) -> dict[str, Any]:
    """Take an entry back, whole; it needs the right to write every table that it changed."""
    entry = _entry(ask)
    changes = journal.changes(ask.store, entry.number)
    for name in sorted({change.entity for change in changes}):
        ask.person.must(f"write:{name}" if name in plant_entities() else "admin.users")
    with ask.desk.writing:
        number = journal.reverse(ask.store, entry.number, ask.person.name, ask.key)
    return {"undone": entry.number, "entry": number}
