"""Values made from the declarations: valid ones of every column for Hypothesis, and bad texts with their fault."""

from typing import Any

import polars as pl
from hypothesis import strategies as st

from plantwright.core.column import EVER, EXACT, FOREVER, Column, Kind
from plantwright.core.entity import Entity
from plantwright.core.exact import SCALE

DAYS = (-25_567, 84_006)  # 1900-01-01 to 2200-01-01
MOMENTS = (0, 84_006 * 1440)
CENTURY = 100 * 366 * 24 * 60 * 60_000

# Signs that files and workbooks might trip over come up often: separators, quotes, line ends, formulas, escapes.
AWKWARD = [",", ";", '"', '""', "'", "=1+1", "+1", "-1", "@x", "#N/A", "_x0041_", "é", "Ω", "漢", "😀", " ", "0012"]
CHARACTERS = st.one_of(
    st.sampled_from(AWKWARD),
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")),
)
WORDS = st.lists(CHARACTERS, max_size=6).map("".join)
CODES = WORDS.map(str.strip).filter(bool)
TEXTS = st.lists(st.one_of(CHARACTERS, st.sampled_from("\n\t")), max_size=8).map("".join)


def valid(column: Column) -> st.SearchStrategy[Any]:
    """Stored values that the column allows; null where it may be empty."""
    values = _valid(column)
    return st.one_of(st.none(), values) if column.nullable else values


def _valid(column: Column) -> st.SearchStrategy[Any]:
    ends = [day for day in (EVER, FOREVER) if day == column.default]
    by_kind = {
        Kind.TEXT: TEXTS.filter(bool) if column.required or column.default else TEXTS,
        Kind.CODE: CODES,
        Kind.REF: st.one_of(st.just(""), CODES) if column.default == "" else CODES,
        Kind.CHOICE: st.sampled_from(column.choices or [""]),
        Kind.FLAG: st.booleans(),
        Kind.DAY: st.one_of(st.integers(*DAYS), *map(st.just, ends)),
        Kind.CLOCK: st.integers(0, 1440),
    }
    return by_kind[column.kind] if column.kind in by_kind else _numbers(column)


def _numbers(column: Column) -> st.SearchStrategy[int]:
    limit = {Kind.WHOLE: 10**12, Kind.DURATION: CENTURY}.get(column.kind, 10**12 * SCALE)
    low, high = MOMENTS if column.kind is Kind.MOMENT else (-limit, limit)
    if column.at_least is not None:
        low = max(low, column.raw(column.at_least))
    if column.above is not None:
        low = max(low, column.raw(column.above) + 1)
    if column.at_most is not None:
        high = min(high, column.raw(column.at_most))
    if column.below is not None:
        high = min(high, column.raw(column.below) - 1)
    step = SCALE if column.kind in EXACT else 60_000 if column.kind is Kind.DURATION else 1
    # Round values are what people write; the others try every digit.
    return st.one_of(st.integers(low, high), st.integers(low, min(high, low + 1000 * step)))


def raw_frames(entity: type[Entity], max_size: int = 5) -> st.SearchStrategy[pl.DataFrame]:
    """Raw frames of a table with valid values and unique keys."""
    rows = st.lists(
        st.fixed_dictionaries({name: valid(column) for name, column in entity.columns.items()}),
        max_size=max_size,
        unique_by=lambda row: tuple(row[name] for name in entity.key),
    )
    return rows.map(lambda rows: pl.DataFrame(rows, schema=entity.schema(), orient="row"))


def good_text(column: Column) -> str:
    """A text that the column reads."""
    low = max(column.at_least or 0, (column.above or 0) + 0.25 if column.kind in EXACT else (column.above or 0) + 1)
    number = str(low if column.below is None or low < column.below else column.below / 2)
    whole = str(int(column.at_least or 1))
    texts = {Kind.WHOLE: whole, Kind.DAY: "2026-01-05", Kind.MOMENT: "2026-01-05 12:00", Kind.CLOCK: "07:30"}
    if column.kind is Kind.CHOICE:
        return column.choices[0]
    if column.kind is Kind.FLAG:
        return "yes"
    return texts.get(column.kind, "A1" if column.dtype == pl.String else number)


def bad_texts(column: Column) -> dict[str, str]:
    """One text for each fault that a cell of the column can have, by the code of the fault."""
    bad = dict(_BAD.get(column.kind, {}))
    if column.required:
        bad["missing-value"] = ""
    if outside := _outside(column):
        bad["out-of-range"] = outside
    return bad


_NUMBERS = {
    "not-a-number": "many",
    "decimal-comma": "1,5",
    "thousands-separator": "1,234,567",
    "absurd": "1000000000001",
}
_DECIMALS = {**_NUMBERS, "too-many-decimals": "0.1234567"}
_BAD: dict[Kind, dict[str, str]] = {
    Kind.CODE: {"unprintable": "A\x01B"},
    Kind.REF: {"unprintable": "A\x01B"},
    Kind.TEXT: {"unprintable": "A\x01B"},
    Kind.CHOICE: {"not-a-choice": "neither"},
    Kind.WHOLE: {**_NUMBERS, "not-a-whole-number": "1.5"},
    Kind.QUANTITY: _DECIMALS,
    Kind.MONEY: _DECIMALS,
    Kind.RATIO: _DECIMALS,
    Kind.DURATION: {"not-a-duration": "soon", "finer-than-a-millisecond": "0.0001 s", "decimal-comma": "1,5"},
    Kind.DAY: {"not-a-day": "05.01.2026", "day-with-time": "2026-01-05 07:00", "absurd": "2999-01-01"},
    Kind.MOMENT: {"not-a-moment": "01/05/2026", "absurd": "2999-01-01"},
    Kind.CLOCK: {"not-a-time-of-day": "24:01"},
    Kind.FLAG: {"not-a-boolean": "perhaps"},
}


def _outside(column: Column) -> str:
    for limit, step in ((column.at_least, -1), (column.above, 0), (column.at_most, 1), (column.below, 0)):
        if limit is not None:
            return f"{limit + step:g}"
    return ""
