from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.core.worktime import (
    Calendar,
    CalendarException,
    Shift,
    ZoneClock,
    check_calendars,
    intersect,
    public_holidays,
    subtract,
    union,
    work_intervals,
)

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
START = datetime(1970, 1, 1, tzinfo=UTC)


def day(text):
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def minute(text, zone=BERLIN):
    return int((datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) - START).total_seconds()) // 60


def clock(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def shift(weekday, start, end, **more):
    return Shift("A", weekday, clock(start), clock(end), **more)


def every_day(start, end, **more):
    return [shift(weekday, start, end, **more) for weekday in range(7)]


def closed(start, end, zone=BERLIN):
    return CalendarException("A", minute(start, zone), minute(end, zone))


def opened(start, end, zone=BERLIN):
    return CalendarException("A", minute(start, zone), minute(end, zone), open=True)


def build(shifts, exceptions=(), first="2026-01-05", last=None, zone=BERLIN, **place):
    calendar = Calendar("A", zone, **place)
    return work_intervals([calendar], shifts, exceptions, day(first), day(last or first))["A"]


def shown(intervals, zone=BERLIN):
    texts = [
        [(START + timedelta(minutes=int(t))).astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M") for t in part]
        for part in intervals
    ]
    return [f"{start} - {end}" for start, end in zip(*texts, strict=True)]


class TestShifts:
    def test_a_week_of_two_stretches_a_day_gives_its_intervals_in_utc(self):
        work = build(
            [shift(0, "06:00", "11:30"), shift(0, "12:00", "14:30"), shift(2, "6:00", "14:00")], last="2026-01-11"
        )
        assert shown(work) == ["01-05 06:00 - 01-05 11:30", "01-05 12:00 - 01-05 14:30", "01-07 06:00 - 01-07 14:00"]
        assert work.starts[0] == minute("2026-01-05T05:00", "UTC")
        assert work.minutes == 16 * 60

    def test_touching_and_overlapping_shifts_are_merged(self):
        work = build([shift(0, "06:00", "14:00"), shift(0, "14:00", "22:00"), shift(0, "20:00", "23:00")])
        assert shown(work) == ["01-05 06:00 - 01-05 23:00"]

    def test_a_night_shift_is_cut_at_the_ends_of_the_span(self):
        assert shown(build(every_day("22:00", "06:00"))) == ["01-05 00:00 - 01-05 06:00", "01-05 22:00 - 01-06 00:00"]

    def test_a_day_may_end_at_24_and_equal_times_mean_a_whole_day(self):
        assert build([shift(0, "00:00", "24:00")]).minutes == 1440
        assert build([shift(0, "06:00", "06:00")], last="2026-01-06").minutes == 1440
        assert shown(build(every_day("06:00", "06:00"), last="2026-01-11")) == ["01-05 00:00 - 01-12 00:00"]

    def test_effective_days_bound_the_days_on_which_a_shift_starts(self):
        span = {"effective_from": day("2026-01-06"), "effective_to": day("2026-01-07")}
        work = build(every_day("22:00", "02:00", **span), last="2026-01-11")
        assert shown(work) == ["01-06 22:00 - 01-07 02:00", "01-07 22:00 - 01-08 02:00"]

    def test_breaks_take_time_away_after_midnight_too(self):
        work = build([shift(0, "22:00", "06:00"), shift(1, "02:00", "02:30", open=False)], last="2026-01-06")
        assert shown(work) == ["01-05 22:00 - 01-06 02:00", "01-06 02:30 - 01-06 06:00"]

    def test_a_leap_day_is_a_day_like_any_other(self):
        assert shown(build([shift(3, "06:00", "14:00")], first="2024-02-28", last="2024-03-01")) == [
            "02-29 06:00 - 02-29 14:00"
        ]


class TestClockChanges:
    @pytest.mark.parametrize(
        ("zone", "saturday", "hours"),
        [
            (BERLIN, "2026-03-28", 7),
            (BERLIN, "2026-10-24", 9),
            (NEW_YORK, "2026-03-07", 7),
            (NEW_YORK, "2026-10-31", 9),
            (BERLIN, "2026-04-04", 8),
        ],
    )
    def test_a_night_shift_has_its_real_hours(self, zone, saturday, hours):
        last = date.fromisoformat(saturday) + timedelta(days=1)
        work = build([shift(5, "22:00", "06:00")], first=saturday, last=last.isoformat(), zone=zone)
        assert work.minutes == hours * 60

    def test_a_skipped_time_means_the_first_instant_after_the_gap(self):
        forward = {"first": "2026-03-29"}
        assert shown(build([shift(6, "02:30", "04:00")], **forward)) == ["03-29 03:00 - 03-29 04:00"]
        assert build([shift(6, "01:00", "02:30")], **forward).minutes == 60
        assert build([shift(6, "02:10", "02:50")], **forward).minutes == 0

    def test_a_repeated_time_means_its_first_instant(self):
        back = {"first": "2026-10-25"}
        work = build([shift(6, "02:30", "04:00")], **back)
        assert work.starts[0] == minute("2026-10-25T00:30", "UTC")
        assert work.minutes == 150
        assert build([shift(6, "01:00", "02:30")], **back).minutes == 90

    @pytest.mark.parametrize(("first", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
    def test_a_day_without_pause_lasts_as_long_as_the_day(self, first, hours):
        assert build(every_day("00:00", "24:00"), first=first).minutes == hours * 60

    @pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"])
    def test_offsets_of_years_agree_with_the_zone_data(self, zone):
        zone_clock = ZoneClock.of(zone, day("2024-01-01"), day("2027-12-31"))
        wall = np.arange(day("2026-01-01") * 1440, day("2027-01-01") * 1440, 30)
        assert zone_clock.to_utc(wall).tolist() == [oracle_utc(int(m), ZoneInfo(zone)) for m in wall]


class TestHolidays:
    def test_shifts_that_start_on_a_holiday_are_closed_with_their_part_after_midnight(self):
        # Epiphany, 6 January, is a holiday in Bavaria but not in Berlin.
        nights = every_day("22:00", "06:00")
        span = {"first": "2026-01-05", "last": "2026-01-08"}
        assert shown(build(nights, country="DE", subdivision="BY", **span)) == [
            "01-05 00:00 - 01-05 06:00",
            "01-05 22:00 - 01-06 06:00",
            "01-07 22:00 - 01-08 06:00",
            "01-08 22:00 - 01-09 00:00",
        ]
        assert len(build(nights, country="DE", subdivision="BE", **span).starts) == 5

    def test_the_holiday_before_the_span_closes_what_reaches_into_it(self):
        assert build([shift(3, "22:00", "06:00")], first="2026-01-02", country="DE").minutes == 0

    def test_holidays_of_a_state_come_on_top_of_those_of_the_country(self):
        year = day("2026-01-01"), day("2026-12-31")
        country, california = public_holidays("US", "", *year), public_holidays("US", "CA", *year)
        assert day("2026-07-03") in country  # 4 July 2026 is a Saturday and is observed on Friday
        assert day("2026-11-26") in country  # fourth Thursday of November
        assert day("2026-03-31") not in country
        assert day("2026-03-31") in california  # Cesar Chavez Day
        assert set(country) - {day("2026-10-12")} <= set(california)

    def test_no_country_has_no_holidays(self):
        assert public_holidays("", "", 0, 20_000).tolist() == []


class TestExceptions:
    def test_overtime_opens_a_saturday_and_a_shut_down_closes_over_a_weekend(self):
        shifts = [shift(weekday, "06:00", "14:00") for weekday in range(5)]
        changes = [opened("2026-01-10T06:00", "2026-01-10T12:00"), closed("2026-01-16T10:00", "2026-01-19T10:00")]
        work = build(shifts, changes, first="2026-01-09", last="2026-01-19")
        assert shown(work)[:2] == ["01-09 06:00 - 01-09 14:00", "01-10 06:00 - 01-10 12:00"]
        assert shown(work)[-2:] == ["01-16 06:00 - 01-16 10:00", "01-19 10:00 - 01-19 14:00"]

    def test_the_later_exception_wins(self):
        shut, extra = closed("2026-01-05T00:00", "2026-01-06T00:00"), opened("2026-01-05T10:00", "2026-01-05T11:00")
        assert build([shift(0, "06:00", "14:00")], [shut, extra]).minutes == 60
        assert build([shift(0, "06:00", "14:00")], [extra, shut]).minutes == 0

    def test_an_open_exception_wins_over_a_holiday(self):
        extra = opened("2026-01-01T08:00", "2026-01-01T12:00")
        assert build(every_day("06:00", "14:00"), [extra], first="2026-01-01", country="DE").minutes == 240

    def test_a_calendar_of_exceptions_alone_is_fine(self):
        assert build([], [opened("2026-01-05T08:00", "2026-01-05T12:00")]).minutes == 240


class TestFaults:
    def test_all_faults_are_found_together(self):
        calendars = [
            Calendar("NEVER", BERLIN),
            Calendar("CLOSED", BERLIN),
            Calendar("ZONE", "Mars/Olympus", "XX"),
            Calendar("STATE", BERLIN, "DE", "ZZ"),
        ]
        shifts = [
            Shift("ZONE", 7, 1440, 1441, effective_from=2, effective_to=1),
            Shift("STATE", 0, 0, 1440),
            Shift("LOST", 0, 0, 60),
        ]
        exceptions = [CalendarException("CLOSED", 0, 60), CalendarException("GONE", 60, 60)]
        problems = check_calendars(calendars, shifts, exceptions)
        assert [(problem.code, problem.key) for problem in problems] == [
            ("time-zone-unknown", "ZONE"),
            ("holidays-unknown", "ZONE"),
            ("holidays-unknown", "STATE"),
            ("calendar-never-opens", "CLOSED"),
            ("calendar-never-opens", "NEVER"),
            ("calendar-missing", "LOST"),
            ("calendar-missing", "GONE"),
            *[("shift-wrong", "ZONE / 7 / 1440")] * 4,
            ("exception-empty", "GONE"),
        ]

    def test_faults_and_an_empty_span_stop_the_build(self):
        with pytest.raises(ProblemError) as error:
            work_intervals([Calendar("A", BERLIN)], [], [], 5, 4)
        assert [problem.code for problem in error.value.problems] == ["calendar-never-opens", "bad-argument"]


# --- laws -----------------------------------------------------------------------------------------------------------

points = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)))


def as_set(pairs):
    return {t for start, end in pairs for t in range(start, end)}


def as_intervals(pairs):
    return union([start for start, _ in pairs], [end for _, end in pairs])


def minutes_of(intervals):
    assert (intervals.ends > intervals.starts).all()
    assert (intervals.starts[1:] > intervals.ends[:-1]).all()
    return as_set(zip(intervals.starts.tolist(), intervals.ends.tolist(), strict=True))


@given(points, points)
@settings(deadline=None)
def test_interval_arithmetic_is_set_arithmetic(one, other):
    a, b = as_intervals(one), as_intervals(other)
    assert minutes_of(a) == as_set(one)
    assert minutes_of(intersect(a, b)) == as_set(one) & as_set(other)
    assert minutes_of(subtract(a, b)) == as_set(one) - as_set(other)


def oracle_utc(wall, info):
    """Bring wall time to UTC minute by minute with the zone data alone: the next wall time that exists."""
    naive = datetime(1970, 1, 1) + timedelta(minutes=wall)  # noqa: DTZ001
    while True:
        moment = naive.replace(tzinfo=info).astimezone(UTC)
        if moment.astimezone(info).replace(tzinfo=None) == naive:
            return int((moment - START).total_seconds()) // 60
        naive += timedelta(minutes=1)


def oracle(shifts, exceptions, first, last, zone, off):
    """Say for every minute of the span whether it is open, by looking at each declaration."""
    info = ZoneInfo(zone)
    begin, end = oracle_utc(first * 1440, info), oracle_utc((last + 1) * 1440, info)
    layers = {True: set(), False: set()}
    for start_day in range(first - 1, last + 1):
        for row in shifts:
            starts = (date(1970, 1, 1) + timedelta(days=start_day)).weekday() == row.weekday
            if not starts or not row.effective_from <= start_day <= row.effective_to or (row.open and start_day in off):
                continue
            end_day = start_day + (row.end <= row.start)
            span = oracle_utc(start_day * 1440 + row.start, info), oracle_utc(end_day * 1440 + row.end, info)
            layers[row.open].update(range(*span))
    is_open = layers[True] - layers[False]
    for row in exceptions:
        span = set(range(row.start, row.end))
        is_open = is_open | span if row.open else is_open - span
    return {t for t in is_open if begin <= t < end}


quarters = st.integers(0, 95).map(lambda quarter: quarter * 15)


@st.composite
def declared(draw):
    first = draw(st.sampled_from([day("2026-03-20"), day("2026-10-20"), day("2026-02-26"), day("2026-12-20")]))
    last = first + draw(st.integers(0, 20))
    days = st.integers(first - 2, last + 2)
    row = st.builds(Shift, st.just("A"), st.integers(0, 6), quarters, quarters, days, days, st.booleans())
    shifts = [shift for shift in draw(st.lists(row, max_size=8)) if shift.effective_from <= shift.effective_to]
    shifts.append(Shift("A", draw(st.integers(0, 6)), 0, 1440))
    moment = st.integers((first - 1) * 1440, (last + 2) * 1440)
    spans = draw(st.lists(st.tuples(moment, st.integers(1, 3000), st.booleans()), max_size=4))
    exceptions = [CalendarException("A", start, start + length, is_open) for start, length, is_open in spans]
    zone = draw(st.sampled_from([BERLIN, NEW_YORK, "Australia/Lord_Howe", "UTC"]))
    return shifts, exceptions, first, last, zone, draw(st.sampled_from(["", "DE", "US"]))


@given(declared())
@settings(max_examples=40, deadline=None)
def test_every_minute_agrees_with_a_look_at_each_declaration(case):
    shifts, exceptions, first, last, zone, country = case
    off = set(public_holidays(country, "", first - 1, last).tolist())
    work = work_intervals([Calendar("A", zone, country)], shifts, exceptions, first, last)["A"]
    assert minutes_of(work) == oracle(shifts, exceptions, first, last, zone, off)
