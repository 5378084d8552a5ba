"""The language of the page: for whom it is written is found where a request begins, and holds for all that it draws.

Words come from catalogues in the shape of gettext, ``locale/<language>/LC_MESSAGES/plantwright.po`` beside this module,
the English text being the key; a catalogue that is put there is offered to people at the next start. Dates and numbers
follow the locale data of Unicode, through Babel. Both are settings of a person's own; where nothing is set, the browser
says what it likes best, and in English things stay as the command line writes them.
"""

from __future__ import annotations

import gettext
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from anyio import to_thread
from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from nicegui import Client
from starlette.types import ASGIApp, Receive, Scope, Send

from plantwright.core.access import own_settings
from plantwright.core.reader import PLAIN, READER, SPACE, Reader, reading
from plantwright.core.store import Store

CATALOGUES = Path(__file__).with_name("locale")
DOMAIN = "plantwright"
LANGUAGE, FORM = "language", "locale"
"""Names of the own settings: the language of words, and the locale of dates and numbers."""
FORMS = (
    "cs-CZ", "da-DK", "de-AT", "de-CH", "de-DE", "el-GR", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-US", "en-ZA",
    "es-ES", "es-MX", "et-EE", "fi-FI", "fr-BE", "fr-CA", "fr-CH", "fr-FR", "hr-HR", "hu-HU", "id-ID", "it-IT", "ja-JP",
    "ko-KR", "lt-LT", "lv-LV", "nb-NO", "nl-BE", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "sk-SK", "sl-SI", "sv-SE",
    "tr-TR", "uk-UA", "vi-VN", "zh-CN",
)  # fmt: skip
"""Locales that are offered; a browser may ask for any other that Unicode knows."""
LOG = logging.getLogger("plantwright.language")


@dataclass(frozen=True)
class LocalReader(Reader):
    """A reader with the marks of a locale (a tag such as ``de-DE``, empty for the plain form), and a language."""

    tag: str = ""

    def percent(self, number: str) -> str:
        """Put the sign of per cent where the locale has it."""
        if not self.tag:
            return super().percent(number)
        pattern = _locale(self.tag).percent_formats[None]
        return f"{pattern.prefix[0]}{number}{pattern.suffix[0]}"

    def day(self, when: date, *, year: bool) -> str:
        """Write a day in the order and with the names of the locale."""
        return _written(self.tag, "yMMMEd" if year else "MMMEd", when) if self.tag else super().day(when, year=year)

    def day_of_month(self, when: date) -> str:
        """Write a day and its month."""
        return _written(self.tag, "MMMd", when) if self.tag else super().day_of_month(when)

    def month_of_year(self, when: date) -> str:
        """Write a month and its year."""
        return _written(self.tag, "yMMM", when) if self.tag else super().month_of_year(when)

    def text(self, english: str) -> str:
        """Look a text up; what a catalogue does not have stays English."""
        known = catalogue(self.language)
        return known.gettext(english) if known and english else english

    def plural(self, one: str, many: str, number: float) -> str:
        """Look up the text that fits a number by the rules of the language."""
        known = catalogue(self.language)
        if known is None:
            return super().plural(one, many, number)
        # Rules are for whole numbers: what has decimals counts as several.
        return known.ngettext(one, many, int(number) if float(number).is_integer() else 2)


def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


@lru_cache(maxsize=16_384)
def _written(tag: str, skeleton: str, when: date) -> str:
    return format_skeleton(skeleton, when, locale=_locale(tag)).replace(" ", SPACE)


# --- catalogues -----------------------------------------------------------------------------------------------------


