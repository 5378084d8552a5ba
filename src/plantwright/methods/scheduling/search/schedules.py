"""The schedule that a plan of the search stands for."""

from __future__ import annotations

import numpy as np

from plantwright.methods.scheduling.dispatching import sink_completions
from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop
from plantwright.methods.scheduling.search.net import Net
from plantwright.methods.scheduling.search.workers import Case, timed_plan
from plantwright.methods.working_time import NEVER, earliest_fits, open_times


def schedule_of(case: Case, order: Integers, option: Integers) -> Schedule:
    """Turn a plan into the schedule in which everything starts as soon as the plan allows."""
    shop, net, options = case.shop, case.net, case.options
    n = shop.operations
    _, finish, ready, before = timed_plan(case, order.copy(), option.copy())
    mode, unit = options.mode[option], options.unit[option]
    works = net.option_minutes[option] > 0
    setup = shop.mode_setup[mode] + _changes(net, option, before[:n])
    work = np.where(works, shop.mode_minutes[mode] + setup, 0)
    free = np.where(net.option_unit[option] >= 0, finish[before[:n]], net.begin)
    start = np.maximum(ready[:n], free)
    start = np.where(shop.pausable, open_times_of(shop, net, option, start), fits_of(shop, net, option, start, work))
    start = np.where(works, start, ready[:n])
    if net.early:
        start = finish[:n] - work
    done = np.minimum(finish[:n], NEVER)
    placed = bool((done < NEVER).all())
    return Schedule(
        np.minimum(start, NEVER), done, np.where(works, setup, 0), mode, unit, np.zeros(n + 1, np.int64),
        np.zeros(0, np.int64), sink_completions(shop.sinks, done), "complete" if placed else "unfinished",
    )  # fmt: skip


def open_times_of(shop: Shop, net: Net, option: Integers, start: Integers) -> Integers:
    """Give the first open minute from each start on."""
    return open_times(shop.time, net.option_calendar[option], start)


def fits_of(shop: Shop, net: Net, option: Integers, start: Integers, work: Integers) -> Integers:
    """Give the earliest start from which the work fits into one opening."""
    return earliest_fits(shop.time, net.option_calendar[option], start, work)


def _changes(net: Net, option: Integers, before: Integers) -> Integers:
    """Give the minutes of the change of family of each operation."""
    unit = net.option_unit[option]
    matrix = np.where(unit >= 0, np.append(net.unit_matrix, NO)[unit], NO)
    own = net.family[:-1]
    previous = np.where(before < len(own), net.family[before], np.append(net.unit_family, NO)[unit])
    there = (matrix >= 0) & (own >= 0) & (previous >= 0)
    return np.where(there, net.changeover[np.maximum(matrix, 0), np.maximum(previous, 0), np.maximum(own, 0)], 0)
