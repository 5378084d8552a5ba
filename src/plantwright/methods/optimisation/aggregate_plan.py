"""The aggregate plan: the least cost of meeting demand by family, site and month, as a linear program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.optimisation.aggregate_problem import STRATEGIES, AggregateProblem
from plantwright.methods.optimisation.blocks import Program
from plantwright.methods.optimisation.solution import Block, Floats, Solution, Status

SMALL = 1e-7
"""Hours and units below it are nothing."""
UNIT_WEIGHT = 1e3
"""A unit that cannot be had at all is worse than so many hours that are lacking."""


@dataclass(frozen=True, slots=True, eq=False)
class AggregateResult:
    """The least cost, what is done for it, and what a further hour would be worth.

    Parameters
    ----------
    status
        optimal, or infeasible: then the rest is the plan that needs the fewest hours more than there are.
    strategy
        mixed, chase or level.
    objective, bound
        money; cost of the plan, and the least that any plan costs; without the price of what is lacking.
    costs
        money by kind: materials, regular time, overtime, subcontracting, wages, hiring, letting go, holding,
        back-orders, what is owed at the end, transport.
    made, subcontracted, stock, back_order
        float64[F, S, T]; units made, bought from a subcontractor, in stock and owed at the end of the month.
    moved
        float64[L, T]; units moved on each lane.
    used, overtime
        float64[G, T]; hours worked in all, and of these in overtime.
    workers, hired, let_go
        float64[G, T]; people in the month, and how many come and go at its start; 0 where people are no limit.
    price, lowest, highest
        float64[G, T]; money that one more hour of the group would save, and the hours of capacity between which that
        holds; NaN where that was not asked for.
    work_price
        float64[G, T]; money that one more hour of people would save.
    unit_price
        float64[F, S, T]; money that one more unit of demand costs.
    lacking_hours, lacking_work
        float64[G, T]; hours of the group, and of its people, by which there is too little; 0 where it is enough.
    lacking_units
        float64[F, S, T]; units that cannot be had with any hours; 0 where all can.
    iterations
        Steps of the solver.
    """

    status: Status
    strategy: str
    objective: float
    bound: float
    costs: Mapping[str, float]
    made: Floats
    subcontracted: Floats
    stock: Floats
    back_order: Floats
    moved: Floats
    used: Floats
    overtime: Floats
    workers: Floats
    hired: Floats
    let_go: Floats
    price: Floats
    lowest: Floats
    highest: Floats
    work_price: Floats
    unit_price: Floats
    lacking_hours: Floats
    lacking_work: Floats
    lacking_units: Floats
    iterations: int

    @property
    def feasible(self) -> bool:
        """Whether the plan needs no more than there is."""
        return self.status == "optimal"


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The blocks of the program; those of people have a row for each manned group only."""

    made: Block
    bought: Block
    stock: Block
    late: Block
    moved: Block
    overtime: Block
    workers: Block
    hired: Block
    let_go: Block
    balance: Block
    machine: Block
    work: Block


