"""What of the free supplies of an item is open to one customer: what is kept for others is left to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from plantwright.flows.promise.known import Supply
from plantwright.methods.promising import class_atp


@dataclass(frozen=True, slots=True)
class Held:
    """A quantity (scaled) that is kept for others from one moment until another."""

    start: int
    end: int
    quantity: int


def open_supplies(supplies: Sequence[Supply], held: Sequence[Held]) -> tuple[Supply, ...]:
    """Cut free supplies down to what a customer may have of them, each from when on he may.

    What is held need not be there before its period, and may be served by anything that comes until then: the customer
    has of the earlier supplies what later ones make up for, and when the period is over what was held and not used. It
    is `class_atp`, asked at each moment at which something comes or a period begins or ends.

    Parameters
    ----------
    supplies : what is free, by time
    held : what is kept for others

    Returns
    -------
    The supplies with what is left of them, none of them empty.

    Examples
    --------
    Of 60 in stock 40 may be had at once, since 50 come before the period for which 70 are kept; the rest after it:

    >>> free = open_supplies([Supply(0, 60), Supply(20, 50)], [Held(25, 30, 70)])
    >>> [(one.time, one.quantity) for one in free]
    [(0, 40), (30, 20), (30, 50)]
    """
    if not held or not supplies:
        return tuple(supplies)
    first = supplies[0].time
    moments = sorted({one.time for one in supplies} | {max(at, first) for one in held for at in (one.start, one.end)})
    comes = [sum(one.quantity for one in supplies if one.time == moment) for moment in moments]
    kept = [sum(one.quantity for one in held if one.start <= moment < one.end) for moment in moments]
    nothing = [0] * len(moments)
    limits = class_atp(0, comes, nothing, [kept, nothing])[1].tolist()
    left, found, given = deque(supplies), [], 0
    for moment, limit in zip(moments, limits, strict=True):
        while given < limit:
            one = left.popleft()
            amount = min(one.quantity, limit - given)
            found.append(Supply(max(one.time, moment), amount, one.order))
            given += amount
            if amount < one.quantity:
                left.appendleft(Supply(one.time, one.quantity - amount, one.order))
    return tuple(found)
