"""Operations that any of several units can do, with nothing else to mind: which unit does which.

Simulated annealing on the minutes by which units exceed a goal one below the best makespan so far; an operation goes to
another unit, mostly one that takes not much longer, or two operations of two units change places. Both are worked out
in a few additions.
"""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.net import Net, draw
from plantwright.methods.working_time import primitive


@primitive
def on_unit(pointer: Integers, unit: Integers, v: int, wanted: int) -> int:
    """Find the option of an operation that is on a unit, or -1."""
    for k in range(pointer[v], pointer[v + 1]):
        if unit[k] == wanted:
            found: int = k
            return found
    return -1


@compiled
def quickest_first(pointer: Integers, minutes: Integers) -> Integers:
    """Give the options of each operation by their minutes."""
    ranked = np.empty(len(minutes), np.int64)
    for v in range(len(pointer) - 1):
        low, high = pointer[v], pointer[v + 1]
        ranked[low:high] = low + np.argsort(minutes[low:high])
    return ranked


@compiled
def assign(  # noqa: C901  one hot loop
    net: Net,
    choice: Integers,
    best_choice: Integers,
    load: Integers,
    random: Integers,
    hot: float,
    cold: float,
    iterations: int,
) -> int:
    """Improve `best_choice`, an option for each operation, from `choice` while it cools down; gives the makespan.

    Minimum makespan on unrelated machines, R||Cmax; neighbourhoods as in Fanjul-Peyro and Ruiz (2010).
    """
    n, pointer, unit, minutes = len(net.release), net.option_pointer, net.option_unit, net.option_minutes
    load[:] = 0
    for v in range(n):
        load[unit[best_choice[v]]] += minutes[best_choice[v]]
    best = load.max()
    load[:] = 0
    for v in range(n):
        load[unit[choice[v]]] += minutes[choice[v]]
    best = min(best, load.max())
    if load.max() == best:
        best_choice[:] = choice
    goal = best - 1
    over = np.maximum(load - goal, 0).sum()
    temperature = hot
    cooling = (cold / hot) ** (1.0 / max(iterations, 1))
    ranked = quickest_first(pointer, minutes)
    for _ in range(iterations):
        temperature *= cooling
        v = draw(random, n)
        old = choice[v]
        a = unit[old]
        if draw(random, 2):
            some = 1 + draw(random, 1 + draw(random, pointer[v + 1] - pointer[v]))
            new, w, other = ranked[pointer[v] + draw(random, some)], -1, -1
        else:
            w = draw(random, n)
            other = choice[w]
            new = on_unit(pointer, unit, v, unit[other])
        if new < 0 or unit[new] == a:
            continue
        b = unit[new]
        load_a, load_b, back = load[a] - minutes[old], load[b] + minutes[new], -1
        if w >= 0:
            back = on_unit(pointer, unit, w, a)
            if back < 0:
                continue
            load_a += minutes[back]
            load_b -= minutes[other]
        delta = max(load_a - goal, 0) + max(load_b - goal, 0) - max(load[a] - goal, 0) - max(load[b] - goal, 0)
        if delta > 0 and delta > -temperature * np.log((draw(random, 1 << 30) + 1) / (1 << 30)):
            continue
        choice[v] = new
        load[a], load[b] = load_a, load_b
        if w >= 0:
            choice[w] = back
        over += delta
        if over == 0:
            best = load.max()
            best_choice[:] = choice
            goal = best - 1
            over = np.maximum(load - goal, 0).sum()
    found: int = best + net.begin
    return found
