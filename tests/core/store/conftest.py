"""A new store of each kind for every test; and the rows that most tests begin with."""

import itertools
import shutil
from datetime import UTC, datetime, timedelta

import polars as pl
import psycopg
import pytest

import plantwright.plant  # noqa: F401 - declares the tables
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.store import Store, metadata, references
from plantwright.plant import VIRTUAL_LOCATIONS

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def ticking_clock():
    """A clock that is a minute later each time it is read, from noon on."""
    minutes = itertools.count()
    return lambda: NOON + timedelta(minutes=next(minutes))


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """A new plant made once: to make one takes a second, to copy it does not."""
    path = tmp_path_factory.mktemp("new") / "plant.sqlite"
    Store.create(path).close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture
def target(kind, request, tmp_path, empty_file):
    """Path or address of a new plant of which nobody else knows."""
    if kind == "sqlite":
        return str(shutil.copy(empty_file, tmp_path))
    return request.getfixturevalue("postgres_plant")


@pytest.fixture(scope="session")
def _postgres_plant(postgres_url):
    """One database for the whole run, beside the throw-away ones of other tests."""
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE plant")
    address = postgres_url.removesuffix("postgres") + "plant"
    Store.create(address).close()
    return address


@pytest.fixture
def postgres_plant(_postgres_plant):
    yield _postgres_plant
    with psycopg.connect(_postgres_plant.replace("+psycopg", "")) as connection:
        for name in metadata().tables:
            if name != "schema_info":
                connection.execute(f'DELETE FROM "{name}"')


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
