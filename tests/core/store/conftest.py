"""A store whose clock ticks; and the rows that most tests begin with."""

import itertools
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import plantwright.plant  # noqa: F401 - declares the tables
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.store import Store, references
from plantwright.plant import VIRTUAL_LOCATIONS

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def ticking_clock():
    """A clock that is a minute later each time it is read, from noon on."""
    minutes = itertools.count()
    return lambda: NOON + timedelta(minutes=next(minutes))


@pytest.fixture
def store(target):
    with Store.open(target, clock=ticking_clock(), busy_seconds=1.0) as opened:
        yield opened


@pytest.fixture(autouse=True)
def virtual_places(monkeypatch):
    """Virtual places may be named though they have no row, whatever else the plant declares."""
    monkeypatch.setitem(references.BUILT_IN, "location", frozenset(VIRTUAL_LOCATIONS))


def rows(name, *given):
    """A raw frame of an entity, from rows that name only what matters."""
    return raw_frame(ENTITIES[name], list(given))


def items(*codes, **more):
    return rows("item", *({"code": code, "name": f"Item {code}", "kind": "make", **more} for code in codes))


def write(store, name, frame, by="anna", action="import", **more):
    """Upsert a frame in an act of its own; gives the number of its journal entry."""
    with store.begin(by, action, **more) as tx:
        tx.upsert(name, frame)
    return tx.number


def codes(store, name="item"):
    return store.read(name)["code"].to_list()


def key(name, **values):
    return pl.DataFrame([values], schema={k: ENTITIES[name].columns[k].dtype for k in ENTITIES[name].key})


def codes_of(raised):
    """The codes of the problems that were raised."""
    return [problem.code for problem in raised.value.problems]