def aggregate_plan(problem: AggregateProblem, strategy: str = "mixed", *, ranges: bool = True) -> AggregateResult:
    """Find the cheapest aggregate plan.

    With P made, S subcontracted, I stock, B back-orders, X moved, O overtime, W people, H hired and F let go:

    ```
    min  Σ make·P + hour·(hours·P - O) + overtime·O + subcontract·S + holding·I + late·B + owed·B(last)
           + lane·X + wage·W + hire·H + fire·F
    I(t-1) - B(t-1) + P + S + receipts + Σ X in - Σ X out - I(t) + B(t) = demand     family, site, month
    Σ hours·P - O ≤ capacity,   O ≤ overtime,   O ≤ Σ hours·P                        group, month
    Σ hours·P - O ≤ hours a person·W,   W(t) = W(t-1) + H(t) - F(t)                  group with people, month
    ```

    The strategies are those of the textbooks. Mixed leaves everything free. Chase builds no stock: it is never above
    what is left of the first stock, or the least that is to be kept. Level makes the same in each unit of working time
    with the same people from the first month on, and without overtime or subcontractors for what can be made.

    Parameters
    ----------
    problem
        What `aggregate_problem` gives.
    strategy
        mixed, chase or level.
    ranges
        Whether to find between which capacities each price holds; it takes as long again on large problems.

    Returns
    -------
    The plan. Where there is none, `status` is infeasible, the `lacking` arrays say where, when and by how much, and the
    rest is the plan that lacks least.

    Raises
    ------
    ProblemError
        Where there is no such strategy.

    Notes
    -----
    Hanssmann and Hess 1960, "A linear programming approach to production and employment scheduling", Management
    Technology 1; Nahmias 2005, Production and Operations Analysis, chapter 3. Solved by HiGHS. The program has
    F S T (4 + lanes) variables and F S T + 3 G T rows.

    Examples
    --------
    Ten units now and thirty in a month; twenty hours in each, one for a unit, so that ten are made ahead:

    >>> from plantwright.methods.optimisation import aggregate_problem
    >>> problem = aggregate_problem([[[10, 30]]], capacity=[[20, 20]], uses=[(0, 0, 0, 1.0)], holding_cost=2)
    >>> found = aggregate_plan(problem)
    >>> found.made.tolist(), found.stock.tolist(), found.objective
    ([[[20.0, 20.0]]], [[[10.0, 0.0]]], 20.0)
    >>> found.price.tolist()  # of an hour in the second month: two less to hold
    [[0.0, 2.0]]
    """
    if strategy not in STRATEGIES:
        must = "one of " + ", ".join(STRATEGIES)
        raise ProblemError([BAD_ARGUMENT.at(column="strategy", value=strategy, must=must)])
    program, blocks = _program(problem, strategy)
    found = program.solve(ranges=ranges)
    lacking: dict[str, Floats] = {}
    if not found.found:
        weights = {"machine": 1.0, "work": 1.0, "balance": UNIT_WEIGHT * _longest(problem)}
        found, lacking = program.lacking(weights)
        return _result(problem, strategy, blocks, found, lacking, "infeasible")
    return _result(problem, strategy, blocks, found, lacking, found.status)


def _longest(p: AggregateProblem) -> float:
    """Give the most hours that a unit takes, so that no unit is cheaper to miss than to make."""
    return max(float(p.use_hours.max(initial=0.0)), 1.0) * max(len(p.use_hours), 1)


# --- the program ----------------------------------------------------------------------------------------------------


def _program(p: AggregateProblem, strategy: str) -> tuple[Program, _Blocks]:
    program = Program()
    families, sites, months = p.shape
    groups, people, lanes = len(p.capacity), len(p.manned), len(p.lane_family)
    place, group = {"family": families, "site": sites, "month": months}, {"group": groups, "month": months}
    crew, level = {"group": people, "month": months}, strategy == "level"
    hourly = np.zeros((families, sites))
    np.add.at(hourly, (p.use_family, p.use_site), p.use_hours * p.hour_cost[p.use_group])
    bought = np.where((p.can_make[:, :, None] & level), 0.0, p.subcontract)
    steady = np.concatenate([[np.inf], np.zeros(months - 1)]) if level else np.inf
    blocks = _Blocks(
        made=program.variables("made", place, upper=np.where(p.can_make, np.inf, 0.0)[:, :, None],
                               cost=(p.make_cost + hourly)[:, :, None]),
        bought=program.variables("subcontracted", place, upper=bought, cost=p.subcontract_cost[:, :, None]),
        stock=program.variables("stock", place, lower=_floor(p), upper=_ceiling(p, strategy),
                                cost=p.holding_cost[:, :, None]),
        late=program.variables("late", place, upper=_most_late(p), cost=_late_cost(p)),
        moved=program.variables("moved", {"lane": lanes, "month": months}, cost=p.lane_cost[:, None]),
        overtime=program.variables("overtime", group, upper=0.0 if level else p.overtime,
                                   cost=(p.overtime_cost - p.hour_cost)[:, None]),
        workers=program.variables("workers", crew, cost=p.wage[p.manned, None]),
        hired=program.variables("hired", crew, upper=steady, cost=p.hire_cost[p.manned, None]),
        let_go=program.variables("let go", crew, upper=steady, cost=p.fire_cost[p.manned, None]),
        balance=program.rows("balance", place, *([p.demand - p.receipts - _first(p)] * 2)),
        machine=program.rows("machine", group, upper=p.capacity),
        work=program.rows("work", crew, upper=0.0),
    )  # fmt: skip
    _put_balance(program, blocks, p)
    _put_hours(program, blocks, p)
    _put_people(program, blocks, p)
    if level:
        _put_level(program, blocks, p)
    return program, blocks