@lru_cache
def languages() -> dict[str, str]:
    """Give the languages that there are words for, each by its own name."""
    found = sorted(path.parent.parent.name for path in CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return {"en": "English", **{code: _own_name(code) for code in found if _known(code)}}


def _own_name(tag: str) -> str:
    locale = Locale.parse(tag.replace("_", "-"), sep="-")
    return (locale.get_display_name() or tag).capitalize()


def _known(tag: str) -> bool:
    try:
        Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations | None:
    """Read the catalogue of a language; None for English, whose words stand in the program."""
    path = CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if language == "en" or not path.is_file():
        return None
    with path.open("rb") as file:
        read = read_po(file, locale=language.replace("-", "_"), domain=DOMAIN)
    for message in list(read):
        if message.id and message.string and not same_places(message):
            LOG.warning("%s: the places of %r differ; it stays English", path, message.id)
            read.delete(message.id)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def same_places(message: Message) -> bool:
    """Tell whether a translation has the named places of its text, so that filling them cannot fail."""
    texts = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    given = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    try:
        wanted = {name for text in texts for name in _places(text)}
        return all(set(_places(text or "")) <= wanted for text in given)
    except ValueError:  # a brace that stands alone
        return not any("{" in text for text in texts)


def _places(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


# --- who reads ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def reader_for(language: str, tag: str) -> Reader:
    """Give the reader of a language and a locale; an empty tag is the plain form of dates and numbers."""
    if not tag:
        return LocalReader(language=language) if language != "en" else PLAIN
    locale = _locale(tag)
    marks = locale.number_symbols.get("latn", {})
    first, following = locale.decimal_formats[None].grouping
    return LocalReader(
        point=marks.get("decimal", "."), group=marks.get("group", SPACE), first_group=min(first, 9),
        next_groups=min(following, 9), tag=tag, language=language,
    )  # fmt: skip


def reader_of(own: Mapping[str, str], accepted: str = "") -> Reader:
    """Give the reader of a request.

    Parameters
    ----------
    own : settings of the person
    accepted : what the browser likes, as it stands in the header Accept-Language

    Examples
    --------
    >>> reader_of({}, "de-AT,de;q=0.9,en;q=0.8").point, reader_of({"locale": "fr-FR"}, "de").point
    (',', ',')
    >>> reader_of({}, "en-US,en").day(date(2026, 3, 14), year=False).replace(SPACE, " ")
    'Sat 14 Mar'
    """
    liked = liked_tags(accepted)
    language = own.get(LANGUAGE, "")
    if language not in languages():
        named = {code.replace("_", "-").lower(): code for code in languages()}
        offers = [name for tag in liked for name in (tag.lower(), tag.split("-")[0].lower())]
        language = next((named[name] for name in offers if name in named), "en")
    tag = own.get(FORM, "")
    if not (tag and _known(tag)):
        first = next(iter(liked), "")
        tag = "" if first.lower().split("-")[0] == "en" else first
    return reader_for(language, tag)


@lru_cache(maxsize=256)
def liked_tags(accepted: str) -> tuple[str, ...]:
    """Read the header Accept-Language: the tags that Unicode knows, the best liked first.

    Examples
    --------
    >>> liked_tags("en;q=0.5, de-CH, *;q=0.1, xx-YY")
    ('de-CH', 'en')
    """
    found = []
    for part in accepted[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        if tag and _known(tag):
            found.append((_weight(weight), tag))
    return tuple(tag for _, tag in sorted(found, key=lambda one: -one[0]))


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


_PAGES: WeakKeyDictionary[Client, Reader] = WeakKeyDictionary()


def keep_reader(client: Client) -> None:
    """Let what is done on an open page be written for the reader for whom it was drawn."""
    _PAGES[client] = READER.get()


class Readers:
    """Finds the reader of each page, from the settings of the person, where somebody is signed in, and the browser's.

    A socket names the page that it belongs to. What it brings, such as a click, is handled in tasks that begin in its
    request, so they write for the same reader.
    """

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self.app, self.store = app, store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, for its reader."""
        person: Any = scope.get("state", {}).get("person")
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(("/api/", "/static/", "/_nicegui/")):
            await self.app(scope, receive, send)
            return
        found = _of_page(scope) if scope["path"].startswith("/_nicegui_ws") else await self._found(scope, person)
        with reading(found):
            await self.app(scope, receive, send)

    async def _found(self, scope: Scope, person: Any) -> Reader:
        own = {} if person is None else await to_thread.run_sync(own_settings, self.store, person.name)
        return reader_of(own, dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1"))


def _of_page(scope: Scope) -> Reader:
    page = parse_qs(scope["query_string"].decode("latin-1")).get("client_id", [""])[0]
    client = Client.instances.get(page)
    return PLAIN if client is None else _PAGES.get(client, PLAIN)
