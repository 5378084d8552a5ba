"""Choose the members an operation holds: a matching of places to people or tools that are free."""

from __future__ import annotations

from plantwright.methods.scheduling.problem import Crews, Integers
from plantwright.methods.scheduling.state import Blocks, Floor
from plantwright.methods.scheduling.timing import Flat
from plantwright.methods.working_time import LONG_AGO, NEVER, open_from, primitive


@primitive
def member_ready(flat: Flat, crews: Crews, floor: Floor, blocks: Blocks, member: int, t: int, until: int) -> int:
    """Give the first minute from `t` at which a member is free, at work, and stays free from then for ``until - t``."""
    pointer, start, end, before = flat
    t0 = max(t, floor.member_free[member])
    place = blocks.pointer[member]
    length = until - t
    while True:
        t0 = open_from(pointer, start, end, before, crews.calendar[member], t0)
        if t0 >= NEVER:
            return NEVER
        while place < blocks.pointer[member + 1] and blocks.finish[place] <= t0:
            place += 1
        if place == blocks.pointer[member + 1] or blocks.start[place] >= t0 + length:
            return t0
        t0 = blocks.finish[place]


@primitive
def find_crew(
    flat: Flat,
    crews: Crews,
    floor: Floor,
    blocks: Blocks,
    o: int,
    t: int,
    chosen: Integers,
    seats: Integers,
) -> int:
    """Choose members for `o` from `t` on; gives `t`, or the next moment at which it is worth trying again.

    Each place (one of the `need_count` of a need) is matched to a member by augmenting paths (Kuhn 1955), in the
    groups' order of preference. `seats` is room for four lists as long as the crew; the last one tells until when each
    place is held, `LONG_AGO`: it is not needed.
    """
    places = 0
    for need in range(crews.need_pointer[o], crews.need_pointer[o + 1]):
        places += crews.need_count[need]
    group = seats[0]
    fill = 0
    for need in range(crews.need_pointer[o], crews.need_pointer[o + 1]):
        for _ in range(crews.need_count[need]):
            group[fill] = crews.need_group[need]
            chosen[fill] = -1
            fill += 1
    again = NEVER
    until = seats[3]
    for place in range(places):
        if until[place] <= LONG_AGO:
            continue
        for k in range(crews.group_pointer[group[place]], crews.group_pointer[group[place] + 1]):
            ready = member_ready(flat, crews, floor, blocks, crews.group_member[k], t, until[place])
            if ready > t:
                again = min(again, ready)
    for place in range(places):
        if until[place] > LONG_AGO and not _seat(flat, crews, floor, blocks, seats, place, places, t, chosen):
            return again
    return t


@primitive
def _seat(
    flat: Flat,
    crews: Crews,
    floor: Floor,
    blocks: Blocks,
    seats: Integers,
    place: int,
    places: int,
    t: int,
    chosen: Integers,
) -> bool:
    """Find a member for `place`, moving members between places seated so far if that frees one."""
    group, queue, came_from = seats[0], seats[1], seats[2]
    for k in range(places):
        came_from[k] = -1
    queue[0] = place
    came_from[place] = place
    head, size = 0, 1
    while head < size:
        here = queue[head]
        head += 1
        for k in range(crews.group_pointer[group[here]], crews.group_pointer[group[here] + 1]):
            member = crews.group_member[k]
            if member_ready(flat, crews, floor, blocks, member, t, seats[3][here]) > t:
                continue
            holder = -1
            for other in range(places):
                if chosen[other] == member:
                    holder = other
            if holder < 0:
                _shift(chosen, came_from, here, place, member)
                return True
            if came_from[holder] < 0:
                came_from[holder] = here
                queue[size] = holder
                size += 1
    return False


@primitive
def _shift(chosen: Integers, came_from: Integers, here: int, place: int, member: int) -> None:
    """Give `member` to `here`, and what `here` held to the place that asked for it, back to `place`."""
    while True:
        held = chosen[here]
        chosen[here] = member
        if here == place:
            return
        member = held
        here = came_from[here]
