"""Result tables of the finite schedule."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.entity import Entity


class ScheduledOperation(Entity, key=("order", "sequence"), role="result"):
    """An operation of an order with its place and time in the plan."""

    order = col.code("Order", target="planned_order")
    sequence = col.whole("Operation")
    item = col.ref("item", "Item that is made")
    work_center = col.text("Work center; empty for a step done by a supplier")
    unit = col.whole("Unit of the work center, from 1; empty without a work center", default=None)
    start = col.moment("Start, set-up included")
    finish = col.moment("Finish")
    due = col.moment("When it must be done to keep the need date, by planned lead times")
    setup = col.duration("Set-up time, change of family included")
    run = col.duration("Run time")
    quantity = col.quantity("Good units that come out")
    family = col.text("Set-up family")
    people = col.text("People and tools it holds")
    state = col.text("waiting, started, pinned or frozen")
    alternate = col.flag("Whether it runs on an alternate work center")


class CenterLoad(Entity, key=("work_center", "day"), role="result"):
    """Load and capacity of a work center on one day."""

    work_center = col.ref("work_center", "Work center")
    day = col.day("Day, in the plant's time zone")
    capacity = col.duration("Open time of all units")
    setup = col.duration("Set-up time that falls on it")
    run = col.duration("Run time that falls on it")
    required = col.duration("Time that orders would take here if each ran just in time, with no regard to capacity")


class Bottleneck(Entity, key="work_center", role="result"):
    """What a work center delays, and how full it is."""

    work_center = col.ref("work_center", "Work center")
    utilisation = col.ratio("Load over capacity, up to the last planned operation within the horizon")
    waiting_days = col.quantity("Days that operations waited for it", unit="d")
    delayed_orders = col.whole("Late demands whose chain of waiting passes through it")
    delay_days = col.quantity("Days lost at it on the chains of late demands", unit="d")
    rank = col.whole("1 for the worst")


class PlanImprovement(Entity, key="step", role="result"):
    """How a search improved the schedule, step by step; empty where none was asked for."""

    step = col.whole("Step, from 1: the schedule before the search")
    seconds = col.quantity("Seconds since the search began", unit="s")
    objective = col.quantity("Late days of all demands, each by its weight", unit="d")
    bound = col.quantity("Weighted late days that no schedule of these orders can avoid", unit="d")
