"""A judge of schedules in plain Python, minute by minute, that shares no code with the scheduler."""

from __future__ import annotations

FOREVER = 2**61 - 1


def minutes_open(plain, calendar):
    """Give the set of open minutes; None: always open."""
    return None if calendar < 0 else {m for a, b in plain["calendars"][calendar] for m in range(a, b)}


def is_open(masks, t):
    return all(mask is None or t in mask for mask in masks)


def work_until(masks, t, minutes, horizon):
    """Give the moment at which work begun at t is done, counting minute by minute."""
    while minutes > 0 and t < horizon:
        minutes -= is_open(masks, t)
        t += 1
    return t if minutes == 0 else None


def own_minutes(plain, schedule, o):
    mode = schedule["mode"][o]
    return plain["mode_setup"][mode] + plain["mode_minutes"][mode]


def setup_minutes(plain, schedule):
    """Give each operation's set-up from the sequence on its unit: its own and the change of family."""
    setups = [plain["mode_setup"][schedule["mode"][o]] for o in range(plain["n"])]
    for unit in range(len(plain["unit_calendar"])):
        center = next(
            c for c in range(plain["centers"]) if plain["unit_pointer"][c] <= unit < plain["unit_pointer"][c + 1]
        )
        family = plain["unit_family"][unit]
        matrix = plain["center_matrix"][center]
        mine = [o for o in range(plain["n"]) if schedule["unit"][o] == unit and own_minutes(plain, schedule, o)]
        for o in sorted(mine, key=lambda o: (schedule["start"][o], schedule["finish"][o])):
            own = plain["family"][o]
            if matrix >= 0 and family >= 0 and own >= 0 and plain["fixed_start"][o] < 0:
                setups[o] += plain["setup_matrix"][matrix][family][own]
            family = own if own >= 0 else family
    return setups


def faults(plain, schedule, horizon, begin=0):  # noqa: C901, PLR0912  one rule after the other
    """List every rule that the schedule breaks."""
    found = []
    n = plain["n"]
    start, finish = schedule["start"], schedule["finish"]
    setups = setup_minutes(plain, schedule)
    masks, works = [], []
    for o in range(n):
        mode, unit = schedule["mode"][o], schedule["unit"][o]
        held = schedule["members"][o]
        if not plain["mode_pointer"][o] <= mode < plain["mode_pointer"][o + 1]:
            found.append(f"{o} has a mode of another")
        center = plain["mode_center"][mode]
        if center < 0:
            own = plain["mode_calendar"][mode]
            if unit != -1:
                found.append(f"{o} needs no unit")
        else:
            own = plain["unit_calendar"][unit]
            if not plain["unit_pointer"][center] <= unit < plain["unit_pointer"][center + 1]:
                found.append(f"{o} is on a unit of another work center")
        here = [minutes_open(plain, own)] + [minutes_open(plain, plain["member_calendar"][m]) for m in held if m >= 0]
        work = setups[o] + plain["mode_minutes"][mode]
        masks.append(here)
        works.append(work)
        if schedule["setup"][o] != setups[o]:
            found.append(f"{o} has set-up {schedule['setup'][o]} instead of {setups[o]}")
        if work_until(here, start[o], work, horizon) != finish[o]:
            found.append(f"{o} ends at {finish[o]} instead of {work_until(here, start[o], work, horizon)}")
        if plain["fixed_start"][o] >= 0:
            if start[o] != plain["fixed_start"][o] or unit != plain["fixed_unit"][o]:
                found.append(f"{o} is fixed and has been moved")
            continue
        if start[o] < max(plain["release"][o], begin):
            found.append(f"{o} starts before its release")
        if work and not is_open(here, start[o]):
            found.append(f"{o} starts in closed time")
        if not plain["pausable"][o] and finish[o] - start[o] != work:
            found.append(f"{o} pauses")
        found += crew_faults(plain, held, o)
    for o in range(n):
        if plain["fixed_start"][o] < 0:
            found += arc_faults(plain, schedule, o, masks, works, setups, horizon)
    found += clashes(schedule, n, [[schedule["unit"][o]] for o in range(n)], plain, "unit")
    found += clashes(schedule, n, schedule["members"], plain, "member")
    return found


def arc_faults(plain, schedule, o, masks, works, setups, horizon):
    found = []
    start, finish = schedule["start"], schedule["finish"]
    for p, lag, overlap, tail in plain["preds"][o]:
        if overlap < 0:
            if start[o] < finish[p] + lag:
                found.append(f"{o} starts before {p} has come")
            continue
        run = plain["mode_minutes"][schedule["mode"][p]]
        out = work_until(masks[p], start[p], setups[p] + min(overlap, run), horizon)
        if out is None or start[o] < out + lag:
            found.append(f"{o} starts before the first batch of {p}")
        after = sum(is_open(masks[o], t) for t in range(finish[p] + lag, finish[o]))
        if after < min(max(tail, 1), works[o]) or finish[o] < finish[p] + lag:
            found.append(f"{o} ends before the last batch of {p} is worked on")
    return found


def crew_faults(plain, held, o):
    wanted = [group for group, count in plain["needs"][o] for _ in range(count)]
    if len(wanted) != len(held) or len(set(held)) != len(held):
        return [f"{o} has a crew of the wrong size"]
    return [
        f"{o} has a member outside its group" for g, m in zip(wanted, held, strict=True) if m not in plain["groups"][g]
    ]


def clashes(schedule, n, holders, plain, what):
    """Two operations with length may not hold the same thing at the same time; fixed ones may be given as they are."""
    found = []
    for a in range(n):
        for b in range(a + 1, n):
            both = {h for h in holders[a] if h >= 0} & {h for h in holders[b] if h >= 0}
            if not both or (plain["fixed_start"][a] >= 0 and plain["fixed_start"][b] >= 0):
                continue
            spans = [(schedule["start"][x], schedule["finish"][x]) for x in (a, b)]
            if all(s < f for s, f in spans) and max(s for s, _ in spans) < min(f for _, f in spans):
                found.append(f"{a} and {b} hold the same {what} at once")
    return found


def sink_times(plain, schedule):
    """Give when each sink is complete."""
    return [
        max([release] + [schedule["finish"][o] + lag for o, lag in ops])
        for ops, release in zip(plain["sinks"], plain["sink_release"], strict=True)
    ]
