"""The keys of the page: where G and a letter lead, and the list of all keys that `?` opens."""

from __future__ import annotations

import json

from plantwright.core.reader import say
from plantwright.doors.web.kit import address
from plantwright.doors.web.screens import SCREENS
from plantwright.doors.web.seat import Seat

GO = {
    "t": "/", "l": "/late", "m": "/messages", "s": "/schedule", "a": "/material", "c": "/scenarios", "p": "/plans",
    "o": "/orders", "k": "/stock", "d": "/tables", "i": "/import", "f": "/doctor", "b": "/sites", "r": "/reports",
    "n": "/promise", "v": "/demand", "w": "/jobs", "j": "/journal", "u": "/people", "e": "/settings", "h": "/help",
    "g": "/aggregate-plan", "y": "/stock-policy",
}  # fmt: skip
"""Screens by the letter that follows G."""
KEYS = (
    ("On every screen", (
        ("?", "This list"), ("/", "Search"), ("G, then a letter", "Go to a screen"),
        ("Tab, Shift Tab", "Move on and back"),
        ("Enter", "Open, press"), ("Escape", "Close a drawer, a question or a list"),
    )),
    ("In a table", (
        ("Arrows", "Move from cell to cell, up to the heads"), ("Enter", "Open the row or its link; at a head: sort"),
        ("Shift Enter", "At a head: sort by this column too"), ("Alt Left, Alt Right", "At a head: narrower, wider"),
        ("Ctrl Enter", "At a head: filter"), ("Ctrl C, Ctrl V", "Copy and paste a block, where cells are edited"),
        ("Ctrl Z, Ctrl S", "Take back, save, where cells are edited"),
    )),
    ("In the schedule", (
        ("N, P", "Choose the next or the previous operation"),
        ("Left, Right", "Move the chosen operation by a step; without one, the picture"),
        ("Up, Down", "Move it to another machine; without one, the picture"),
        ("Enter", "Try it there, then go to Accept; where it was not moved: open it"),
        ("Escape", "Take the move or the try back; then let go"), ("+, \N{MINUS SIGN}", "Zoom in, zoom out"),
        ("Shift and arrows", "Move the picture"), ("Home, End", "The plan's moment, the end of the plan"),
    )),
)  # fmt: skip


def for_keys(seat: Seat) -> str:
    """Give the statement that tells the script of the keys: where they lead this person, and their list in words."""
    there = {letter: SCREENS[path] for letter, path in GO.items() if path in SCREENS}
    go = [
        [letter, say(one.label), address(seat, one.path)]
        for letter, one in there.items()
        if not one.right or seat.person.may(one.right)
    ]
    lists = [[say(title), [[say(key), say(what)] for key, what in keys]] for title, keys in KEYS]
    told = {"title": say("Keys"), "close": say("Close"), "go": go, "goes": say("Go to, after G"), "lists": lists}
    return "window.pwKeys = " + json.dumps(told).replace("<", "\\u003c") + ";"
