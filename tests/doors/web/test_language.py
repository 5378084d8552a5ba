"""The page in another language: what it says is marked, the catalogue holds it, and nothing English is left."""

import ast
import asyncio
import html
import re
from pathlib import Path
from types import SimpleNamespace

import anyio.from_thread
import pytest
from babel.messages.pofile import write_po
from nicegui import core as nicegui_core
from nicegui.client import Client
from nicegui.page import page as page_of

import plantwright.doors.web.pages
from plantwright.core import wording
from plantwright.core.access import local_person
from plantwright.core.access.signing import REFUSED as SIGN_IN_REFUSED
from plantwright.core.reader import PLAIN, READER, later, plural, reading, say
from plantwright.core.store import Store
from plantwright.doors.http import sign
from plantwright.doors.web import language
from plantwright.doors.web.chooser import forms
from plantwright.doors.web.frame import frame
from plantwright.doors.web.keys import KEYS
from plantwright.doors.web.mounting import load_screens
from plantwright.doors.web.screens import SCREENS
from plantwright.doors.web.seat import Seat, Views
from plantwright.doors.web.template import KIT, called, is_text, said_in, template, texts_given, written
from plantwright.flows.catalog import load_actions, load_reports

PAGES = sorted(Path(plantwright.doors.web.pages.__file__).parent.glob("*.py"))
WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
MAIN_SCREENS = ("/", "/late", "/schedule", "/orders", "/material", "/stock", "/tables")
PLAIN_TEXTS = {"words": 1, "link": 0}
"""Functions of the kit that write what they are given, and the place of their text."""
COMMANDS = ("plantwright ", "POST ")
"""What begins so is typed, and the same in every language."""


# --- every text is marked -------------------------------------------------------------------------------------------


def loose_texts(node):
    """Texts that nothing translates: f-strings where a text is drawn, and literals where it is drawn as it is."""
    if isinstance(node, ast.JoinedStr):
        fixed = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
        if re.search(r"[A-Za-z]{2}", fixed) and not fixed.startswith(COMMANDS):
            yield fixed
    elif isinstance(node, ast.IfExp):
        yield from loose_texts(node.body)
        yield from loose_texts(node.orelse)
    elif isinstance(node, (ast.BoolOp, ast.Tuple, ast.List)):
        for part in getattr(node, "values", None) or getattr(node, "elts", []):
            yield from loose_texts(part)


