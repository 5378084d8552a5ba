"""Orders whose material comes late, without a schedule: when they start, finish, and take their material instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.ragged import Ints
from plantwright.methods.requirements import Waits, project_orders
from plantwright.methods.working_time import NEVER


@dataclass(frozen=True)
class Late:
    """Pegs of late material.

    Parameters
    ----------
    order, place : order that takes it, and operation place in its routing (-1: at its start)
    wanted, there : when it is wanted, and when it is there
    """

    order: Ints
    place: Ints
    wanted: Ints
    there: Ints


@dataclass(frozen=True)
class Moved:
    """New dates of orders.

    Parameters
    ----------
    order, start, finish : number, start and finish of each
    pointer, begin : when the operations of each begin; one where it has none
    """

    order: Ints
    start: Ints
    finish: Ints
    pointer: Ints
    begin: Ints


def keeps_no_lead(n: Numbered, material: Material) -> np.ndarray:
    """Say which orders are not dated by the lead time of their item: transfers on the floor or by another lane."""
    orders = material.orders
    source = n.nodes.frame["source"].gather(orders["node"])
    return np.asarray((orders["kind"] != source) | (orders["existing"] & (orders["kind"] == "transfer")))


def wait_for_material(material: Material, elapsed: np.ndarray, start: Ints, finish: Ints, late: Late) -> Moved:
    """Let each operation wait for its material, and project its order forward in working time from there.

    What comes before the waiting operation stays as planned, and no order is done before it was planned to be. Those
    that `elapsed` marks are moved as they are, by the time that their material is late.
    """
    order, row = np.unique(late.order, return_inverse=True)
    node, quantity = (material.orders[name].to_numpy()[order] for name in ("node", "quantity"))
    found = project_orders(material.problem, node, quantity, start[order], Waits(row, late.place, late.there))
    shift, last = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    np.maximum.at(shift, row, late.there - late.wanted)
    np.maximum.at(last, row, late.there)
    held = np.zeros(len(order), bool)
    held[row[late.place <= 0]] = True
    moves = elapsed[order]
    owner = np.repeat(np.arange(len(order)), np.diff(found.pointer))
    return Moved(
        order,
        np.where(moves, start[order] + shift, np.where(held, found.start, start[order])),
        np.minimum(np.where(moves, finish[order] + shift, np.maximum(finish[order], found.receipt)), NEVER),
        found.pointer,
        np.where(moves[owner], last[owner], found.begin),
    )


def taken_by_moved(moved: Sequence[Moved], consumer: Ints, place: Ints, wanted: Ints, orders: int) -> Ints:
    """Give when each requirement is taken: at its operation in an order that was moved, else when it is wanted.

    Parameters
    ----------
    moved : orders that were moved, each once
    consumer, place, wanted : of each requirement: order that takes it, operation place, and when it is wanted
    orders : how many orders there are
    """
    first, count = np.zeros(orders, np.int64), np.zeros(orders, np.int64)
    laid = 0
    for one in moved:
        first[one.order], count[one.order] = one.pointer[:-1] + laid, np.diff(one.pointer)
        laid += len(one.begin)
    begin = np.concatenate([np.zeros(0, np.int64), *(one.begin for one in moved)])
    taken, asks = wanted.copy(), np.flatnonzero(consumer >= 0)
    rows = asks[count[consumer[asks]] > 0]
    order = consumer[rows]
    slot = first[order] + np.clip(place[rows], 0, count[order] - 1)
    taken[rows] = np.maximum(wanted[rows], begin[slot])
    return taken
