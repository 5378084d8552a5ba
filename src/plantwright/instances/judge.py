"""Judge a schedule of an instance by the rules alone; shares no code with what makes schedules."""

from __future__ import annotations

from dataclasses import dataclass

from plantwright.core.problem import Problem
from plantwright.instances import rules
from plantwright.instances.instance import Instance
from plantwright.instances.judge_project import project_faults
from plantwright.instances.judge_shop import shop_faults
from plantwright.methods.scheduling import Schedule
from plantwright.methods.scheduling.project import ProjectSchedule


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge found.

    Parameters
    ----------
    problems
        Every rule that is broken, with the operations concerned.
    objective
        The objective of the instance, counted from the starts and finishes; None where the schedule has holes.
    """

    problems: tuple[Problem, ...]
    objective: float | None

    @property
    def feasible(self) -> bool:
        """Whether the schedule keeps every rule."""
        return not self.problems


def judge(instance: Instance, schedule: Schedule | ProjectSchedule, claimed: float | None = None) -> Verdict:
    r"""Check a schedule against every rule of its instance, and count its objective again.

    Parameters
    ----------
    instance
        The problem, its objective, and whether all machines keep one order and are set up ahead.
    schedule
        A `Schedule` of a shop, or a `ProjectSchedule` of a project.
    claimed
        The objective that its maker gives; it must be the one that is counted here.

    Returns
    -------
    The verdict: every broken rule, and the objective.

    Notes
    -----
    Shop: each operation in one of its modes on a unit of its work center, one at a time on each unit, with the set-up
    that the operation before it on the unit asks for, in open time, after its release, its predecessors and their lags;
    people are members of the groups that are needed and do one thing at a time. Project: precedence, at each moment no
    more of a resource than there is, and no more used up than there is. O(n log n) Python steps.

    Examples
    --------
    >>> from plantwright.instances import instance_of
    >>> from plantwright.methods.scheduling import dispatch
    >>> instance = instance_of("2 2\n0 3 1 2\n1 2 0 4", "tiny")
    >>> judge(instance, dispatch(instance.shop, "spt"))
    Verdict(problems=(), objective=7.0)
    """
    if isinstance(schedule, Schedule):
        problems, objective = shop_faults(instance, schedule)
    else:
        problems, objective = project_faults(instance.project, schedule)
    if claimed is not None and objective is not None and abs(claimed - objective) > 1e-6 * max(1.0, abs(objective)):
        problems = [*problems, rules.OBJECTIVE.at("", "", "objective", f"{claimed:g}", must=f"{objective:g}")]
    return Verdict(tuple(problems), objective)
