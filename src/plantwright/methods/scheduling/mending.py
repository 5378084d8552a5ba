"""Mend a schedule after an event: repair it in gaps or by pushing, try to be less late, and keep what moves little."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.scheduling.deferring import defer
from plantwright.methods.scheduling.dispatching import sink_completions
from plantwright.methods.scheduling.problem import NO, Flags, Integers, Schedule, Shop, changed
from plantwright.methods.scheduling.pulling import match_up
from plantwright.methods.scheduling.pushing import right_shift
from plantwright.methods.scheduling.repairing import Repair, repair
from plantwright.methods.scheduling.settling import EVENT, STAYS
from plantwright.methods.scheduling.tails import tails
from plantwright.methods.working_time import NEVER

STILL = 60.0
"""Weighted minutes of lateness that must be won for each more operation that moves."""
DAY = 1440
PUSHES = ((True, NO, NEVER), (True, 0, 0), (False, NO, NEVER), (False, 0, DAY), (False, 0, 0))
"""Ways to push: whether to match up, minutes after its start in force up to which an operation takes a gap (-1: none
does), and patience."""
GAPS, MATCHED, PUSHED, MIXED, TAKEN_OUT, DRAWN = "gaps", "matched up", "pushed", "mixed", "taken out", "drawn"
"""Ways in which a schedule is mended."""


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
        Weighted minutes of lateness, and what the bare repair in gaps had.
    tried
        How many schedules were tried.
    way
        How it was made: in ``gaps``, ``matched up``, ``pushed``, ``mixed`` of pushing and gaps, with more
        ``taken out``, or ``drawn`` by chance.
    """

    schedule: Schedule
    moved: Flags
    cause: Integers
    behind: Integers
    late: float
    late_by_repair: float
    tried: int
    way: str


