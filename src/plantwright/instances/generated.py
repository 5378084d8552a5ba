"""Shops as JSON: machines with calendars that repeat each day, jobs with families, releases, due times and weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from plantwright.instances.instance import Draft
from plantwright.instances.text import LARGEST_COUNT, MOST, Faults
from plantwright.methods.scheduling import Shop, build_shop
from plantwright.methods.working_time import WorkingTime, working_time

DAY = 1440
MOST_DAYS = 1_000_000


def is_json(text: str) -> bool:
    """Tell JSON by its first character."""
    return text.lstrip()[:1] == "{"


def generated_shop(text: str, faults: Faults) -> Draft | None:
    """Read a shop with calendars and families; the weighted tardiness of the jobs is minimised.

    An operation and its set-up fit into one opening of the machine. The calendars repeat for as many days as the work
    can take if it is done one operation after the other. Hours beside those in `regular` are overtime, which counts.
    """
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        faults.structure(faults.where(error.lineno), "The text", repr(error.msg), "JSON")
        return None
    except RecursionError:
        faults.structure(faults.name, "The text", "nested too deeply", "JSON")
        return None
    reader = _Reader(faults)
    reader.check(given)
    return (
        None
        if faults.found
        else Draft(
            "generated shop",
            _shop(given),
            "weighted_tardiness+overtime" if "regular" in given else "weighted_tardiness",
        )
    )


class _Reader:
    """Checks the parts of the JSON value; each fault has the path to its place."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def wrong(self, path: str, value: object, must: str) -> None:
        self.faults.structure(self.faults.name, path, str(value)[:60], must)

    def whole(self, value: Any, path: str, low: int, high: int) -> bool:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        if not good:
            self.wrong(path, value, f"a whole number from {low} to {high}")
        return good

    def listed(self, value: Any, path: str, length: int | None = None) -> Sequence[Any]:
        if isinstance(value, list) and (length is None or len(value) == length):
            return value
        told = f"a list of {len(value)}" if isinstance(value, list) else value
        self.wrong(path, told, "a list" if length is None else f"a list of {length}")
        return ()

    def check(self, given: Any) -> None:
        """Gather every fault of an instance; what the parts add up to is looked at only where each is right."""
        sizes = [given.get("machines"), given.get("families")] if isinstance(given, dict) else [0, 0]
        good = [
            self.whole(size, name, 1, LARGEST_COUNT) for size, name in zip(sizes, ("machines", "families"), strict=True)
        ]
        if not all(good):
            return
        machines, families = int(sizes[0] or 0), int(sizes[1] or 0)
        for one, row in enumerate(self.listed(given.get("setup"), "setup", families)):
            for other, minutes in enumerate(self.listed(row, f"setup {one}", families)):
                self.whole(minutes, f"setup {one} {other}", 0, MOST)
        for machine, spans in enumerate(self.listed(given.get("calendar"), "calendar", machines)):
            self.spans(spans, f"calendar {machine}")
        for machine, spans in enumerate(
            self.listed(given["regular"], "regular", machines) if "regular" in given else ()
        ):
            self.spans(spans, f"regular {machine}")
        jobs = self.listed(given.get("jobs"), "jobs")
        if not jobs:
            self.wrong("jobs", "empty", "one job or more")
        for number, job in enumerate(jobs):
            self.job(job, f"jobs {number}", machines, families)
        if not self.faults.found:
            self.fits(given)

    def spans(self, value: Any, path: str) -> None:
        """Gather the faults of a machine's openings: minutes of the day, in order, none over another."""
        spans = self.listed(value, path)
        if not spans:
            self.wrong(path, value, "a list of openings, one or more")
        pairs = [self.listed(span, f"{path} {place}", 2) for place, span in enumerate(spans)]
        for place, pair in enumerate(pairs):
            if pair and self.whole(pair[0], f"{path} {place} from", 0, DAY - 1):
                self.whole(pair[1], f"{path} {place} to", pair[0] + 1, DAY)
        good = all(pair and all(isinstance(minute, int) for minute in pair) for pair in pairs)
        for place, (one, other) in enumerate(pairwise(pairs) if good else (), start=1):
            if other[0] < one[1]:
                self.wrong(f"{path} {place} from", other[0], f"at or after the end before it, {one[1]}")

    def job(self, job: Any, path: str, machines: int, families: int) -> None:
        """Gather the faults of a job and of its operations."""
        if not isinstance(job, dict):
            self.wrong(path, job, "an object")
            return
        for name, high in (("release", MOST), ("due", MOST), ("weight", MOST), ("family", families - 1)):
            self.whole(job.get(name), f"{path} {name}", 0, high)
        operations = self.listed(job.get("operations"), f"{path} operations")
        if not operations:
            self.wrong(f"{path} operations", "empty", "one operation or more")
        for place, operation in enumerate(operations):
            self.operation(operation, f"{path} operations {place}", machines)

    def operation(self, operation: Any, path: str, machines: int) -> None:
        """Gather the faults of an operation: its minutes, and the machines that can do it."""
        if not isinstance(operation, dict):
            self.wrong(path, operation, "an object")
            return
        self.whole(operation.get("minutes"), f"{path} minutes", 1, MOST)
        able = self.listed(operation.get("machines"), f"{path} machines")
        if not able:
            self.wrong(f"{path} machines", "empty", "one machine or more")
        for machine in able:
            self.whole(machine, f"{path} machines", 0, machines - 1)

    def fits(self, given: Any) -> None:
        """See that each operation with its longest set-up fits into an opening of each of its machines."""
        longest = np.array(given["setup"]).max(axis=0)
        opening = [max(end - start for start, end in _joined(spans)) for spans in given["calendar"]]
        for number, job in enumerate(given["jobs"]):
            for place, operation in enumerate(job["operations"]):
                minutes = operation["minutes"] + int(longest[job["family"]])
                room = min(opening[machine] for machine in operation["machines"])
                if minutes > room:
                    path = f"jobs {number} operations {place} minutes"
                    self.wrong(path, minutes, f"{room} at most, its set-up included, to fit into an opening")


