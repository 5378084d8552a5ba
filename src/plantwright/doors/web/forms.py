"""Forms: fields from the parameters of actions and from columns, with what is wrong told at the field."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.element import Element

from plantwright.core import wording
from plantwright.core.action import ACTIONS
from plantwright.core.journal import entries, reverse
from plantwright.core.parameters import Parameter
from plantwright.core.problem import Problem, ProblemError, stop_on_errors
from plantwright.core.reader import say
from plantwright.doors.web.kit import box, button, problem_panel, tell, words
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.doors.web.typed import plain_number, spelt_number
from plantwright.flows.edits import completions

Done = Callable[[Any], Any]
AMOUNTS = ("number", "amount")
SECRETS = ("password", "token", "secret")
"""What an answer may hold that is shown once."""


@dataclass(frozen=True)
class Field:
    """One field: its name, label, help, and what it takes.

    `kind` is text, long, number, amount (which may have a unit), flag, choice, day, moment or list; `target` names
    the table whose codes it completes.
    """

    name: str
    label: str
    help: str = ""
    kind: str = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    value: str = ""
    target: str = ""


_KINDS: dict[type, str] = {
    int: "number",
    Decimal: "number",
    bool: "flag",
    date: "day",
    datetime: "moment",
    list: "list",
}


def field_of(one: Parameter, value: str = "") -> Field:
    """Give the field of a parameter.

    Examples
    --------
    >>> made = field_of(Parameter("new_due", date, required=True, help="when"))
    >>> made.label, made.kind, made.required
    ('New due', 'day', True)
    """
    default = "" if one.default is None or one.required else _text(one.default)
    kind = "choice" if one.choices else _KINDS.get(one.type, "long" if one.name == "note" else "text")
    label = wording.titled(one.name)
    return Field(one.name, label, one.help, kind, tuple(map(str, one.choices)), one.required, value or default,
                 one.reference)  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


class Form:
    """Fields that were drawn: their values, and where to say what is wrong with each."""

    def __init__(self, seat: Seat, fields: Sequence[Field]) -> None:
        self.seat, self.fields = seat, fields
        self.values = {one.name: spelt_number(one.value) if one.kind in AMOUNTS else one.value for one in fields}
        self.faults: dict[str, Any] = {}
        self.panel = box().props("aria-live=polite")
        with box("pw-form"):
            for one in fields:
                self._draw(one)

    def _draw(self, one: Field) -> None:
        with box("pw-field", "label") as label:
            said = say(one.help)
            label.props["title"] = said
            words("span", say(one.label) + " *" * one.required, "pw-field-name")
            self._input(one)
            if said:
                words("small", said[:1].upper() + said[1:], "pw-dim")
            self.faults[one.name] = words("small", "", "pw-late")

    def _input(self, one: Field) -> None:
        if one.kind in {"choice", "flag"}:
            self._choice(one)
            return
        kinds = {"number": "text inputmode=decimal", "day": "date", "moment": "datetime-local"}
        tag = "textarea" if one.kind == "long" else "input"
        made = ui.element(tag).classes("pw-input").props(f"name={one.name}")
        if tag == "input":
            made.props(f"type={kinds.get(one.kind, 'text')} autocomplete=off")
        # As `value` it would be written anew whenever anything on the page changes, over what was typed meanwhile.
        made.props["defaultValue"] = spelt_number(one.value) if one.kind in AMOUNTS else one.value
        if one.kind == "list":
            made.props["placeholder"] = say("apart by commas")
        made.on("input", lambda event: self._set(one.name, event.args), js_handler="e => emit(e.target.value)")
        if one.target:
            self._completed(one, made)

    def _choice(self, one: Field) -> None:
        choices = one.choices or ("no", "yes")
        chosen = one.value if one.value in choices else ("" if not one.required else choices[0])
        self.values[one.name] = chosen
        with ui.element("select").classes("pw-input").props(f"name={one.name}") as made:
            for choice in (*(() if chosen or one.required else ("",)), *choices):
                option = words("option", say(choice) or wording.NONE)
                option.props["value"] = choice
                if choice == chosen:
                    option.props("selected")
        made.on("change", lambda event: self._set(one.name, event.args), js_handler="e => emit(e.target.value)")

    def _completed(self, one: Field, made: Element) -> None:
        """Offer the codes that fit what is typed."""
        known = ui.element("datalist")
        known.props(f"id=list-{known.id}")
        made.props(f"list=list-{known.id}")

        async def offer(event: Any) -> None:
            view = await self.seat.view(need_plan=False)
            pairs = await in_thread(lambda: completions(view, one.target, str(event.args or "")))
            known.clear()
            with known:
                for code, name in pairs:
                    option = words("option", f"{code} · {name}" if name else code)
                    option.props["value"] = code

        made.on("input", offer, js_handler="e => emit(e.target.value)", throttle=0.2, leading_events=False)
        made.on("focus", offer, js_handler="e => emit(e.target.value)")

    def _set(self, name: str, value: Any) -> None:
        self.values[name] = str(value or "")

    def given(self, zone: str = "UTC") -> dict[str, str]:
        """Give what was filled in, moments with their offset; what is empty and need not be filled is left out.

        Raises
        ------
        ProblemError : number-not-by-locale
        """
        found, problems = {}, []
        for one in self.fields:
            text = self.values[one.name]
            if one.kind == "moment" and text:
                text = with_offset(text, zone)
            if one.kind in AMOUNTS:
                try:
                    text = plain_number(text, one.name)
                except ProblemError as error:
                    problems += error.problems
            if text or one.required or one.value:
                found[one.name] = text
        stop_on_errors(problems)
        return found

    def note(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong: at the field where it belongs to one, else above."""
        self.panel.clear()
        for place in self.faults.values():
            place.set_content("")
        rest = []
        for problem in problems:
            place = self.faults.get(problem.column)
            if place is None:
                rest.append(problem)
                continue
            place.set_content(html.escape(f"{problem.message} {problem.remedy}"))
        if rest:
            with self.panel:
                problem_panel(rest)


