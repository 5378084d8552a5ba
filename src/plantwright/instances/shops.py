"""Make the shop of jobs whose operations are done one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from plantwright.methods.scheduling import Shop, build_shop
from plantwright.methods.working_time import working_time

Mode = tuple[int, int]
"""A machine and the minutes on it."""

Operation = Sequence[Mode]
Job = Sequence[Operation]


def shop_of(
    jobs: Sequence[Job],
    machines: int,
    *,
    due: ArrayLike | None = None,
    family: ArrayLike | None = None,
    matrices: ArrayLike | None = None,
) -> Shop:
    """Make the shop in which each machine is a work center of one unit and each job is one sink.

    `matrices` has one set-up matrix a machine, from family to family.

    Examples
    --------
    >>> shop_of([[[(0, 3)], [(1, 2)]], [[(0, 2), (1, 4)]]], 2).operations
    3
    """
    lengths = np.array([len(job) for job in jobs], np.int64)
    last = np.cumsum(lengths) - 1
    first = np.repeat(last - lengths + 1, lengths)
    here = np.arange(lengths.sum())
    arcs = (here > first).astype(np.int64)
    return shop_of_arcs(
        list(chain.from_iterable(jobs)),
        machines,
        np.concatenate(([0], np.cumsum(arcs))),
        here[arcs > 0] - 1,
        last[lengths > 0],
        due=None if due is None else np.asarray(due)[lengths > 0],
        family=family,
        matrices=matrices,
    )


def shop_of_arcs(
    operations: Sequence[Operation],
    machines: int,
    pred_pointer: ArrayLike,
    pred_op: ArrayLike,
    last: ArrayLike,
    *,
    due: ArrayLike | None = None,
    family: ArrayLike | None = None,
    matrices: ArrayLike | None = None,
) -> Shop:
    """Make the shop of operations with any arcs; each of the operations `last` is a sink."""
    modes = list(chain.from_iterable(operations))
    table = np.array(modes, np.int64).reshape(-1, 2)
    return build_shop(
        working_time([]),
        unit_pointer=np.arange(machines + 1),
        unit_calendar=np.full(machines, -1),
        mode_pointer=np.concatenate(([0], np.cumsum([len(modes) for modes in operations]))),
        mode_center=table[:, 0],
        mode_minutes=table[:, 1],
        family=family,
        center_matrix=None if matrices is None else np.arange(machines),
        setup_matrix=matrices,
        pred_pointer=pred_pointer,
        pred_op=pred_op,
        sink_pointer=np.arange(len(np.asarray(last)) + 1),
        sink_op=last,
        sink_due=due,
    )
