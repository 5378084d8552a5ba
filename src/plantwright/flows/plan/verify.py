"""The judge: is a plan right by the rules alone. It shares no code with the planner.

Every check reads the plant and the result tables, works out for itself what must hold, and reports each breach under
a code of its own, ``verify-...``. Where the rules can be read in two ways, the judge reads them so:

Orders
    An existing order is in the plan while it brings something: production and purchase orders until their quantity
    is complete, drafts of purchase orders included. A line of a document is called ``order/line``, or by its order
    alone when it is the first. A transfer under way has left its sender, takes nothing there and arrives as recorded;
    one that is firm may arrive later.
Bills of material
    Lines hold by the local day for which the lot of the order was cut: of a new order that of its latest start, or of
    the plan's moment where that has gone by. Substitutes hold by the day on which they are needed. What a line asks,
    whatever it refers to, is divided by the yields from its operation to the last, and raised by its scrap; set-up
    quantity and rounding multiple are in the component's own unit. Lines inside a phantom are used at the operation of
    the phantom, and yields count once. An order with recorded components takes what they still ask; one without that
    has begun takes nothing.
Fixed starts
    An operation has the start of its own pin; else, at the first operation of its order, that of the order where it is
    frozen or pinned or starts within the frozen zone, unless an operation has begun; else that of the plan in force
    within the frozen zone, with its work center and unit. It may start later while its order is held, while all that
    it holds is closed, or while all units or its people do other work that has started or is fixed too.
Supplies
    Stock is the ledger up to the plan's moment over real, nettable places. A need may be short when its order is
    marked late or a reason names the order; it then takes what is pegged to it. A demand is shipped at once, when it
    is due and complete. What arrives in a minute can be taken in it. Co-products and by-products arrive with their
    order, in whole steps of their quantity.
Lot rules
    The terms of a supplier may be those of today or those of the day of the order; a fault must break both.
Operations
    If an item has operations for the site itself, these are its routing, and those for every site do not count. A
    successor waits for the finish of its predecessor, the move after it and its own queue. With a transfer batch it
    waits for the work of the first batch, and works on the last one after the predecessor's finish; steps done by
    suppliers do not overlap. People and tools are held from start to finish, also by what has started; skills must be
    valid on the day of the start. A copy of a tool may be named with its number, as in JIG#2.
    A change-over between an own family and another asks the smaller of two rows with a star; without a family there is
    none. While some units are down, operations that could have paused are taken to have paused. An operation that has
    started keeps its facts: what is left is judged from the plan's moment on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from plantwright.core.problem import Problem
from plantwright.flows.plan.judge.balance import check_balance
from plantwright.flows.plan.judge.calendars import Calendars
from plantwright.flows.plan.judge.capacity import check_capacity
from plantwright.flows.plan.judge.case import Case
from plantwright.flows.plan.judge.components import check_components
from plantwright.flows.plan.judge.demands import check_demands
from plantwright.flows.plan.judge.fault import Fault, written
from plantwright.flows.plan.judge.kept import check_kept
from plantwright.flows.plan.judge.lots import check_lots
from plantwright.flows.plan.judge.operations import check_operations
from plantwright.flows.plan.judge.pegs import Links, check_pegs
from plantwright.flows.plan.judge.people import check_people
from plantwright.flows.plan.judge.precedence import check_precedence
from plantwright.flows.plan.judge.records import check_records
from plantwright.flows.plan.judge.totals import check_totals, recompute_totals, verify_totals
from plantwright.flows.plan.judge.work import Work
from plantwright.plant import Plant

__all__ = ["recompute_totals", "verify", "verify_totals"]


def verify(
    plant: Plant,
    plan_tables: Mapping[str, pl.DataFrame],
    as_of: int,
    scheduled: bool,  # noqa: FBT001 - the last of four plain values
    totals: Mapping[str, Any] | None = None,
    previous: Mapping[str, pl.DataFrame] | None = None,
) -> list[Problem]:
    """Judge a plan by the rules alone.

    Parameters
    ----------
    plant : the plant that was planned
    plan_tables : raw result tables of the plan by name; a table that is missing counts as empty
    as_of : moment at which the plan begins, in minutes since 1970-01-01 UTC
    scheduled : whether operations were placed on work centers of finite capacity
    totals : the figures that the plan gives, to be worked out again; None where it gives none
    previous : raw result tables of the plan that was in force, whose frozen part must have been kept; None for none

    Returns
    -------
    All faults at once, at most fifty of a code written out and the rest counted; empty when the plan is right.

    Notes
    -----
    Cost: sorting and joining the result tables; near linear in their rows.
    """
    case = Case(plant, plan_tables, as_of, scheduled)
    return written(_faults(case, totals or {}, previous or {}), case.zone)


def _faults(case: Case, totals: Mapping[str, Any], previous: Mapping[str, pl.DataFrame]) -> Iterator[Fault]:
    calendars = Calendars(case)
    yield from check_records(case)
    yield from check_lots(case, calendars)
    yield from check_components(case)
    links = Links(case)
    for judge in (check_pegs, check_balance, check_demands):
        yield from judge(links)
    yield from check_totals(links, totals)
    if case.scheduled:
        work = Work(case, calendars)
        for check in (check_operations, check_precedence, check_capacity, check_people):
            yield from check(work)
        yield from check_kept(work, previous)