def _finite(cost: Floats) -> Floats:
    return np.where(np.isinf(cost), 0.0, cost)


def _most_late(p: AggregateProblem) -> Floats:
    """Give how much may be late: nothing where it costs without end, in any month or at the end."""
    most = np.repeat(np.where(np.isinf(p.back_order_cost), 0.0, np.inf)[:, :, None], p.shape[2], axis=2)
    most[:, :, -1] = np.where(np.isinf(p.owed_cost), 0.0, most[:, :, -1])
    return most


def _late_cost(p: AggregateProblem) -> Floats:
    cost = np.repeat(_finite(p.back_order_cost)[:, :, None], p.shape[2], axis=2)
    cost[:, :, -1] += _finite(p.owed_cost)
    return cost


def _first(p: AggregateProblem) -> Floats:
    """Give the first stock in the first month, as what is there already."""
    first = np.zeros(p.shape)
    first[:, :, 0] = p.start_stock
    return first


def _floor(p: AggregateProblem) -> Floats:
    floor = p.least_stock.copy()
    floor[:, :, -1] = np.maximum(floor[:, :, -1], p.end_stock)
    return floor


def _ceiling(p: AggregateProblem, strategy: str) -> Floats:
    """Give how much stock may be: any, or with chase what is left of what was there and came anyway."""
    if strategy != "chase":
        return np.full(p.shape, np.inf)
    left, now = np.zeros(p.shape), p.start_stock
    for month in range(p.shape[2]):
        now = np.maximum(now + p.receipts[:, :, month] - p.demand[:, :, month], 0.0)
        left[:, :, month] = now
    return np.maximum(left, _floor(p))


def _put_balance(program: Program, b: _Blocks, p: AggregateProblem) -> None:
    rows = b.balance.index
    program.put(rows, b.made.index, 1.0)
    program.put(rows, b.bought.index, 1.0)
    program.put(rows, b.stock.index, -1.0)
    program.put(rows, b.late.index, 1.0)
    program.put(rows[:, :, 1:], b.stock.index[:, :, :-1], 1.0)
    program.put(rows[:, :, 1:], b.late.index[:, :, :-1], -1.0)
    program.put(rows[p.lane_family, p.lane_to], b.moved.index, 1.0)
    program.put(rows[p.lane_family, p.lane_from], b.moved.index, -1.0)


def _put_hours(program: Program, b: _Blocks, p: AggregateProblem) -> None:
    made = b.made.index[p.use_family, p.use_site]
    program.put(b.machine.index[p.use_group], made, p.use_hours[:, None])
    program.put(b.machine.index, b.overtime.index, -1.0)
    worked = program.rows("worked", b.overtime.axes, upper=0.0)  # overtime is a part of what is worked
    program.put(worked.index, b.overtime.index, 1.0)
    program.put(worked.index[p.use_group], made, -p.use_hours[:, None])
    crew = np.full(len(p.capacity), -1, np.int64)
    crew[p.manned] = np.arange(len(p.manned))
    on = np.flatnonzero(crew[p.use_group] >= 0)
    program.put(b.work.index[crew[p.use_group[on]]], made[on], p.use_hours[on, None])
    program.put(b.work.index, b.overtime.index[p.manned], -1.0)
    program.put(b.work.index, b.workers.index, -p.worker_hours[p.manned])


def _put_people(program: Program, b: _Blocks, p: AggregateProblem) -> None:
    first = np.zeros((len(p.manned), p.shape[2]))
    first[:, 0] = p.workers[p.manned]
    crew = program.rows("crew", b.workers.axes, first, first)
    program.put(crew.index, b.workers.index, 1.0)
    program.put(crew.index[:, 1:], b.workers.index[:, :-1], -1.0)
    program.put(crew.index, b.hired.index, -1.0)
    program.put(crew.index, b.let_go.index, 1.0)


