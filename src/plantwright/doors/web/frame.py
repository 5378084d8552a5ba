"""The frame of every page: menu at the left, plant, plan, search and person at the top."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core.reader import READER, later, say
from plantwright.doors.web.chooser import reader_choice
from plantwright.doors.web.keys import for_keys
from plantwright.doors.web.kit import address, aria, box, button, link, words
from plantwright.doors.web.live import plan_state
from plantwright.doors.web.screens import Screen, menu
from plantwright.doors.web.script_words import for_scripts
from plantwright.doors.web.search import search_box
from plantwright.doors.web.seat import Seat


async def frame(seat: Seat, here: Screen) -> AbstractContextManager[Any]:
    """Draw the frame and give the place for the screen itself."""
    language = getattr(READER.get(), "language", "en")
    ui.add_head_html(f"<script>document.documentElement.lang = {language!r}</script>")
    for around in ui.context.client.page_container:  # the landmark is the screen alone, not the frame around it
        around.props("role=presentation")
    ui.add_head_html(
        '<link rel="stylesheet" href="/static/plantwright.css"><script src="/static/plantwright.js" defer></script>'
        f'<script>{for_scripts()}</script><script src="/static/reader.js"></script>'
        f'<script>{for_keys(seat)}</script><script src="/static/keys.js" defer></script>'
        '<script src="/static/print.js" defer></script>'
    )
    view = await seat.view(need_plan=False)
    scenarios = view.table("scenario")["code"].to_list()
    with box("pw") as whole:
        link(say("To the content"), "#pw-main", "pw-skip")
        with box("pw-top", "header"):
            await _top(seat, view.settings["plant_name"], scenarios, whole)
        with box("pw-nav", "nav").props(aria("Menu")):
            _menu(seat, here)
        return box("pw-main", "main").props("id=pw-main tabindex=-1")


async def _top(seat: Seat, plant: str, scenarios: list[str], whole: Element) -> None:
    button("", lambda: whole.classes(toggle="narrow"), icon="menu", hint="Narrow or wide menu").classes("pw-wide-only")
    with ui.element("a").classes("pw-mark").props(f'href="{address(seat, "/")}"'):
        ui.element("img").props('src="/static/favicon.svg" alt=""')
        words("span", plant)
    if scenarios:
        _scenario_choice(seat, scenarios)
    await plan_state(seat)
    box("pw-space")
    search_box(seat)
    person = button("", icon="person", hint=seat.person.name)
    with person, ui.menu(), box().style("padding: 10px 14px; display: grid; gap: 8px"):
        words("b", seat.person.name)
        _theme_choice()
        await reader_choice(seat)
        link(say("Change password"), "/password")
        link(say("Sign out"), "/sign-out")


CHOOSE = """(event) => {
  const here = new URL(location.href);
  here.searchParams.delete('plan');
  if (event.target.value) here.searchParams.set('scenario', event.target.value);
  else here.searchParams.delete('scenario');
  location.href = here;
}"""
"""Looks at the same screen in another scenario."""


def _scenario_choice(seat: Seat, scenarios: list[str]) -> None:
    with ui.element("select").classes("pw-input pw-wide-only").props(aria("Scenario")) as choice:
        for code in ("", *scenarios):
            option = words("option", code or say("As it is"))
            option.props["value"] = code
            if code == seat.scenario:
                option.props("selected")
    choice.on("change", js_handler=CHOOSE)


def _theme_choice() -> None:
    dark = ui.dark_mode(value=None)
    with box("pw-bar").style("margin: 0"):
        for label, value in ((later("Light"), False), (later("Dark"), True), (later("As the system"), None)):
            button(label, lambda value=value: dark.set_value(value))


def _menu(seat: Seat, here: Screen) -> None:
    for group, screens in menu().items():
        shown = [one for one in screens if not one.right or seat.person.may(one.right)]
        if not shown:
            continue
        words("div", say(group), "pw-group")
        for one in shown:
            made = ui.element("a").classes("here" if one is here else "").props(f'href="{address(seat, one.path)}"')
            if one is here:
                made.props("aria-current=page")
            with made:
                ui.icon(one.icon)
                words("span", say(one.label))
