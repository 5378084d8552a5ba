"""Acts of the page: what will happen is shown first, then it is done, and the notice offers to take it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from plantwright.core.journal import reverse
from plantwright.core.problem import Problem, ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.kit import box, button, problem_panel, tell, words
from plantwright.doors.web.seat import Seat, in_thread, last_entry

Work = Callable[[], Awaitable[Any]]


def show_problems(problems: Sequence[Problem], title: str = "This could not be done") -> None:
    """Say in a dialog why something could not be done."""
    with ui.dialog(value=True), ui.card().style("max-width: 640px"):
        problem_panel(problems, title)


def preview(
    title: str, lines: Sequence[str], label: str, work: Callable[[str], Awaitable[Any]], note: str = ""
) -> None:
    """Show what an act will do, with a field for a note where `note` names one; it is done when it is confirmed.

    Parameters
    ----------
    title : what is asked
    lines : what will change, a line each
    label : name of the button that does it
    work : does it; is given the note
    note : label of the field for a note; empty for none
    """
    field: Any = None
    with ui.dialog(value=True) as dialog, ui.card().style("min-width: min(420px, 90vw); max-width: 720px"):
        words("b", say(title))
        with box(tag="ul").style("max-height: 40vh; overflow: auto; margin: 0; padding-left: 18px; width: 100%"):
            for line in lines:
                words("li", say(line))
        if note:
            field = ui.input(say(note)).props("dense outlined").classes("w-full").style("width: 100%")

        async def go() -> None:
            dialog.close()
            await work(field.value or "" if field else "")

        with box("pw-bar").style("margin: 4px 0 0"):
            button(label, go, main=True)
            button("Cancel", dialog.close)


async def act(
    seat: Seat, name: str, arguments: Mapping[str, Any], said: str, then: Callable[[], Any] | None = None
) -> Any:
    """Do an action, say so, and offer to take it back; what is wrong is shown.

    Parameters
    ----------
    seat : who acts
    name : the action
    arguments : what it is told
    said : the notice
    then : called when it was done, and again when it was taken back; the page is loaded anew where there is none

    Returns
    -------
    What the action answers; None where it was refused.
    """
    try:
        answer = await seat.act(name, arguments)
    except ProblemError as error:
        show_problems(error.problems)
        return None
    entry = answer.get("entry") if isinstance(answer, dict) else None
    number = int(entry) if entry else await in_thread(lambda: last_entry(seat.store))
    undone(seat, number, said, then)
    if then:
        await _called(then)
    return answer


def undone(seat: Seat, entry: int, said: str, then: Callable[[], Any] | None = None) -> None:
    """Say that something was done, and offer to take its entry of the journal back."""

    async def undo() -> None:
        try:
            await in_thread(lambda: reverse(seat.store, entry, seat.person.name))
        except ProblemError as error:
            show_problems(error.problems, "This could not be taken back")
            return
        tell("Taken back.")
        await _called(then or ui.navigate.reload)

    tell(said, undo=undo)


async def _called(then: Callable[[], Any]) -> None:
    found = then()
    if isinstance(found, Awaitable):
        await found
