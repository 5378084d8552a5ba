"""Read a file in any of the formats that are known, and tables of best-known values."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from plantwright.core.problem import ProblemError, problem_kind
from plantwright.instances import flow_shops, job_shops
from plantwright.instances.generated import generated_shop, is_json
from plantwright.instances.instance import Draft, Instance, Known
from plantwright.instances.projects import is_project, project
from plantwright.instances.text import FORMAT, LENGTH, UNREADABLE, Faults, Row, rows_of

KNOWN_ROW = problem_kind(
    "best-known-row",
    "{column} must be {must}; it is {value}.",
    "Correct the line; a table needs the columns instance and value, and may have kind, lower_bound and source.",
)
"""A row of a table of best-known values that cannot be used."""

LARGEST_FILE = 200_000_000
ENCODING = "utf-8-sig"

READERS = {
    "plain": job_shops.job_shop,
    "flexible": job_shops.flexible_job_shop,
    "set-ups": job_shops.flexible_with_setups,
    "assembly": job_shops.assembly_job_shop,
}
FLOWS = {
    "unrelated": flow_shops.unrelated_machines,
    "due": flow_shops.flow_shop_with_due_times,
    "set-ups": flow_shops.flow_shop_with_setups,
}


def read_instance(path: str | Path, known: Mapping[str, Known] | None = None) -> Instance:
    """Read a published instance; its format is found from what is in it.

    Parameters
    ----------
    path
        A file in one of the formats of the page on benchmarks of schedules.
    known
        Best-known values by the name of the instance, see `read_best_known`.

    Raises
    ------
    ProblemError
        With every fault of the file, each with its line.
    """
    path = Path(path)
    instance = instance_of(_text(path), path.stem, path.name)
    return instance if known is None else replace(instance, best=known.get(instance.name))


def instance_of(text: str, name: str, where: str = "") -> Instance:
    r"""Make an instance from the text of a file. Pure: nothing is read.

    Parameters
    ----------
    text
        What is in the file.
    name
        What the instance is called.
    where
        What faults call the file; left out: the name.

    Raises
    ------
    ProblemError
        With every fault of the text, each with its line.

    Examples
    --------
    Two jobs on two machines, as JSPLIB writes them:

    >>> instance = instance_of("2 2\n0 3 1 2\n1 2 0 4", "tiny")
    >>> instance.kind, instance.size, instance.objective
    ('job shop', 4, 'makespan')
    """
    faults = Faults(where or name)
    draft = _draft(text, faults)
    if draft is None or faults.found:
        raise ProblemError(faults.found)
    return Instance(name, draft.kind, draft.problem, draft.objective, None, draft.permutation, draft.setup_ahead)


def _draft(text: str, faults: Faults) -> Draft | None:
    if is_json(text):
        return generated_shop(text, faults)
    if is_project(text):
        return project(text, faults)
    rows = rows_of(text, Faults(faults.name))
    if not rows or not _is_number(text):
        faults.found.append(FORMAT.at(where=faults.name))
        return None
    return _numbers(rows_of(text, faults), faults)


def _is_number(text: str) -> bool:
    """Tell whether the first line that is no comment begins with a whole number."""
    lines = (line.split("#", 1)[0].split() for line in text.splitlines())
    first = next((tokens for tokens in lines if tokens), [""])
    return first[0].isdecimal() and len(first) <= 3


def _numbers(rows: list[Row], faults: Faults) -> Draft | None:
    """Read a text of numbers: a flow shop if its first line has one number, else a job shop."""
    if len(rows) < 3 and (len(rows) < 2 or len(rows[0].values) == 1):
        faults.found.append(LENGTH.at("", "", "The lines of the file", len(rows), faults.name, must="3 or more"))
        return None
    if len(rows[0].values) == 1:
        return FLOWS[flow_shops.shape(rows)](rows, faults)
    return READERS[job_shops.shape(rows)](rows, faults)


def _text(path: Path) -> str:
    reason = ""
    try:
        if path.stat().st_size > LARGEST_FILE:
            reason = f"it is larger than {LARGEST_FILE} bytes"
        else:
            text = path.read_text(encoding=ENCODING)
            if "\0" not in text:
                return text
            reason = "it holds bytes that are no text"
    except UnicodeDecodeError:
        reason = "it is not in UTF-8"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
    raise ProblemError([UNREADABLE.at(where=str(path), reason=reason)])


def read_best_known(path: str | Path) -> dict[str, Known]:
    """Read a table of best-known values, or every ``best_known*.csv`` of a folder, by the name of the instance.

    A table has the columns ``instance`` and ``value``, and may have ``kind``, ``lower_bound`` and ``source``.

    Raises
    ------
    ProblemError
        With every row that cannot be used.
    """
    path = Path(path)
    files = sorted(path.glob("best_known*.csv")) if path.is_dir() else [path]
    faults = Faults(path.name)
    known: dict[str, Known] = {}
    for file in files:
        known |= _table(_text(file), Faults(file.name, faults.found))
    if faults.found:
        raise ProblemError(faults.found)
    return known


def _table(text: str, faults: Faults) -> dict[str, Known]:
    rows = csv.DictReader(text.splitlines())
    missing = {"instance", "value"} - set(rows.fieldnames or ())
    if missing:
        told = ", ".join(rows.fieldnames or ()) or "empty"
        faults.found.append(
            KNOWN_ROW.at(
                "", "", "The first line", told, faults.where(1), must="names of columns, instance and value among them"
            )
        )
        return {}
    known = {}
    for row in rows:
        one = _known(row, rows.line_num, faults)
        if one:
            known[row["instance"].strip()] = one
    return known


def _known(row: dict[str, str], line: int, faults: Faults) -> Known | None:
    value = _decimal(row["value"], "value", line, faults)
    bound = _decimal(row.get("lower_bound"), "lower_bound", line, faults) if row.get("lower_bound") else None
    if not (row["instance"] or "").strip():
        faults.found.append(KNOWN_ROW.at("", "", "instance", "empty", faults.where(line), must="a name"))
        return None
    return None if value is None else Known(value, row.get("kind") or "", bound, row.get("source") or "")


def _decimal(text: str | None, column: str, line: int, faults: Faults) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if value >= 0 and value < float("inf"):
        return value
    faults.found.append(KNOWN_ROW.at("", "", column, text or "empty", faults.where(line), must="a number, 0 or more"))
    return None
