"""Numbers and days are read as they are written, in every locale; what could be meant otherwise is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.problem import ProblemError
from plantwright.core.reader import PLAIN, reading
from plantwright.doors.web.language import FORMS, liked_tags, reader_for, reader_of
from plantwright.doors.web.typed import Typed, plain_cell, plain_day, plain_number, spelt_day, spelt_number
from plantwright.flows.drafts import Draft

LOCALES = st.sampled_from(["", *FORMS, "ar-EG", "fa-IR", "hi-IN"])
AMOUNT = Column(Kind.QUANTITY, "An amount", name="quantity")


def tidy(number):
    """The shortest plain spelling of a stored decimal."""
    whole, rest = divmod(abs(number), 1_000_000)
    decimals = f"{rest:06d}".rstrip("0")
    return ("-" if number < 0 else "") + str(whole) + (f".{decimals}" if decimals else "")


@given(LOCALES, st.integers(-(10**16), 10**16))
def test_a_number_is_read_as_it_is_shown_and_as_it_is_spelt(tag, number):
    with reading(reader_for("en", tag)):
        assert plain_number(wording.decimal(number)) == tidy(number)
        assert plain_number(spelt_number(tidy(number))) == tidy(number)


@given(LOCALES, st.dates(date(1000, 1, 1)))
def test_a_day_is_read_as_it_is_spelt(tag, day):
    with reading(reader_for("en", tag)):
        assert plain_day(spelt_day(day.isoformat())) == day.isoformat()
        assert plain_day(spelt_day(f"{day.isoformat()} 07:30")) == f"{day.isoformat()} 07:30"


@pytest.mark.parametrize(
    ("tag", "typed", "read"),
    [
        ("de-DE", "1.234,5", "1234.5"), ("de-DE", "1.234", "1234"), ("de-DE", "-1,5 h", "-1.5 h"),
        ("de-DE", "1:30", "1:30"), ("de-DE", "much", "much"), ("de-DE", "", ""), ("fr-FR", "1 234,5", "1234.5"),
        ("de-CH", "1'234.5", "1234.5"), ("en-IN", "12,34,567.5", "1234567.5"), ("en-US", "1,234.5", "1234.5"),
        ("", "1 234.5", "1234.5"), ("", "1,5", "1,5"),
    ],
)  # fmt: skip
def test_numbers_are_read_by_the_marks_of_the_locale(tag, typed, read):
    with reading(reader_for("en", tag)):
        assert plain_cell(typed, AMOUNT) == read


@pytest.mark.parametrize(
    ("tag", "typed"),
    [
        ("de-DE", "1234.5"), ("de-DE", "1.23"), ("de-DE", "1,234.5"), ("de-DE", "12.34.567"), ("en-US", "1,5"),
        ("en-US", "1.234,5"), ("fr-FR", "1.5"), ("en-IN", "1,234,567.5"),
    ],
)  # fmt: skip
def test_a_number_of_another_country_is_refused_with_the_way_to_write_it(tag, typed):
    with reading(reader_for("en", tag)), pytest.raises(ProblemError) as caught:
        plain_cell(typed, AMOUNT)
    problem = caught.value.problems[0]
    assert (problem.code, problem.column) == ("number-not-by-locale", "quantity")
    assert reader_for("en", tag).point + "5" in problem.remedy


@pytest.mark.parametrize(
    ("tag", "typed", "read"),
    [
        ("de-DE", "3.4.2026", "2026-04-03"), ("en-US", "3/4/2026", "2026-03-04"), ("en-GB", "3/4/2026", "2026-04-03"),
        ("de-DE", "2026-03-04", "2026-03-04"), ("sv-SE", "2026-03-04", "2026-03-04"), ("", "3/4/2026", "3/4/2026"),
    ],
)  # fmt: skip
def test_days_are_read_in_the_order_of_the_locale(tag, typed, read):
    with reading(reader_for("en", tag)):
        assert plain_day(typed) == read


@pytest.mark.parametrize("typed", ["3.4.26", "31.2.2026", "tomorrow", "3/2026"])
def test_a_day_without_its_whole_year_or_that_is_none_is_refused(typed):
    with reading(reader_for("en", "de-DE")), pytest.raises(ProblemError) as caught:
        plain_day(typed)
    assert caught.value.problems[0].code == "day-not-by-locale"
    assert "31.12.2026" in caught.value.problems[0].remedy


def test_what_a_person_has_set_goes_before_what_the_browser_likes():
    assert reader_of({}, "de-AT,de;q=0.9").tag == "de-AT"
    assert reader_of({"locale": "fr-FR"}, "de-AT").tag == "fr-FR"
    assert reader_of({"locale": "no such"}, "de-AT").tag == "de-AT"
    assert reader_of({}, "en-GB,en;q=0.9") is reader_of({}, "") is PLAIN
    assert liked_tags("x" * 1_000) == liked_tags(";q=,;;") == ()


def test_a_draft_keeps_what_cannot_be_read_until_it_is_corrected():
    from plantwright.core.entity import ENTITIES
    from plantwright.plant import Plant  # noqa: F401 - declares the tables

    item = ENTITIES["item"]
    draft = Draft(item, item.columns, "UTC")
    typed = Typed(draft)
    with reading(reader_for("en", "de-DE")):
        row = typed.put([], [{"code": "A", "standard_cost": "1.5", "price": "2,50"}])[0]
        assert row.now["price"] == "2.5"
        assert "1.234,5" in row.faults["standard_cost"]
        assert [problem.code for problem in typed.unread()] == ["number-not-by-locale"]
        typed.put([[row.ident, "standard_cost", "1,5"]])
    assert row.now["standard_cost"] == "1.5"
    assert not row.faults
    assert not typed.unread()
