"""What each person chooses for the page: the language of its words, and the locale of its dates and numbers."""

from __future__ import annotations

from functools import partial

from babel import Locale
from nicegui import ui

from plantwright.core.access import own_settings, set_own
from plantwright.core.reader import say
from plantwright.doors.web.choices import choice
from plantwright.doors.web.kit import box, words
from plantwright.doors.web.language import FORM, FORMS, LANGUAGE, languages
from plantwright.doors.web.seat import Seat, in_thread


async def reader_choice(seat: Seat) -> None:
    """Offer the language, where there is more than one, and the locale; the page is drawn anew for what is chosen."""
    own = await in_thread(lambda: own_settings(seat.store, seat.person.name))
    by_browser = say("As the browser says")
    if len(languages()) > 1:
        _one(seat, say("Language"), LANGUAGE, {"": by_browser, **languages()}, own.get(LANGUAGE, ""))
    _one(seat, say("Dates and numbers"), FORM, {"": by_browser, **forms()}, own.get(FORM, ""))


def forms() -> dict[str, str]:
    """Give the locales that are offered, each by its own name.

    Examples
    --------
    >>> forms()["de-AT"]
    'Deutsch (Österreich)'
    """
    named = {tag: str(Locale.parse(tag, sep="-").get_display_name() or tag) for tag in FORMS}
    return {tag: name[:1].upper() + name[1:] for tag, name in sorted(named.items(), key=lambda one: one[1].lower())}


def _one(seat: Seat, label: str, name: str, options: dict[str, str], chosen: str) -> None:
    with box().style("display: grid; gap: 2px"):
        words("span", label, "pw-dim")
        choice(label, options, chosen, "", partial(_keep, seat, name))


async def _keep(seat: Seat, name: str, value: str) -> None:
    await in_thread(lambda: set_own(seat.store, seat.person.name, name, value))
    ui.navigate.reload()
