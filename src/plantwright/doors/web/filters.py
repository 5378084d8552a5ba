"""The filter bar: fields whose values stand in the address, so that a list can be sent to somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui

from plantwright.core.reader import say
from plantwright.doors.web.kit import address, box, link, words
from plantwright.doors.web.seat import Seat


@dataclass(frozen=True)
class Filter:
    """A field of the bar.

    Parameters
    ----------
    name : name in the address
    label : what people see
    choices : values with their words; free text where there are none
    known : what may be typed, offered while typing
    hint : what an empty field stands for
    """

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    known: Sequence[str] = ()
    hint: str = "all"


def filter_bar(seat: Seat, path: str, filters: Sequence[Filter], **kept: str) -> None:
    """Draw the fields; each goes into the address when it is changed. `kept` goes along unchanged."""
    with ui.element("form").classes("pw-bar").props(f'method=get action="{path}"') as form:
        for name, value in {**{one: seat.query.get(one, "") for one in ("scenario", "plan")}, **kept}.items():
            if value:
                hidden = ui.element("input").props("type=hidden")
                hidden.props["name"], hidden.props["value"] = name, value
        for one in filters:
            _field(one, seat.query.get(one.name, ""), form.id)
        if any(seat.query.get(one.name) for one in filters):
            link(say("All"), address(seat, path, **kept))


def _field(one: Filter, value: str, form: int) -> None:
    with box(tag="label"):
        words("span", f"{say(one.label)} ", "pw-dim")
        if one.choices:
            made = ui.element("select").classes("pw-input")
            with made:
                for choice, text in one.choices:
                    option = words("option", say(text))
                    option.props["value"] = choice
                    if choice == value:
                        option.props("selected")
        else:
            made = ui.element("input").classes("pw-input").style("width: 130px")
            made.props["placeholder"], made.props["defaultValue"] = say(one.hint), value
            if one.known:
                made.props["list"] = f"pw-known-{form}-{one.name}"
                with ui.element("datalist").props(f"id=pw-known-{form}-{one.name}"):
                    for known in one.known[:500]:
                        ui.element("option").props["value"] = known
        made.props["name"], made.props["aria-label"] = one.name, say(one.label)
        # Empty fields stay out of the address.
        made.on("change", js_handler=SEND)


SEND = """(event) => {
  const form = event.target.form, query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) query.set(name, value);
  location.href = form.getAttribute('action') + (query.size ? '?' + query : '');
}"""


def tabs(seat: Seat, path: str, name: str, choices: Sequence[tuple[str, str]], here: str) -> None:
    """Draw tabs that are links; the one that is open is marked."""
    with box("pw-tabs", "nav"):
        for value, label in choices:
            made = link(say(label), address(seat, path, **{name: value}), "here" if value == here else "")
            if value == here:
                made.props("aria-current=page")
