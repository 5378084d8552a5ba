"""The search for the overtime that pays: which stretches of it are worked, in which order, and the schedule then.

What is decided is what a planner decides: this unit works on this Saturday from then until then. With the hours
decided, everything else is the search in a shop of those hours. Two bounds are tried first, all hours and the regular
ones alone; stretches are then left out by halves, and after that by annealing: left out, cut, worked, in other orders.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from plantwright.methods.scheduling.blaming import blame
from plantwright.methods.scheduling.dispatching import dispatch
from plantwright.methods.scheduling.overtime import Stretches, hours_worked, with_hours
from plantwright.methods.scheduling.problem import Integers, Numbers, Schedule, Shop
from plantwright.methods.scheduling.result import SearchResult
from plantwright.methods.scheduling.search.objective import Objective
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.redispatch import Made, made_of, put_forward
from plantwright.methods.scheduling.search.shape import fits
from plantwright.methods.working_time import minutes_worked

SIDE_BY_SIDE = 2
"""Moves that one round tries, whatever the machine, so that a seed gives one schedule."""
NEAR = 8
"""Stretches before a late operation from which one is drawn to be worked."""
TURNS = ((0.25, 0.25), (0.75, 0.25), (1.0, 0.0))
"""Until which share of the limits hours are searched, and which share the search of sequences has after it."""
FURTHER = 0.3
"""How often a change of hours comes with another order of dispatch."""
WARM, FADE = 0.3, 0.9
"""At first a worse plan is gone on from with probability exp(-loss / (WARM x mean loss)); the mean forgets by FADE."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule, the overtime that is worked in it, and the order of dispatch that made it."""

    made: Made
    since: Integers
    until: Integers
    order: Numbers

    @property
    def value(self) -> float:
        """The value in the first priority."""
        return self.made.value

    @property
    def worth(self) -> tuple[float, ...]:
        """One number for each priority."""
        return self.made.worth


Change = tuple[Integers, Integers, Numbers]


@dataclass
class Hours:
    """Where the search stands: the plan it goes on from, the best one, and what every try needs."""

    stretches: Stretches
    objective: Objective
    random: np.random.Generator
    begin: int
    now: Plan
    loss: float = 0.0

    def __post_init__(self) -> None:
        self.best = self.now

    def tried(self, change: Change) -> Plan:
        """Dispatch with other hours or in another order; overtime that is not worked is left out."""
        since, until, order = change
        shop = with_hours(self.stretches, since, until)
        schedule = dispatch(shop, start=self.begin, priorities=order.astype(np.int64))
        return plan_of(self.stretches, self.objective, schedule, since, until, order)

    def take(self, plan: Plan, warmth: float = 0.0) -> bool:
        """Go on from a plan that is no worse, or by chance not much worse; tells whether it is gone on from."""
        good = plan.worth <= self.now.worth
        loss = plan.value - self.now.value
        if not good and warmth > 0 and 0 < loss < np.inf and len(plan.worth) == 1:
            self.loss = FADE * self.loss + (1 - FADE) * loss
            good = bool(self.random.random() < np.exp(-loss / (WARM * warmth * self.loss)))
        if good:
            self.now = plan
        if plan.worth < self.best.worth:
            self.best = plan
        return good

    def hours(self) -> tuple[Integers, Integers]:
        """Give copies of the hours that are worked."""
        return self.now.since.copy(), self.now.until.copy()


def plan_of(
    stretches: Stretches, objective: Objective, schedule: Schedule, since: Integers, until: Integers, order: Numbers
) -> Plan:
    """Say what a schedule with certain hours is worth, and leave out the overtime that it does not work."""
    made = made_of(with_hours(stretches, since, until), objective, schedule)
    since, until = since.copy(), until.copy()
    hours_worked(stretches, schedule, since, until)
    return Plan(made, since, until, order)


def improve_hours(
    hours: Hours, race: Race, threads: int, sequences: Callable[[Shop, Objective, Schedule, float], SearchResult]
) -> Plan:
    """Search hours and sequences in turn until the race is over; gives the best plan.

    Parameters
    ----------
    hours
        Where the search begins; its plan is complete.
    race
        The limits.
    threads
        Threads that try changes side by side.
    sequences
        Betters a schedule in a shop of given hours, where no term counts overtime, within a share of the limits.
    """
    with ThreadPoolExecutor(min(threads, SIDE_BY_SIDE)) as pool:
        thin_out(hours, race)
        for until, share in TURNS:
            while not race.over() and (race.share() < until or until >= 1.0):
                _round(hours, race, pool)
            hours.now = hours.best
            if share and not race.over():
                _better_sequences(hours, race, share, sequences)
    return hours.best