def unmarked(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        if name in KIT:
            yield from (f"{path.name}:{node.lineno} {text!r}" for one in texts_given(node) for text in loose_texts(one))
        elif name in PLAIN_TEXTS and len(node.args) > PLAIN_TEXTS[name]:
            given = node.args[PLAIN_TEXTS[name]]
            plain = [given.value] if isinstance(given, ast.Constant) and is_text(str(given.value)) else []
            yield from (f"{path.name}:{node.lineno} {text!r}" for text in [*plain, *loose_texts(given)])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_text_of_a_screen_goes_through_say_or_a_part_of_the_kit_that_does(path):
    assert not list(unmarked(path)), 'write say("… {name} …", name=value), with plantwright.core.reader.say'


# --- the template ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gathered():
    return template()


def test_the_template_holds_what_is_said_and_what_is_declared(gathered):
    for text in (
        "Late orders", "What delays them", "Late days", "{number} was made firm.", "Quantity", "expedite", "Plan again",
        "The judge found no fault.", "Time zone of the plant by its IANA name", "Undo", "Make it firm",
        "This link was used, is too old, or was never given.",
    ):  # fmt: skip
        assert gathered.get(text) is not None, text
    assert gathered.get("{n} order").id == ("{n} order", "{n} orders")


def test_the_template_holds_every_key_that_is_listed(gathered):
    texts = [text for title, keys in KEYS for text in (title, *(part for pair in keys for part in pair))]
    assert [text for text in texts if is_text(text) and gathered.get(text) is None] == []


def test_the_template_is_the_same_each_time_it_is_written():
    assert written() == written()
    assert "POT-Creation-Date" not in written()


def test_marked_texts_are_found_where_they_stand():
    lines = ('say("A {x}", x=1)', 'plural("one", "many", n)', 'wording.count(2, "day late", "days late")', 'later("L")')
    tree = ast.parse("\n".join(lines))
    assert list(said_in(tree)) == ["A {x}", ("one", "many"), ("{n} day late", "{n} days late"), "L"]


# --- a language of its own ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def esperanto(gathered, tmp_path_factory):
    """A catalogue in which every text stands between brackets, put where catalogues are looked for."""
    folder = tmp_path_factory.mktemp("locale")
    path = folder / "eo" / "LC_MESSAGES" / "plantwright.po"
    path.parent.mkdir(parents=True)
    gathered.locale = "eo"
    for message in gathered:
        if message.id:
            several = isinstance(message.id, tuple)
            message.string = tuple(f"⟦{one}⟧" for one in message.id) if several else f"⟦{message.id}⟧"
    with path.open("wb") as file:
        write_po(file, gathered)
    patch = pytest.MonkeyPatch()
    patch.setattr(language, "CATALOGUES", folder)
    forget()
    yield language.reader_for("eo", "")
    patch.undo()
    forget()


def forget():
    language.languages.cache_clear()
    language.catalogue.cache_clear()
    language.reader_for.cache_clear()


def test_a_catalogue_that_is_put_in_its_place_is_offered_and_used(esperanto):
    assert language.languages()["eo"] == "Esperanto"
    assert language.reader_of({"locale": "de-DE"}, "eo,en;q=0.5") == language.reader_for("eo", "de-DE")
    assert language.reader_of({"language": "eo"}, "en-GB") == esperanto
    assert language.reader_of({"language": "en"}, "eo") == language.reader_for("en", "eo")
    with reading(esperanto):
        assert say("{number} was made firm.", number="MO-7") == "⟦MO-7 was made firm.⟧"
        assert plural("{n} order", "{n} orders", 2, n=2) == "⟦2 orders⟧"
        assert say("Something that no catalogue has") == "Something that no catalogue has"
    assert READER.get() is PLAIN
    assert later("Late") == say("Late") == "Late"


def test_a_translation_with_a_place_that_its_text_does_not_have_stays_english(esperanto, gathered):
    wrong = gathered.get("{number} was made firm.").clone()
    wrong.string = "{nombro} estas firma."
    assert not language.same_places(wrong)


SIGN_PAGES = {
    "sign in": lambda who: sign._sign_in_page("/late", "", [SIGN_IN_REFUSED.at()]),
    "first": lambda who: sign._first_page("token"),
    "password": sign._password_page,
    "sign out": lambda who: asyncio_free(sign.Pages(None).show_sign_out(who)),
}


def asyncio_free(waiting):
    """Run a function that waits for nothing."""
    with pytest.raises(StopIteration) as ended:
        waiting.send(None)
    return ended.value.value


@pytest.mark.parametrize("name", SIGN_PAGES)
def test_pages_for_signing_in_are_written_in_the_language_of_the_reader(name, esperanto):
    who = SimpleNamespace(state=SimpleNamespace(person=SimpleNamespace(name="anna"), csrf="c"))
    with reading(esperanto):
        body = SIGN_PAGES[name](who).body.decode()
    assert '<html lang="eo">' in body
    seen = html.unescape(re.sub("<[^>]*>", " ", re.sub("<style>.*?</style>", "", body, flags=re.DOTALL)))
    assert english_in(seen, {"anna", "Plantwright"}) == ""


@pytest.mark.parametrize(("header", "expected"), [(b"eo,en;q=0.5", "eo"), (b"en-GB", "en")])
def test_who_is_not_signed_in_reads_as_the_browser_likes_it(header, expected, esperanto):
    found = []

    async def app(_scope, _receive, _send):
        found.append(READER.get().language)

    scope = {"type": "http", "path": "/sign-in", "headers": [(b"accept-language", header)], "state": {"person": None}}
    asyncio_free(language.Readers(app, None)(scope, None, None))
    assert found == [expected]


@pytest.fixture(scope="module")
def store(planned_once):
    with Store.open(planned_once) as opened:
        yield opened


def shown(client):
    """Everything that a drawn page says: texts, labels, hints, and the heads of its tables."""
    for element in client.elements.values():
        props = element._props
        yield html.unescape(re.sub("<[^>]*>", "", str(props.get("innerHTML", ""))))
        yield getattr(element, "_text", None) or ""
        yield from (str(props[name]) for name in ("title", "aria-label", "placeholder", "label") if props.get(name))
        options = props.get("options")
        for column in options.get("columnDefs", []) if isinstance(options, dict) else []:
            yield from (column.get("headerName", ""), column.get("headerTooltip") or "")


def english_in(text, data):
    """What is left of a text without what is translated and without what the plant itself says."""
    while text != (text := re.sub("⟦[^⟦⟧]*⟧", "", text)):
        pass
    return " ".join(word for word in WORD.findall(text) if word not in data)


@pytest.mark.parametrize("path", MAIN_SCREENS)
def test_nothing_english_is_left_on_a_screen_in_another_language(path, esperanto, store):
    load_actions()
    load_reports()
    load_screens()
    tables = ("scenario", "work_center", "site", "item", "setting", "customer", "user_field")
    cells = [value for table in tables for row in store.read(table).rows() for value in row if isinstance(value, str)]
    names = [*forms().values(), *language.languages().values(), "anna", "API", wording.day(20_500)]
    names += [name.capitalize() for name in store.read("user_field")["name"]]
    months = [wording.day_of_month(30 * month) for month in range(13)]
    data = {word for text in [*cells, *names, *months] for word in WORD.findall(text)}

    async def draw():
        with anyio.move_on_after(120):
            client = Client(page_of(path))
            seat = Seat(store, local_person("anna"), Views(store), {})
            with reading(esperanto), client:
                with await frame(seat, SCREENS[path]):
                    await SCREENS[path].draw(seat)
                found = list(shown(client))
            client.delete()
            return found

    async def alone():
        before, nicegui_core.loop = nicegui_core.loop, asyncio.get_running_loop()
        try:
            return await draw()
        finally:
            nicegui_core.loop = before

    with anyio.from_thread.start_blocking_portal() as aside:
        texts = aside.call(alone)
    left = sorted({text for text in texts if english_in(text, data)})
    assert not left, "\n".join(left)
