"""Bring a plant in and out: files into memory, files into a store, and a store into files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from plantwright.core.access.sites import FORBIDDEN
from plantwright.core.checks import check_import
from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, Entity
from plantwright.core.exact import check_zone, parse_moment
from plantwright.core.exchange import (
    Parsed,
    importable,
    parse_source,
    read_mapping,
    read_source,
    write_folder,
    write_workbook,
)
from plantwright.core.frames import written
from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError, errors, problem_kind, stop_on_errors
from plantwright.core.store import Counts, Store, Transaction, built_in
from plantwright.core.store.schema import is_sqlite
from plantwright.plant import VIRTUAL_LOCATIONS, Plant, columns_of, make_plant, read_settings

MAPPING_OF_STORE = problem_kind(
    "mapping-of-store", "{where} is a plant already; a mapping reads other files.", "Leave the mapping out."
)
TARGET_UNKNOWN = problem_kind(
    "target-unknown", "{where} is a file, but no workbook.", "Name a folder, or a file that ends in .xlsx."
)

TABLE_REFUSED = problem_kind(
    "table-not-allowed", "{who} may not write the table {table}.", "Leave the table out, or ask for the right."
)

EXTRA = {"location": frozenset(VIRTUAL_LOCATIONS)}
"""Codes that exist in every plant without a row."""
built_in("location", VIRTUAL_LOCATIONS)

Progress = Callable[[str, float], object]


def quiet(_stage: str, _share: float) -> None:
    """Take notice of nothing."""


# --- into memory ----------------------------------------------------------------------------------------------------


def is_store(target: str | Path) -> bool:
    """Tell whether a name means a store: an address of PostgreSQL, or an SQLite file."""
    if str(target).startswith(("postgresql:", "postgresql+", "postgres:")):
        return True
    path = Path(target)
    if not path.is_file() or path.suffix.lower() in {".xlsx", ".csv", ".gz"}:
        return False
    return path.suffix.lower() in {".db", ".sqlite", ".plant"} or is_sqlite(path)


def load_plant(source: str | Path, mapping: str | Path | None = None, as_of: int | None = None) -> Plant:
    """Load a plant from a store, a folder of CSV files or a workbook.

    Parameters
    ----------
    source : path of the store, folder or workbook, or ``postgresql://`` address
    mapping : with the export of another system: a mapping's name, or its folder
    as_of : moment of the plant, in minutes since 1970-01-01 UTC; None for its setting, or now

    Returns
    -------
    The frozen plant.

    Raises
    ------
    ProblemError
        With every fault of the files, or that of the store.
    """
    if not is_store(source):
        parsed = read_files(source, mapping)
        stop_on_errors(parsed.problems + faults_between(parsed, {}))
        return seen_at(make_plant(parsed.tables, _now()), as_of)
    stop_on_errors([MAPPING_OF_STORE.at(where=str(source))] if mapping else [])
    with Store.open(source) as store:
        return read_plant(store, as_of)


def read_plant(store: Store, as_of: int | None = None) -> Plant:
    """Read all tables of a store at one moment."""
    return seen_at(make_plant(store.read_all(), _now()), as_of)


def seen_at(plant: Plant, as_of: int | None) -> Plant:
    """Give the plant as of another moment; None changes nothing."""
    return plant if as_of is None else Plant(plant.raw, as_of, plant.settings, plant.scenario)


def moment_of(text: str, zone: str) -> int:
    """Read a moment, as people write it, in the plant's time zone.

    Raises
    ------
    ProblemError
        When it is neither a day nor a moment.
    """
    read = parse_moment(pl.Series([text]), zone)
    if read.values[0] is None:
        raise ProblemError([BAD_ARGUMENT.at(column="as_of", value=text, must="a day or a moment such as 2026-03-01")])
    return int(read.values[0])


def _now() -> int:
    return int(time.time()) // 60


def read_files(
    source: str | Path, mapping: str | Path | None = None, known: Mapping[str, pl.DataFrame] | None = None
) -> Parsed:
    """Read files as tables of a plant, with every fault of every file.

    Parameters
    ----------
    source : folder of CSV files, CSV file or workbook
    mapping : with the export of another system: a mapping's name, or its folder
    known : the tables `setting` and `user_field` of the plant that takes the rows
    """
    texts = read_source(source) if mapping is None else read_mapping(mapping, source)
    return parse_source(texts, columns_of, known, _zone_of(known))


def zone_of(store: Store) -> str:
    """Give the time zone of a store's plant."""
    return _zone_of(store.read_all(["setting"]))


def _zone_of(known: Mapping[str, pl.DataFrame] | None) -> str:
    zone = read_settings(known["setting"]).zone if known else "UTC"
    try:
        check_zone(zone)
    except ProblemError:
        return "UTC"
    return zone


def faults_between(parsed: Parsed, known: Mapping[str, pl.DataFrame]) -> list[Problem]:
    """Find what is wrong between the rows that were read and those that the plant has already."""
    return check_import(parsed.tables, known, EXTRA, parsed.places, parsed.zone)


# --- into a store ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imported:
    """What an import did, or with a dry run would do: rows by table, files, and every problem."""

    counts: Mapping[str, Counts] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    entry: int = 0
    written: bool = False


class _DryRunError(Exception):
    """Ends the transaction of a dry run, so that nothing of it is kept."""


