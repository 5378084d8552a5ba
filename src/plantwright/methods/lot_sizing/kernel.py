"""The compiled heart of lot sizing: which needs share a lot, and how large the next lot is.

The rules for analysts and the requirements planner both call these two functions, so that a rule is written once.
Rows are needs in order of time. Quantities are whole numbers of the smallest unit, times whole numbers of any unit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LOT_FOR_LOT = 0
FIXED_QUANTITY = 1
PERIOD = 2
ECONOMIC_QUANTITY = 3
PART_PERIOD = 4
LEAST_UNIT_COST = 5
SILVER_MEAL = 6
WAGNER_WHITIN = 7


@compiled
def next_lot(need: int, minimum: int, maximum: int, multiple: int) -> int:
    """Size the next lot towards `need`: minimum first, then rounded up to the multiple, then cut at the maximum."""
    quantity = max(need, minimum)
    if multiple > 1:
        quantity = -(-quantity // multiple) * multiple
    if maximum <= 0:
        return quantity
    largest = maximum - maximum % multiple if multiple > 1 else maximum
    cut: int = min(quantity, largest)
    return cut


@compiled
def lots_total(need: int, minimum: int, maximum: int, multiple: int) -> int:
    """Add up the lots that a need is turned into, without listing them."""
    if need <= 0:
        return 0
    lot = next_lot(need, minimum, maximum, multiple)
    if lot >= need:
        return lot
    rest = need % lot
    return need - rest + (next_lot(rest, minimum, maximum, multiple) if rest > 0 else 0)


@compiled
def economic_quantity(time: Ints, need: Ints, order_cost: float, holding: float, bucket: int) -> int:
    """Give the square-root order quantity for the average rate of the needs, at least 1."""
    total = 0
    for row in range(need.size):
        total += need[row]
    rate = total / (time[time.size - 1] - time[0] + bucket)
    return int(max(1, round(np.sqrt(2.0 * rate * order_cost / holding))))


@compiled
def group_starts(
    rule: int, time: Ints, need: Ints, order_cost: Floats, holding: float, period: int, bucket: int, starts: Ints
) -> int:
    """Cut the needs into runs that share a lot; write the first row of each run and return how many runs there are.

    `order_cost` has one value a row (or one value in all), `holding` is the cost of one smallest unit for one unit of
    time, `period` the span of a period order quantity, `bucket` the time the last need is taken to last.
    """
    count = need.size
    if count == 0:
        return 0
    if rule == WAGNER_WHITIN:
        return _wagner_whitin(time, need, order_cost, holding, starts)
    groups = 0
    row = 0
    while row < count:
        starts[groups] = row
        groups += 1
        cost = order_cost[min(row, order_cost.size - 1)]
        row = _run_end(rule, time, need, row, cost, holding, period, bucket)
    return groups


@compiled
def _run_end(
    rule: int, time: Ints, need: Ints, first: int, cost: float, holding: float, period: int, bucket: int
) -> int:
    """Give the row after the last need that the lot for row `first` covers, for the rules that look ahead once."""
    count = need.size
    span = period if rule == PERIOD else 1
    end = first + 1
    while end < count and time[end] < time[first] + span:
        end += 1
    if rule < PART_PERIOD or holding <= 0.0:
        return end
    held = 0.0
    quantity = 0.0
    best = np.inf
    chosen = first + 1
    for row in range(first, count):
        held += holding * (time[row] - time[first]) * need[row]
        quantity += need[row]
        following = time[row + 1] if row + 1 < count else time[row] + bucket
        if following == time[row]:
            continue
        if rule == PART_PERIOD:
            score = abs(held - cost)
        elif rule == LEAST_UNIT_COST:
            score = (cost + held) / max(quantity, 1.0)
        else:
            score = (cost + held) / (following - time[first])
        if score > best:
            break
        best = score
        chosen = row + 1
    return chosen


@compiled
def _wagner_whitin(time: Ints, need: Ints, order_cost: Floats, holding: float, starts: Ints) -> int:
    """Find the cheapest runs by dynamic programming over a lower envelope of lines, in linear time.

    With D the running need and M the running sum of time x need, the cheapest cost of rows before j is
    F(j) = h M(j) + min over i of [F(i) + K(i) - h M(i) + h t(i) D(i)] - h t(i) D(j): lines in D(j) whose slopes fall
    as i grows, asked at growing D(j), so the best line only ever moves on.
    """
    count = need.size
    total = np.zeros(count + 1)
    moment = np.zeros(count + 1)
    for row in range(count):
        total[row + 1] = total[row] + need[row]
        moment[row + 1] = moment[row] + (time[row] - time[0]) * float(need[row])
    best = np.zeros(count + 1)
    came_from = np.zeros(count + 1, np.int64)
    line = np.zeros(count, np.int64)
    base = np.zeros(count)
    head = 0
    tail = 0
    for end in range(1, count + 1):
        new = end - 1
        slope = time[new] - time[0]
        cost = order_cost[min(new, order_cost.size - 1)]
        level = best[new] + cost - holding * (moment[new] - slope * total[new])
        while tail - head >= 2 and _hidden(line, base, tail, time, slope, level):
            tail -= 1
        line[tail] = new
        base[tail] = level
        tail += 1
        at = holding * total[end]
        while tail - head >= 2 and _value(line, base, head + 1, time, at) <= _value(line, base, head, time, at):
            head += 1
        best[end] = holding * moment[end] + _value(line, base, head, time, at)
        came_from[end] = line[head]
        if need[new] == 0 and best[new] <= best[end]:  # nothing is needed here: no lot has to start here
            best[end] = best[new]
            came_from[end] = new
    return _trace(came_from, starts)


@compiled
def _value(line: Ints, base: Floats, place: int, time: Ints, at: float) -> float:
    value: float = base[place] - (time[line[place]] - time[0]) * at
    return value


@compiled
def _hidden(line: Ints, base: Floats, tail: int, time: Ints, slope: int, level: float) -> bool:
    """Tell whether the last line is nowhere below both the one before it and the new one."""
    slope_a = time[line[tail - 2]] - time[0]
    slope_b = time[line[tail - 1]] - time[0]
    return bool((base[tail - 1] - base[tail - 2]) * (slope - slope_a) >= (level - base[tail - 2]) * (slope_b - slope_a))


@compiled
def _trace(came_from: Ints, starts: Ints) -> int:
    groups = 0
    end = came_from.size - 1
    while end > 0:
        end = came_from[end]
        starts[groups] = end
        groups += 1
    for place in range(groups // 2):
        other = groups - 1 - place
        starts[place], starts[other] = starts[other], starts[place]
    return groups
