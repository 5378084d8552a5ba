"""Mend a schedule after an event: repair it in several ways, and of those that move little keep the least late one."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, stop_on_errors
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
SIDE_BY_SIDE = 2
"""Trials that run at once; they share nothing that they change."""
NEARLY = 0.9
"""Share of what could be saved that is nearly all of it."""
LITTLE = 0.01
"""Share of the operations that is next to nothing."""
ANY = 2**40
"""Minutes that are as good as without end."""
MATCH, SHIFT = True, False


class Way(NamedTuple):
    """A way to push.

    Parameters
    ----------
    matched : whether to match up
    gaps : minutes after its start in force up to which an operation takes the gap that the repair found; -1: none does
    patience : how long a unit waits for what comes late
    leeway : minutes beyond what harms nobody within which an operation takes a gap rather than push; -1: it pushes
    short : share of the operations, the shortest, that have this leeway; the longer ones push
    """

    matched: bool
    gaps: int
    patience: int
    leeway: int = NO
    short: float = 1.0

    @property
    def name(self) -> str:
        """How people call it."""
        if self.leeway >= 0:
            return GAVE_WAY
        return MATCHED if self.matched else MIXED if self.gaps >= 0 else PUSHED


PUSHES = (Way(MATCH, NO, NEVER), Way(MATCH, 0, 0), Way(SHIFT, NO, NEVER))
"""Ways to push that ask only for the least lateness."""
GIVING = (
    *(Way(matched, NO, 0, 0) for matched in (MATCH, SHIFT)),
    *(Way(MATCH, NO, 0, ANY, short) for short in (0.9, 0.98, 1.0)),
    *(Way(SHIFT, NO, 0, ANY, short) for short in (0.85, 0.9, 0.95)),
)
"""Ways to push in which what is displaced gives way to others; the fewer push, the fewer move."""
GAPS, MATCHED, PUSHED, MIXED, GAVE_WAY, TAKEN_OUT, DRAWN = (
    "gaps", "matched up", "pushed", "mixed", "gave way", "taken out", "drawn",
)  # fmt: skip
"""Names of the ways in which a schedule is mended."""


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
        How it was made: in ``gaps``, ``matched up``, ``pushed``, ``mixed`` of pushing and gaps, where what is displaced
        ``gave way``, with more ``taken out``, or ``drawn`` by chance.
    kept
        Whether no more operations move than was asked for.
    wider
        A schedule that saves nearly all that could be saved without that limit, by the fewest moves; None where nothing
        could.
    """

    schedule: Schedule
    moved: Flags
    cause: Integers
    behind: Integers
    late: float
    late_by_repair: float
    tried: int
    way: str
    kept: bool = True
    wider: Mended | None = None


