from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core import exact as ex
from plantwright.core.problem import ProblemError

held = st.integers(-ex.LARGEST, ex.LARGEST)
many = settings(max_examples=60, deadline=None)


def values(texts, parse=ex.parse_decimal, *args):
    return parse(pl.Series("x", texts, dtype=pl.String), *args).values.to_list()


def faults(texts, parse=ex.parse_decimal, *args):
    return parse(pl.Series("x", texts, dtype=pl.String), *args).fault.to_list()


def minute(text, zone="UTC"):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) // 60


class TestDecimal:
    def test_plain_and_odd_spellings_are_read_exactly(self):
        texts = ["1.5", " -3 ", "+7", ".5", "-.5", "5.", "0", "-0", "1.1000000", "1e3", "2.5E-3", "1E-6", "0e99", "007"]
        expected = [1_500_000, -3_000_000, 7_000_000, 500_000, -500_000, 5_000_000, 0, 0, 1_100_000]
        assert values(texts) == [*expected, 10**9, 2500, 1, 0, 7_000_000]
        assert faults(texts) == [None] * len(texts)

    def test_blank_is_neither_value_nor_fault(self):
        assert values(["", "  ", None]) == [None] * 3
        assert faults(["", "  ", None]) == [None] * 3

    @pytest.mark.parametrize(
        ("code", "texts"),
        [
            ("too-many-decimals", ["0.0000001", "1.2345678", "1e-7", "1e-999999999999"]),
            ("decimal-comma", ["1,5", "-0,25", "1.234,5", "1,234"]),
            ("thousands-separator", ["1,234.5", "1 234", "1'234", "1.234.567", "1,234,567", "1\u00a0234"]),
            (
                "not-a-number",
                ["abc", ".", "-", "+-5", "--5", "1.-5", "1. 5", "0x10", "1_0", "nan", "inf", "e5", "\uff11"],
            ),
            ("absurd", ["9223372036854.775808", "-9223372036854.775808", "1e13", "9" * 500, "1e999999999999"]),
        ],
    )
    def test_each_fault_has_its_code_and_no_value(self, code, texts):
        assert faults(texts) == [code] * len(texts)
        assert values(texts) == [None] * len(texts)
        assert code in ex.FAULTS

    def test_largest_values_are_held(self):
        assert values(["9223372036854.775807", "-9223372036854.775807"]) == [ex.LARGEST, -ex.LARGEST]

    def test_faults_stand_on_their_rows_among_good_ones(self):
        assert faults(["1", "x", "2", "x", "1,5", ""]) == [
            None,
            "not-a-number",
            None,
            "not-a-number",
            "decimal-comma",
            None,
        ]

    def test_empty_and_all_null_columns_are_read(self):
        assert values([]) == []
        assert ex.parse_decimal(pl.Series("x", [None, None])).values.to_list() == [None, None]

    def test_the_name_of_the_series_is_kept(self):
        read = ex.parse_decimal(pl.Series("price", ["1", "x"]))
        assert (read.values.name, read.fault.name) == ("price", "price")

    @many
    @given(st.lists(held | st.none()))
    def test_text_of_a_value_reads_back_as_the_value(self, numbers):
        series = pl.Series("x", numbers, dtype=pl.Int64)
        read = ex.parse_decimal(ex.format_decimal(series))
        assert read.values.to_list() == numbers
        assert read.fault.null_count() == len(numbers)

    @many
    @given(st.decimals(allow_nan=False, allow_infinity=False, places=8))
    def test_reading_agrees_with_the_decimal_type(self, number):
        whole = Fraction(number) * ex.SCALE
        read = values([str(number)])[0]
        assert read == (int(whole) if whole.denominator == 1 and abs(whole) <= ex.LARGEST else None)


class TestScalars:
    @pytest.mark.parametrize("value", ["1,5", "x", "", Fraction(1, 3), Decimal("1e-7"), 10**13])
    def test_exact_refuses_what_it_cannot_hold(self, value):
        with pytest.raises(ProblemError):
            ex.exact(value)

    @many
    @given(held)
    def test_decimal_of_a_scaled_value_is_exact(self, value):
        assert ex.exact(ex.to_decimal(value)) == value
        assert ex.to_decimal(value) == Decimal(value).scaleb(-6)

    @many
    @given(st.integers(), st.integers().filter(bool), st.sampled_from(["half-up", "half-even", "up", "down"]))
    def test_rounding_agrees_with_the_decimal_type(self, numerator, denominator, way):
        ratio = Fraction(numerator, denominator)
        names = {"half-even": round(ratio), "down": int(ratio)}
        away = -1 if ratio < 0 else 1
        names["up"] = int(ratio) + away * (ratio.denominator != 1)
        names["half-up"] = away * int(abs(ratio) + Fraction(1, 2))
        assert ex.round_ratio(numerator, denominator, way) == names[way]

    def test_exact_rounding_refuses_a_remainder_and_wrong_names(self):
        for way in ("exact", "nearest"):
            with pytest.raises(ProblemError, match="rounding"):
                ex.div(1, 3, way)
        with pytest.raises(ProblemError, match="denominator"):
            ex.div(1, 0, "down")

    def test_products_beyond_64_bits_stay_exact(self):
        assert ex.mul(ex.LARGEST, ex.LARGEST, "floor") == ex.LARGEST**2 // ex.SCALE


