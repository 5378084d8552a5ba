"""Plans: values that never change. Each result table is one compressed blob; nothing else refers into it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.core.store import problems
from plantwright.core.store.driver import Driver
from plantwright.core.store.plain import plain

META: dict[str, Any] = {
    "scenario": "",
    "as_of": 0,
    "options": {},
    "inputs": "",
    "engine": "",
    "seed": 0,
    "status": "feasible",
    "verified": False,
    "seconds": {},
    "totals": {},
    "problems": [],
    "pinned": False,
    "by": "",
}
"""What is kept of a plan besides its tables, with the default of each: scenario, moment (minutes since 1970), options,
hash of the inputs, version of the engine, seed, status, whether it was verified, seconds a stage, totals, problems,
whether it is pinned, and who made it."""
_JSON = frozenset({"options", "seconds", "totals", "problems"})
_FLAGS = frozenset({"verified", "pinned"})

Blob = tuple[str, int, bytes]


def prepared(
    meta: Mapping[str, Any], tables: Mapping[str, pl.DataFrame], at: datetime
) -> tuple[dict[str, Any], list[Blob]]:
    """Turn a plan into rows; done before the transaction, so that others wait only for the writing."""
    unknown = sorted(set(meta) - set(META))
    if unknown:
        raise ProblemError(
            [BAD_ARGUMENT.at(column="meta", value=", ".join(unknown), must="made of " + ", ".join(META))]
        )
    row = {**META, **meta}
    row |= {name: json.dumps(_plain(row[name]), ensure_ascii=False) for name in _JSON}
    row["at"] = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return row, [(name, rows.height, to_blob(rows)) for name, rows in tables.items()]


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [part.as_dict() if hasattr(part, "as_dict") else plain(part) for part in value]
    return plain(value)


def to_blob(rows: pl.DataFrame) -> bytes:
    """Write a table as Parquet, compressed.

    A million rows of seven columns take 18.6 MB. Arrow IPC with the same compression takes 19.0 MB, as long to write
    and longer to read.
    """
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd", compression_level=1)
    return buffer.getvalue()


def from_blob(data: bytes) -> pl.DataFrame:
    """Read a table that `to_blob` wrote."""
    return pl.read_parquet(io.BytesIO(data))


def insert(connection: Connection, driver: Driver, row: dict[str, Any], blobs: Sequence[Blob]) -> int:
    """Write a plan; gives its number."""
    driver.lock(connection)
    number = (connection.exec_driver_sql("SELECT max(number) FROM plan").scalar() or 0) + 1
    row = {"number": number, **row}
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    connection.exec_driver_sql(driver.marked(f"INSERT INTO plan ({names}) VALUES ({marks})"), tuple(row.values()))
    for blob in blobs:
        statement = driver.marked('INSERT INTO plan_table (plan, name, "rows", data) VALUES (?, ?, ?, ?)')
        connection.exec_driver_sql(statement, (number, *blob))
    return int(number)


def load(
    connection: Connection, driver: Driver, number: int | None, tables: Sequence[str] | None, scenario: str
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Read a plan and the tables asked for."""
    if number is None:
        latest = driver.marked("SELECT max(number) FROM plan WHERE scenario = ?")
        number = connection.exec_driver_sql(latest, (scenario,)).scalar()
    meta = _metas(connection, driver.marked(" WHERE number = ?"), (number,)) if number is not None else []
    if not meta:
        raise ProblemError([problems.PLAN_MISSING.at(value=number or f"of scenario {scenario or 'none'}")])
    wanted = meta[0]["tables"] if tables is None else tables
    statement = driver.marked("SELECT data FROM plan_table WHERE plan = ? AND name = ?")
    found = {name: connection.exec_driver_sql(statement, (number, name)).scalar_one_or_none() for name in wanted}
    lacking = [name for name, data in found.items() if data is None]
    if lacking:
        raise ProblemError([problems.PLAN_MISSING.at(value=f"{number} with {', '.join(lacking)}")])
    return meta[0], {name: from_blob(data) for name, data in found.items() if data is not None}


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Read the data of all plans, the latest first."""
    return _metas(connection, "", ())


def _metas(connection: Connection, test: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    counts: dict[int, dict[str, int]] = {}
    for plan, name, rows in connection.exec_driver_sql('SELECT plan, name, "rows" FROM plan_table ORDER BY name'):
        counts.setdefault(plan, {})[name] = rows
    found = connection.exec_driver_sql(f"SELECT * FROM plan{test} ORDER BY number DESC", values).mappings()
    return [_meta(dict(row), counts.get(row["number"], {})) for row in found]


def _meta(row: dict[str, Any], tables: dict[str, int]) -> dict[str, Any]:
    row |= {name: json.loads(row[name]) for name in _JSON}
    row |= {name: bool(row[name]) for name in _FLAGS}
    return {**row, "tables": tables}


def pin(connection: Connection, driver: Driver, number: int, *, pinned: bool) -> None:
    """Set or take the mark that keeps a plan."""
    done = connection.exec_driver_sql(driver.marked("UPDATE plan SET pinned = ? WHERE number = ?"), (pinned, number))
    if done.rowcount != 1:
        raise ProblemError([problems.PLAN_MISSING.at(value=number)])


def prune(connection: Connection, driver: Driver, keep: int) -> list[int]:
    """Delete old plans; the latest of the plant as it is always stays."""
    if keep < 1:
        raise ProblemError([BAD_ARGUMENT.at(column="keep", value=keep, must="at least 1")])
    driver.lock(connection)
    known = listed(connection)
    latest = next((plan["number"] for plan in known if plan["scenario"] == ""), 0)
    old = [plan["number"] for plan in known[keep:] if not plan["pinned"] and plan["number"] != latest]
    for name, column in (("plan_table", "plan"), ("plan", "number")):
        for number in old:
            connection.exec_driver_sql(driver.marked(f"DELETE FROM {name} WHERE {column} = ?"), (number,))
    return old
