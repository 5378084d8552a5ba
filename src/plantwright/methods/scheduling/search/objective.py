"""What a search minimises: terms, each with a weight and a priority."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem
from plantwright.methods.scheduling.evaluation import cost_of_changes
from plantwright.methods.scheduling.overtime import overtime_cost
from plantwright.methods.scheduling.problem import Integers, Numbers, Schedule, Shop
from plantwright.methods.scheduling.search.costs import Costs
from plantwright.methods.working_time import NEVER

TermName = Literal[
    "makespan",
    "weighted_tardiness",
    "number_late",
    "total_flow",
    "setup_minutes",
    "earliness",
    "distance",
    "mode_cost",
    "setup_cost",
    "overtime",
]
TERMS: tuple[str, ...] = get_args(TermName)

FALL = 1e-5
"""What a term weighs in the search, relative to its first value, against the terms of the next higher priority."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to minimise.

    Parameters
    ----------
    name
        ``makespan``
            the last finish of an operation.
        ``weighted_tardiness``
            minutes by which each sink is late, times its weight.
        ``number_late``
            sinks that are late.
        ``total_flow``
            minutes from the first release among the operations of a sink to its completion, over all sinks.
        ``setup_minutes``
            minutes of changes of family.
        ``earliness``
            minutes by which each sink is complete before it is due, times its weight.
        ``distance``
            minutes between the finish of each operation and its finish in `reference`.
        ``mode_cost``
            cost of the modes that are used.
        ``setup_cost``
            cost of the changes of family.
        ``overtime``
            minutes worked outside of the regular hours of the units, each at the rate of its unit.
    weight
        What a unit of the term counts against other terms of the same priority.
    priority
        Terms of a lower number come first; others decide only between schedules that are equal in these.
    reference
        The schedule in force, for ``distance``.
    """

    name: TermName
    weight: float = 1.0
    priority: int = 0
    reference: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """A weighted sum of terms, or several in order of priority.

    Examples
    --------
    >>> Objective.of("weighted_tardiness").then(Objective.of("setup_minutes")).terms[1].priority
    1
    >>> [term.weight for term in (Objective.of("makespan") + Objective.of("setup_minutes", 0.5)).terms]
    [1.0, 0.5]
    """

    terms: tuple[Term, ...]

    @classmethod
    def of(cls, name: TermName, weight: float = 1.0, reference: Schedule | None = None) -> Objective:
        """Make an objective of one term."""
        return cls((Term(name, weight, 0, reference),))

    def __add__(self, other: Objective) -> Objective:
        """Give the sum of two objectives."""
        return Objective(self.terms + other.terms)

    def then(self, other: Objective) -> Objective:
        """Let another objective decide between schedules that are equal in this one."""
        last = max(term.priority for term in self.terms) + 1
        return Objective(self.terms + tuple(replace(term, priority=term.priority + last) for term in other.terms))

    def only(self, name: TermName) -> bool:
        """Tell whether this is one term, of that name."""
        return len(self.terms) == 1 and self.terms[0].name == name

    def faults(self, shop: Shop) -> list[Problem]:
        """List what is wrong with the terms."""
        found = [] if self.terms else [BAD_ARGUMENT.at("", "", "objective", "empty", must="of one term at least")]
        for term in self.terms:
            if term.name not in TERMS:
                found.append(BAD_ARGUMENT.at("", "", "term", term.name, must="one of " + ", ".join(TERMS)))
            if not 0 < term.weight < np.inf:
                found.append(BAD_ARGUMENT.at("", term.name, "weight", term.weight, must="above 0 and finite"))
            if term.name == "distance" and (term.reference is None or len(term.reference.finish) != shop.operations):
                must = "a schedule of the same shop"
                found.append(BAD_ARGUMENT.at("", term.name, "reference", "another", must=must))
        return found

    def measure(self, shop: Shop, schedule: Schedule) -> dict[str, float]:
        """Give the value of each term, without its weight. O(operations + arcs)."""
        return {term.name: _measured(term, shop, schedule) for term in self.terms}

    def worth(self, values: dict[str, float]) -> tuple[float, ...]:
        """Give one number for each priority, the first decides."""
        levels = sorted({term.priority for term in self.terms})
        return tuple(
            sum(term.weight * values[term.name] for term in self.terms if term.priority == level) for level in levels
        )


def _measured(term: Term, shop: Shop, schedule: Schedule) -> float:  # noqa: C901, PLR0911  one case a term
    over = schedule.sink_finish - shop.sink_due
    match term.name:
        case "makespan":
            return float(schedule.finish.max(initial=0))
        case "weighted_tardiness":
            return float(np.maximum(over, 0) @ shop.sink_weight)
        case "number_late":
            return float(np.count_nonzero(over > 0))
        case "total_flow":
            return float((schedule.sink_finish - first_release(shop)).sum())
        case "setup_minutes":
            return float((schedule.setup - shop.mode_setup[schedule.mode]).sum())
        case "earliness":
            return float(np.where(shop.sink_due < NEVER, np.maximum(-over, 0), 0) @ shop.sink_weight)
        case "distance":
            return float(np.abs(schedule.finish - _reference(term).finish).sum())
        case "mode_cost":
            return float(shop.mode_cost[schedule.mode].sum())
        case "setup_cost":
            return cost_of_changes(shop, schedule)
        case "overtime":
            return overtime_cost(shop, schedule)


def first_release(shop: Shop) -> Integers:
    """Give for each sink the first release among the operations that it needs. O(operations + arcs)."""
    first = shop.release.copy()
    for o in shop.order:
        for p in shop.pred_op[shop.pred_pointer[o] : shop.pred_pointer[o + 1]]:
            first[o] = min(first[o], first[p])
    lists = zip(shop.sink_pointer[:-1], shop.sink_pointer[1:], strict=True)
    return np.array([first[shop.sink_op[a:b]].min(initial=NEVER) % NEVER for a, b in lists], np.int64)


def costs_of(objective: Objective, shop: Shop, begun: dict[str, float]) -> Costs:
    """Turn the objective into one cost for the search; `begun` are the values at its beginning.

    Terms of a lower priority weigh so little beside the first that they decide between equals.
    """
    sinks, n = len(shop.sink_due), shop.operations
    by = np.argsort(shop.sink_op, kind="stable")
    owner = np.repeat(np.arange(sinks), np.diff(shop.sink_pointer))
    rate = {name: np.zeros(sinks) for name in ("tardy", "late", "early", "flow")}
    anchor, drift = np.zeros(0, np.int64), np.zeros(0)
    setup = span = 0.0
    for term, weight in zip(objective.terms, _scaled(objective, begun), strict=True):
        match term.name:
            case "makespan":
                span += weight
            case "weighted_tardiness":
                rate["tardy"] += weight * shop.sink_weight
            case "number_late":
                rate["late"] += weight
            case "total_flow":
                rate["flow"] += weight
            case "setup_minutes":
                setup += weight
            case "earliness":
                rate["early"] += weight * shop.sink_weight
            case "distance":
                anchor, drift = _anchored(term, weight, n)
    return Costs(
        np.searchsorted(shop.sink_op[by], np.arange(n + 1)).astype(np.int64),
        owner[by].astype(np.int64),
        shop.sink_pointer,
        shop.sink_op,
        shop.sink_lag,
        shop.sink_release,
        shop.sink_due,
        rate["tardy"],
        rate["late"],
        rate["early"],
        rate["flow"],
        anchor,
        drift,
        float(setup),
        float(span),
    )


def _anchored(term: Term, weight: float, n: int) -> tuple[Integers, Numbers]:
    return _reference(term).finish.copy(), np.full(n, weight)


def _reference(term: Term) -> Schedule:
    if term.reference is None:
        raise ValueError("a distance needs a reference")
    return term.reference


def _scaled(objective: Objective, begun: dict[str, float]) -> list[float]:
    levels = sorted({term.priority for term in objective.terms})
    worth = objective.worth(begun)
    return [
        term.weight
        * FALL ** levels.index(term.priority)
        * max(worth[0], 1.0)
        / (max(worth[levels.index(term.priority)], 1.0) if term.priority != levels[0] else max(worth[0], 1.0))
        for term in objective.terms
    ]
