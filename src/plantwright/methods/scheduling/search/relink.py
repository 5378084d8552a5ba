"""A pool of good plans that differ, and new plans between two of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from plantwright.methods.scheduling.problem import Integers, Numbers, Shop

NEAR = 0.004
"""Plans whose places differ by less than this share of the operations on average count as the same."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A linear order of all operations, their options, and what the plan is worth."""

    order: Integers
    option: Integers
    value: float

    @property
    def place(self) -> Integers:
        """The place of each operation in the order."""
        place = np.empty(len(self.order), np.int64)
        place[self.order] = np.arange(len(self.order))
        return place


@dataclass
class Pool:
    """The best plans that are not too near to each other, `size` of them at most."""

    size: int
    plans: list[Plan] = field(default_factory=list)
    refused: int = 0

    def renew(self, patience: int) -> None:
        """Keep only the best plan when the last `patience` plans were refused: what is between the others is known."""
        if self.refused >= patience:
            self.plans = [min(self.plans, key=lambda plan: plan.value)]
            self.refused = 0

    def add(self, plan: Plan) -> bool:
        """Take in a plan if it is better than all near ones, or than the worst; tells whether it came in."""
        near = [k for k, other in enumerate(self.plans) if _near(plan, other)]
        better = all(plan.value < self.plans[k].value for k in near)
        full = len(self.plans) >= self.size
        worst = max(range(len(self.plans)), key=lambda k: self.plans[k].value, default=0)
        if not better or (full and not near and plan.value >= self.plans[worst].value):
            self.refused += 1
            return False
        gone = near if near or not full else [worst]
        self.plans = [other for k, other in enumerate(self.plans) if k not in gone] + [plan]
        self.refused = 0
        return True


def _near(one: Plan, other: Plan) -> bool:
    n = len(one.order)
    places = np.abs(one.place - other.place).mean() < NEAR * n if n else True
    return bool(places and np.count_nonzero(one.option != other.option) <= n // 50)


def between(one: Plan, other: Plan, share: Numbers, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Give a plan on the way from one to another; `share` of the way, for each operation.

    Where both put an operation before another, so does any average of their places: an order by such an average
    respects every arc between operations of equal share, and no repair is needed. The idea of path relinking is that of
    Peng, Lü and Cheng (2015).
    """
    key = (1.0 - share) * one.place + share * other.place
    option = np.where(random.random(len(key)) < share, other.option, one.option)
    return np.argsort(key, kind="stable").astype(np.int64), option.astype(np.int64)


def parts(shop: Shop) -> Integers:
    """Give each operation the number of its part, where no arc connects one part, such as a job, with another."""
    root = np.arange(shop.operations)
    for o in shop.order:
        for p in shop.pred_op[shop.pred_pointer[o] : shop.pred_pointer[o + 1]]:
            a, b = _top(root, int(o)), _top(root, int(p))
            root[a] = b
    return np.array([_top(root, o) for o in range(shop.operations)], np.int64)


def _top(root: Integers, o: int) -> int:
    while root[o] != o:
        root[o] = root[root[o]]
        o = int(root[o])
    return o
