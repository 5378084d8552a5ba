"""Permutation flow shops and unrelated machines: ``n``, ``m``, and a row of minutes for each job."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from plantwright.instances.instance import Draft
from plantwright.instances.job_shops import matrices_of
from plantwright.instances.shops import shop_of
from plantwright.instances.text import MOST, Faults, Row, header

_NAMES = ("The number of jobs", "The number of machines")


def unrelated_machines(rows: Sequence[Row], faults: Faults) -> Draft | None:
    """Read the minutes of each job on each machine; a job is one operation that any machine can do."""
    jobs, machines = _sizes(rows, faults)
    minutes = _minutes(rows[2:], jobs, machines, rows[-1].line, faults)
    if faults.found:
        return None
    shop = shop_of([[list(enumerate(row))] for row in minutes], machines)
    return Draft("unrelated machines", shop)


def flow_shop_with_due_times(rows: Sequence[Row], faults: Faults) -> Draft | None:
    """Read a row of due times and the minutes of each job; the sum of tardiness is minimised."""
    jobs, machines = _sizes(rows, faults)
    due = rows[2]
    if len(due.values) != jobs:
        faults.length(due.line, "The due times", len(due.values), f"{jobs}, one a job")
    faults.check(due, "A due time", 0, MOST)
    minutes = _minutes(rows[3:], jobs, machines, rows[-1].line, faults)
    if faults.found:
        return None
    shop = shop_of([_in_order(row) for row in minutes], machines, due=due.values)
    return Draft("flow shop with due times", shop, "weighted_tardiness", permutation=True)


def flow_shop_with_setups(rows: Sequence[Row], faults: Faults) -> Draft | None:
    """Read the minutes of each job, and a matrix a machine of set-up minutes from job to job."""
    jobs, machines = _sizes(rows, faults)
    minutes = _minutes(rows[2 : jobs + 2], jobs, machines, rows[-1].line, faults)
    matrices = matrices_of(rows[jobs + 2 :], machines, jobs, rows[-1].line, faults)
    if faults.found:
        return None
    family = np.repeat(np.arange(jobs), machines)
    shop = shop_of([_in_order(row) for row in minutes], machines, family=family, matrices=matrices)
    return Draft("flow shop with set-ups", shop, permutation=True, setup_ahead=True)


def _sizes(rows: Sequence[Row], faults: Faults) -> tuple[int, int]:
    for row in rows[:2]:
        if len(row.values) != 1:
            faults.length(row.line, "The numbers of a line of size", len(row.values), "1")
    (jobs,) = header(rows[0], _NAMES[:1], faults)
    (machines,) = header(rows[1], _NAMES[1:], faults)
    return jobs, machines


def _minutes(rows: Sequence[Row], jobs: int, machines: int, line: int, faults: Faults) -> list[list[int]]:
    if len(rows) != jobs:
        faults.length(line, "The rows of minutes", len(rows), f"{jobs}, one a job")
    for row in rows:
        if len(row.values) != machines:
            faults.length(row.line, "The minutes of a job", len(row.values), f"{machines}, one a machine")
        faults.check(row, "The minutes of a job", 0, MOST)
    return [row.values for row in rows]


def _in_order(minutes: Sequence[int]) -> list[list[tuple[int, int]]]:
    return [[(machine, here)] for machine, here in enumerate(minutes)]


def shape(rows: Sequence[Row]) -> str:
    """Tell which it is by the number of rows."""
    jobs, body = rows[0].values[0], len(rows) - 2
    if body > jobs + 1:
        return "set-ups"
    return "due" if body == jobs + 1 else "unrelated"
