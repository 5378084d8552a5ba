"""Commands about what was done: do, journal, undo, plans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from plantwright.core import journal, wording
from plantwright.core.action import Action, run_action
from plantwright.core.store import Store
from plantwright.core.store.plain import plain
from plantwright.doors.cli.output import list_rows, print_json, say
from plantwright.flows import exchange
from plantwright.flows.catalog import load_actions


def act(db: str, declared: Action, arguments: Mapping[str, Any], *, by: str, key: str | None, as_json: bool) -> None:
    """Do an action."""
    given = {name: value for name, value in arguments.items() if value is not None}
    with Store.open(db) as store:
        answer = run_action(store, declared.name, given, by, key)
    if as_json:
        print_json({"answer": answer, "problems": []})
    else:
        words = ", ".join(f"{name} {_word(value)}" for name, value in answer.items()) if answer else "done"
        say(f"{declared.label}: {words}.")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def show_journal(db: str, *, limit: int, by: str | None, action: str | None, as_json: bool) -> None:
    """List what was done, the latest first."""
    with Store.open(db) as store:
        found = journal.entries(store, limit, by, action)
    if as_json:
        print_json({"entries": [_plain_entry(entry) for entry in found], "problems": []})
        return
    if not found:
        say("Nothing was done so far.")
        return
    list_rows(("entry", "when (UTC)", "who", "what", "with"), [_entry_cells(entry) for entry in found], ("entry",))


def _entry_cells(entry: journal.Entry) -> tuple[str, ...]:
    words = ", ".join(f"{name} {value}" for name, value in entry.arguments.items() if value not in {None, ""})
    undone = f" (undone by {entry.reversed_by})" if entry.reversed_by else ""
    return str(entry.number), _moment(entry.at), entry.by, entry.action.replace("_", "-") + undone, words


def _plain_entry(entry: journal.Entry) -> dict[str, Any]:
    names = ("number", "at", "by", "action", "arguments", "answer", "reverses", "reversed_by")
    return {name: plain(getattr(entry, name)) for name in names}


def undo(db: str, number: int, *, by: str, as_json: bool) -> None:
    """Take an entry of the journal back."""
    load_actions()  # they declare how rows of ledgers are taken back
    with Store.open(db) as store:
        entry = journal.reverse(store, number, by)
    if as_json:
        print_json({"undone": number, "entry": entry, "problems": []})
    else:
        say(f"Entry {number} is undone, by entry {entry}.")


def list_plans(db: str, *, as_json: bool) -> None:
    """List the plans that are kept."""
    with Store.open(db) as store:
        found = store.plans()
        zone = exchange.zone_of(store)
    if as_json:
        print_json({"plans": found, "problems": []})
        return
    if not found:
        say(f"There is no plan yet: plantwright plan {db}")
        return
    heads = ("plan", "as of", "scenario", "late", "late days", "new orders", "judged", "pinned", "made (UTC)", "by")
    list_rows(heads, [_plan_cells(plan, zone) for plan in found], ("plan", "late", "late days", "new orders"))


def _plan_cells(plan: Mapping[str, Any], zone: str) -> tuple[str, ...]:
    totals = plan["totals"]
    as_of = wording.moment(plan["as_of"], zone)
    late = (wording.number(totals.get("late_orders", 0)), wording.number(totals.get("late_days", 0), 1))
    orders = wording.number(totals.get("planned_orders", 0))
    marks = ("right" if plan["verified"] else "wrong", "yes" if plan["pinned"] else "")
    return (str(plan["number"]), as_of, plan["scenario"], *late, orders, *marks, _moment(plan["at"]), plan["by"])


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"
