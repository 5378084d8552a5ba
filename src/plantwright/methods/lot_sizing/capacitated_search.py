"""Planning capacitated lots: a mixed-integer program that is solved whole for its bound, and in parts for good plans.

The model is that of facility location: z(i, s, t) is the share of the demand of item i in period t that is made in
period s <= t, y(i, s) whether i is set up in s, and z <= y. Its relaxation is as tight as each item allows by itself.
Plans come from relax-and-fix, window by window, and are improved by fix-and-optimise: most set-ups keep their values, a
few are free, and HiGHS finds the best for these.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.lot_sizing.capacitated import (
    CapacitatedLots,
    CapacitatedPlan,
    Floats,
    Status,
    judge_capacitated,
)

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

Bools = NDArray[np.bool_]
CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Model:
    """The program: its variables in arrays of items by periods, and by triples (item, made in, needed in)."""

    program: mathopt.Model
    setup: list[list[Any]]
    share: list[Any]
    triples: NDArray[np.int64]
    overtime: list[Any]


def build_model(asked: CapacitatedLots) -> Model:
    """Build the facility-location model; time beyond the capacity is possible but far too dear."""
    from ortools.math_opt.python import mathopt  # noqa: PLC0415 - slow to import, and seldom needed

    items, periods = asked.demand.shape
    program = mathopt.Model()
    setup = [[program.add_binary_variable() for _ in range(periods)] for _ in range(items)]
    found = [(i, s, t) for i in range(items) for t in np.flatnonzero(asked.demand[i] > 0) for s in range(t + 1)]
    triples = np.array(found, np.int64).reshape(-1, 3)
    share = [program.add_variable(lb=0.0, ub=1.0) for _ in found]
    overtime = [program.add_variable(lb=0.0) for _ in range(periods)]
    item, made, needed = triples.T
    need = asked.demand[item, needed]
    _link(program, asked, setup, share, triples, overtime, need * asked.unit_time[item])
    dear = 10.0 * (asked.setup_cost.sum() + asked.holding_cost.max() * periods + 1.0)
    held = (asked.holding_cost[item] * (needed - made) * need).tolist()
    terms = [cost * variable for cost, variable in zip(held, share, strict=True) if cost]
    terms += [float(asked.setup_cost[i]) * setup[i][s] for i in range(items) for s in range(periods)]
    terms += [float(dear) * variable for variable in overtime]
    program.minimize(mathopt.fast_sum(terms))
    return Model(program, setup, share, triples, overtime)


def _link(
    program: mathopt.Model,
    asked: CapacitatedLots,
    setup: list[list[Any]],
    share: list[Any],
    triples: NDArray[np.int64],
    overtime: list[Any],
    taken: Floats,
) -> None:
    """Add the constraints: each demand is made, only where there is a set-up, within the time of each period."""
    from ortools.math_opt.python import mathopt  # noqa: PLC0415

    items, periods = asked.demand.shape
    met: dict[tuple[int, int], list[Any]] = {}
    used: list[list[Any]] = [[-1.0 * overtime[s]] for s in range(periods)]
    for (i, s, t), variable, takes in zip(triples.tolist(), share, taken.tolist(), strict=True):
        met.setdefault((i, t), []).append(variable)
        used[s].append(takes * variable)
        program.add_linear_constraint(variable <= setup[i][s])
    for terms in met.values():
        program.add_linear_constraint(mathopt.fast_sum(terms) == 1.0)
    for s in range(periods):
        used[s] += [float(asked.setup_time[i]) * setup[i][s] for i in range(items)]
        program.add_linear_constraint(mathopt.fast_sum(used[s]) <= float(asked.capacity[s]))


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a solve gave: set-ups, lots, the objective with overtime, the bound, and whether it was ended."""

    setup: Bools
    quantity: Floats
    value: float
    bound: float
    ended: bool


def solve(
    asked: CapacitatedLots, model: Model, free: Bools, relaxed: Bools, setup: Bools, seconds: float
) -> Answer | None:
    """Solve with set-ups that are not `free` kept, and `relaxed` ones between 0 and 1; None without a plan."""
    from ortools.math_opt.python import mathopt  # noqa: PLC0415

    for i, row in enumerate(model.setup):
        for s, variable in enumerate(row):
            variable.lower_bound = 0.0 if free[i, s] or not setup[i, s] else 1.0
            variable.upper_bound = 1.0 if free[i, s] or setup[i, s] else 0.0
            variable.integer = not relaxed[i, s]
    limit = dt.timedelta(seconds=max(seconds, 0.05))
    params = mathopt.SolveParameters(time_limit=limit, relative_gap_tolerance=1e-6)
    result = mathopt.solve(model.program, mathopt.SolverType.HIGHS, params=params)
    if not result.has_primal_feasible_solution():
        return None
    values = result.variable_values()
    made = np.array([values[variable] for variable in model.share])
    quantity = np.zeros(asked.demand.shape)
    item, period, needed = model.triples.T
    np.add.at(quantity, (item, period), made * asked.demand[item, needed])
    chosen = np.array([[values[variable] > 0.5 for variable in row] for row in model.setup])
    bound = float(result.best_objective_bound())
    ended = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    return Answer(chosen, quantity, float(result.objective_value()), bound, ended)


