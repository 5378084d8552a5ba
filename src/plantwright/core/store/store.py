"""A plant's database: made, opened, read in one moment, and written in whole acts."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
from sqlalchemy import Connection, inspect

from plantwright.core.entity import plant_entities
from plantwright.core.problem import Problem, ProblemError
from plantwright.core.store import plans, problems, schema
from plantwright.core.store.driver import WRITE, Driver, Sqlite, Where, driver_for
from plantwright.core.store.reading import Reader
from plantwright.core.store.transaction import Transaction

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the moment now; the only clock of the store, replaced in tests."""
    return datetime.now(UTC)


class Store:
    """A plant's database, SQLite or PostgreSQL. Made by `create` or `open`; may be used by several threads."""

    def __init__(self, driver: Driver, clock: Clock = utc_now) -> None:
        self.driver = driver
        self.target = driver.target
        self.clock = clock
        self.guard: Callable[[Transaction], list[Problem]] | None = None
        """Looks at each act before it is kept, and gives what stands against it; set by doors for several people."""

    @classmethod
    def create(cls, target: str | Path, *, busy_seconds: float = 10.0, clock: Clock = utc_now) -> Self:
        """Make the database of a new plant, and open it.

        Parameters
        ----------
        target : path of the SQLite file, or ``postgresql://`` address of an empty database
        busy_seconds : how long a write waits for another one to end
        clock : gives the moment now with its time zone

        Raises
        ------
        ProblemError : it exists already, or cannot be made there
        """
        driver = driver_for(str(target), busy_seconds)
        try:
            _create_file(Path(target)) if isinstance(driver, Sqlite) else _create_tables(driver)
        finally:
            driver.engine.dispose()
        return cls.open(target, busy_seconds=busy_seconds, clock=clock)

    @classmethod
    def open(cls, target: str | Path, *, busy_seconds: float = 10.0, clock: Clock = utc_now) -> Self:
        """Open the database of a plant; see `create` for the parameters.

        Raises
        ------
        ProblemError : it is not there, not a plant's, damaged, of another version, or cannot be written
        """
        driver = _reached(target, busy_seconds)
        try:
            with problems.translated(driver.target), driver.engine.connect() as connection, connection.begin():
                schema.check_version(schema.found_version(connection, driver.target), driver.target)
                schema.check_writable(connection, driver.target)
        except BaseException:
            driver.engine.dispose()
            raise
        return cls(driver, clock)

    @staticmethod
    def upgrade(target: str | Path, *, busy_seconds: float = 10.0) -> str:
        """Bring the tables of an earlier version to this one, in one transaction.

        Returns
        -------
        The version that was found.
        """
        driver = _reached(target, busy_seconds, allowed=schema.revisions())
        try:
            with _writing(driver) as connection:
                found = schema.found_version(connection, driver.target)
                if found not in schema.revisions():
                    schema.check_version(found, driver.target)
                schema.upgrade(connection)
                return found
        finally:
            driver.engine.dispose()

    def close(self) -> None:
        """Close the connections; the store may be used again afterwards."""
        self.driver.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees the database as it is at one moment."""
        options: dict[str, Any] = {}
        if not isinstance(self.driver, Sqlite):  # SQLite reads one moment by itself
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            problems.translated(self.target),
            self.driver.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Ask the database one small thing, with ? for each value: the cheapest way, for what is asked all the time."""
        with problems.translated(self.target):
            connection: Any = self.driver.engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(self.driver.marked(statement), tuple(values))
                return [tuple(row) for row in cursor.fetchall()]
            finally:
                connection.close()

    def read(self, name: str, where: Where | None = None, *, versions: bool = False) -> pl.DataFrame:
        """Read a table as a raw frame, in the order of its key.

        Parameters
        ----------
        name : the table
        where : for columns, the stored value, or a list of values, that the rows must have
        versions : whether the last column shall be row_version, by which a later update sees changes of others

        Returns
        -------
        The declared columns, then the plant's own fields, in stored form.
        """
        with self.reading() as connection:
            return Reader(self.driver, connection).read(name, where, versions=versions)

    def read_all(self, names: Sequence[str] | None = None) -> dict[str, pl.DataFrame]:
        """Read the tables of the plant, or those named, as they are at one and the same moment."""
        with self.reading() as connection:
            reader = Reader(self.driver, connection)
            return {name: reader.read(name) for name in (plant_entities() if names is None else names)}

    @contextmanager
    def begin(
        self, by: str, action: str, arguments: Mapping[str, Any] | None = None, key: str | None = None
    ) -> Iterator[Transaction]:
        """Begin an act: all that is done in the block is kept together with its journal entry, or nothing is.

        Parameters
        ----------
        by : who acts
        action : what is done, such as import
        arguments : what it was told, kept in the journal
        key : idempotency key: an act with the same key is done once; the second time `replayed` is set and
            `answered` holds the first answer

        Raises
        ------
        ProblemError : the references are broken, somebody else writes for too long, the disk is full
        """
        with _writing(self.driver) as connection:
            tx = Transaction(self.driver, connection, by, action, arguments or {}, key, self.clock(), guard=self.guard)
            yield tx
            tx.finish()

    @contextmanager
    def writing(self, *, patient: bool = True) -> Iterator[Connection]:
        """Give a connection for writing what is no act of the plant and stands in no journal: sessions, jobs.

        Parameters
        ----------
        patient : whether to wait where SQLite's one writer is at work; otherwise store-locked comes at once
        """
        with _writing(self.driver, patient=patient) as connection:
            yield connection

    def save_plan(self, meta: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> int:
        """Keep a plan, whole; see `plans.META` for what `meta` may hold.

        Returns
        -------
        Its number.
        """
        row, blobs = plans.prepared(meta, tables, self.clock())
        with _writing(self.driver) as connection:
            return plans.insert(connection, self.driver, row, blobs)

    def load_plan(
        self, number: int | None = None, tables: Sequence[str] | None = None, scenario: str = ""
    ) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
        """Give a plan's own data and its result tables.

        Parameters
        ----------
        number : which plan; None for the latest of the scenario
        tables : the tables wanted; None for all
        scenario : where no number is given: the scenario, empty for the plant as it is

        Raises
        ------
        ProblemError : store-plan-missing
        """
        with self.reading() as connection:
            return plans.load(connection, self.driver, number, tables, scenario)

    def plans(self) -> list[dict[str, Any]]:
        """Give the data of all plans, the latest first, with the rows of each table."""
        with self.reading() as connection:
            return plans.listed(connection)

    def pin_plan(self, number: int, *, pinned: bool = True) -> None:
        """Keep a plan when old ones are pruned, or no longer."""
        with _writing(self.driver) as connection:
            plans.pin(connection, self.driver, number, pinned=pinned)

    def prune_plans(self, keep: int) -> list[int]:
        """Delete all plans but the latest `keep` and those that are pinned; gives the numbers deleted."""
        with _writing(self.driver) as connection:
            return plans.prune(connection, self.driver, keep)


@contextmanager
def _writing(driver: Driver, *, patient: bool = True) -> Iterator[Connection]:
    # The connection rolls back on anything that is raised, an interrupt from the keyboard included.
    with (
        problems.translated(driver.target),
        driver.engine.connect().execution_options(**{WRITE: True}) as connection,
        nullcontext() if patient else driver.hurried(connection),
        connection.begin(),
    ):
        yield connection


def _reached(target: str | Path, busy_seconds: float, allowed: Collection[str] = ()) -> Driver:
    """Give the driver, once a file has been looked at; `allowed` are versions that need not be this program's."""
    driver = driver_for(str(target), busy_seconds)
    if isinstance(driver, Sqlite):
        schema.check_file(Path(target))
        found = schema.check_untouched(Path(target))
        if found and found not in allowed:
            schema.check_version(found, driver.target)
    return driver


def _create_file(path: Path) -> None:
    """Make the file under another name first: whatever stops this leaves no half-made plant behind."""
    if path.exists():
        raise ProblemError([problems.EXISTS.at(where=str(path))])
    if not path.absolute().parent.is_dir():
        raise ProblemError([problems.FOLDER_MISSING.at(where=str(path))])
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    driver = driver_for(str(unfinished))
    driver.target = str(path)
    try:
        _create_tables(driver)
        driver.engine.dispose()
        unfinished.rename(path)
    finally:
        driver.engine.dispose()
        for ending in ("", "-wal", "-shm"):
            Path(f"{unfinished}{ending}").unlink(missing_ok=True)


def _create_tables(driver: Driver) -> None:
    with _writing(driver) as connection:
        if inspect(connection).get_table_names():
            raise ProblemError([problems.EXISTS.at(where=driver.target)])
        schema.upgrade(connection)
        statement = driver.marked("INSERT INTO schema_info (name, value) VALUES (?, ?)")
        connection.exec_driver_sql(statement, ("created_by", f"Plantwright {version('plantwright')}"))
