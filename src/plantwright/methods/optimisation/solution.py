"""Blocks of variables and rows, and what a solver found of a program of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Status = Literal["optimal", "feasible", "infeasible", "unbounded", "no plan found"]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Variables or rows of one kind.

    Parameters
    ----------
    name
        What they are, such as stock.
    axes
        Name and length of each axis.
    index
        int64, one axis for each of `axes`; number of the column or row in the program.
    """

    name: str
    axes: Mapping[str, int]
    index: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """What a solver found.

    Parameters
    ----------
    status
        How it ended: optimal, feasible (a limit of time or gap was reached), infeasible, unbounded, no plan found.
    objective
        Value of the objective; NaN without a solution.
    bound
        No solution is better than this; the objective itself for a linear program.
    gap
        Share by which the objective may still be above the bound.
    iterations
        Steps of the simplex or interior-point method.
    value, reduced
        float64[columns]; value of each variable, and what one unit more of it would add to the objective.
    activity, dual
        float64[rows]; value of each row, and what one unit more of its limit adds to the objective. Whole variables
        leave no duals: they are 0 then.
    lowest, highest
        float64[rows]; limits of a row between which its dual holds; NaN where they were not asked for.
    """

    status: Status
    objective: float
    bound: float
    gap: float
    iterations: int
    value: Floats
    reduced: Floats
    activity: Floats
    dual: Floats
    lowest: Floats
    highest: Floats

    @property
    def found(self) -> bool:
        """Whether there is a solution."""
        return self.status in {"optimal", "feasible"}

    def of(self, block: Block) -> Floats:
        """Give the values of a block of variables, by its axes."""
        return self.value[block.index]

    def dual_of(self, block: Block) -> Floats:
        """Give the duals of a block of rows, by its axes."""
        return self.dual[block.index]

    def range_of(self, block: Block) -> tuple[Floats, Floats]:
        """Give the lowest and highest limits between which the duals of a block of rows hold."""
        return self.lowest[block.index], self.highest[block.index]
