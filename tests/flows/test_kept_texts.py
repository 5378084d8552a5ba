"""Texts that plans keep in English are said in the language of who reads."""

from dataclasses import dataclass

import pytest

from plantwright.areas.planning import words
from plantwright.core.reader import KEPT, Reader, reading, retold
from plantwright.flows.views import MemoryView


@dataclass(frozen=True)
class Bracketed(Reader):
    """A reader whose language is English with each text between brackets."""

    language: str = "eo"

    def text(self, english):
        return f"[{english}]"


@pytest.fixture(scope="module")
def texts(pumps):
    view = MemoryView(*pumps)
    found = {"reason": "text", "demand_plan": "cause", "message_draft": "text"}
    return sorted({text for name, column in found.items() for text in view.result(name)[column] if text})


def test_every_text_of_a_plan_is_found_again_and_filled_alike(texts):
    assert len(texts) > 100
    for text in texts:
        template, found = next((one, match) for one, p in KEPT.items() if (match := p.fullmatch(text)))
        assert template.format(**found.groupdict()) == text


def test_a_kept_text_is_said_in_the_language_of_the_reader():
    text = words.LOST.format(cause=words.BUSY.format(order="MO-7", item="P-1", place="MILL", orders="MO-8"), days="2.0")
    assert retold(text) == text
    with reading(Bracketed()):
        assert retold(text) == "[[MO-7 for P-1 waits for MILL, busy with MO-8] (2.0 d)]"
        assert retold("a note that somebody wrote") == "a note that somebody wrote"


def test_the_more_particular_text_is_taken():
    with reading(Bracketed()):
        assert retold(words.ITS_TURN.format(order="A", item="B")) == "[A for B waits for its turn]"
        assert retold(words.BUSY_AND_MORE.format(order="A", item="B", place="C", orders="D", more=3)) == (
            "[A for B waits for C, busy with D and 3 more]"
        )
