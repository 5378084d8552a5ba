"""The screens of the page: each is declared once, with its address, its place in the menu and how it is drawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from plantwright.doors.web.seat import Seat

Draw = Callable[[Seat], Awaitable[None]]

GROUPS = ("Now", "Plan", "Orders", "Data", "System")
"""Groups of the menu, in the order of a planner's day."""
ORDER = (
    "/", "/late", "/messages", "/schedule", "/material", "/aggregate-plan", "/scenarios", "/plans", "/orders",
    "/demand", "/promise", "/stock", "/stock-policy", "/tables", "/import", "/doctor", "/sites", "/reports", "/jobs",
    "/journal", "/people", "/settings", "/help",
)  # fmt: skip
"""Screens of the menu, in that order too; others follow."""


@dataclass(frozen=True)
class Screen:
    """One screen: its address, name, sign and group in the menu, and the right that opens it."""

    path: str
    label: str
    icon: str
    group: str
    right: str
    draw: Draw


SCREENS: dict[str, Screen] = {}
"""Every declared screen by its address."""


def screen(path: str, label: str, icon: str = "", group: str = "", right: str = "") -> Callable[[Draw], Draw]:
    """Declare how a screen is drawn.

    Parameters
    ----------
    path : address, such as /schedule
    label : name in the menu and title of the page
    icon : name of a Material icon
    group : one of `GROUPS`; empty for a screen that stands in no menu
    right : what a person must hold to open it; empty for everybody
    """

    def declare(draw: Draw) -> Draw:
        SCREENS[path] = Screen(path, label, icon, group, right, draw)
        return draw

    return declare


def menu() -> dict[str, list[Screen]]:
    """Give the screens of the menu by group, in the order of a planner's day."""
    place = {path: number for number, path in enumerate(ORDER)}
    ordered = sorted(SCREENS.values(), key=lambda one: place.get(one.path, len(ORDER)))
    return {group: [one for one in ordered if one.group == group] for group in GROUPS}