def mend(
    shop: Shop, before: Schedule, *, start: int = 0, seconds: float = 0.0, seed: int = 0, still: float = STILL,
    anew: bool = False, most: int = NEVER, counted: Flags | None = None, clock: Callable[[], float] = time.perf_counter,
) -> Mended:  # fmt: skip
    """Repair a schedule in several ways; of those that move few operations, keep the one that is least late.

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
    most
        How many operations may move. Where every way moves more, the one that moves least is kept.
    counted
        bool[n]; the operations that count for `most`; None: all.
    clock
        Gives seconds.

    Returns
    -------
    The best schedule found.

    Raises
    ------
    ProblemError
        For a negative `still` or `most`, the schedule of another shop, or a shop that a repair does not know; see
        `repair`.

    Notes
    -----
    The fixed trials: what is displaced goes into gaps (`repair`); it is matched up (`match_up`) or pushed in its
    sequence (`right_shift`); these are mixed with gaps, where what finds one in time takes it, and what comes late lets
    others go first; in matching up and pushing, what is displaced gives way to others as long as that harms nobody, or
    the shorter operations give way in any case; what was taken out may begin earlier than before, by its latest start;
    with `anew`, all of it is placed by its latest starts. They end where a plain push is no later than the schedule in
    force and moves next to nothing. Which are tried does not depend on `most`, so a larger one never gives a later
    schedule (lateness that the schedule in force had already set aside).

    With `seconds`, the chains to some late sinks and a part of what stands in their way are taken out too; how many of
    them move in the end follows from `still` and `most`. Each trial costs one pass, or some tens of dispatches. What
    went into gaps ends just in time: as late as nobody minds.

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
    wrong = [("still", still)] * (still < 0) + [("most", most)] * (most < 0)
    stop_on_errors([BAD_ARGUMENT.at("", "", name, value, must="0 or more") for name, value in wrong])
    search = _Search(shop, before, start)
    counts = np.ones(shop.operations, np.bool_) if counted is None else counted
    least = 0.0 if seconds > 0 else search.least

    def worth(one: Mended, limit: int) -> tuple[float, ...]:
        return _worth(one, still, least, max(int((one.moved & counts).sum()) - limit, 0))

    first = repair(shop, before, start=start)
    bare = search.tried(first, GAPS)
    tried = [bare, *search.trials(first, bare, int(min(most, LITTLE * shop.operations)), anew=anew)]
    count = len(tried)
    best, wider = (min(tried, key=lambda one: worth(one, limit)) for limit in (most, NEVER))
    if seconds > 0:
        until = clock() + seconds
        random = np.random.default_rng(seed)
        while search.late(best).any() and clock() < until:
            best = min(best, search.drawn(best, random), key=lambda one: worth(one, most))
            count += 1
    return replace(
        best, late_by_repair=bare.late, tried=count, kept=int((best.moved & counts).sum()) <= most,
        wider=None if worth(wider, NEVER) >= worth(best, NEVER) else _fewest_moves(tried, best, wider),
    )  # fmt: skip


def _fewest_moves(tried: list[Mended], best: Mended, wider: Mended) -> Mended:
    """Give the schedule that moves fewest of those that save nearly as much as the best one without a limit."""
    saved = NEARLY * (best.late - wider.late)
    near = [one for one in tried if one.schedule.status == wider.schedule.status and best.late - one.late >= saved]
    return min([wider, *near], key=lambda one: int(one.moved.sum()))


def _worth(one: Mended, still: float, least: float, excess: int) -> tuple[float, ...]:
    """Order schedules: first what is not done, then what moves too many, then lateness with the price of moves."""
    moved = int(one.moved.sum())
    fault = ("complete", "unmet", "unfinished").index(one.schedule.status)
    return fault, excess, round(max(one.late, least) + still * moved), moved


class _Search:
    """What the trials share: the shop, the schedule in force, and the latest times that keep every due time."""

    def __init__(self, shop: Shop, before: Schedule, start: int) -> None:
        self.shop, self.before, self.start = shop, before, start
        ahead = tails(shop)
        self.last = ahead.last_start
        ends = sink_completions(shop.sinks, np.where(before.start < NEVER, before.finish, -NEVER))
        self.least = float((np.maximum(ends - shop.sink_due, 0) * shop.sink_weight).sum())
        self.by = np.where(before.start < NEVER, _unharmed(shop, before, ends), ahead.last_finish)
        self.work = shop.mode_minutes[np.maximum(before.mode, 0)] + before.setup

    def trials(self, first: Repair, bare: Mended, little: int, *, anew: bool) -> list[Mended]:
        """Give the fixed trials, up to a plain push that is no later than the schedule in force and moves `little`."""
        found: list[Mended] = []
        if bare.late <= self.least or not first.free.any():
            return found
        pushes = first.schedule.status != "unfinished"
        for one in PUSHES if pushes else ():
            found.append(self.pushed(first, one))
            if found[-1].late <= self.least and found[-1].moved.sum() <= little:
                return found
        out = [bare.cause != STAYS, *([self.shop.fixed_start == NO] if anew else ())]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            given = pool.map(lambda one: self.pushed(first, one), GIVING if pushes else ())
            again = pool.map(lambda free: self.again(bare, free, TAKEN_OUT), out)
            return [*found, *given, *again]

    def pushed(self, first: Repair, way: Way) -> Mended:
        """Push, or match up; what is new, or takes the gap that the repair found, stands there."""
        shop, before, gap = self.shop, self.before, first.schedule
        new = before.start >= NEVER
        in_time = (gap.start <= self.last) | (gap.start - before.start <= way.gaps)
        takes = new | (first.free & in_time & (way.gaps >= 0))
        # Who is away cannot come: the people whom the repair found take over at once.
        crowd = np.diff(before.member_pointer) > 0
        other = takes | (first.free & crowd & (first.cause == EVENT))
        seats = np.repeat(other, np.diff(before.member_pointer))
        assigned = changed(
            before, mode=np.where(other, gap.mode, before.mode), unit=np.where(other, gap.unit, before.unit),
            member=np.where(seats, gap.member, before.member),
        )  # fmt: skip
        turn = np.where(new, np.minimum(gap.start, self.last), np.where(takes, gap.start, before.start))
        leeway = None if way.leeway < 0 else np.where(self.work <= self.longest(way.short), way.leeway, NO)
        make = match_up if way.matched else right_shift
        made = make(
            shop, assigned, start=self.start, order=turn.astype(np.int64), patience=way.patience, by=self.by,
            leeway=leeway,
        )  # fmt: skip
        return self._mended(made, made.schedule, way.name)

    def longest(self, short: float) -> float:
        """Give how long the longest of the shortest operations takes, as a share of all."""
        there = self.work[(self.before.start < NEVER) & (self.work > 0)]
        return float(np.quantile(there, short)) if len(there) else 0.0

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
        """Bring what was taken out to the end of its leeway."""
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
        moved = _moved(self.before, schedule)
        late = np.maximum(schedule.sink_finish - self.shop.sink_due, 0)
        cause = np.where(moved | (self.before.start >= NEVER), made.cause, STAYS)
        worth = float((late * self.shop.sink_weight).sum())
        return Mended(schedule, moved, cause, np.where(cause == STAYS, NO, made.behind), worth, worth, 1, way)

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


def _unharmed(shop: Shop, before: Schedule, ends: Integers) -> Integers:
    """Give until when each operation may end so that what waits for it begins, and is complete, as in force."""
    by = np.full(shop.operations, NEVER, np.int64)
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    np.minimum.at(by, shop.pred_op, before.start[after] - shop.pred_lag)
    sink = np.repeat(np.arange(len(ends)), np.diff(shop.sink_pointer))
    np.minimum.at(by, shop.sink_op, np.maximum(ends, shop.sink_due)[sink] - shop.sink_lag)
    return np.maximum(by, before.finish)


def _moved(before: Schedule, after: Schedule) -> Flags:
    there = before.start < NEVER
    other: Flags = (after.start != before.start) | (after.unit != before.unit) | (after.mode != before.mode)
    return there & other


__all__ = ["STILL", "Mended", "mend"]
