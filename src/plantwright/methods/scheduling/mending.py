"""Mend a schedule after an event: repair it, try a few ways to be less late, and keep the best that moves little."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.scheduling.deferring import defer
from plantwright.methods.scheduling.problem import NO, Flags, Integers, Schedule, Shop
from plantwright.methods.scheduling.repairing import Repair, repair
from plantwright.methods.scheduling.settling import STAYS
from plantwright.methods.scheduling.tails import tails
from plantwright.methods.working_time import NEVER

STILL = 60.0
"""Weighted minutes of lateness that must be won for each more operation that moves."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A schedule after an event, and why each operation moved.

    Parameters
    ----------
    schedule
        The schedule, which keeps the rules of the shop.
    moved
        bool[n]; operations that have another start, unit or mode than before; new ones are not among them.
    cause, behind
        int64[n]; see `Repair`.
    late, late_by_repair
        Weighted minutes of lateness, and what the bare repair had.
    tried
        How many schedules were tried.
    """

    schedule: Schedule
    moved: Flags
    cause: Integers
    behind: Integers
    late: float
    late_by_repair: float
    tried: int


def mend(
    shop: Shop, before: Schedule, *, start: int = 0, seconds: float = 0.0, seed: int = 0, still: float = STILL,
    anew: bool = False, clock: Callable[[], float] = time.perf_counter,
) -> Mended:  # fmt: skip
    """Repair a schedule, then lower lateness by taking out more operations, as long as that is worth their moves.

    Parameters
    ----------
    shop, before, start
        See `repair`.
    seconds
        How long to search after the fixed trials.
    seed
        Of the chance in that search; without seconds there is none.
    still
        Weighted minutes of lateness that must be won for each more operation that moves.
    anew
        Whether all of it may be placed anew too, where what was planned is another work than before.
    clock
        Gives seconds.

    Returns
    -------
    The best schedule found. What was taken out ends just in time: as late as nobody minds.

    Raises
    ------
    ProblemError
        For a negative `still`, or the schedule of another shop.

    Notes
    -----
    The fixed trials: what was taken out may begin earlier than before, by its latest start; with `anew`, all of it is
    placed in the order of its latest starts. With `seconds`, the chains to some late sinks and a part of what stands in
    their way are taken out too; how many of them move in the end follows from `still` alone. Each trial costs some tens
    of dispatches.

    Examples
    --------
    See `repair`; here the job that was thrown out finds an earlier place, which is still free:

    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> from plantwright.methods.scheduling.problem import changed
    >>> from plantwright.methods.working_time import working_time
    >>> parts = dict(unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0], mode_minutes=[60],
    ...     sink_pointer=[0, 1], sink_op=[0], sink_due=[180])
    >>> late = build_shop(working_time([([120], [900])]), **parts)
    >>> after = build_shop(working_time([([0, 300], [120, 900])]), **parts)
    >>> found = mend(after, dispatch(late))
    >>> found.schedule.start.tolist(), found.late, found.late_by_repair
    ([60], 0.0, 180.0)
    """
    if still < 0:
        raise ProblemError([BAD_ARGUMENT.at("", "", "still", still, must="0 or more")])
    search = _Search(shop, before, start)
    bare = search.tried(repair(shop, before, start=start))
    best = min([bare, *search.trials(bare, anew=anew)], key=lambda one: _worth(one, still))
    if seconds > 0:
        until = clock() + seconds
        random = np.random.default_rng(seed)
        while search.late(best).any() and clock() < until:
            best = min(best, search.drawn(best, random), key=lambda one: _worth(one, still))
    return replace(best, late_by_repair=bare.late, tried=search.count)


def _worth(one: Mended, still: float) -> tuple[float, int]:
    moved = int(one.moved.sum())
    return round(one.late + still * moved), moved


class _Search:
    """What the trials share: the shop, the schedule in force, and the latest starts that keep every due time."""

    def __init__(self, shop: Shop, before: Schedule, start: int) -> None:
        self.shop, self.before, self.start, self.count = shop, before, start, 0
        self.last = tails(shop).last_start

    def trials(self, bare: Mended, *, anew: bool) -> list[Mended]:
        """Give the fixed trials, each wider than the one before; none where nothing is late."""
        if bare.late <= 0:
            return []
        taken = bare.cause != STAYS
        found = [self.again(bare, taken)]
        if anew:
            found.append(self.again(bare, self.shop.fixed_start == NO))
        return found

    def drawn(self, best: Mended, random: np.random.Generator) -> Mended:
        """Take some late sinks, all that leads to a part of them, and a few of what stands in the way."""
        late = np.flatnonzero(self.late(best))
        chosen = np.zeros(len(self.shop.sink_due), np.bool_)
        chosen[random.choice(late, max(1, int(len(late) * random.choice((0.02, 0.1, 0.4)))), replace=False)] = True
        chain = self.ancestors(chosen)
        rest = chain | (self._rivals(chain) & (random.random(len(chain)) < random.choice((0.02, 0.1, 0.3))))
        return self.again(best, rest | (best.cause != STAYS))

    def again(self, taken: Mended, out: Flags) -> Mended:
        """Repair with some operations taken out; they begin as early as they can and go by their latest start."""
        began = np.where(self.before.start < NEVER, self.before.start, 0)
        urgent = np.where(out, np.minimum(self.last, NEVER), self.before.start)
        earliest = np.where(out, self.shop.release, began)
        made = repair(
            self.shop, self.before, start=self.start, taken_out=out, earliest=earliest.astype(np.int64),
            order=urgent.astype(np.int64),
        )  # fmt: skip
        # What the event itself throws out keeps that reason, though it is taken out at once here.
        first = out & (taken.cause != STAYS)
        cause = np.where(first, taken.cause, made.cause)
        return self.tried(replace(made, cause=cause, behind=np.where(first, taken.behind, made.behind)))

    def tried(self, made: Repair) -> Mended:
        """Bring what was taken out to the end of its leeway, and count."""
        self.count += 1
        kept = ~made.free
        shop = replace(
            self.shop,
            fixed_start=np.where(kept, made.schedule.start, NO),
            fixed_unit=np.where(kept, made.schedule.unit, NO),
        )
        schedule = (
            defer(shop, made.schedule) if made.free.any() and made.schedule.status == "complete" else made.schedule
        )
        moved = _moved(self.before, schedule)
        late = np.maximum(schedule.sink_finish - self.shop.sink_due, 0)
        cause = np.where(moved | (self.before.start >= NEVER), made.cause, STAYS)
        worth = float((late * self.shop.sink_weight).sum())
        return Mended(schedule, moved, cause, np.where(cause == STAYS, NO, made.behind), worth, worth, self.count)

    def ancestors(self, sinks: Flags) -> Flags:
        """Mark all that leads to some sinks and is not fixed."""
        shop = self.shop
        owner = np.repeat(np.arange(len(sinks)), np.diff(shop.sink_pointer))
        out = np.zeros(shop.operations, np.bool_)
        front = np.unique(shop.sink_op[sinks[owner]])
        after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
        while len(front):
            out[front] = True
            mark = np.zeros(shop.operations, np.bool_)
            mark[front] = True
            above = np.unique(shop.pred_op[mark[after]])
            front = above[~out[above]]
        found: Flags = out & (shop.fixed_start == NO)
        return found

    def _rivals(self, chain: Flags) -> Flags:
        """Mark what stands before a chain on its units and has time to wait: it may begin later without harm."""
        shop, before = self.shop, self.before
        placed = (before.start < NEVER) & (before.unit >= 0)
        units = np.zeros(len(shop.unit_calendar) + 1, np.bool_)
        units[before.unit[chain & placed]] = True
        first = int(before.start[chain & placed].min(initial=NEVER))
        last = int(before.finish[chain & placed].max(initial=0))
        near = placed & units[before.unit] & (before.finish > first) & (before.start < last)
        slack = self.last - before.start
        found: Flags = near & ~chain & (slack > 0) & (shop.fixed_start == NO)
        return found

    def late(self, one: Mended) -> Flags:
        """Mark the sinks that are late and count; those that keep up safety stock do not."""
        found: Flags = (one.schedule.sink_finish > self.shop.sink_due) & (self.shop.sink_weight > 1e-6)
        return found


def _moved(before: Schedule, after: Schedule) -> Flags:
    there = before.start < NEVER
    other: Flags = (after.start != before.start) | (after.unit != before.unit) | (after.mode != before.mode)
    return there & other


__all__ = ["STILL", "Mended", "mend"]
