"""Planning requirements: the public call and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements.book import Book
from plantwright.methods.requirements.exact import Ints, round_up, with_loss
from plantwright.methods.requirements.inputs import Nodes
from plantwright.methods.requirements.kernel import peg_all, plan_all
from plantwright.methods.requirements.levels import planning_order
from plantwright.methods.requirements.pegging import PEG_WIDTH, UNMET_WIDTH
from plantwright.methods.requirements.problem import RequirementsProblem, requirements_problem

QUANTITY_TOO_LARGE = problem_kind(
    "quantity-too-large",
    "What {table} row {key} asks for in this plan is too large to be counted exactly.",
    "Check the quantity per unit and the demand, or plan the item in a larger unit.",
)
FORMULA_WITHOUT_RESULT = problem_kind(
    "formula-without-result",
    "The formula of bill-of-material row {key} gives no quantity for an order in this plan.",
    "See that it neither divides by zero nor goes below zero.",
)


@dataclass(frozen=True, slots=True)
class PlannedOrders:
    """Planned orders, one row each.

    Parameters
    ----------
    node, kind, quantity
        What, the `NodeKind` of the order, and how much (scaled).
    start
        Moment of release; never before the moment of planning.
    latest_start
        Latest release that would be received by `due`; before the moment of planning for an order that starts late.
    due
        Moment by which it should be received: the need less the safety time, or the fence.
    projected
        Moment at which it will be received; `NEVER` when the calendar ends first.
    source
        Supplier offer that the quantity chose; -1 none.
    from_node, alternative
        For a transfer: the node that gives, and the rank of the alternative (0 for the main source).
    flags
        `OrderFlag`: the start is late, the receipt was pushed to the fence, the calendar ends before it is done.
    priority
        The best priority among the requirements it was planned for.
    """

    node: Ints
    kind: Ints
    quantity: Ints
    start: Ints
    latest_start: Ints
    due: Ints
    projected: Ints
    source: Ints
    from_node: Ints
    alternative: Ints
    flags: Ints
    priority: Ints


@dataclass(frozen=True, slots=True)
class RequirementRows:
    """Requirements, one row each; the first are the demands, then the needs of open orders, in their given order.

    Parameters
    ----------
    node, time, quantity, priority
        Where, when, and how much (scaled) is served at this node.
    origin_kind, origin
        `Origin`, and the row of the demand, planned order or open supply that asks.
    line
        BOM line; -1 for a demand, a transfer or an open order.
    rank
        0 for the component of the line, from 1 on for its substitutes.
    via
        Requirement that this one serves in part, as a substitute or as a component of a phantom; -1 none.
    moved
        How much of the requirement is served elsewhere that way, in its own unit.
    """

    node: Ints
    time: Ints
    quantity: Ints
    priority: Ints
    origin_kind: Ints
    origin: Ints
    line: Ints
    rank: Ints
    via: Ints
    moved: Ints


@dataclass(frozen=True, slots=True)
class CoProductReceipts:
    """What comes in as a co-product: where, when, how much, and the `Origin` kind and row of the order."""

    node: Ints
    time: Ints
    quantity: Ints
    parent_kind: Ints
    parent: Ints


@dataclass(frozen=True, slots=True)
class Pegs:
    """Which supply serves which requirement: its `SupplyKind` and row (of the node for stock), and how much."""

    requirement: Ints
    supply_kind: Ints
    supply: Ints
    quantity: Ints


@dataclass(frozen=True, slots=True)
class Unmet:
    """What no supply serves: the requirement, how much, and `Why`."""

    requirement: Ints
    quantity: Ints
    why: Ints


@dataclass(frozen=True, slots=True)
class MaterialPlan:
    """The result of `plan_requirements`.

    Parameters
    ----------
    orders, requirements, co_products, pegs, unmet
        The tables of the plan.
    level
        int64[nodes], low-level codes.
    """

    orders: PlannedOrders
    requirements: RequirementRows
    co_products: CoProductReceipts
    pegs: Pegs
    unmet: Unmet
    level: Ints

    @property
    def substitutions(self) -> Ints:
        """The rows of the requirements that are met by a substitute."""
        return np.flatnonzero(self.requirements.rank > 0).astype(np.int64)


def plan_requirements(problem: RequirementsProblem, names: Sequence[object] | None = None) -> MaterialPlan:
    """Plan the material requirements of all nodes, with pegging.

    Nodes are planned from the end products down. At each, stock, open receipts and co-products are netted against the
    requirements in order of time (safety stock is to be kept from the first moment at which a new order could bring
    it). An open receipt that comes after the need is used before anything new is planned, unless a new order could
    come sooner. What is short is drawn from free stock of alternatives and substitutes, and the rest is cut into lots
    and planned backward in working time; an order that would have to start before the moment of planning starts then
    and is projected forward. Its components are wanted at the start of the operation that takes them.

    Parameters
    ----------
    problem
        The inputs; see `requirements_problem`.
    names
        What to call the nodes in problems.

    Returns
    -------
    The plan. Equal inputs give equal plans; the order of rows only decides between requirements of one node, moment and
    priority.

    Raises
    ------
    ProblemError
        With the loops in the bills of material, a formula without result, or a quantity too large to be counted.

    Notes
    -----
    O(r log r) for r requirements, O(nodes + lines) for the order of planning. Lateness of a component does not move its
    parents here: finding feasible dates is the work of the finite schedule.

    References
    ----------
    J. Orlicky, Material Requirements Planning, McGraw-Hill, 1975, chapters 4 to 6.

    Examples
    --------
    Ten pieces are wanted on day 10, four are on hand, and making takes two days:

    >>> from plantwright.methods.requirements import Demands, NodeKind, Nodes, requirements_problem, SCALE
    >>> made = Nodes([NodeKind.MAKE], on_hand=4 * SCALE, lead_fixed=2880)
    >>> plan = plan_requirements(requirements_problem(0, made, demands=Demands([0], [14400], [10 * SCALE])))
    >>> plan.orders.quantity // SCALE, plan.orders.start // 1440, plan.orders.due // 1440
    (array([6]), array([8]), array([10]))
    """
    order, level = planning_order(problem, names)
    book = plan_all(problem.tables, problem.calendars, order, problem.first_needs.ravel())
    _stop_on_faults(book)
    links = peg_all(problem.tables, book)
    count = book.state
    return MaterialPlan(
        orders=PlannedOrders(*_columns(book.order, count[b.ORDERS], b.ORDER_WIDTH, 12)),
        requirements=RequirementRows(*_columns(book.need, count[b.NEEDS], b.NEED_WIDTH, 10)),
        co_products=CoProductReceipts(*_columns(book.byproduct, count[b.BYPRODUCTS], b.BYPRODUCT_WIDTH, 5)),
        pegs=Pegs(*_columns(links.peg, links.used[0], PEG_WIDTH, 4)),
        unmet=Unmet(*_columns(links.unmet, links.used[1], UNMET_WIDTH, 3)),
        level=level,
    )


def _columns(records: Ints, count: int, width: int, columns: int) -> list[Ints]:
    return list(_turned(records, int(count), width, columns))


@compiled
def _turned(records: Ints, count: int, width: int, columns: int) -> Ints:
    """Turn records into columns in one pass over the memory."""
    turned = np.empty((columns, count), np.int64)
    for row in range(count):
        for column in range(columns):
            turned[column, row] = records[row * width + column]
    return turned


def _stop_on_faults(book: Book) -> None:
    problems: list[Problem] = []
    count = book.state
    if count[b.TOO_LARGE_LINE]:
        problems.append(QUANTITY_TOO_LARGE.at("bill-of-material", int(count[b.TOO_LARGE_LINE]) - 1, "per"))
    if count[b.TOO_LARGE_NODE]:
        problems.append(QUANTITY_TOO_LARGE.at("co-products of node", int(count[b.TOO_LARGE_NODE]) - 1, "per"))
    if count[b.BAD_FORMULA_LINE]:
        problems.append(FORMULA_WITHOUT_RESULT.at("bom", int(count[b.BAD_FORMULA_LINE]) - 1, "formula"))
    if problems:
        raise ProblemError(problems)


def warm_up() -> None:
    """Compile the planner by planning nothing of one node, and what promises reckon with one order at a time."""
    plan_requirements(requirements_problem(0, Nodes([0])))
    round_up(with_loss(1, 1, 1, 0, 0), 1)
