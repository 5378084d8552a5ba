"""Orders whose material comes late, without a schedule: when they start, finish, and take their material instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

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

    def taken(self, owner: Ints, place: Ints) -> Ints:
        """Give when the orders in rows `owner` take what they use at an operation place."""
        last = np.diff(self.pointer)[owner] - 1
        return self.begin[self.pointer[owner] + np.clip(place, 0, last)]


def keeps_no_lead(n: Numbered, material: Material) -> np.ndarray:
    """Say which orders are not dated by the lead time of their item: transfers on the floor or by another lane."""
    source = n.nodes.frame.select("node", own="source")
    rows = material.orders.join(source, on="node", how="left", maintain_order="left")
    odd = (pl.col("kind") != pl.col("own")) | (pl.col("existing") & (pl.col("kind") == "transfer"))
    return rows.select(odd).to_series().to_numpy()


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