def size_capacitated_lots(
    asked: CapacitatedLots, *, seconds: float = 30.0, clock: Callable[[], float] = time.perf_counter, seed: int = 0
) -> CapacitatedPlan:
    """Plan the lots of many items on one resource with set-up times, as cheaply as the time allows.

    First HiGHS is given the whole program for a part of the time; what it ends is optimal. Then relax-and-fix makes a
    plan and fix-and-optimise improves the better of the two until the time is over: a few periods or a few items.

    Parameters
    ----------
    asked
        See `capacitated_problem`.
    seconds
        So long is searched, above 0.
    clock
        Gives seconds.
    seed
        Of the choice of items that are freed together.

    Returns
    -------
    The plan, with a bound that no plan is below.

    Raises
    ------
    ProblemError
        When `seconds` is not above 0.

    References
    ----------
    W. W. Trigeiro, L. J. Thomas and J. O. McClain, "Capacitated lot sizing with setup times", Management Science 35(3),
    1989, 353-366; J. Krarup and O. Bilde, "Plant location, set covering and economic lot size: an O(mn)-algorithm for
    structured problems", 1977; S. Helber and F. Sahling, "A fix-and-optimize approach for the multi-level capacitated
    lot sizing problem", International Journal of Production Economics 123(2), 2010, 247-256.

    Examples
    --------
    >>> from plantwright.methods.lot_sizing import capacitated_problem, size_capacitated_lots
    >>> asked = capacitated_problem([[5, 0, 5], [0, 4, 4]], 12, 1, 2, [1.5, 2], 10)
    >>> plan = size_capacitated_lots(asked, seconds=5)
    >>> plan.quantity.tolist(), round(plan.cost, 6), plan.status
    ([[5.0, 0.0, 5.0], [0.0, 8.0, 0.0]], 38.0, 'optimal')
    """
    if not seconds > 0:
        raise ProblemError([BAD_ARGUMENT.at(column="seconds", value=seconds, must="above 0")])
    begin = clock()
    model = build_model(asked)
    every, none = np.ones(asked.demand.shape, np.bool_), np.zeros(asked.demand.shape, np.bool_)
    whole = solve(asked, model, every, none, none, seconds * 0.4)
    if whole is not None and whole.ended:
        return _plan(asked, whole.quantity, whole.bound, ended=True)
    relaxed = solve(asked, model, every, every, none, seconds) if whole is None else None
    bound = max(answer.bound for answer in (whole, relaxed) if answer is not None) if whole or relaxed else 0.0
    best = whole
    first = _relax_and_fix(asked, model, lambda: seconds * 0.6 - (clock() - begin))
    if first is not None and (best is None or first.value < best.value):
        best = first
    if best is not None:
        best = _improved(asked, model, best, lambda: seconds - (clock() - begin), np.random.default_rng(seed))
    return _plan(asked, none.astype(np.float64) if best is None else best.quantity, bound, ended=False)


def _relax_and_fix(asked: CapacitatedLots, model: Model, left: Callable[[], float]) -> Answer | None:
    """Decide four periods at a time, the later ones relaxed; the last two of the four are decided again."""
    periods = asked.demand.shape[1]
    setup = np.zeros(asked.demand.shape, np.bool_)
    answer = None
    for start in range(0, periods, 2):
        free, relaxed = np.zeros_like(setup), np.zeros_like(setup)
        free[:, start:], relaxed[:, start + 4 :] = True, True
        steps = -(-(periods - start) // 2)
        answer = solve(asked, model, free, relaxed, setup, max(0.2, left() / steps))
        if answer is None:
            return None
        setup[:, : start + 2] = answer.setup[:, : start + 2]
        if start + 4 >= periods:
            break
    return answer


def _improved(
    asked: CapacitatedLots, model: Model, best: Answer, left: Callable[[], float], random: np.random.Generator
) -> Answer:
    """Free some set-ups after another and keep what is cheaper, until the time is over."""
    none = np.zeros(asked.demand.shape, np.bool_)
    idle, size = 0, 60
    while left() > 0.1:
        free = _drawn(asked, random, size)
        answer = solve(asked, model, free, none, best.setup, min(left(), 4.0))
        if answer is not None and answer.value < best.value * (1 - CLOSE):
            best, idle = answer, 0
        else:
            idle += 1
        if answer is None or not answer.ended:
            size = max(20, size * 3 // 4)  # too many at once: the solver did not end
        elif idle >= 6:
            size, idle = min(size * 5 // 4, asked.demand.size), 0
    return best


def _drawn(asked: CapacitatedLots, random: np.random.Generator, size: int) -> Bools:
    """Draw about `size` set-ups: all items in some periods side by side, or some items over a longer stretch."""
    items, periods = asked.demand.shape
    some = items if random.random() < 0.5 else max(1, int(items * random.uniform(0.3, 0.7)))
    span = min(periods, max(2, size // some))
    start = int(random.integers(0, periods - span + 1))
    free = np.zeros((items, periods), np.bool_)
    free[random.permutation(items)[:some], start : start + span] = True
    return free


def _plan(asked: CapacitatedLots, quantity: Floats, bound: float, *, ended: bool) -> CapacitatedPlan:
    """Add the plan up anew; a plan that needed more time than there is counts as none."""
    made = np.where(quantity > CLOSE, quantity, 0.0)
    cost = judge_capacitated(asked, made)
    if not np.isfinite(cost):
        status: Status = "infeasible" if ended else "no plan found"
        return CapacitatedPlan(np.zeros_like(made), np.zeros(made.shape, np.bool_), cost, bound, status)
    least = min(bound, cost)
    done = ended or cost - least <= CLOSE * cost
    return CapacitatedPlan(made, made > 0, cost, cost if done else least, "optimal" if done else "feasible")
