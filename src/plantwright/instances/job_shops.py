"""Job shops: plain, flexible, flexible with set-ups, and assembly with a graph of operations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from plantwright.instances.instance import Draft
from plantwright.instances.shops import Job, Operation, shop_of, shop_of_arcs
from plantwright.instances.text import LARGEST_COUNT, MOST, Faults, Row, header


def job_shop(rows: Sequence[Row], faults: Faults) -> Draft | None:
    """Read ``n m``, then a line a job of pairs (machine from 0, minutes); a job may visit a machine again."""
    jobs, machines = header(rows[0], ("The number of jobs", "The number of machines"), faults)
    _same_length(rows, jobs, "The lines of jobs", faults)
    read = [_steps(row, machines, faults) for row in rows[1:]]
    return None if faults.found else Draft("job shop", shop_of(read, machines))


def _same_length(rows: Sequence[Row], wanted: int, what: str, faults: Faults) -> None:
    if len(rows) - 1 != wanted:
        faults.length(rows[-1].line, what, len(rows) - 1, f"{wanted} as the first line says")


def _steps(row: Row, machines: int, faults: Faults) -> Job:
    """Give the operations of a job with one machine each."""
    values = row.values[:-2] if row.values[-2:] == [-1, -1] else row.values  # some files end a job so
    if len(values) % 2:
        faults.length(row.line, "The numbers of a job", len(values), "pairs of machine and minutes")
    return [
        [mode]
        for mode in zip(values[::2], values[1::2], strict=False)
        if _good_mode(row.line, mode, 0, machines - 1, faults)
    ]


def _good_mode(line: int, mode: tuple[int, int], low: int, high: int, faults: Faults) -> bool:
    machine, minutes = mode
    if not low <= machine <= high:
        faults.number(line, "A machine", machine, low, high)
    if not 0 <= minutes <= MOST:
        faults.number(line, "The minutes of an operation", minutes, 0, MOST)
    return low <= machine <= high and 0 <= minutes <= MOST


def flexible_job_shop(rows: Sequence[Row], faults: Faults) -> Draft | None:
    """Read ``n m [mean]``, then a line a job: operations, and for each k and k pairs (machine from 1, minutes)."""
    jobs, machines = header(rows[0], ("The number of jobs", "The number of machines"), faults)
    _same_length(rows, jobs, "The lines of jobs", faults)
    read = [_choices(row, machines, faults) for row in rows[1:]]
    return None if faults.found else Draft("flexible job shop", shop_of(read, machines))


def _choices(row: Row, machines: int, faults: Faults) -> Job:
    """Give the operations of a job with the machines that each may choose from."""
    operations: list[Operation] = []
    at, end = 1, len(row.values)
    for _ in range(min(row.values[0], end)):
        if at >= end:
            break
        modes, at = _modes(row, at, 1, machines, faults)
        operations.append(modes)
    if len(operations) != row.values[0]:
        faults.length(row.line, "The operations of the job", len(operations), f"{row.values[0]} as its line says")
    elif at < end:
        faults.length(row.line, "The numbers after the last operation", end - at, "none")
    return operations


def _modes(row: Row, at: int, low: int, high: int, faults: Faults) -> tuple[Operation, int]:
    """Give the modes of the operation that begins at a place of a row, and the place behind it."""
    count = row.values[at]
    if count < 1:
        faults.number(row.line, "The number of machines of an operation", count, 1, high - low + 1)
        return [], at + 1
    numbers = row.values[at + 1 : at + 1 + 2 * count]
    if len(numbers) < 2 * count:
        faults.length(row.line, "The numbers of an operation", len(numbers), f"{2 * count} for its {count} machines")
    modes = [(machine - low, minutes) for machine, minutes in zip(numbers[::2], numbers[1::2], strict=False)]
    shown = [(machine + low, minutes) for machine, minutes in modes]
    good = [mode for mode, told in zip(modes, shown, strict=True) if _good_mode(row.line, told, low, high, faults)]
    return good, at + 1 + 2 * count


def flexible_with_setups(rows: Sequence[Row], faults: Faults) -> Draft | None:
    """Read a flexible job shop, and after it one matrix a machine of set-up minutes from operation to operation."""
    jobs, machines = header(rows[0], ("The number of jobs", "The number of machines"), faults)
    read = [_choices(row, machines, faults) for row in rows[1 : jobs + 1]]
    operations = sum(len(job) for job in read)
    matrices = matrices_of(rows[jobs + 1 :], machines, operations, rows[-1].line, faults)
    if faults.found:
        return None
    shop = shop_of(read, machines, family=np.arange(operations), matrices=matrices)
    return Draft("flexible job shop with set-ups", shop, setup_ahead=True)


def matrices_of(rows: Sequence[Row], count: int, size: int, line: int, faults: Faults) -> np.ndarray | None:
    """Give the square matrices that stand one below the other."""
    if len(rows) != count * size:
        faults.length(line, "The rows of set-up minutes", len(rows), f"{count * size}: {count} matrices of {size} rows")
    for row in rows:
        if len(row.values) != size:
            faults.length(row.line, "The numbers of a row of set-up minutes", len(row.values), str(size))
        faults.check(row, "The minutes of a set-up", 0, MOST)
    return None if faults.found else np.array([row.values for row in rows], np.int64).reshape(count, size, size)


def assembly_job_shop(rows: Sequence[Row], faults: Faults) -> Draft | None:
    """Read ``N A K``, A arcs (operations from 0), then a line an operation: k and k pairs (machine from 0, minutes).

    The jobs are the parts of the graph that hang together; each operation that nothing follows is a sink.
    """
    names = ("The number of operations", "The number of arcs", "The number of machines")
    operations, arcs, machines = (rows[0].values[0], rows[0].values[1], rows[0].values[2])
    for name, value, low in zip(names, (operations, arcs, machines), (1, 0, 1), strict=True):
        if not low <= value <= LARGEST_COUNT:
            faults.number(rows[0].line, name, value, low, LARGEST_COUNT)
    _same_length(rows, arcs + operations, "The lines of arcs and operations", faults)
    pairs = [_arc(row, operations, faults) for row in rows[1 : arcs + 1]]
    read = [_operation(row, machines, faults) for row in rows[arcs + 1 :]]
    if faults.found:
        return None
    before: list[list[int]] = [[] for _ in range(operations)]
    for first, second in pairs:
        before[second].append(first)
    pointer = np.concatenate(([0], np.cumsum([len(one) for one in before])))
    led = {first for first, _ in pairs}
    last = [o for o in range(operations) if o not in led]
    flat = [first for one in before for first in one]
    return Draft("assembly job shop", shop_of_arcs(read, machines, pointer, flat, last))


def _arc(row: Row, operations: int, faults: Faults) -> tuple[int, int]:
    if len(row.values) != 2:
        faults.length(row.line, "The numbers of an arc", len(row.values), "2")
        return 0, 0
    faults.check(row, "An operation of an arc", 0, operations - 1)
    return row.values[0], row.values[1]


def _operation(row: Row, machines: int, faults: Faults) -> Operation:
    modes, end = _modes(row, 0, 0, machines - 1, faults)
    if end < len(row.values):
        faults.length(row.line, "The numbers after the last machine", len(row.values) - end, "none")
    return modes


def shape(rows: Sequence[Row]) -> str:
    """Tell which of the job shops a text is by how many lines and numbers it has.

    A plain job shop and a flexible one look alike in their first line; in a flexible one the numbers of each line
    come out even when they are read as operations with machines.
    """
    first = rows[0].values
    if len(first) == 3 and _is_graph(rows):
        return "assembly"
    jobs = first[0]
    told = [_comes_out(row.values) for row in rows[1 : jobs + 1]]
    if 2 * sum(told) <= len(told):
        return "plain"
    return "flexible" if len(rows) - 1 <= jobs else "set-ups"


def _is_graph(rows: Sequence[Row]) -> bool:
    operations, arcs, _ = rows[0].values
    body = rows[1:]
    return len(body) == arcs + operations and all(len(row.values) == 2 for row in body[:arcs]) and arcs >= 0


def _comes_out(values: Sequence[int]) -> bool:
    at, operations = 1, 0
    while at < len(values) and values[at] > 0:
        at += 1 + 2 * values[at]
        operations += 1
    return at == len(values) and operations == values[0]
