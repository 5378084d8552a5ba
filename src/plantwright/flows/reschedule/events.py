"""What happened after a plan was made, as people type it: read, checked against the plant, and told as rows of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.pages import document_name, missing
from plantwright.core.problem import Problem, problem_kind, stop_on_errors
from plantwright.core.reading import read_texts
from plantwright.plant import Plant

FORMS = {
    "down": "down WORK_CENTER FROM TO [UNITS]",
    "rush": "rush ITEM QUANTITY DUE [PRIORITY]",
    "urgent": "urgent SALES_ORDER[/LINE] [DUE] [PRIORITY]",
    "late": "late PURCHASE_ORDER[/LINE] DATE, or late ITEM DAYS",
    "absent": "absent PERSON FROM TO",
}
"""How each event is written."""
EVENT_UNREADABLE = problem_kind(
    "event-unreadable", "{value} is no event that is known.", f"Write one of: {'; '.join(FORMS.values())}."
)
EVENT_WORDS = problem_kind("event-words", "{value} has {have}.", "Write: {form}.")
EVENT_VALUE = problem_kind("event-value", "{value} in {text} cannot be read.", "Write {must}.")
EVENT_PERIOD = problem_kind(
    "event-period", "{text} ends at {end}, which is not after {start}.", "Give an end after the start."
)
EVENT_PAST = problem_kind(
    "event-past", "{text} is over before the plan begins, at {now}.", "Give an event that the plan can still answer."
)
EVENT_UNITS = problem_kind("event-units", "{value} has {have}.", "Name at most so many, or none for all.")
EVENT_NOTHING = problem_kind(
    "event-nothing", "No open order brings {value}.", "A new purchase is dated by the plan; name an order that is open."
)
GONE = ("closed", "cancelled")
URGENT = 1
"""Rank of a rush order that names none."""


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Parameters
    ----------
    kind : down, rush, urgent, late or absent
    text : how it was typed
    said : what happened, in words
    rows : rows of the plant's tables that say so, raw values by table
    quiet : whether material stays as it is: only time is taken away
    """

    kind: str
    text: str
    said: str
    rows: Mapping[str, tuple[Mapping[str, Any], ...]]
    quiet: bool


def read_events(texts: Sequence[str], plant: Plant) -> list[Event]:
    """Read events, and check them against the plant.

    Parameters
    ----------
    texts : one event each, such as ``down PAINT 2026-03-02T06:00 2026-03-03T06:00``; a name with spaces in quotes
    plant : the plant to which they happen

    Raises
    ------
    ProblemError
        With every fault of every event.
    """
    events, problems = [], []
    for text in texts:
        reader = _Reader(text, plant)
        event = reader.read()
        problems += reader.problems
        if event is not None and not reader.problems:
            events.append(event)
            plant = with_rows(plant, event.rows)
    stop_on_errors(problems)
    return events


