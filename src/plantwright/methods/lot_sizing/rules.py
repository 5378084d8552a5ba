"""The lot-sizing rules for analysts: each is a function from needs to lots."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.lot_sizing import kernel
from plantwright.methods.lot_sizing.kernel import Floats, Ints
from plantwright.methods.lot_sizing.modifiers import adjust_lot, modifier_faults
from plantwright.methods.reading import is_whole, read_numbers


class LotRule(IntEnum):
    """The rules by the code that arrays use."""

    LOT_FOR_LOT = kernel.LOT_FOR_LOT
    FIXED_QUANTITY = kernel.FIXED_QUANTITY
    PERIOD = kernel.PERIOD
    ECONOMIC_QUANTITY = kernel.ECONOMIC_QUANTITY
    PART_PERIOD = kernel.PART_PERIOD
    LEAST_UNIT_COST = kernel.LEAST_UNIT_COST
    SILVER_MEAL = kernel.SILVER_MEAL
    WAGNER_WHITIN = kernel.WAGNER_WHITIN


NEEDS_COSTS = frozenset(rule for rule in LotRule if rule >= LotRule.ECONOMIC_QUANTITY)
"""The rules that weigh the cost of an order against the cost of holding."""


@dataclass(frozen=True, slots=True)
class Lots:
    """The lots of one item, in order of time.

    Parameters
    ----------
    time
        int64; when each lot is received: the time of the first need it is made for.
    quantity
        int64; how much, in the unit of the needs.
    first, last
        int64; the lot is made for the needs of rows ``first`` up to, and without, ``last``.
    """

    time: Ints
    quantity: Ints
    first: Ints
    last: Ints


def size_lots(
    rule: LotRule,
    time: ArrayLike,
    need: ArrayLike,
    *,
    order_cost: ArrayLike = 0.0,
    holding_cost: float = 0.0,
    period: int = 1,
    quantity: int = 0,
    bucket: int = 1,
    minimum: int = 0,
    maximum: int = 0,
    multiple: int = 0,
) -> Lots:
    """Group needs by `rule` and give the lots, adjusted to minimum, multiple and maximum.

    What a lot brings beyond its needs is used up by the next ones before anything more is ordered.

    Parameters
    ----------
    rule
        Which rule.
    time
        int64[n], not falling; when each need arises.
    need
        int64[n], 0 or above; how much, in the smallest unit.
    order_cost
        Cost of one order, above 0 where the rule weighs costs; one value, or float64[n] where it changes in time.
    holding_cost
        Cost of holding one unit for one unit of time.
    period
        Time that one lot of a period order quantity covers.
    quantity
        The fixed order quantity.
    bucket
        How long the last need is taken to last; the length of a period where times are periods.
    minimum, maximum, multiple
        See `adjust_lot`.

    Returns
    -------
    The lots.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    The cost is O(n) for every rule.

    Examples
    --------
    >>> size_lots(LotRule.LOT_FOR_LOT, [1, 2, 4], [8, 3, 9], multiple=5).quantity.tolist()
    [10, 5, 5]
    """
    times, needs, costs = (
        _whole("time", time),
        _whole("need", need),
        np.atleast_1d(read_numbers("order_cost", order_cost)),
    )
    problems = [
        *_row_faults(times, needs, costs),
        *_cost_faults(rule, costs, holding_cost),
        *_span_faults(rule, period, quantity, bucket),
        *modifier_faults(minimum, maximum, multiple),
    ]
    if problems:
        raise ProblemError(problems)
    starts = _starts(rule, times, needs, costs, float(holding_cost), period, bucket)
    if rule == LotRule.FIXED_QUANTITY:
        minimum = maximum = multiple = quantity
    if rule == LotRule.ECONOMIC_QUANTITY and needs.any():
        best = kernel.economic_quantity(times, needs, float(costs[0]), float(holding_cost), bucket)
        minimum = max(minimum, kernel.next_lot(best, minimum, maximum, multiple))
    return _lots(times, needs, starts, (minimum, maximum, multiple))


def _whole(name: str, values: ArrayLike) -> Ints:
    given = np.atleast_1d(np.asarray(values))
    exact = given.dtype.kind in "iub"
    read = given if exact else np.atleast_1d(read_numbers(name, values))
    # What passes the whole numbers that a float tells apart would be another number than the one given.
    fits = exact or bool((np.isfinite(read) & (np.abs(read) <= 2.0**53)).all())
    whole = read.astype(np.int64) if fits else np.zeros(0, np.int64)
    if given.ndim != 1 or not np.array_equal(whole, read):
        must = "a flat list of whole numbers (of the smallest unit)"
        raise ProblemError([BAD_ARGUMENT.at(column=name, value=given.tolist(), must=must)])
    return whole


def _row_faults(time: Ints, need: Ints, order_cost: Floats) -> list[Problem]:
    found = []
    if time.size != need.size:
        found.append(BAD_ARGUMENT.at(column="need", value=f"{need.size} long", must=f"as long as time, {time.size}"))
    if order_cost.size not in {1, need.size}:
        value = f"{order_cost.size} long"
        found.append(BAD_ARGUMENT.at(column="order_cost", value=value, must=f"one value or {need.size} values"))
    falls = np.flatnonzero(np.diff(time) < 0)
    found += [
        BAD_ARGUMENT.at("", int(row) + 1, "time", int(time[row + 1]), must=f"at or after {time[row]}") for row in falls
    ]
    below = np.flatnonzero(need < 0)
    found += [BAD_ARGUMENT.at("", int(row), "need", int(need[row]), must="0 or above") for row in below]
    return found


def _cost_faults(rule: LotRule, order_cost: Floats, holding_cost: float) -> list[Problem]:
    if rule not in NEEDS_COSTS:
        return []
    found = []
    if not np.all(np.isfinite(order_cost) & (order_cost >= 0)):
        found.append(BAD_ARGUMENT.at(column="order_cost", value=order_cost.tolist(), must="0 or above"))
    holding = np.nan if isinstance(holding_cost, str) else read_numbers("holding_cost", holding_cost)
    if np.ndim(holding) or not 0 < float(holding) < np.inf:
        found.append(BAD_ARGUMENT.at(column="holding_cost", value=holding_cost, must="above 0"))
    return found


def _span_faults(rule: LotRule, period: int, quantity: int, bucket: int) -> list[Problem]:
    found = []
    if not isinstance(rule, int) or rule not in set(LotRule):
        found.append(BAD_ARGUMENT.at(column="rule", value=rule, must="a LotRule"))
    if not is_whole(bucket, 1):
        found.append(BAD_ARGUMENT.at(column="bucket", value=bucket, must="1 or above"))
    if rule == LotRule.PERIOD and not is_whole(period, 1):
        found.append(BAD_ARGUMENT.at(column="period", value=period, must="1 or above"))
    if rule == LotRule.FIXED_QUANTITY and not is_whole(quantity, 1):
        found.append(BAD_ARGUMENT.at(column="quantity", value=quantity, must="1 or above"))
    return found


def _starts(rule: LotRule, time: Ints, need: Ints, cost: Floats, holding: float, period: int, bucket: int) -> Ints:
    kept = np.arange(need.size) if cost.size > 1 else np.flatnonzero(need > 0)
    starts = np.zeros(kept.size + 1, np.int64)
    spans = int(period), int(bucket)
    count = kernel.group_starts(int(rule), time[kept], need[kept], cost, holding, *spans, starts)
    return np.asarray(kept[starts[:count]], dtype=np.int64)


def _lots(time: Ints, need: Ints, starts: Ints, modifiers: tuple[int, int, int]) -> Lots:
    rows: list[tuple[int, int, int, int]] = []
    over = 0
    for first, last in pairwise([*starts.tolist(), need.size]):
        missing = int(need[first:last].sum()) - over
        lots = adjust_lot(missing, *modifiers)
        over = int(lots.sum()) - missing
        rows += [(int(time[first]), int(lot), first, last) for lot in lots]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Lots(*(np.ascontiguousarray(column) for column in columns))


def lot_for_lot(time: ArrayLike, need: ArrayLike) -> Lots:
    """Order each moment's need by itself: least stock, most orders.

    See `size_lots` for the parameters. Needs of the same moment share a lot.

    Examples
    --------
    >>> lot_for_lot([1, 2, 2, 5], [4, 1, 2, 3]).quantity.tolist()
    [4, 3, 3]
    """
    return size_lots(LotRule.LOT_FOR_LOT, time, need)


def fixed_order_quantity(time: ArrayLike, need: ArrayLike, quantity: int) -> Lots:
    """Order lots of one fixed quantity, as many as the need takes.

    Parameters
    ----------
    time, need
        See `size_lots`.
    quantity
        The size of every lot, 1 or above.

    Examples
    --------
    >>> lots = fixed_order_quantity([1, 2, 3], [70, 20, 60], quantity=50)
    >>> lots.time.tolist(), lots.quantity.tolist()
    ([1, 1, 3], [50, 50, 50])
    """
    return size_lots(LotRule.FIXED_QUANTITY, time, need, quantity=quantity)


def period_order_quantity(time: ArrayLike, need: ArrayLike, period: int) -> Lots:
    """Order at once what is needed within `period` of the first need not yet covered.

    Parameters
    ----------
    time, need
        See `size_lots`.
    period
        Length of time one lot covers, 1 or above, in the unit of `time`.

    Examples
    --------
    >>> lots = period_order_quantity([2, 3, 5, 6, 7, 9, 10], [30, 40, 10, 40, 30, 30, 55], period=3)
    >>> lots.time.tolist(), lots.quantity.tolist()
    ([2, 5, 9], [70, 80, 85])
    """
    return size_lots(LotRule.PERIOD, time, need, period=period)


def economic_order_quantity(
    time: ArrayLike, need: ArrayLike, order_cost: float, holding_cost: float, bucket: int = 1
) -> Lots:
    """Order the square-root quantity for the average need, or the need itself where it is larger.

    Q = sqrt(2 D A / h), with D the average need for a unit of time, A the cost of an order and h the cost of holding
    one unit for one unit of time; rounded to a whole unit.

    Parameters
    ----------
    time, need, order_cost, holding_cost, bucket
        See `size_lots`.

    References
    ----------
    F. W. Harris, "How Many Parts to Make at Once", Factory, The Magazine of Management 10(2), 1913.

    Examples
    --------
    D = 27 a week, A = 100 and h = 1 give 73:

    >>> lots = economic_order_quantity(range(1, 11), [35, 30, 40, 0, 10, 40, 30, 0, 30, 55], 100, 1)
    >>> lots.time.tolist(), lots.quantity.tolist()
    ([1, 3, 6, 10], [73, 73, 73, 73])
    """
    return size_lots(
        LotRule.ECONOMIC_QUANTITY, time, need, order_cost=order_cost, holding_cost=holding_cost, bucket=bucket
    )


def part_period_balancing(time: ArrayLike, need: ArrayLike, order_cost: float, holding_cost: float) -> Lots:
    """Extend each lot while that brings its holding cost closer to the cost of an order.

    Parameters
    ----------
    time, need, order_cost, holding_cost
        See `size_lots`.

    References
    ----------
    J. J. DeMatteis, "An economic lot-sizing technique I: the part-period algorithm", IBM Systems Journal 7(1), 1968,
    pp. 30-38.

    Examples
    --------
    >>> lots = part_period_balancing([2, 3, 5, 6, 7, 9, 10], [30, 40, 10, 40, 30, 30, 55], 100, 1)
    >>> lots.time.tolist(), lots.quantity.tolist()
    ([2, 6, 10], [80, 100, 55])
    """
    return size_lots(LotRule.PART_PERIOD, time, need, order_cost=order_cost, holding_cost=holding_cost)


def least_unit_cost(time: ArrayLike, need: ArrayLike, order_cost: float, holding_cost: float) -> Lots:
    """Extend each lot while that lowers its cost of ordering and holding per unit.

    Parameters
    ----------
    time, need, order_cost, holding_cost
        See `size_lots`.

    References
    ----------
    S. Nahmias, Production and Operations Analysis, 5th ed., McGraw-Hill, 2005, section 7.2.

    Examples
    --------
    >>> lots = least_unit_cost(range(1, 6), [18, 30, 42, 5, 20], order_cost=80, holding_cost=2)
    >>> lots.time.tolist(), lots.quantity.tolist()
    ([1, 3, 4], [48, 42, 25])
    """
    return size_lots(LotRule.LEAST_UNIT_COST, time, need, order_cost=order_cost, holding_cost=holding_cost)


def silver_meal(time: ArrayLike, need: ArrayLike, order_cost: float, holding_cost: float, bucket: int = 1) -> Lots:
    """Extend each lot while that lowers its cost of ordering and holding per unit of time.

    The time that a lot covers reaches to the next need, or `bucket` beyond the last.

    Parameters
    ----------
    time, need, order_cost, holding_cost, bucket
        See `size_lots`.

    References
    ----------
    E. A. Silver and H. C. Meal, "A heuristic for selecting lot size quantities for the case of a deterministic
    time-varying demand rate and discrete opportunities for replenishment", Production and Inventory Management 14(2),
    1973, pp. 64-74.

    Examples
    --------
    >>> lots = silver_meal(range(1, 6), [18, 30, 42, 5, 20], order_cost=80, holding_cost=2)
    >>> lots.time.tolist(), lots.quantity.tolist()
    ([1, 3, 5], [48, 47, 20])
    """
    return size_lots(LotRule.SILVER_MEAL, time, need, order_cost=order_cost, holding_cost=holding_cost, bucket=bucket)


def wagner_whitin(time: ArrayLike, need: ArrayLike, order_cost: ArrayLike, holding_cost: float) -> Lots:
    """Find the lots with the least total cost of ordering and holding.

    Parameters
    ----------
    time, need, holding_cost
        See `size_lots`.
    order_cost
        One value, or float64[n] with the cost of an order at each row; then a row without need is a moment at which
        one may order.

    Notes
    -----
    The dynamic programme of Wagner and Whitin, solved in O(n) with a lower envelope of lines as by Wagelmans, Van
    Hoesel and Kolen.

    References
    ----------
    H. M. Wagner and T. M. Whitin, "Dynamic version of the economic lot size model", Management Science 5(1), 1958,
    pp. 89-96. A. Wagelmans, S. van Hoesel and A. Kolen, "Economic lot sizing: an O(n log n) algorithm that runs in
    linear time in the Wagner-Whitin case", Operations Research 40(S1), 1992, pp. S145-S156.

    Examples
    --------
    The twelve months of Wagner and Whitin:

    >>> needs = [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56]
    >>> costs = [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114]
    >>> lots = wagner_whitin(range(12), needs, costs, holding_cost=1)
    >>> lots.time.tolist(), lot_cost(lots, range(12), needs, costs, holding_cost=1)
    ([0, 2, 4, 7, 9, 10], 864.0)
    """
    return size_lots(LotRule.WAGNER_WHITIN, time, need, order_cost=order_cost, holding_cost=holding_cost)


def lot_cost(lots: Lots, time: ArrayLike, need: ArrayLike, order_cost: ArrayLike, holding_cost: float) -> float:
    """Add up what lots cost: each order, and every unit from its receipt to its use; what is left over is not charged.

    Parameters
    ----------
    lots
        The lots to be judged, from any rule.
    time, need, order_cost, holding_cost
        See `size_lots`; a cost of order for each row is taken at the row of the lot's first need.

    Examples
    --------
    >>> lot_cost(lot_for_lot([1, 2], [5, 7]), [1, 2], [5, 7], order_cost=30, holding_cost=1)
    60.0
    """
    times, needs, costs = _whole("time", time), _whole("need", need), np.atleast_1d(np.asarray(order_cost, float))
    ordering = float(costs[np.minimum(lots.first, costs.size - 1)].sum())
    moments = np.concatenate((lots.time, times))
    moves = np.concatenate((lots.quantity, -needs))
    order = np.argsort(moments, kind="stable")
    stock = np.cumsum(moves[order])[:-1]
    left_over = max(int(lots.quantity.sum()) - int(needs.sum()), 0)
    held = float((stock * np.diff(moments[order])).sum())
    unused = left_over * (moments.max() - lots.time[-1]) if lots.time.size else 0
    return ordering + float(holding_cost) * (held - float(unused))


def warm_up() -> None:
    """Compile every kernel of lot sizing by one small call of each rule."""
    for rule in LotRule:
        size_lots(rule, [0, 1], [1, 1], order_cost=1.0, holding_cost=1.0, quantity=1)