def thin_out(hours: Hours, race: Race) -> None:
    """Leave out all overtime that is not worth its cost, half by half."""
    groups = [np.flatnonzero(hours.now.until > hours.now.since)]
    while groups and not race.over():
        group = groups.pop()
        since, until = hours.hours()
        group = group[until[group] > since[group]]
        if not len(group):
            continue
        until[group] = since[group]
        good = hours.take(hours.tried((since, until, hours.now.order)))
        race.report(hours.now, 1)
        if not good and len(group) > 1:
            groups += [group[: len(group) // 2], group[len(group) // 2 :]]


def _round(hours: Hours, race: Race, pool: ThreadPoolExecutor) -> None:
    """Try some changes, and go on from the best of them where it is no worse, or by chance (simulated annealing)."""
    changes = [changed_hours(hours) for _ in range(SIDE_BY_SIDE)]
    best = min(pool.map(hours.tried, changes), key=lambda plan: plan.worth)
    hours.take(best, 1.0 - race.share())
    race.report(hours.best, 1)


def _better_sequences(
    hours: Hours, race: Race, share: float, sequences: Callable[[Shop, Objective, Schedule, float], SearchResult]
) -> None:
    """Let the search of sequences better the schedule in the hours that are worked now, if the shop fits it."""
    rest = Objective(tuple(term for term in hours.objective.terms if term.name != "overtime"))
    shop = with_hours(hours.stretches, hours.now.since, hours.now.until)
    if not rest.terms or fits(shop):
        return
    found = sequences(shop, rest, hours.now.made.schedule, share)
    order = found.schedule.start.astype(np.float64)
    hours.take(plan_of(hours.stretches, hours.objective, found.schedule, hours.now.since, hours.now.until, order))
    race.report(hours.now, found.iterations)


# --- moves ---------------------------------------------------------------------------------------------------------


def changed_hours(hours: Hours) -> Change:
    """Draw a change: overtime left out, cut, worked or moved, or another order of dispatch."""
    random, (since, until) = hours.random, hours.hours()
    kind = random.integers(6)
    used = np.flatnonzero(until > since)
    if kind in (0, 3) and len(used):
        _leave_out(hours, since, until, used)
    elif kind == 1 and len(used):
        _cut(hours, since, until, int(random.choice(used)))
    if kind in (2, 3, 4):
        _work(hours, since, until)
    order = hours.now.order
    if kind == 5 or random.random() < FURTHER:
        order = put_forward(hours.stretches.shop, hours.now.made.schedule, order, random)
    return since, until, order


def _leave_out(hours: Hours, since: Integers, until: Integers, used: Integers) -> None:
    """Leave out one stretch, or all of its unit, from one on or up to one."""
    one = hours.random.choice(used)
    same = used[hours.stretches.unit[used] == hours.stretches.unit[one]]
    chosen: Integers = (np.array([one]), np.array([one]), same, same[same >= one], same[same <= one])[
        hours.random.integers(5)
    ]
    until[chosen] = since[chosen]


def _cut(hours: Hours, since: Integers, until: Integers, one: int) -> None:
    """Work one stretch only from, or up to, where an operation begins or ends in it, or its middle."""
    schedule, random = hours.now.made.schedule, hours.random
    here = schedule.unit == hours.stretches.unit[one]
    edges = np.concatenate((schedule.start[here], schedule.finish[here]))
    edges = edges[(edges > since[one]) & (edges < until[one])]
    edge = int(random.choice(edges)) if len(edges) else int(since[one] + until[one]) // 2
    if random.integers(2):
        since[one] = edge
    else:
        until[one] = edge


def _work(hours: Hours, since: Integers, until: Integers) -> None:
    """Work a stretch, or some of them, on the unit of an operation that holds late work back, before it ends."""
    schedule, random, stretches = hours.now.made.schedule, hours.random, hours.stretches
    guilt = blame(stretches.shop, schedule).astype(np.float64)
    guilt = guilt if guilt.any() else np.ones(len(guilt))
    o = int(random.choice(len(guilt), p=guilt / guilt.sum()))
    left_out = (since > stretches.start) | (until < stretches.end)
    free = np.flatnonzero(
        (stretches.unit == schedule.unit[o]) & left_out & (stretches.start < schedule.finish[o])
        & (stretches.end > hours.begin)
    )  # fmt: skip
    if not len(free):
        return
    near = free[-NEAR:]
    one = int(random.choice(near if random.integers(2) else free))
    chosen = near if random.integers(4) == 0 else np.array([one])
    since[chosen], until[chosen] = stretches.start[chosen], stretches.end[chosen]
    left = _left_at(hours, o, int(stretches.start[one]))
    if len(chosen) == 1 and 0 < left < until[one] - since[one] and random.integers(4):
        if random.integers(4):
            until[one] = since[one] + left
        else:
            since[one] = until[one] - left


def _left_at(hours: Hours, o: int, moment: int) -> int:
    """Give the minutes that an operation has still to do at a moment, by the regular hours of its unit."""
    shop, schedule = hours.stretches.shop, hours.now.made.schedule
    gone = minutes_worked(shop.time, shop.unit_regular[schedule.unit[o]], schedule.start[o], moment)
    return int(schedule.setup[o] + shop.mode_minutes[schedule.mode[o]] - gone)