def with_offset(text: str, zone: str) -> str:
    """Give a local moment of a form with the offset that the time zone has then.

    Examples
    --------
    >>> with_offset("2026-03-14T07:00", "Europe/Berlin")
    '2026-03-14T07:00:00+01:00'
    """
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        return text


def act_form(
    seat: Seat, name: str, given: Mapping[str, str] | None = None, done: Done | None = None, *,
    fixed: Sequence[str] = (), label: str = "",
) -> Form:  # fmt: skip
    """Draw the form of a declared action.

    Parameters
    ----------
    seat : who acts
    name : name of the action
    given : values that fields begin with
    done : called with the answer; where it is left out, the notice says that it was done and offers the way back
    fixed : names whose given value stands and is not asked for
    label : words on the button; those of the action where it is left out
    """
    declared, told = ACTIONS[name], dict(given or {})
    form = Form(seat, [field_of(one, told.get(one.name, "")) for one in declared.parameters.values()
                       if one.name not in fixed])  # fmt: skip

    async def act() -> None:
        zone = (await seat.view(need_plan=False)).settings.zone
        try:
            arguments = {**{one: told[one] for one in fixed if one in told}, **form.given(zone)}
            answer = await seat.act(name, arguments)
        except ProblemError as error:
            form.note(error.problems)
            return
        form.note([])
        if done is None:
            await _done(seat, declared.label, name, answer)
        elif (found := done(answer)) is not None and hasattr(found, "__await__"):
            await found

    with box("pw-bar"):
        button(label or declared.label, act, main=True)
    return form


async def _done(seat: Seat, label: str, name: str, answer: Any) -> None:
    """Say that an action was done; its entry is the latest one of this person and action."""
    if tell_secrets(label, answer):
        return
    latest = await in_thread(lambda: entries(seat.store, 1, seat.person.name, name))

    async def back() -> None:
        await take_back(seat, latest[0].number)

    tell(say("Done: {label}.", label=say(label)), undo=back if latest else None)


async def take_back(seat: Seat, number: int) -> bool:
    """Take back an entry of the journal, and say what came of it."""
    try:
        await in_thread(lambda: reverse(seat.store, number, seat.person.name))
    except ProblemError as error:
        problem = error.problems[0]
        tell(f"{problem.message} {problem.remedy}", bad=True)
        return False
    tell("Taken back.")
    return True


def tell_secrets(title: str, answer: Any, done: Callable[[], Any] | None = None) -> bool:
    """Show the secrets of an answer, if it has any."""
    given = answer if isinstance(answer, dict) else {}
    found = {name.capitalize(): str(given[name]) for name in SECRETS if given.get(name)}
    if found:
        secret(title, found, "It is shown this once and kept nowhere. Pass it on in a safe way.", done)
    return bool(found)


def secret(title: str, lines: Mapping[str, str], sentence: str, done: Callable[[], Any] | None = None) -> None:
    """Show once what is kept nowhere, such as a temporary password."""
    # No part is used that the browser has yet to fetch: the first user of a plant ends the rights of the local person.
    with ui.context.client.content, box("pw-veil") as veil, box("pw-card pw-modal").props("role=alertdialog"):
        words("b", say(title))
        words("p", say(sentence), "pw-dim")
        for name, value in lines.items():
            with box("pw-field", "label"):
                words("span", say(name), "pw-field-name")
                field = ui.element("input").classes("pw-input pw-secret").props("readonly")
                field.props["value"] = value

        def close() -> None:
            if done:
                done()
            veil.delete()

        with box("pw-bar").style("margin: 14px 0 0"):
            button("Copy", icon="content_copy").on("click", js_handler=_copying(lines))
            button("I have kept it", close, main=True)


def _copying(lines: Mapping[str, str]) -> str:
    text = "\n".join(lines.values())
    return f"() => navigator.clipboard?.writeText({json.dumps(text)})"
