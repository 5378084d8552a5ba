"""Random small shops as plain lists, for the judge, and as a `Shop`, for the scheduler."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from plantwright.methods.scheduling import build_shop
from plantwright.methods.working_time import working_time

SPAN = 400
HORIZON = 4000


@st.composite
def calendars(draw):
    """Open and closed stretches up to SPAN, then open without end, so that every operation can be placed."""
    edges, t = [], draw(st.integers(0, 10))
    while t < SPAN:
        length = draw(st.integers(6, 40))
        edges.append((t, t + length))
        t += length + draw(st.integers(1, 20))
    return [*edges, (t, HORIZON)]


@st.composite
def plain_shops(draw, *, crews=True, fixed=True, families=True, alternates=True, overlaps=True, plain_time=False):
    """Draw a shop of a few operations; each kind of complication can be left out."""
    n, centers = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    cals = [draw(calendars()) for _ in range(2)] if not plain_time else [[(0, HORIZON)]]
    any_calendar = st.integers(-1, len(cals) - 1)
    sizes = [draw(st.integers(1, 2)) for _ in range(centers)]
    unit_pointer = [sum(sizes[:c]) for c in range(centers + 1)]
    units = unit_pointer[-1]
    kinds = 2
    pausable = [draw(st.booleans()) for _ in range(n)]
    plain = {
        "n": n,
        "centers": centers,
        "calendars": cals,
        "unit_pointer": unit_pointer,
        "unit_calendar": [draw(any_calendar) for _ in range(units)],
        "unit_family": [draw(st.integers(-1, kinds - 1)) if families else -1 for _ in range(units)],
        "center_matrix": [draw(st.integers(-1, 0)) if families else -1 for _ in range(centers)],
        "setup_matrix": [[[draw(st.integers(0, 9)) if a != b else 0 for b in range(kinds)] for a in range(kinds)]],
        "family": [draw(st.integers(-1, kinds - 1)) if families else -1 for _ in range(n)],
        "pausable": pausable,
        "release": [draw(st.integers(0, 60)) for _ in range(n)],
        "fixed_start": [-1] * n,
        "fixed_unit": [-1] * n,
    }
    members = draw(st.integers(1, 3)) if crews else 0
    groups = [draw(st.sets(st.integers(0, members - 1), min_size=1)) for _ in range(2)] if crews else []
    plain["member_calendar"] = [draw(any_calendar) for _ in range(members)]
    plain["groups"] = [sorted(group) for group in groups]
    plain["needs"] = [draw(needs(plain["groups"])) if crews else [] for _ in range(n)]
    plain |= draw(modes(n, centers, any_calendar, alternates))
    plain["preds"] = [
        [
            (p, draw(st.integers(0, 5)), draw(st.integers(-1, 15)) if overlaps else -1, draw(st.integers(0, 8)))
            for p in sorted(draw(st.sets(st.integers(0, o - 1), max_size=2)))
        ]
        if o
        else []
        for o in range(n)
    ]
    if fixed and draw(st.booleans()):
        fix_some(draw, plain)
    sinks = draw(st.integers(0, 3))
    plain["sinks"] = [
        [(o, draw(st.integers(0, 4))) for o in sorted(draw(st.sets(st.integers(0, n - 1), max_size=2)))]
        for _ in range(sinks)
    ]
    plain["sink_due"] = [draw(st.integers(0, 500)) for _ in range(sinks)]
    plain["sink_release"] = [draw(st.integers(0, 300)) for _ in range(sinks)]
    plain["due"] = [draw(st.one_of(st.just(2**61 - 1), st.integers(0, 400))) for _ in range(n)]
    return plain


@st.composite
def needs(draw, groups):
    """Draw what one operation holds, so that it can be had: two different members at most, one of each group."""
    if draw(st.booleans()):
        return []
    if draw(st.booleans()) and len(set(groups[0]) | set(groups[1])) > 1:
        return [(0, 1), (1, 1)]
    g = draw(st.integers(0, 1))
    return [(g, draw(st.integers(1, min(2, len(groups[g])))))]


@st.composite
def modes(draw, n, centers, any_calendar, alternates):
    pointer, rows = [0], []
    one = st.tuples(
        st.integers(-1 if alternates else 0, centers - 1), st.integers(0, 3), st.integers(0, 18), any_calendar
    )
    for _ in range(n):
        rows += draw(st.lists(one, min_size=1, max_size=2 if alternates else 1))
        pointer.append(len(rows))
    rows = [(center, setup, minutes, k % 2, calendar) for k, (center, setup, minutes, calendar) in enumerate(rows)]
    names = ("mode_center", "mode_setup", "mode_minutes", "mode_rank", "mode_calendar")
    return {"mode_pointer": pointer, **{name: [row[k] for row in rows] for k, name in enumerate(names)}}


def fix_some(draw, plain):
    """Fix one or two operations on units, one after the other, without a crew and without change of mode."""
    t = draw(st.integers(0, 80))
    for o in sorted(draw(st.sets(st.integers(0, plain["n"] - 1), min_size=1, max_size=2))):
        center = plain["mode_center"][plain["mode_pointer"][o]]
        if center < 0:
            continue
        plain["needs"][o] = []
        plain["fixed_start"][o] = t
        plain["fixed_unit"][o] = plain["unit_pointer"][center]
        t += 150


def pointers(lists):
    return [sum(len(x) for x in lists[:k]) for k in range(len(lists) + 1)]


def flat(lists, place):
    return [row[place] for rows in lists for row in rows]


def shop_of(plain):
    """Make the shop that the plain lists describe."""
    time = working_time([([a for a, _ in rows], [b for _, b in rows]) for rows in plain["calendars"]])
    same = (
        "unit_pointer unit_calendar unit_family center_matrix setup_matrix family pausable release due "
        "fixed_start fixed_unit mode_pointer mode_center mode_setup mode_minutes mode_rank mode_calendar "
        "member_calendar sink_due sink_release"
    )
    return build_shop(
        time,
        **{name: plain[name] for name in same.split()},
        **plain.get("ties", {}),
        pred_pointer=pointers(plain["preds"]),
        pred_op=flat(plain["preds"], 0),
        pred_lag=flat(plain["preds"], 1),
        pred_overlap=flat(plain["preds"], 2),
        pred_tail=flat(plain["preds"], 3),
        need_pointer=pointers(plain["needs"]),
        need_group=flat(plain["needs"], 0),
        need_count=flat(plain["needs"], 1),
        group_pointer=pointers(plain["groups"]),
        group_member=[m for group in plain["groups"] for m in group],
        sink_pointer=pointers(plain["sinks"]),
        sink_op=flat(plain["sinks"], 0),
        sink_lag=flat(plain["sinks"], 1),
    )


def plain_schedule(schedule):
    """Give the schedule as plain lists."""
    pointer = schedule.member_pointer.tolist()
    member = schedule.member.tolist()
    return {
        **{name: getattr(schedule, name).tolist() for name in ("start", "finish", "setup", "mode", "unit")},
        "members": [member[a:b] for a, b in pairwise(pointer)],
    }
