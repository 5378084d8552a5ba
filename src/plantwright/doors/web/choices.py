"""Choices that stand above a picture or a table: one of a list, and buttons of which one is pressed."""

from __future__ import annotations

from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core.reader import say
from plantwright.doors.web.kit import aria, box, button, words

VALUE = "(event) => emit(event.target.value)"


def choice(label: str, options: Any, chosen: str, none: str, act: Any) -> None:
    """Offer a choice; `options` are values, or values with their texts."""
    texts = (
        {value: say(text) for value, text in options.items()}
        if isinstance(options, dict)
        else {one: one or say(none) for one in options}
    )
    with ui.element("select").classes("pw-input").props(aria(label)) as made:
        for value, text in texts.items():
            option = words("option", text)
            option.props["value"] = value
            if value == chosen:
                option.props("selected")
    made.on("change", lambda event: act(str(event.args)), js_handler=VALUE)


def segments(label: str, options: dict[str, str], chosen: str, act: Any) -> None:
    """Offer a few ways side by side, one of which holds."""
    made: dict[str, Element] = {}

    def pick(value: str) -> None:
        for name, one in made.items():
            one.classes(add="main" if name == value else "", remove="" if name == value else "main")
            one.props(f"aria-pressed={'true' if name == value else 'false'}")
        act(value)

    with box("pw-seg").props(f"role=group {aria(label)}"):
        for name, text in options.items():
            made[name] = button(text, lambda name=name: pick(name), main=name == chosen)
            made[name].props(f"aria-pressed={'true' if name == chosen else 'false'}")


def known(value: str | None, options: Any) -> str:
    """Give a value of the address where it is one of the options; else the week, or the first of them."""
    if value in options:
        return str(value)
    return "week" if "week" in options else next(iter(options))
