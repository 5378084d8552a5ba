"""Operations are listed by the shifts of their work center: by day, over midnight, with extra time."""

from datetime import UTC, datetime

import polars as pl
import pytest

from plantwright.areas.scheduling.shifts import day_number, in_shifts, shift_windows, within_shifts

MONDAY = 20_514  # 2 March 2026
EVER = {"effective_from": 0, "effective_to": 99_999}
NIGHT = pl.DataFrame([
    {"weekday": "mon", "start": 360, "end": 840, "name": "early", **EVER},
    {"weekday": "mon", "start": 1320, "end": 360, "name": "night", **EVER},
    {"weekday": "tue", "start": 360, "end": 840, "name": "", **EVER},
])  # fmt: skip
NONE = pl.DataFrame(schema={"start": pl.Int64, "end": pl.Int64, "open": pl.Boolean, "name": pl.String})


def at(day, hour):
    return (MONDAY + day) * 1440 + hour * 60


def test_a_shift_belongs_to_the_day_on_which_it_begins_and_has_its_times_where_it_has_no_name():
    found = shift_windows(NIGHT, NONE, "UTC", MONDAY, MONDAY + 6)
    assert found.rows() == [
        (MONDAY, "early", at(0, 6), at(0, 14)),
        (MONDAY, "night", at(0, 22), at(1, 6)),
        (MONDAY + 1, "06:00-14:00", at(1, 6), at(1, 14)),
    ]


def test_time_that_an_exception_opens_is_a_shift_of_its_name_and_closed_time_is_none():
    extra = pl.DataFrame(
        [(at(5, 8), at(5, 12), True, "overtime"), (at(6, 8), at(6, 9), True, ""), (at(0, 6), at(0, 8), False, "off")],
        schema=NONE.schema, orient="row",
    )  # fmt: skip
    found = shift_windows(NIGHT.clear(), extra, "UTC", MONDAY, MONDAY + 6)
    assert found["shift"].to_list() == ["overtime", "extra time"]


@pytest.mark.parametrize(("weekday", "day", "hour"), [("sat", 26, 5), ("sun", 27, 4)])
def test_shifts_follow_the_clock_on_the_wall_when_it_changes(weekday, day, hour):
    """In Berlin the clocks go forward in the night to Sunday 29 March 2026, and a shift at 6 begins an hour earlier."""
    rows = pl.DataFrame([{"weekday": weekday, "start": 360, "end": 840, "name": "x", **EVER}])
    first = MONDAY + day
    found = shift_windows(rows, NONE, "Europe/Berlin", first, first)
    begin = datetime.fromtimestamp(found["begin"][0] * 60, UTC)
    assert (begin.hour, begin.day) == (hour, 2 + day)


def test_each_operation_stands_in_the_shift_in_which_it_begins():
    windows = shift_windows(NIGHT, NONE, "UTC", MONDAY, MONDAY + 1)
    rows = pl.DataFrame({"start": [at(1, 5), at(0, 6), at(0, 15)], "order": ["A", "B", "C"]})
    assert in_shifts(rows, windows).select("order", "shift").rows() == [("A", "night"), ("B", "early"), ("C", None)]


def test_the_list_of_a_shift_has_what_goes_on_from_the_one_before():
    windows = shift_windows(NIGHT, NONE, "UTC", MONDAY, MONDAY + 1).filter(pl.col("shift") == "night")
    rows = pl.DataFrame({
        "start": [at(0, 13), at(0, 23), at(1, 6)], "finish": [at(0, 23), at(1, 7), at(1, 8)], "order": ["A", "B", "C"],
    })  # fmt: skip
    assert within_shifts(rows, windows).select("order", "goes_on").rows() == [("A", True), ("B", False)]


def test_the_day_of_a_moment_is_the_day_of_the_plant():
    assert day_number(at(0, 23), "Europe/Berlin") == MONDAY + 1
    assert day_number(at(0, 23), "America/New_York") == MONDAY
