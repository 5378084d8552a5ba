"""The search in orders of dispatch, for every shop: what holds late work back is put forward, and dispatched again.

Squeaky wheel optimisation (Joslin and Clements 1999). It knows what `dispatch` knows: people, tools, overlap, fixed
starts, calendars, set-ups.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from plantwright.methods.scheduling.blaming import blame
from plantwright.methods.scheduling.dispatching import dispatch
from plantwright.methods.scheduling.problem import Numbers, Schedule, Shop
from plantwright.methods.scheduling.search.objective import Objective
from plantwright.methods.scheduling.search.race import Race

SIDE_BY_SIDE = 2
"""Orders of dispatch that one round tries, whatever the machine, so that a seed gives one schedule."""
SHARES_OF_DEMANDS = (0.02, 0.05, 0.2, 0.6, 1.0)
SHARES_OF_OPERATIONS = (0.1, 0.3, 1.0)
SHARES_OF_DELAY = (0.03, 0.1, 0.2, 0.4, 0.8, 1.5)
"""What a round draws from: which of the late demands, which of the operations that hold them back, how far forward."""
SHARES_OF_SHIFT = (0.001, 0.01, 0.1)
"""Where nothing is late: how far operations are put forward, as a share of the length of the schedule."""


@dataclass(frozen=True, slots=True)
class Made:
    """A schedule with what it is worth: one number for each priority, and `value`, the first."""

    schedule: Schedule
    worth: tuple[float, ...]

    @property
    def value(self) -> float:
        """The value in the first priority."""
        return self.worth[0]


def made_of(shop: Shop, objective: Objective, schedule: Schedule) -> Made:
    """Say what a schedule is worth; one that is unfinished is worth nothing."""
    if schedule.status != "complete":
        return Made(schedule, (np.inf,))
    return Made(schedule, objective.worth(objective.measure(shop, schedule)))


def put_forward(shop: Shop, now: Schedule, order: Numbers, random: np.random.Generator) -> Numbers:
    """Draw late sinks, and put some of what holds them back forward by a share of the delay."""
    some = random.random(len(order)) < random.choice(SHARES_OF_OPERATIONS)
    late = np.flatnonzero((now.sink_finish > shop.sink_due) & (shop.sink_weight > 0))
    if len(late) == 0:
        span = float(now.finish.max(initial=0) - now.start.min(initial=0))
        shift = random.choice(SHARES_OF_SHIFT) * span * random.random(len(order))
        return np.asarray(order - shift * some)
    chosen = np.zeros(len(shop.sink_due), np.bool_)
    chosen[late] = random.random(len(late)) < random.choice(SHARES_OF_DEMANDS)
    chosen[random.choice(late)] = True
    return np.asarray(order - random.choice(SHARES_OF_DELAY) * blame(shop, now, chosen) * some)


@dataclass
class Redispatch:
    """Where the search in orders of dispatch stands; `go` makes a round and tells whether it is better."""

    shop: Shop
    objective: Objective
    random: np.random.Generator
    now: Made
    begin: int = 0

    def __post_init__(self) -> None:
        self.order = self.now.schedule.start.astype(np.float64)

    def go(self, each: Callable[..., object] = map) -> bool:
        """Try some orders, and go on from the best of them where it is no worse."""
        orders = [put_forward(self.shop, self.now.schedule, self.order, self.random) for _ in range(SIDE_BY_SIDE)]
        found: list[Made] = list(each(self._made, orders))  # type: ignore[call-overload]
        place = min(range(SIDE_BY_SIDE), key=lambda one: found[one].worth)
        better = found[place].worth < self.now.worth
        if found[place].worth <= self.now.worth:
            self.now, self.order = found[place], orders[place]
        return better

    def _made(self, order: Numbers) -> Made:
        schedule = dispatch(self.shop, start=self.begin, priorities=order.astype(np.int64))
        return made_of(self.shop, self.objective, schedule)


def redispatch(state: Redispatch, race: Race, threads: int) -> Made:
    """Make rounds until the race is over; gives the best schedule."""
    best = state.now
    race.report(best, 0)
    with ThreadPoolExecutor(min(threads, SIDE_BY_SIDE)) as pool:
        while not race.over():
            if state.go(pool.map):
                best = state.now
            race.report(best, 1)
    return best