def mend(
    shop: Shop, before: Schedule, *, start: int = 0, seconds: float = 0.0, seed: int = 0, still: float = STILL,
    anew: bool = False, clock: Callable[[], float] = time.perf_counter,
) -> Mended:  # fmt: skip
    """Repair a schedule in several ways, and keep the one that is least late, as long as that is worth its moves.

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
    The best schedule found.

    Raises
    ------
    ProblemError
        For a negative `still`, the schedule of another shop, or a shop that a repair does not know; see `repair`.

    Notes
    -----
    The fixed trials, until one is no later than the schedule in force: what is displaced goes into gaps (`repair`); it
    is matched up (`match_up`) or pushed in its sequence (`right_shift`); these are mixed with gaps, where what finds
    one in time takes it, and what comes late lets others go first; what was taken out may begin earlier than before, by
    its latest start; with `anew`, all of it is placed by its latest starts.
    With `seconds`, the chains to some late sinks and a part of what stands in their way are taken out too; how many of
    them move in the end follows from `still` alone. Each trial costs one pass, or some tens of dispatches. What went
    into gaps ends just in time: as late as nobody minds.

    Examples
    --------
    See `repair`; here the job that was thrown out finds an earlier place, which is still free:

    >>> from plantwright.methods.scheduling import build_shop, dispatch
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
    first = repair(shop, before, start=start)
    bare = search.tried(first, GAPS)
    best = min([bare, *search.trials(first, bare, anew=anew)], key=lambda one: _worth(one, still))
    if seconds > 0:
        until = clock() + seconds
        random = np.random.default_rng(seed)
        while search.late(best).any() and clock() < until:
            best = min(best, search.drawn(best, random), key=lambda one: _worth(one, still))
    return replace(best, late_by_repair=bare.late, tried=search.count)


def _worth(one: Mended, still: float) -> tuple[int, float, int]:
    moved = int(one.moved.sum())
    fault = ("complete", "unmet", "unfinished").index(one.schedule.status)
    return fault, round(one.late + still * moved), moved


class _Search:
    """What the trials share: the shop, the schedule in force, and the latest starts that keep every due time."""

    def __init__(self, shop: Shop, before: Schedule, start: int) -> None:
        self.shop, self.before, self.start, self.count = shop, before, start, 0
        self.last = tails(shop).last_start
        ends = sink_completions(shop.sinks, np.where(before.start < NEVER, before.finish, -NEVER))
        self.least = float((np.maximum(ends - shop.sink_due, 0) * shop.sink_weight).sum())

    def trials(self, first: Repair, bare: Mended, *, anew: bool) -> list[Mended]:
        """Give the fixed trials, until one is no later than the schedule in force."""
        found: list[Mended] = []
        if bare.late <= self.least or not first.free.any():
            return found
        for one in PUSHES if first.schedule.status != "unfinished" else ():
            found.append(self.pushed(first, *one))
            if found[-1].late <= self.least:
                return found
        found.append(self.again(bare, bare.cause != STAYS, TAKEN_OUT))
        if anew:
            found.append(self.again(bare, self.shop.fixed_start == NO, TAKEN_OUT))
        return found

    def pushed(self, first: Repair, matched: bool, leeway: int, patience: int) -> Mended:  # noqa: FBT001 - see PUSHES
        """Push, or match up; what is new, or finds a gap in time or within `leeway`, takes the gap of the repair."""
        shop, before, gap = self.shop, self.before, first.schedule
        new = before.start >= NEVER
        in_time = (gap.start <= self.last) | (gap.start - before.start <= leeway)
        takes = new | (first.free & in_time & (leeway >= 0))
        # Who is away cannot come: the people whom the repair found take over at once.
        crowd = np.diff(before.member_pointer) > 0
        other = takes | (first.free & crowd & (first.cause == EVENT))
        seats = np.repeat(other, np.diff(before.member_pointer))
        assigned = changed(
            before, mode=np.where(other, gap.mode, before.mode), unit=np.where(other, gap.unit, before.unit),
            member=np.where(seats, gap.member, before.member),
        )  # fmt: skip
        turn = np.where(new, np.minimum(gap.start, self.last), np.where(takes, gap.start, before.start))
        make = match_up if matched else right_shift
        made = make(shop, assigned, start=self.start, order=turn.astype(np.int64), patience=patience)
        return self._mended(made, made.schedule, MATCHED if matched else MIXED if leeway >= 0 else PUSHED)

    def drawn(self, best: Mended, random: np.random.Generator) -> Mended:
        """Take some late sinks, all that leads to a part of them, and a few of what stands in the way."""
        late = np.flatnonzero(self.late(best))
        chosen = np.zeros(len(self.shop.sink_due), np.bool_)
        chosen[random.choice(late, max(1, int(len(late) * random.choice((0.02, 0.1, 0.4)))), replace=False)] = True
        chain = self.ancestors(chosen)
        rest = chain | (self._rivals(chain) & (random.random(len(chain)) < random.choice((0.02, 0.1, 0.3))))
        return self.again(best, rest | (best.cause != STAYS), DRAWN)

    def again(self, taken: Mended, out: Flags, way: str) -> Mended:
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
        return self.tried(replace(made, cause=cause, behind=np.where(first, taken.behind, made.behind)), way)

    def tried(self, made: Repair, way: str) -> Mended:
        """Bring what was taken out to the end of its leeway, and count."""
        if not made.free.any() or made.schedule.status != "complete":
            return self._mended(made, made.schedule, way)
        kept = ~made.free
        shop = replace(
            self.shop,
            fixed_start=np.where(kept, made.schedule.start, NO),
            fixed_unit=np.where(kept, made.schedule.unit, NO),
        )
        return self._mended(made, defer(shop, made.schedule), way)

    def _mended(self, made: Repair, schedule: Schedule, way: str) -> Mended:
        self.count += 1
        moved = _moved(self.before, schedule)
        late = np.maximum(schedule.sink_finish - self.shop.sink_due, 0)
        cause = np.where(moved | (self.before.start >= NEVER), made.cause, STAYS)
        worth = float((late * self.shop.sink_weight).sum())
        return Mended(schedule, moved, cause, np.where(cause == STAYS, NO, made.behind), worth, worth, self.count, way)

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
