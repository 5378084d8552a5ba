"""What the journal tells a reader: each cell before and after, the entries of a day, and whether one can go back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import TracebackType
from zoneinfo import ZoneInfo

import polars as pl

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES
from plantwright.core.frames import written
from plantwright.core.journal import Change, reverse
from plantwright.core.problem import Problem, ProblemError
from plantwright.core.store import Store, Transaction

CELLS = 1_000
"""Cells of one change that are written out."""


def day_bounds(text: str, zone: str) -> tuple[str, str] | None:
    """Give the first moment of a local day and that of the next, as the journal writes moments; None for no day.

    Examples
    --------
    >>> day_bounds("2026-03-14", "Europe/Berlin")
    ('2026-03-13T23:00:00.000+00:00', '2026-03-14T23:00:00.000+00:00')
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    ends = [datetime.combine(one, time(), ZoneInfo(zone)) for one in (day, day + timedelta(days=1))]
    first, last = (end.astimezone(UTC).isoformat(timespec="milliseconds") for end in ends)
    return first, last


def cells_changed(change: Change, columns: Mapping[str, Column], zone: str) -> list[tuple[str, str, str, str]]:
    """List the cells of a change: the row, the column, and the texts before and after; `CELLS` at most."""
    key = ENTITIES[change.entity].key
    before, after = _texts(change.before, columns, zone, key), _texts(change.after, columns, zone, key)
    found: list[tuple[str, str, str, str]] = []
    for row in {**before, **after}:
        old, new = before.get(row, {}), after.get(row, {})
        named = " / ".join(filter(None, row))
        cells = ((named, name, old.get(name, ""), new.get(name, "")) for name in {**old, **new})
        found += [cell for cell in cells if cell[2] != cell[3]]
        if len(found) >= CELLS:
            break
    return found[:CELLS]


def _texts(
    rows: pl.DataFrame | None, columns: Mapping[str, Column], zone: str, key: tuple[str, ...]
) -> dict[tuple[str, ...], dict[str, str]]:
    if rows is None:
        return {}
    known = rows.head(CELLS).select([name for name in rows.columns if name in columns])
    return {tuple(row[part] for part in key): row for row in written(known, columns, zone).iter_rows(named=True)}


class _DroppedError(Exception):
    """Ends an act that is only tried, so that nothing of it is kept."""


def reversal_problems(store: Store, number: int) -> list[Problem]:
    """Tell what stands against taking an entry back, by doing it and keeping nothing of it."""
    try:
        reverse(_Trial(store), number, "preview")  # type: ignore[arg-type]
    except ProblemError as error:
        return error.problems
    return []


class _Trial:
    """A store in which an act is done to its end and then dropped."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, *given: object) -> _TrialAct:
        return _TrialAct(self._store, given)


class _TrialAct:
    def __init__(self, store: Store, given: tuple[object, ...]) -> None:
        self._block = store.begin(*given)  # type: ignore[arg-type]

    def __enter__(self) -> Transaction:
        self._tx = self._block.__enter__()
        return self._tx

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._block.__exit__(kind, error, trace)
            return
        found = None
        try:
            self._tx.finish()  # references are checked here
        except ProblemError as problem:
            found = problem
        self._block.__exit__(_DroppedError, _DroppedError(), None)
        if found is not None:
            raise found
