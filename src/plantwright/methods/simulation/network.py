"""The graph of a plan as the simulation follows it: what waits for what, and what each thing keeps to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.compiled import whole_row
from plantwright.methods.working_time import WorkingTime

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
NO = -1


class Nodes(NamedTuple):
    """What is done or comes, one entry each, as kernels take it."""

    start: Integers
    finish: Integers
    setup: Integers
    run: Integers
    earliest: Integers
    pausable: Flags
    receipt: Flags
    calendar_pointer: Integers
    calendar: Integers


class Arcs(NamedTuple):
    """What each node waits for, by node, as kernels take it."""

    pointer: Integers
    before: Integers
    lag: Integers
    overlap: Integers
    tail: Integers


class Ends(NamedTuple):
    """What is delivered: the nodes that serve it, and the planned moment, as kernels take it."""

    pointer: Integers
    node: Integers
    planned: Integers


@dataclass(frozen=True, slots=True)
class Network:
    """The graph of a plan; make it with `build_network`.

    Parameters
    ----------
    time
        The calendars.
    nodes
        Operations and receipts, each after all that it waits for.
    arcs
        What each waits for.
    ends
        What is delivered.
    number
        int64[n]; the number that each node had when the network was built.
    dropped
        How many waits the plan itself does not keep (of what has begun, say), and which are left out.
    """

    time: WorkingTime
    nodes: Nodes
    arcs: Arcs
    ends: Ends
    number: Integers
    dropped: int


def build_network(
    time: WorkingTime,
    *,
    start: ArrayLike,
    finish: ArrayLike,
    run: ArrayLike,
    setup: ArrayLike | None = None,
    earliest: ArrayLike | None = None,
    pausable: ArrayLike | None = None,
    receipt: ArrayLike | None = None,
    rank: ArrayLike | None = None,
    calendar_pointer: ArrayLike | None = None,
    calendar: ArrayLike = (),
    before: ArrayLike = (),
    after: ArrayLike = (),
    lag: ArrayLike | None = None,
    overlap: ArrayLike | None = None,
    tail: ArrayLike | None = None,
    end_pointer: ArrayLike = (0,),
    end_node: ArrayLike = (),
    end_planned: ArrayLike = (),
) -> Network:
    """Make the graph of a plan.

    Parameters
    ----------
    time
        The calendars.
    start, finish
        int64[n]; when the plan has each node begin and end, in minutes. `NEVER` for what has no place.
    setup, run
        int64[n]; working minutes of set-up, which stay as they are, and of run, which vary.
    earliest
        int64[n]; moment before which each may not begin; its planned start where left out.
    pausable
        bool[n]; whether it may pause at closing time; it may where left out.
    receipt
        bool[n]; whether it is something that comes from outside: it has no work, and what varies is its delay.
    rank
        int64[n]; which of two that begin and end at once comes first, lower first.
    calendar_pointer, calendar
        The calendars on which a node works are ``calendar[calendar_pointer[i]:calendar_pointer[i + 1]]``, all of
        which must be open; none: always open.
    before, after
        int64[a]; node `after` waits for node `before`.
    lag
        int64[a]; minutes between them, 0 where left out.
    overlap, tail
        int64[a]; with an overlap of 0 or above, `after` may begin once `before` has run so many minutes, and must have
        `tail` working minutes to go when `before` is done; -1: it waits for the end.
    end_pointer, end_node
        Delivery ``d`` needs ``end_node[end_pointer[d]:end_pointer[d + 1]]``.
    end_planned
        int64[d]; when the plan has it complete: it is not delivered before.

    Returns
    -------
    The network, sorted so that each node comes after all that it waits for. Waits that the plan does not keep are left
    out and counted. Cost O((n + a) log n).

    Raises
    ------
    ProblemError
        With every array of a wrong length or with a node that does not exist.

    Examples
    --------
    >>> from plantwright.methods.working_time import working_time
    >>> made = build_network(working_time([]), start=[0, 60], finish=[60, 90], run=[60, 30], before=[0], after=[1],
    ...     end_pointer=[0, 1], end_node=[1], end_planned=[90])
    >>> made.number.tolist(), made.dropped
    ([0, 1], 0)
    """
    begins, done = whole_row(start), whole_row(finish)
    count = len(begins)
    given: dict[str, Integers] = {
        "finish": done, "run": whole_row(run), "setup": _or(setup, count, 0),
        "earliest": begins if earliest is None else whole_row(earliest), "rank": _or(rank, count, 0),
    }  # fmt: skip
    flags = _flags(pausable, count, default=True), _flags(receipt, count, default=False)
    own = _pointer(calendar_pointer, count), whole_row(calendar) if np.size(calendar) else np.zeros(0, np.int64)
    first, second = _row(before), _row(after)
    arcs = {
        "after": second, "lag": _or(lag, len(first), 0), "overlap": _or(overlap, len(first), NO),
        "tail": _or(tail, len(first), 0),
    }  # fmt: skip
    ends = Ends(_row(end_pointer), _row(end_node), _row(end_planned))
    known = given | dict(zip(("pausable", "receipt"), flags, strict=True))
    _check(count, known, first, arcs, own, ends, len(time.pointer) - 1)
    order = np.lexsort((given["rank"], done, begins))
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    kept = _kept(begins, done, first, arcs) & (place[first] < place[second])
    by = np.flatnonzero(kept)[np.argsort(place[second[kept]], kind="stable")]
    counts = np.bincount(place[second[by]], minlength=count)
    nodes = Nodes(
        begins[order], done[order], given["setup"][order], given["run"][order], given["earliest"][order],
        flags[0][order], flags[1][order], *_sorted(*own, order),
    )  # fmt: skip
    return Network(
        time, nodes,
        Arcs(_cumulated(counts), place[first[by]], *(arcs[name][by] for name in ("lag", "overlap", "tail"))),
        Ends(ends.pointer, place[ends.node], ends.planned),
        order.astype(np.int64), int(len(first) - kept.sum()),
    )  # fmt: skip


def row_arcs(resource: ArrayLike, node: ArrayLike, start: ArrayLike, finish: ArrayLike) -> tuple[Integers, Integers]:
    """Give who follows whom on each resource, in the order of a plan.

    Parameters
    ----------
    resource, node
        int64[m]; node `node` holds resource `resource`; a node may hold several.
    start, finish
        int64[m]; from when until when.

    Returns
    -------
    Nodes before, and the nodes that follow them at once. Cost O(m log m).

    Examples
    --------
    >>> [part.tolist() for part in row_arcs([0, 0, 1], [7, 8, 9], [60, 0, 0], [90, 60, 60])]
    [[8], [7]]
    """
    own, who, begins, ends = (_row(one) for one in (resource, node, start, finish))
    line = np.lexsort((ends, begins, own))
    follows = np.flatnonzero(own[line][1:] == own[line][:-1])
    return who[line[follows]], who[line[follows + 1]]


def ancestors(network: Network, wanted: ArrayLike) -> Network:
    """Keep of a network only what some deliveries depend on, and these deliveries.

    Parameters
    ----------
    network
        The network.
    wanted
        int64[w]; the deliveries.

    Returns
    -------
    The smaller network; its nodes keep their numbers. Cost O(n + a).

    Examples
    --------
    >>> from plantwright.methods.working_time import working_time
    >>> made = build_network(working_time([]), start=[0, 0], finish=[60, 30], run=[60, 30],
    ...     end_pointer=[0, 1, 2], end_node=[0, 1], end_planned=[60, 30])
    >>> ancestors(made, [0]).number.tolist()
    [0]
    """
    chosen, nodes, arcs, ends = _row(wanted), network.nodes, network.arcs, network.ends
    counts = np.diff(ends.pointer)[chosen]
    ending = ends.node[_spans(ends.pointer[:-1][chosen], counts)]
    needed = [False] * len(nodes.start)
    for one in ending.tolist():
        needed[one] = True
    pointer, before = arcs.pointer.tolist(), arcs.before.tolist()
    for one in range(len(needed) - 1, -1, -1):
        if needed[one]:
            for arc in range(pointer[one], pointer[one + 1]):
                needed[before[arc]] = True
    kept = np.flatnonzero(needed)
    place = np.full(len(needed), NO, np.int64)
    place[kept] = np.arange(len(kept))
    arc_counts = np.diff(arcs.pointer)[kept]
    own = _spans(arcs.pointer[:-1][kept], arc_counts)
    smaller = Nodes(
        nodes.start[kept], nodes.finish[kept], nodes.setup[kept], nodes.run[kept], nodes.earliest[kept],
        nodes.pausable[kept], nodes.receipt[kept], *_sorted(nodes.calendar_pointer, nodes.calendar, kept),
    )  # fmt: skip
    return Network(
        network.time, smaller,
        Arcs(_cumulated(arc_counts), place[arcs.before[own]], arcs.lag[own], arcs.overlap[own], arcs.tail[own]),
        Ends(_cumulated(counts), place[ending], ends.planned[chosen]), network.number[kept], network.dropped,
    )  # fmt: skip


def _kept(start: Integers, finish: Integers, first: Integers, arcs: dict[str, Integers]) -> Flags:
    """Tell which waits the plan keeps; what has no place keeps all of them."""
    from_end = finish[first] + arcs["lag"] <= start[arcs["after"]]
    from_start = (start[first] <= start[arcs["after"]]) & (finish[first] <= finish[arcs["after"]])
    return np.where(arcs["overlap"] < 0, from_end, from_start)


def _row(values: ArrayLike) -> Integers:
    return whole_row(values) if np.size(values) else np.zeros(0, np.int64)


def _or(values: ArrayLike | None, count: int, default: int) -> Integers:
    return np.full(count, default, np.int64) if values is None else _row(values)


def _flags(values: ArrayLike | None, count: int, *, default: bool) -> Flags:
    return np.full(count, default) if values is None else np.array(values, np.bool_).reshape(-1)


def _pointer(values: ArrayLike | None, count: int) -> Integers:
    return np.zeros(count + 1, np.int64) if values is None else _row(values)


def _cumulated(counts: NDArray[np.int64]) -> Integers:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _spans(first: Integers, counts: Integers) -> Integers:
    """Give all places of some stretches, one stretch after the other."""
    before = np.cumsum(counts) - counts
    return np.asarray(np.arange(int(counts.sum()), dtype=np.int64) + np.repeat(first - before, counts), np.int64)


def _sorted(pointer: Integers, values: Integers, order: Integers) -> tuple[Integers, Integers]:
    counts = np.diff(pointer)[order]
    return _cumulated(counts), values[_spans(pointer[:-1][order], counts)]


def _check(
    count: int, given: dict[str, Any], first: Integers, arcs: dict[str, Integers],
    own: tuple[Integers, Integers], ends: Ends, calendars: int,
) -> None:  # fmt: skip
    problems = [_length(name, len(one), count) for name, one in given.items() if len(one) != count]
    problems += [_length(name, len(one), len(first)) for name, one in arcs.items() if len(one) != len(first)]
    problems += _inside("before", first, count) + _inside("after", arcs["after"], count)
    problems += _inside("end_node", ends.node, count)
    wrong = np.flatnonzero((own[1] < 0) | (own[1] >= calendars))
    must = f"a calendar from 0 to {calendars - 1}"
    problems += [BAD_ARGUMENT.at("", int(i), "calendar", int(own[1][i]), must=must) for i in wrong[:10]]
    for name, pointer, of, values in (
        ("calendar_pointer", own[0], count, own[1]), ("end_pointer", ends.pointer, len(ends.planned), ends.node),
    ):  # fmt: skip
        if len(pointer) != of + 1 or pointer[0] != 0 or pointer[-1] != len(values) or (np.diff(pointer) < 0).any():
            must = f"{of + 1} rising places, from 0 to {len(values)}"
            problems.append(BAD_ARGUMENT.at("", "", name, pointer.tolist()[:6], must=must))
    for name in ("run", "setup"):
        wrong = np.flatnonzero(given[name] < 0)
        problems += [BAD_ARGUMENT.at("", int(i), name, int(given[name][i]), must="0 or above") for i in wrong[:10]]
    if problems:
        raise ProblemError(problems)


def _length(name: str, have: int, must: int) -> Problem:
    return BAD_ARGUMENT.at("", "", name, f"of length {have}", must=f"of length {must}")


def _inside(name: str, values: Integers, count: int) -> list[Problem]:
    wrong = np.flatnonzero((values < 0) | (values >= count))
    must = f"a node from 0 to {count - 1}"
    return [BAD_ARGUMENT.at("", int(i), name, int(values[i]), must=must) for i in wrong[:10]]
