"""What holds late work back: by how many minutes each operation ought to end earlier."""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Flags, Integers, Links, Schedule, Shop


def blame(shop: Shop, schedule: Schedule, chosen: Flags | None = None) -> Integers:
    """Give by how many minutes the end of each operation holds back sinks that are late.

    An operation on the chain that decides when a late sink is complete has all of its lateness; one that could end
    later without harm has less by what it could wait. To schedule again with the blamed operations put forward is the
    repair of squeaky wheel optimisation (D. E. Joslin and D. P. Clements, "Squeaky Wheel Optimization", Journal of
    Artificial Intelligence Research 10, 1999, 353-373). O(operations + arcs).

    Parameters
    ----------
    shop, schedule : the shop and a complete schedule of it
    chosen : bool[d]; the sinks that count; all of them where it is left out

    Returns
    -------
    int64[n]; minutes, 0 where nothing late waits for the operation.

    Examples
    --------
    Two operations on one unit, one after the other; the second is due after 15 minutes and ends after 20:

    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0],
    ...     mode_minutes=[10, 10], pred_pointer=[0, 0, 1], pred_op=[0], sink_pointer=[0, 1], sink_op=[1], sink_due=[15])
    >>> blame(shop, dispatch(shop)).tolist()
    [5, 5]
    """
    late = np.maximum(schedule.sink_finish - shop.sink_due, 0) * (shop.sink_weight > 0)
    if chosen is not None:
        late = late * chosen
    sink = np.repeat(np.arange(len(late)), np.diff(shop.sink_pointer))
    wait = schedule.sink_finish[sink] - schedule.finish[shop.sink_op] - shop.sink_lag
    found = np.zeros(shop.operations, np.int64)
    np.maximum.at(found, shop.sink_op, late[sink] - np.maximum(wait, 0))
    _hand_back(shop.links, shop.order, schedule.start, schedule.finish, found)
    return found


@compiled
def _hand_back(links: Links, order: Integers, start: Integers, finish: Integers, found: Integers) -> None:
    """Hand the minutes of each operation to those before it, less what they could wait."""
    for place in range(len(order) - 1, -1, -1):
        op = order[place]
        for k in range(links.succ_pointer[op], links.succ_pointer[op + 1]):
            after = links.succ_op[k]
            wait = max(start[after] - finish[op] - links.lag[links.succ_arc[k]], 0)
            found[op] = max(found[op], found[after] - wait)