def _joined(spans: Sequence[Sequence[int]]) -> list[list[int]]:
    """Join openings that touch, through midnight too if the machine never closes."""
    joined: list[list[int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    return [[0, MOST]] if joined == [[0, DAY]] else joined


def _shop(given: Any) -> Shop:
    jobs = given["jobs"]
    machines = given["machines"]
    operations = [operation for job in jobs for operation in job["operations"]]
    lengths = np.array([len(job["operations"]) for job in jobs])
    able = [operation["machines"] for operation in operations]
    count = np.array([len(some) for some in able])
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    here = np.arange(len(operations))
    minutes = np.array([operation["minutes"] for operation in operations])
    time, calendar, regular = _calendars(given, int(minutes.sum()), len(operations))
    return build_shop(
        time,
        unit_pointer=np.arange(machines + 1),
        unit_calendar=calendar,
        unit_regular=regular,
        mode_pointer=np.concatenate(([0], np.cumsum(count))),
        mode_center=[machine for some in able for machine in some],
        mode_minutes=np.repeat(minutes, count),
        family=np.repeat([job["family"] for job in jobs], lengths),
        pausable=np.zeros(len(operations), np.bool_),
        release=np.repeat([job["release"] for job in jobs], lengths),
        center_matrix=np.zeros(machines, np.int64),
        setup_matrix=[given["setup"]],
        pred_pointer=np.concatenate(([0], np.cumsum(here > first))),
        pred_op=here[here > first] - 1,
        sink_pointer=np.arange(len(jobs) + 1),
        sink_op=np.cumsum(lengths) - 1,
        sink_due=[job["due"] for job in jobs],
        sink_weight=[job["weight"] for job in jobs],
    )


def _calendars(given: Any, minutes: int, operations: int) -> tuple[WorkingTime, list[int], list[int] | None]:
    """Give each pattern of a day once, for as many days as any sensible schedule can take."""
    patterns: dict[tuple[tuple[int, int], ...], int] = {}

    def numbers(name: str) -> list[int]:
        keys = [tuple((int(start), int(end)) for start, end in spans) for spans in given[name]]
        return [patterns.setdefault(key, len(patterns)) for key in keys]

    calendar, regular = numbers("calendar"), numbers("regular") if "regular" in given else None
    work = minutes + operations * int(np.max(given["setup"]))
    least = min(sum(end - start for start, end in spans) for spans in patterns)
    released = max(job["release"] for job in given["jobs"])
    # Two openings one after the other hold more work than fits into one, so half of the open time is used at least.
    days = min(released // DAY + 2 + 2 * work // least + len(patterns), MOST_DAYS)
    offsets = np.arange(days)[:, None] * DAY
    return (
        working_time(
            [tuple((np.array(side) + offsets).ravel() for side in zip(*spans, strict=True)) for spans in patterns]
        ),
        calendar,
        regular,
    )
