"""What screens are drawn with: headings, buttons, tiles, grids, charts, forms for acts, and the panel of problems.

Titles, labels, hints and notices are given in English and drawn in the language of the reader. `words` and `link` write
what they are given, because most of it is data: their own sentences go through `say`.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from nicegui import ui
from nicegui.element import Element

from plantwright.core.problem import Problem
from plantwright.core.reader import say
from plantwright.doors.web.seat import Seat


def words(tag: str, text: str, classes: str = "") -> Element:
    """Write a text in an HTML element; it is escaped."""
    return ui.html(html.escape(text), sanitize=False, tag=tag).classes(classes)


def aria(label: str) -> str:
    """Give the property that names an element for those who cannot see it."""
    return 'aria-label="{}"'.format(say(label).replace('"', "'"))


def box(classes: str = "", tag: str = "div") -> Element:
    """Make an element that holds others."""
    return ui.element(tag).classes(classes)


def address(seat: Seat, path: str, **query: Any) -> str:
    """Give the address of a screen with its query; the scenario and the plan that are looked at go along."""
    kept = {name: seat.query[name] for name in ("scenario", "plan") if seat.query.get(name)}
    given = {name: str(value) for name, value in query.items() if value not in (None, "")}
    query_text = urlencode({**kept, **given})
    return quote(path) + (f"?{query_text}" if query_text else "")


def head(title: str, sentence: str = "") -> Element:
    """Write the title of a page and its state in one sentence; gives the place for its acts, at the right."""
    with box("pw-head"):
        with box():
            words("h1", say(title))
            if sentence:
                words("p", say(sentence))
        return box("pw-acts")


def heading(text: str) -> None:
    """Write the heading of a part of the page."""
    words("h2", say(text), "pw")


def button(
    label: str, act: Callable[..., Any] | None = None, *, icon: str = "", main: bool = False, bad: bool = False,
    hint: str = "", to: str = "",
) -> Element:  # fmt: skip
    """Make a button, or a link that looks like one."""
    label, hint = say(label), say(hint)
    made = ui.element("a" if to else "button").classes("pw-btn" + " main" * main + " bad" * bad)
    if to:
        made.props["href"] = to
    else:
        made.props["type"] = "button"
    if act:
        made.on("click", act)
    with made:
        if icon:
            ui.icon(icon)
        if label:
            words("span", label)
    if hint:
        made.props["title"] = hint
    if hint and not label:
        made.props["aria-label"] = hint
    return made


def link(text: str, to: str, classes: str = "") -> Element:
    """Write a link."""
    made = words("a", text, classes)
    made.props["href"] = to
    return made


def tile(figure: str, label: str, to: str = "", mood: str = "") -> None:
    """Show one figure with what it is; it opens its rows. `mood` is late, risk or empty."""
    with ui.element("a" if to else "div").classes(f"pw-tile {mood}") as made:
        words("b", figure)
        words("small", say(label))
    if to:
        made.props["href"] = to


def chip(text: str, mood: str = "") -> None:
    """Write a word in a coloured field."""
    words("span", say(text), f"pw-chip {mood}")


def facts(rows: Iterable[tuple[str, str]]) -> None:
    """List names with their values."""
    with box("pw-facts", "dl"):
        for name, value in rows:
            words("dt", say(name))
            words("dd", value)


def empty(text: str, *ways: tuple[str, str]) -> None:
    """Say what belongs here and how it gets here; each way is a label and an address."""
    with box("pw-empty"):
        words("p", say(text))
        with box("pw-bar").style("justify-content: center"):
            for label, to in ways:
                button(label, to=to)


def problem_panel(problems: Sequence[Problem], title: str = "") -> None:
    """List problems: what is wrong, where, and what cures it."""
    errors = any(problem.severity == "error" for problem in problems)
    with box("pw-problems" if errors else "pw-problems warn"):
        if title:
            words("b", say(title))
        with box(tag="ul"):
            for problem in problems[:200]:
                _problem(problem)
        if len(problems) > 200:
            words("p", say("… and {problems} more.", problems=len(problems) - 200))


def _problem(problem: Problem) -> None:
    place = problem.where or " ".join(part for part in (problem.table, problem.key) if part)
    with box(tag="li"):
        words("span", f"{place}: {problem.message} " if place else f"{problem.message} ")
        words("span", f"{problem.remedy} ", "pw-dim")
        words("code", problem.code)


def tell(text: str, *, bad: bool = False, undo: Callable[[], Any] | None = None) -> None:
    """Say shortly that something was done, with a way to take it back."""
    text = say(text)
    if undo:
        _told_with_way_back(text, undo)
    else:
        timeout = 10_000 if bad else 4_000
        ui.notify(text, type="negative" if bad else "positive", timeout=timeout, position="bottom-left")


def _told_with_way_back(text: str, undo: Callable[[], Any]) -> None:
    # It stands at the page itself: what was pressed to get here may be gone by now.
    with ui.context.client.content, box("pw-told").props("role=status") as notice:
        words("span", text)
        button("Undo", undo, icon="undo").on("click", notice.delete)
        button("", notice.delete, icon="close", hint="Close")
        ui.timer(10, notice.delete, once=True)


@contextmanager
def drawer(title: str) -> Any:
    """Open details at the right, so that the list stays; Escape closes it."""
    title = say(title)
    with ui.context.client.content, box("pw-drawer") as made:
        made.props["role"] = "dialog"
        made.props["aria-label"] = title
        with box("pw-head"):
            words("h1", title)
            with box("pw-acts"):
                button("Close", made.delete, icon="close")
        # Without `ignore` a key would be lost while a field or button of the drawer has the focus.
        ui.keyboard(lambda event: made.delete() if event.key.escape and event.action.keydown else None, ignore=[])
        yield made