def import_files(
    store: Store,
    source: str | Path,
    mapping: str | Path | None = None,
    *,
    by: str = "",
    dry_run: bool = False,
    progress: Progress = quiet,
    may_write: Callable[[str], bool] | None = None,
) -> Imported:
    """Bring files into a store: read, check against what is there, and write in one journaled transaction.

    Parameters
    ----------
    store : the plant that takes the rows
    source : folder of CSV files, CSV file or workbook
    mapping : with the export of another system: a mapping's name, or its folder
    by : who does it, for the journal
    dry_run : count what would be added and changed, and write nothing
    progress : told the stage and the share done
    may_write : tells whether the one who asks may write a table; all where it is left out

    Returns
    -------
    Rows by table and all problems. With an error among them nothing was written.
    """
    progress("Reading the files", 0.0)
    parsed = read_files(source, mapping, store.read_all(["setting", "user_field"]))
    progress("Checking references", 0.4)
    refused = [TABLE_REFUSED.at(table=name, who=by) for name in parsed.tables if may_write and not may_write(name)]
    problems = parsed.problems + refused + faults_between(parsed, _codes_there(store, parsed))
    files = tuple(parsed.files)
    if errors(problems):
        return Imported(problems=tuple(problems), files=files)
    arguments = {"source": str(source), "mapping": None if mapping is None else str(mapping)}
    counts: dict[str, Counts] = {}
    entry = 0
    try:
        with store.begin(by, "import", arguments) as tx:
            _write(tx, parsed.tables, counts, progress)
            entry = tx.number if _changed(counts) else 0
            if dry_run:
                # Sites are looked at when an act is finished; a dry run must tell of them too.
                tx.finish()
                raise _DryRunError  # noqa: TRY301 - the way to end a transaction without keeping it
    except _DryRunError:
        return Imported(counts, tuple(problems), files)
    except ProblemError as error:
        if {one.code for one in error.problems} != {FORBIDDEN.code}:
            raise
        return Imported(problems=(*problems, *_placed(error.problems, parsed)), files=files)
    return Imported(counts, tuple(problems), files, entry, written=True)


def _placed(problems: Sequence[Problem], parsed: Parsed) -> list[Problem]:
    """Say of problems with rows where these stand in their files."""
    rows: dict[str, dict[str, int]] = {}
    for name in {problem.table for problem in problems} & set(parsed.tables):
        entity = ENTITIES[name]
        keys = written(parsed.tables[name].select(entity.key), entity.columns, parsed.zone)
        rows[name] = {" / ".join(parts): index for index, parts in enumerate(keys.iter_rows())}
    return [
        replace(one, where=parsed.places[one.table].at(rows[one.table][one.key], one.column))
        if one.key in rows.get(one.table, {})
        else one
        for one in problems
    ]


def _codes_there(store: Store, parsed: Parsed) -> dict[str, pl.DataFrame]:
    """Read the tables that the new rows name."""
    named = {target for name in parsed.tables for target in ENTITIES[name].references().values()}
    return store.read_all([name for name in ENTITIES if name in named])


def _write(tx: Transaction, tables: Mapping[str, pl.DataFrame], counts: dict[str, Counts], progress: Progress) -> None:
    """Add and change rows; the plant's own fields first, because they make columns of the other tables."""
    names = [name for name in ENTITIES if name in tables]
    for done, name in enumerate(sorted(names, key=lambda name: name != "user_field")):
        progress(f"Writing {name}", 0.5 + 0.5 * done / len(names))
        counts[name] = tx.upsert(name, tables[name])


def _changed(counts: Mapping[str, Counts]) -> bool:
    return any(count.inserted or count.updated for count in counts.values())


# --- out of a store -------------------------------------------------------------------------------------------------


def export_files(plant: Plant, target: str | Path, *, template: bool = False) -> list[Path]:
    """Write the tables of a plant as a folder of CSV files or, with a name that ends in .xlsx, as a workbook.

    Parameters
    ----------
    plant : its tables
    target : folder or workbook
    template : write headers only, of all tables, to be filled in; otherwise tables without rows are left out

    Returns
    -------
    The files.

    Raises
    ------
    ProblemError
        When the target cannot be written.
    """
    path = Path(target)
    tables = exported(plant, template=template)

    def columns(entity: type[Entity], _tables: Mapping[str, pl.DataFrame]) -> Mapping[str, Column]:
        return columns_of(entity, plant.raw)  # a template has the plant's own fields too

    if path.suffix.lower() == ".xlsx":
        return [write_workbook(tables, path, plant.settings.zone, columns, template=template)]
    if path.is_file():
        raise ProblemError([TARGET_UNKNOWN.at(where=str(path))])
    shown = {name: rows.clear() for name, rows in tables.items()} if template else tables
    return write_folder(shown, path, plant.settings.zone, columns)


def exported(plant: Plant, *, template: bool = False) -> dict[str, pl.DataFrame]:
    """Give the tables that are written: those with rows, and none that the plant makes by itself."""
    tables: dict[str, Any] = {name: plant.raw[name] for name in importable()}
    made = pl.col("code").is_in(list(VIRTUAL_LOCATIONS)) & (pl.col("name") == pl.col("code").str.to_titlecase())
    tables["location"] = tables["location"].filter(~made)
    return {name: rows for name, rows in tables.items() if template or rows.height}
