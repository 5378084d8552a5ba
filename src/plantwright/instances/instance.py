"""What a published file says: a problem in the shapes of `methods.scheduling`, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plantwright.methods.scheduling import Shop
from plantwright.methods.scheduling.project import Project

Objective = Literal["makespan", "weighted_tardiness", "weighted_tardiness+overtime"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the literature knows of an instance.

    Parameters
    ----------
    value
        The best objective that anybody has reported.
    kind
        In the words of the table, such as ``optimal``.
    lower_bound
        What no schedule can beat, or None where the table says nothing.
    source
        Where the value comes from.
    """

    value: float
    kind: str = ""
    lower_bound: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem that was read from a file.

    Parameters
    ----------
    name
        The name of the file without its ending.
    kind
        What it is, such as ``job shop``.
    problem
        A `Shop`, or a `Project`.
    objective
        What is to be minimised: ``makespan``, the last finish; ``weighted_tardiness``, the minutes by which the
        sinks are late, each times its weight; or their sum with the cost of ``overtime``.
    best
        What is known of it, if a table was at hand.
    permutation
        All machines must take the jobs in the same order. A `Shop` cannot say this: a solver orders the jobs once and
        uses that order on each machine, and `judge` looks whether it did.
    setup_ahead
        A machine may be set up before the job arrives; the run, not the set-up, waits for the operation before. A
        `Shop` begins the set-up after the operation before has ended, which is feasible but later.
    """

    name: str
    kind: str
    problem: Shop | Project
    objective: Objective
    best: Known | None = None
    permutation: bool = False
    setup_ahead: bool = False

    @property
    def shop(self) -> Shop:
        """The problem, where it is a shop."""
        if not isinstance(self.problem, Shop):
            raise TypeError(f"{self.name} is a project")
        return self.problem

    @property
    def project(self) -> Project:
        """The problem, where it is a project."""
        if not isinstance(self.problem, Project):
            raise TypeError(f"{self.name} is a shop")
        return self.problem

    @property
    def size(self) -> int:
        """How many operations or activities there are."""
        return self.problem.operations if isinstance(self.problem, Shop) else self.problem.activities


@dataclass(frozen=True, slots=True)
class Draft:
    """An instance without the name of its file."""

    kind: str
    problem: Shop | Project
    objective: Objective = "makespan"
    permutation: bool = False
    setup_ahead: bool = False