class TestDuration:
    def test_every_spelling_is_read(self):
        spellings = {
            "90": 5_400_000,
            "20 s": 20_000,
            "20s": 20_000,
            "1.5 h": 5_400_000,
            "90 min": 5_400_000,
            "2 d": 172_800_000,
            "1:30": 5_400_000,
            "1:30:15": 5_415_000,
            "-0:30": -1_800_000,
            "PT1H30M": 5_400_000,
            "pt0.5s": 500,
            "P1DT2H": 93_600_000,
            "P1W": 604_800_000,
            "1e3 s": 1_000_000,
            "5 ms": 5,
            "": None,
        }
        assert values(list(spellings), ex.parse_duration) == list(spellings.values())
        assert faults(list(spellings), ex.parse_duration) == [None] * len(spellings)

    def test_a_plain_number_is_in_the_unit_asked_for(self):
        assert [values(["1.5"], ex.parse_duration, unit)[0] for unit in ("ms", "s", "min", "h", "d")] == [
            None,
            1_500,
            90_000,
            5_400_000,
            129_600_000,
        ]

    @pytest.mark.parametrize(
        ("code", "texts"),
        [
            ("not-a-duration", ["x", "1 m", "P1M", "P1Y", "P", "PT", "1:60", "5 parsecs"]),
            ("finer-than-a-millisecond", ["0.00001", "0.0001 s", "PT0.0001S", "1:00:00.0001"]),
            ("decimal-comma", ["1,5", "1,5 h"]),
            ("absurd", ["9999999999999999", "9000000000000 d", "PT999999999999H"]),
        ],
    )
    def test_each_fault_has_its_code(self, code, texts):
        assert faults(texts, ex.parse_duration) == [code] * len(texts)

    @many
    @given(st.lists(st.integers(-ex.LONGEST, ex.LONGEST) | st.none()), st.sampled_from(["ms", "s", "min", "h", "d"]))
    def test_text_of_a_duration_reads_back_as_the_duration(self, numbers, unit):
        series = pl.Series("x", numbers, dtype=pl.Int64)
        assert ex.parse_duration(ex.format_duration(series, unit), unit).values.to_list() == numbers


class TestDay:
    def test_days_and_midnights_are_read(self):
        texts = [
            "2026-01-05",
            "2026-1-5",
            "2026-01-05T00:00",
            "2026-01-05 00:00:00.000",
            "2024-02-29",
            "0001-01-01",
            "",
        ]
        day = (date(2026, 1, 5) - date(1970, 1, 1)).days
        leap = (date(2024, 2, 29) - date(1970, 1, 1)).days
        assert values(texts, ex.parse_day) == [day, day, day, day, leap, -719162, None]

    def test_faults(self):
        texts = ["2026-01-05 12:00", "2025-02-29", "05.01.2026", "26-01-05", "20260105", "2025-02-29 00:00"]
        assert faults(texts, ex.parse_day) == ["day-with-time"] + ["not-a-day"] * 5

    @many
    @given(st.lists(st.dates() | st.none()))
    def test_text_of_a_day_reads_back_as_the_day(self, days):
        numbers = [None if day is None else (day - date(1970, 1, 1)).days for day in days]
        text = ex.format_day(pl.Series("x", numbers, dtype=pl.Int64))
        assert text.to_list() == [None if day is None else day.isoformat() for day in days]
        assert ex.parse_day(text).values.to_list() == numbers


