"""Messages: what the plan asks people to do; several are accepted or dismissed at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.reader import retold, say
from plantwright.doors.web.acts import act, preview
from plantwright.doors.web.filters import Filter, filter_bar
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, tell, tile
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat

ACTIONS = ("expedite", "release", "increase", "cancel", "decrease", "defer")
STATES = (("", "open"), ("dismissed", "dismissed"), ("done", "done"), ("all", "all"))
SHOWN = ("action", "order", "item", "text", "due", "new_due", "quantity", "new_quantity")
MOST_LINES = 100


@screen("/messages", "Messages", "notifications", "Now")
async def messages(seat: Seat) -> None:
    """List what the plan asks, by action, to be done or dismissed in one go."""
    view = await seat.view()
    state, action = seat.query.get("state", "") or "open", seat.query.get("action", "")
    page = await seat.report("messages", state=state, action=action)
    kept = view.table("action_message").filter(pl.col("state") == "open")
    with head("Messages", page.sentence):
        choose = box("pw-bar").style("margin: 0")
    with box("pw-tiles"):
        counts = Counter(kept["action"])
        for name in ACTIONS:
            if counts[name]:
                mood = "risk" if name == "expedite" else ""
                tile(
                    wording.number(counts[name]),
                    say("to {name}", name=name),
                    address(seat, "/messages", action=name),
                    mood,
                )
    actions = (("", "all"), *((name, name) for name in ACTIONS))
    filter_bar(seat, "/messages", (Filter("action", "Action", actions), Filter("state", "State", STATES)))
    sheet = page.sheets[0]
    if not sheet.rows.height:
        empty("No message is like that. After each plan, what it wants changed in existing orders stands here.",
              ("All open messages", address(seat, "/messages")))  # fmt: skip
        return
    may = seat.person.may("planning.messages") and not seat.scenario and state in {"open", "dismissed"}
    same = () if state == "all" else ("state",)
    names = [name for name in (*SHOWN, *sheet.columns) if name not in same]
    shown = replace(sheet, columns={name: sheet.columns[name] for name in dict.fromkeys(names)})
    grid: Any = sheet_grid(
        seat, shown, await seat.year(), view.settings.zone, mark="messages", several=may, height="calc(100vh - 320px)"
    )
    if may:
        rows = sheet.rows.to_dicts()
        with choose:
            button("Do what they say", lambda: _ask(seat, grid, rows, "accept_messages"), main=True, icon="done_all")
            if state == "open":
                button("Dismiss", lambda: _ask(seat, grid, rows, "dismiss_messages"), icon="notifications_off")


def message_name(row: Mapping[str, Any]) -> str:
    """Name a message as the actions on messages know it.

    Examples
    --------
    >>> message_name({"action": "defer", "order": "PO-1", "item": "C-1"})
    'defer|PO-1|C-1'
    """
    return f"{row['action']}|{row['order']}|{row['item']}"


async def _ask(seat: Seat, grid: Any, rows: list[dict[str, Any]], action: str) -> None:
    """Preview what is done with the chosen messages, then do it as one act."""
    picked = await grid.get_selected_rows()
    chosen = [rows[one["_row"]] for one in picked]
    if not chosen:
        tell("Choose messages first: tick them at the left.", bad=True)
        return
    accept = action == "accept_messages"
    count = wording.count(len(chosen), "message")

    async def go(note: str) -> None:
        """Do it, and take the messages off the list; an undo puts them back."""
        told = {"messages": [message_name(one) for one in chosen], "note": note}
        said = f"{count} {'done' if accept else 'dismissed'}."
        before = list(grid.options["rowData"])
        done = {one["_row"] for one in picked}

        def redraw() -> None:  # first without them, and when it is taken back with them
            there = grid.options["rowData"]
            grid.options["rowData"] = (
                [one for one in before if one["_row"] not in done] if len(there) == len(before) else before
            )
            grid.update()

        await act(seat, action, told, said, redraw)

    lines = [retold(one["text"]) or f"{one['action']} {one['order']} {one['item']}" for one in chosen[:MOST_LINES]]
    if len(chosen) > MOST_LINES:
        lines.append(say("… and {chosen} more", chosen=wording.number(len(chosen) - MOST_LINES)))
    title = say("Do what {count} say?", count=count) if accept else say("Dismiss {count}?", count=count)
    preview(title, lines, "Do it" if accept else "Dismiss", go, "Note" if accept else "Why")
