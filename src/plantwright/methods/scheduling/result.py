"""What every solver of schedules gives back, and the faults of the limits that it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from plantwright.core.problem import BAD_ARGUMENT, Problem
from plantwright.methods.scheduling.problem import Schedule

Status = Literal["optimal", "feasible", "unfinished"]

Kind = TypeVar("Kind")
"""What the schedule is: a `Schedule` of a shop, or a `ProjectSchedule`."""


@dataclass(frozen=True)  # without slots, which calls of an alias such as `SearchResult` do not stand in Python 3.11
class Result(Generic[Kind]):
    """What a solver has found.

    Parameters
    ----------
    schedule
        The best schedule.
    status
        ``optimal`` where the bound proves it, ``feasible``, or ``unfinished`` where calendars end before the work.
    objective
        The value of each term, without its weight.
    value
        What was minimised in the first priority: the weighted sum of its terms.
    bound
        No schedule has less than this `value`.
    gap
        (value - bound) / value; 0 where both are 0.
    seconds, seed
        How long it took, and the seed that was given.
    iterations
        Moves that were made, or tried; schedules of a project.
    history
        Seconds, value and bound at each improvement.
    """

    schedule: Kind
    status: Status
    objective: dict[str, float]
    value: float
    bound: float
    gap: float
    seconds: float
    seed: int
    iterations: int
    history: tuple[tuple[float, float, float], ...]


SearchResult = Result[Schedule]


def gap_between(value: float, bound: float) -> float:
    """Give the share of a value that is above a bound.

    Examples
    --------
    >>> gap_between(8, 6), gap_between(0, 0), gap_between(5, 7)
    (0.25, 0.0, 0.0)
    """
    return (value - bound) / value if value > bound else 0.0


def limit_faults(seconds: float | None, iterations: int | None = None, **counts: float) -> list[Problem]:
    """List what is wrong with the limits of a solver: none at all, or one that is not above 0.

    Parameters
    ----------
    seconds, iterations
        The limits; one must be given.
    counts
        Other numbers by their names, such as threads.

    Examples
    --------
    >>> [problem.column for problem in limit_faults(None, threads=0)]
    ['seconds', 'threads']
    """
    found = []
    if seconds is None and iterations is None:
        found.append(BAD_ARGUMENT.at("", "", "seconds", "missing", must="given, or iterations"))
    for name, value in {"seconds": seconds, "iterations": iterations, **counts}.items():
        if value is not None and not value > 0:
            found.append(BAD_ARGUMENT.at("", "", name, value, must="above 0"))
    return found
