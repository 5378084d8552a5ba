"""Problems with rows: sentences in the form of their reader, places as in files."""

import pytest

import plantwright.plant  # noqa: F401 - declares the tables
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.finding import found
from plantwright.core.problem import ProblemKind
from plantwright.core.reader import PLAIN, Reader, reading

LATE = ProblemKind("late", "{quantity} of {item} were due on {due}, {rest} are left since {since} and {begun}.", "Ask.")
GERMAN = Reader(point=",", group=".")


def rows(name, *given):
    return raw_frame(ENTITIES[name], list(given))


@pytest.mark.parametrize(
    ("reader", "message"),
    [
        (PLAIN, "1234.5 of A were due on 2026-03-14 08:00, 1000.25 are left since 2026-03-14 and 2026-03-14 07:00."),
        (
            GERMAN,
            "1.234,5 of A were due on Sat 14 Mar 2026 08:00, 1.000,25 are left since Sat 14 Mar 2026 and "  # noqa: ISC004
            "Sat 14 Mar 2026 07:00.",
        ),
    ],
)
def test_dates_and_numbers_in_sentences_are_those_of_the_reader_keys_and_values_those_of_files(reader, message):
    line = {"order": "P1", "item": "A", "quantity": 1_234_500_000, "due": 29_557_920}
    more = {"rest": 1_000_250_000, "since": 20_526, "begun": 29_557_860}
    late = rows("purchase_order_line", line).with_columns(**more)
    tables = {"setting": rows("setting", {"name": "time_zone", "value": "UTC"})}
    with reading(reader):
        (problem,) = found(LATE, tables, "purchase_order_line", late, "due", ("rest",), ("begun",), ("since",))
    assert problem.message.replace("\N{NO-BREAK SPACE}", " ") == message
    assert (problem.key, problem.value) == ("P1 / 1", "2026-03-14 08:00")