class TestMoment:
    def test_wall_time_offset_and_utc_are_read(self):
        texts = ["2026-01-05T12:00", "2026-01-05 12:00:59.9", "2026-01-05 12:00+03:00", "2026-01-05 12:00 -0330"]
        noon = minute("2026-01-05T12:00")
        texts += ["2026-01-05T12:00Z", "2026-01-05 24:00", "2026-01-05"]
        assert values(texts, ex.parse_moment, "Europe/Berlin") == [
            noon - 60,
            noon - 60,
            noon - 180,
            noon + 210,
            noon,
            noon + 660,
            noon - 780,
        ]

    def test_a_day_alone_means_its_start_or_its_end(self):
        assert values(["2026-03-29"], ex.parse_moment, "Europe/Berlin", "start") == [minute("2026-03-28T23:00")]
        assert values(["2026-03-29"], ex.parse_moment, "Europe/Berlin", "end") == [minute("2026-03-29T22:00")]

    def test_a_skipped_time_is_a_fault_and_a_repeated_one_the_first(self):
        assert faults(["2026-03-29 02:30"], ex.parse_moment, "Europe/Berlin") == ["nonexistent-time"]
        repeated = ["2026-10-25 02:30", "2026-10-25 02:30+01:00"]
        assert values(repeated, ex.parse_moment, "Europe/Berlin") == [
            minute("2026-10-25T00:30"),
            minute("2026-10-25T01:30"),
        ]

    def test_a_day_without_midnight_begins_at_its_first_instant(self):
        # Cairo went forward at 00:00 on 26 April 2024.
        first = minute("2024-04-25T22:00")
        assert values(["2024-04-26"], ex.parse_moment, "Africa/Cairo") == [first]
        assert values(["2024-04-25"], ex.parse_moment, "Africa/Cairo", "end") == [first]
        assert faults(["2024-04-26 00:30"], ex.parse_moment, "Africa/Cairo") == ["nonexistent-time"]

    def test_faults(self):
        texts = ["x", "2026-13-01", "2026-01-05 25:00", "2026-01-05 24:30", "2026-01-05 12:60", "05.01.2026 12:00"]
        assert faults(texts, ex.parse_moment, "UTC") == ["not-a-moment"] * 6
        assert faults(["", None], ex.parse_moment, "UTC") == [None, None]

    def test_an_unknown_zone_is_a_problem(self):
        with pytest.raises(ProblemError, match="time-zone-unknown"):
            ex.parse_moment(pl.Series(["2026-01-05"]), "Mars/Olympus")

    @many
    @given(
        st.lists(st.integers(minute("1880-01-01T00:00"), minute("2100-01-01T00:00")) | st.none()),
        st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Amsterdam", "UTC"]),
    )
    def test_text_of_a_moment_reads_back_as_the_moment(self, numbers, zone):
        series = pl.Series("x", numbers, dtype=pl.Int64)
        assert ex.parse_moment(ex.format_moment(series, zone), zone).values.to_list() == numbers

    @pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
    def test_every_quarter_hour_of_a_year_reads_back(self, zone):
        series = pl.Series("x", range(minute("2026-01-01T00:00"), minute("2027-01-01T00:00"), 15), dtype=pl.Int64)
        assert ex.parse_moment(ex.format_moment(series, zone), zone).values.equals(series)


def test_booleans_are_read_and_written():
    assert values(["yes", "NO", "True", "false", "1", "0", "", "x"], ex.parse_boolean) == [1, 0, 1, 0, 1, 0, None, None]
    assert faults(["yes", "", "x"], ex.parse_boolean) == [None, None, "not-a-boolean"]
    assert ex.format_boolean(pl.Series([True, False, None])).to_list() == ["yes", "no", None]


def test_raw_values_become_types_that_users_see():
    frame = pl.DataFrame({"v": [ex.LARGEST, -1, None]}, schema={"v": pl.Int64})
    assert frame.select(ex.as_decimal(pl.col("v"))).to_series().to_list() == [
        Decimal("9223372036854.775807"),
        Decimal("-0.000001"),
        None,
    ]
    small = pl.DataFrame({"v": [0, 20458]})
    shown = small.select(
        day=ex.as_date(pl.col("v")),
        moment=ex.as_datetime(pl.col("v"), "Europe/Berlin"),
        span=ex.as_duration(pl.col("v")),
    )
    assert shown["day"].to_list() == [date(1970, 1, 1), date(2026, 1, 5)]
    assert shown["moment"][0] == datetime(1970, 1, 1, tzinfo=UTC)
    assert shown["moment"].dtype == pl.Datetime("us", "Europe/Berlin")
    assert shown["span"][1] == timedelta(milliseconds=20458)


@pytest.mark.parametrize("texts", [[], [None], ["", None]])
def test_columns_without_a_value_are_read_for_every_kind(texts):
    series = pl.Series("x", texts, dtype=pl.String)
    reads = [parse(series) for parse in (ex.parse_decimal, ex.parse_duration, ex.parse_day, ex.parse_boolean)]
    for read in (*reads, ex.parse_moment(series, "Europe/Berlin")):
        assert read.values.to_list() == read.fault.to_list() == [None] * len(texts)
        assert (read.values.dtype, read.fault.dtype, read.values.name) == (pl.Int64, pl.String, "x")