def with_rows(plant: Plant, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> Plant:
    """Give a plant with rows put in; one whose key is there already takes its place."""
    tables = dict(plant.raw)
    for name, given in rows.items():
        entity = ENTITIES[name]
        made = raw_frame(entity, [dict(row) for row in given])
        rest = tables[name].join(made, on=list(entity.key), how="anti", nulls_equal=True)
        tables[name] = pl.concat([rest, made], how="diagonal_relaxed")
    return replace(plant, raw=MappingProxyType(tables))


class _Reader:
    """Reads one event; what is wrong is gathered in `problems`."""

    def __init__(self, text: str, plant: Plant) -> None:
        self.text, self.plant, self.problems = text, plant, list[Problem]()
        self.raw, self.zone = plant.raw, plant.settings.zone

    def read(self) -> Event | None:
        """Read the event by its first word; nothing where it cannot be read, and `problems` says why."""
        try:
            words = shlex.split(self.text)
        except ValueError:
            words = []
        kinds: dict[str, tuple[int, int, Callable[..., Event | None]]] = {
            "down": (3, 4, self.down), "rush": (3, 4, self.rush), "urgent": (1, 3, self.urgent),
            "late": (2, 2, self.late), "absent": (3, 3, self.absent),
        }  # fmt: skip
        kind = words[0].lower() if words else ""
        if kind not in kinds:
            return self._refuse(EVENT_UNREADABLE.at(column="after", value=self.text.strip() or "Nothing"))
        least, most, read = kinds[kind]
        if not least <= len(words) - 1 <= most:
            have = wording.count(len(words) - 1, "word") + " after it"
            return self._refuse(EVENT_WORDS.at(column="after", value=kind, have=have, form=FORMS[kind]))
        return read(*words[1:])

    def down(self, center: str, first: str, last: str, units: str = "") -> Event | None:
        """Read a breakdown: units of a work center, or all of them, from one moment to another."""
        known = self.raw["work_center"]
        self._must_be("work_center", center, known["code"])
        start, end = self._span("down_time", first, last)
        count = self._value(ENTITIES["down_time"].columns["units"], units, "a whole number of units") if units else None
        if self.problems:
            return None
        have = int(known.filter(pl.col("code") == center)["units"][0])
        if count is not None and count > have:
            return self._refuse(EVENT_UNITS.at(column="after", value=center, have=wording.count(have, "unit")))
        row = {"work_center": center, "start": start, "end": end, "units": count, "reason": "breakdown"}
        what = f"{wording.count(count, 'unit')} of {center}" if count else center
        return self._event("down", f"{what} is down {self._from_to(start, end)}", {"down_time": (row,)}, quiet=True)

    def absent(self, person: str, first: str, last: str) -> Event | None:
        self._must_be("person", person, self.raw["person"]["code"])
        start, end = self._span("absence", first, last)
        if self.problems:
            return None
        row = {"person": person, "start": start, "end": end, "reason": "absent"}
        return self._event("absent", f"{person} is away {self._from_to(start, end)}", {"absence": (row,)}, quiet=True)

    def rush(self, item: str, quantity: str, due: str, priority: str = "") -> Event | None:
        """Read a new sales order, under the first number that is free."""
        columns = ENTITIES["sales_order_line"].columns
        self._must_be("item", item, self.raw["item"]["code"])
        amount = self._value(columns["quantity"], quantity, "a quantity above 0")
        when = self._value(columns["due"], due, "a day or a moment such as 2026-03-01")
        rank = self._value(columns["priority"], priority, "a rank from 1 to 9") if priority else URGENT
        if self.problems:
            return None
        taken = set(self.raw["sales_order_line"]["order"])
        name = next(f"RUSH-{number}" for number in range(1, len(taken) + 2) if f"RUSH-{number}" not in taken)
        row = {"order": name, "item": item, "quantity": amount, "due": when, "priority": rank}
        said = f"{name} asks for {wording.decimal(amount)} {item} by {self._moment(when)}"
        return self._event("rush", said, {"sales_order_line": (row,)})

    def urgent(self, order: str, *more: str) -> Event | None:
        """Read that an open sales order goes before others, by a rank, a new due time, or both in any order."""
        lines = self._documents("sales_order_line", order, ("open",))
        columns = ENTITIES["sales_order_line"].columns
        due, rank = None, URGENT
        for word in more:
            if word.isdecimal() and len(word) == 1:
                rank = self._value(columns["priority"], word, "a rank from 1 to 9")
            else:
                due = self._value(columns["due"], word, "a day or a moment such as 2026-03-01, or a rank from 1 to 9")
        if self.problems:
            return None
        rows = tuple({**row, "priority": rank, "due": row["due"] if due is None else due} for row in lines)
        by = f" and is wanted by {self._moment(due)}" if due is not None else ""
        said = f"{order} goes before others with rank {rank}{by}"
        return self._event("urgent", said, {"sales_order_line": rows})

    def late(self, what: str, when: str) -> Event | None:
        """Read that a purchase order comes at another time, or, with a number of days, all open ones of an item."""
        if when.isdecimal() and len(when) < 4:
            return self._late_item(what, int(when))
        lines = self._documents("purchase_order_line", what, None)
        column = ENTITIES["purchase_order_line"].columns["due"]
        due = self._value(column, when, "a day or a moment such as 2026-03-01, or a number of days")
        if self.problems:
            return None
        rows = tuple({**row, "due": due} for row in lines)
        return self._event("late", f"{what} comes only at {self._moment(due)}", {"purchase_order_line": rows})

    def _late_item(self, item: str, days: int) -> Event | None:
        self._must_be("item", item, self.raw["item"]["code"])
        found = self.raw["purchase_order_line"].filter((pl.col("item") == item) & ~pl.col("state").is_in(GONE))
        if not self.problems and not found.height:
            return self._refuse(EVENT_NOTHING.at(column="after", value=item))
        if self.problems:
            return None
        moved = found.with_columns(due=pl.max_horizontal("due", pl.lit(self.plant.as_of, pl.Int64)) + days * 1440)
        said = f"{item} comes {wording.days(days)} later with {wording.count(found.height, 'order')}"
        return self._event("late", said, {"purchase_order_line": tuple(moved.iter_rows(named=True))})

    def _documents(self, table: str, name: str, states: tuple[str, ...] | None) -> list[dict[str, Any]]:
        """Give the open lines of a document, or the one that is named with its line."""
        rows = self.raw[table]
        rows = rows.filter(pl.col("state").is_in(states) if states else ~pl.col("state").is_in(GONE))
        entity = ENTITIES[table]
        found = rows.filter((pl.col("order") == name) | (document_name(entity) == name))
        if not found.height:
            self.problems.append(missing(table, name, rows.select(document_name(entity)).to_series()))
        return found.to_dicts()

    def _must_be(self, table: str, code: str, known: pl.Series) -> None:
        if code not in known:
            self.problems.append(missing(table, code, known))

    def _span(self, table: str, first: str, last: str) -> tuple[int, int]:
        columns, must = ENTITIES[table].columns, "a day or a moment such as 2026-03-01T06:00"
        start, end = self._value(columns["start"], first, must), self._value(columns["end"], last, must)
        if start is None or end is None:
            return 0, 0
        if end <= start:
            times = {"start": self._moment(start), "end": self._moment(end)}
            self.problems.append(EVENT_PERIOD.at(column="after", value=last, text=self.text, **times))
        elif end <= self.plant.as_of:
            now = self._moment(self.plant.as_of)
            self.problems.append(EVENT_PAST.at(column="after", value=last, text=self.text, now=now))
        return start, end

    def _value(self, column: Column, text: str, must: str) -> Any:
        read = read_texts(pl.Series([text]), column, self.zone)
        if read.fault[0] is not None or read.values[0] is None:
            self.problems.append(EVENT_VALUE.at(column="after", value=text, text=self.text, must=must))
            return None
        return read.values[0]

    def _refuse(self, problem: Problem) -> Event | None:
        self.problems.append(problem)
        return None

    def _event(
        self, kind: str, said: str, rows: Mapping[str, tuple[Mapping[str, Any], ...]], *, quiet: bool = False
    ) -> Event:
        return Event(kind, self.text, said, rows, quiet)

    def _moment(self, moment: int) -> str:
        return wording.moment(moment, self.zone, None, clock=True)

    def _from_to(self, start: int, end: int) -> str:
        return f"from {self._moment(start)} to {self._moment(end)}"


__all__ = ["FORMS", "Event", "read_events", "with_rows"]
