"""A new plant of each kind of database for every test that asks for one."""

import shutil

import psycopg
import pytest

import plantwright.plant  # noqa: F401 - declares the tables
from plantwright.core.store import Store, metadata


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
