"""Dispatching rules: turn the name of a rule, or given priorities, into what the dispatch chooses by."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from plantwright.methods.scheduling import queues
from plantwright.methods.scheduling.problem import Integers, Numbers, Shop
from plantwright.methods.scheduling.queues import Choice
from plantwright.methods.scheduling.tails import Tails, preferred_modes

Rule = Literal["atc", "atcs", "edd", "latest_start", "slack", "cr", "spt", "fcfs"]
RULES: tuple[str, ...] = get_args(Rule)

LARGEST_KEY = 2**31 - 2
SETUP_SCALE = 0.5
"""Mean set-ups after which the index of ATCS has fallen to a third."""


def choose_by(shop: Shop, ahead: Tails, rule: str, start: int, look_ahead: float) -> Choice:
    """Give the choice of a rule; see `dispatch` for what each rule means."""
    n = shop.operations
    if rule == "fcfs":
        return _choice(queues.FIRST_COME, key=np.full(n, queues.UNSEEN, np.int64))
    minutes = own_minutes(shop)
    if rule == "spt":
        return _choice(queues.BY_KEY, key=clipped(minutes))
    if rule in ("edd", "latest_start"):
        return _choice(queues.BY_KEY, key=clipped(ahead.due if rule == "edd" else ahead.last_start))
    if rule in ("cr", "slack"):
        code = queues.CRITICAL_RATIO if rule == "cr" else queues.SLACK_PER_OPERATION
        return _choice(code, due=ahead.due - start, work=ahead.work, left=ahead.left)
    return _tardiness_cost(shop, ahead, rule, minutes, start, look_ahead)


def by_priority(priorities: ArrayLike) -> Choice:
    """Give the choice that takes the operation with the smallest priority number; equal ones go by row."""
    _, ranks = np.unique(np.asarray(priorities), return_inverse=True)
    return _choice(queues.BY_KEY, key=ranks.astype(np.int64))


def own_minutes(shop: Shop) -> Integers:
    """Give the minutes of set-up and run of each operation in its preferred mode."""
    mode = preferred_modes(shop)
    minutes: Integers = shop.mode_setup[mode] + shop.mode_minutes[mode]
    return minutes


def clipped(keys: Integers) -> Integers:
    """Give keys moved so that they fit into 31 bits; what lies beyond comes last."""
    return np.minimum(keys - keys.min(), LARGEST_KEY) if len(keys) else keys


def _tardiness_cost(shop: Shop, ahead: Tails, rule: str, minutes: Integers, start: int, look_ahead: float) -> Choice:
    """Prepare apparent tardiness cost: one static key for operations with slack, one for those without."""
    mean = float(minutes.mean()) if len(minutes) else 1.0
    changes = shop.setup_matrix[shop.setup_matrix > 0]
    scale = np.array([max(look_ahead * mean, 1.0), SETUP_SCALE * float(changes.mean()) if len(changes) else 1.0])
    worth = np.log(np.maximum(ahead.weight, 1e-9) / np.maximum(minutes, 1))
    last_start = _finite(ahead.last_start - start)
    value = last_start / scale[0] - worth
    reach = max(float(np.abs(value).max(initial=0.0)), float(np.abs(worth).max(initial=0.0)), 1e-9)
    factor = LARGEST_KEY / 2 / reach
    return _choice(
        queues.ATC if rule == "atc" else queues.ATCS,
        key=np.rint(value * factor).astype(np.int64),
        past_key=np.rint(-worth * factor).astype(np.int64),
        speed=factor / float(scale[0]),
        worth=worth,
        last_start=last_start,
        scale=scale,
    )


def _finite(last_start: Integers) -> Integers:
    """Put what has no latest start a year behind the last one, and nothing out of reach of a packed key."""
    known = last_start[np.abs(last_start) < LARGEST_KEY // 2]
    top = int(known.max(initial=0)) + 525_600
    return np.clip(last_start, -LARGEST_KEY // 2, min(top, LARGEST_KEY // 2))


def _choice(
    rule: int,
    *,
    key: Integers | None = None,
    past_key: Integers | None = None,
    speed: float = 0.0,
    worth: Numbers | None = None,
    due: Integers | None = None,
    last_start: Integers | None = None,
    work: Integers | None = None,
    left: Integers | None = None,
    scale: Numbers | None = None,
) -> Choice:
    none = np.zeros(0, np.int64)
    return Choice(
        rule,
        none if key is None else key,
        none if past_key is None else past_key,
        speed,
        np.zeros(0) if worth is None else worth,
        none if due is None else due,
        none if last_start is None else last_start,
        none if work is None else work,
        none if left is None else left,
        np.ones(2) if scale is None else scale,
    )