def _put_level(program: Program, b: _Blocks, p: AggregateProblem) -> None:
    families, sites, _ = p.shape
    rate = program.variables("rate", {"family": families, "site": sites})
    rows = program.rows("level", b.made.axes, 0.0, 0.0)
    program.put(rows.index, b.made.index, 1.0)
    program.put(rows.index, rate.index[:, :, None], -p.share)


# --- what comes out -------------------------------------------------------------------------------------------------


def _result(
    p: AggregateProblem, strategy: str, b: _Blocks, found: Solution, lacking: dict[str, Floats], status: Status
) -> AggregateResult:
    groups = p.capacity.shape
    made, bought, stock, late = (_clean(found.of(one)) for one in (b.made, b.bought, b.stock, b.late))
    moved, overtime = _clean(found.of(b.moved)), _clean(found.of(b.overtime))
    used = np.zeros(groups)
    np.add.at(used, p.use_group, made[p.use_family, p.use_site] * p.use_hours[:, None])
    workers, hired, let_go = (_manned(p, _clean(found.of(one))) for one in (b.workers, b.hired, b.let_go))
    costs = aggregate_costs(p, made, bought, stock, late, moved, used, overtime, workers, hired, let_go)
    ok = status != "infeasible"
    lowest, highest = found.range_of(b.machine) if ok else (np.full(groups, np.nan),) * 2
    short = {name: _clean(values, keep_sign=True) for name, values in lacking.items()}
    total = float(sum(costs.values()))
    return AggregateResult(
        status, strategy, total, total if ok else float("nan"), costs, made, bought, stock, late, moved, used, overtime,
        workers, hired, let_go, price=_clean(-found.dual_of(b.machine)) if ok else np.zeros(groups),
        lowest=lowest, highest=highest,
        work_price=_manned(p, _clean(-found.dual_of(b.work))) if ok else np.zeros(groups),
        unit_price=found.dual_of(b.balance) if ok else np.zeros(p.shape),
        lacking_hours=np.maximum(short.get("machine", np.zeros(groups)), 0.0),
        lacking_work=_manned(p, np.maximum(short["work"], 0.0)) if "work" in short else np.zeros(groups),
        lacking_units=np.maximum(-short.get("balance", np.zeros(p.shape)), 0.0), iterations=found.iterations,
    )  # fmt: skip


def _clean(values: Floats, *, keep_sign: bool = False) -> Floats:
    """Set to nought what is nothing but the solver's rounding."""
    kept = np.where(np.abs(values) < SMALL, 0.0, values)
    return kept if keep_sign else np.maximum(kept, 0.0)


def _manned(p: AggregateProblem, rows: Floats) -> Floats:
    out: NDArray[np.float64] = np.zeros(p.capacity.shape)
    out[p.manned] = rows
    return out


def aggregate_costs(
    problem: AggregateProblem, made: Floats, subcontracted: Floats, stock: Floats, back_order: Floats, moved: Floats,
    used: Floats, overtime: Floats, workers: Floats, hired: Floats, let_go: Floats,
) -> dict[str, float]:  # fmt: skip
    """Give what a plan costs, in money by kind; the arrays are those of `AggregateResult`.

    Parameters
    ----------
    problem
        What the plan was made for.
    made, subcontracted, stock, back_order, moved, used, overtime, workers, hired, let_go
        Units, hours and people, by the axes that `AggregateResult` names.

    Returns
    -------
    Money by kind of cost.
    """
    p = problem

    def by_place(units: Floats, cost: Floats) -> float:
        return float((units.sum(axis=2) * cost).sum())

    def by_group(amount: Floats, cost: Floats) -> float:
        return float((amount.sum(axis=1) * cost).sum())

    return {
        "materials": by_place(made, p.make_cost),
        "regular time": by_group(used - overtime, p.hour_cost),
        "overtime": by_group(overtime, p.overtime_cost),
        "subcontracting": by_place(subcontracted, p.subcontract_cost),
        "wages": by_group(workers, p.wage),
        "hiring": by_group(hired, p.hire_cost),
        "letting go": by_group(let_go, p.fire_cost),
        "holding": by_place(stock, p.holding_cost),
        "back-orders": by_place(back_order, _finite(p.back_order_cost)),
        "owed at the end": float((back_order[:, :, -1] * _finite(p.owed_cost)).sum()),
        "transport": by_group(moved, p.lane_cost),
    }
