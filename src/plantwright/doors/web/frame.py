"""The frame of every page: menu at the left, plant, plan, search and person at the top."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core.journal import entries
from plantwright.doors.web.kit import address, box, button, link, words
from plantwright.doors.web.replan import replan_button
from plantwright.doors.web.screens import GROUPS, SCREENS, Screen
from plantwright.doors.web.search import search_box
from plantwright.doors.web.seat import Seat, in_thread

CHANGES_COUNTED = 200


async def frame(seat: Seat, here: Screen) -> AbstractContextManager[Any]:
    """Draw the frame and give the place for the screen itself."""
    ui.add_head_html(
        '<link rel="stylesheet" href="/static/plantwright.css"><script src="/static/plantwright.js" defer></script>'
    )
    view = await seat.view(need_plan=False)
    scenarios = view.table("scenario")["code"].to_list()
    state = await _state(seat)
    with box("pw") as whole:
        with box("pw-top", "header"):
            _top(seat, view.settings["plant_name"], scenarios, state, whole)
        with box("pw-nav", "nav").props("aria-label=Menu"):
            _menu(seat, here)
        return box("pw-main", "main")


def _top(seat: Seat, plant: str, scenarios: list[str], state: str, whole: Element) -> None:
    button("", lambda: whole.classes(toggle="narrow"), icon="menu", hint="Narrow or wide menu").classes("pw-wide-only")
    with ui.element("a").classes("pw-mark").props(f'href="{address(seat, "/")}"'):
        ui.element("img").props('src="/static/favicon.svg" alt=""')
        words("span", plant)
    if scenarios:
        _scenario_choice(seat, scenarios)
    words("span", state, "pw-state").props("id=pw-state")
    replan_button(seat)
    box("pw-space")
    search_box(seat)
    person = button("", icon="person", hint=seat.person.name)
    with person, ui.menu(), box().style("padding: 10px 14px; display: grid; gap: 8px"):
        words("b", seat.person.name)
        _theme_choice()
        link("Change password", "/password")
        link("Sign out", "/sign-out")


CHOOSE = """(event) => {
  const here = new URL(location.href);
  here.searchParams.delete('plan');
  if (event.target.value) here.searchParams.set('scenario', event.target.value);
  else here.searchParams.delete('scenario');
  location.href = here;
}"""
"""Looks at the same screen in another scenario."""


def _scenario_choice(seat: Seat, scenarios: list[str]) -> None:
    with ui.element("select").classes("pw-input pw-wide-only").props('aria-label="Scenario"') as choice:
        for code in ("", *scenarios):
            option = words("option", code or "As it is")
            option.props["value"] = code
            if code == seat.scenario:
                option.props("selected")
    choice.on("change", js_handler=CHOOSE)


def _theme_choice() -> None:
    dark = ui.dark_mode(value=None)
    with box("pw-bar").style("margin: 0"):
        for label, value in (("Light", False), ("Dark", True), ("As the system", None)):
            button(label, lambda value=value: dark.set_value(value))


def _menu(seat: Seat, here: Screen) -> None:
    for group in GROUPS:
        shown = [
            one for one in SCREENS.values() if one.group == group and (not one.right or seat.person.may(one.right))
        ]
        if not shown:
            continue
        words("div", group, "pw-group")
        for one in shown:
            made = ui.element("a").classes("here" if one is here else "").props(f'href="{address(seat, one.path)}"')
            if one is here:
                made.props("aria-current=page")
            with made:
                ui.icon(one.icon)
                words("span", one.label)


async def _state(seat: Seat) -> str:
    """Say how fresh the plan is."""
    plans = await in_thread(seat.store.plans)
    own = [one for one in plans if one["scenario"] == seat.scenario]
    if not own:
        return "No plan yet"
    at = datetime.fromisoformat(str(own[0]["at"]))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    later = await in_thread(lambda: [one for one in entries(seat.store, CHANGES_COUNTED) if _moment(one.at) > at])
    ago = _ago((datetime.now(UTC) - at).total_seconds())
    changes = f", {len(later)} change{'s' * (len(later) != 1)} since" if later else ""
    return f"Plan {own[0]['number']}, made {ago}{changes}"


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ago(seconds: float) -> str:
    """Say how long ago something was.

    Examples
    --------
    >>> _ago(20), _ago(600), _ago(7_300), _ago(200_000)
    ('just now', '10 min ago', '2 h ago', '2 days ago')
    """
    minutes = int(seconds // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
