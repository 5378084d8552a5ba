"""Linear and mixed-integer programs from blocks: arrays of variables and of rows by named axes, solved by HiGHS.

A block of variables or rows is an array of numbers by axes such as family, site and month. Coefficients are put between
slices of them, so that one line says what holds for every family in every month::

    program = Program()
    stock = program.variables("stock", {"month": 12}, cost=holding)
    made = program.variables("made", {"month": 12}, upper=capacity)
    balance = program.rows("balance", {"month": 12}, demand, demand)
    program.put(balance.index, made.index, 1.0)
    program.put(balance.index, stock.index, -1.0)
    program.put(balance.index[1:], stock.index[:-1], 1.0)
    found = program.solve()
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.optimisation.solution import Block, Floats, Ints, Solution

INFINITE = float("inf")
TINY = 1e-9


@dataclass
class _Parts:
    """Bounds and costs of columns or rows, in the order in which their blocks were made."""

    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    cost: list[Floats] = field(default_factory=list)
    whole: list[NDArray[np.bool_]] = field(default_factory=list)
    count: int = 0

    def add(self, shape: tuple[int, ...], **given: Any) -> Ints:
        size = int(np.prod(shape, dtype=np.int64))
        for name, values in given.items():
            kind = np.bool_ if name == "whole" else np.float64
            getattr(self, name).append(np.broadcast_to(np.asarray(values, kind), shape).reshape(-1))
        index = np.arange(self.count, self.count + size, dtype=np.int64).reshape(shape)
        self.count += size
        return index


class Program:
    """A program that is built block by block: least cost over variables within bounds, under rows within limits."""

    def __init__(self) -> None:
        self._columns, self._rows = _Parts(), _Parts()
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self.blocks: dict[str, Block] = {}
        """Every block by its name."""

    def variables(
        self, name: str, axes: Mapping[str, int], *, lower: ArrayLike = 0.0, upper: ArrayLike = INFINITE,
        cost: ArrayLike = 0.0, whole: ArrayLike = False,
    ) -> Block:  # fmt: skip
        """Add a block of variables.

        Parameters
        ----------
        name
            What they are; no other block has the name.
        axes
            Name and length of each axis.
        lower, upper, cost
            float, broadcast to the axes; bounds of each variable, and its cost for a unit.
        whole
            bool, broadcast to the axes; whether a variable takes whole values only.

        Returns
        -------
        The block.

        Raises
        ------
        ProblemError
            Where a block has the name already, or a lower bound is above its upper one.

        Examples
        --------
        Ten hours for two products that bring 3 and 5 for a unit, the second of which takes two hours:

        >>> program = Program()
        >>> made = program.variables("made", {"product": 2}, upper=[8, 4], cost=[-3, -5])
        >>> hours = program.rows("hours", {"machine": 1}, upper=10)
        >>> program.put(hours.index, made.index, [1, 2])
        >>> found = program.solve()
        >>> found.of(made).tolist(), found.objective, found.dual_of(hours).tolist()
        ([8.0, 1.0], -29.0, [-2.5])
        """
        low, high = np.asarray(lower, np.float64), np.asarray(upper, np.float64)
        crossed = low > high + TINY
        if np.any(crossed):
            raise ProblemError([BAD_ARGUMENT.at(key=name, column="lower", value=np.max(low), must="at most the upper")])
        index = self._columns.add(tuple(axes.values()), lower=low, upper=high, cost=cost, whole=whole)
        return self._known(Block(name, dict(axes), index))

    def rows(
        self, name: str, axes: Mapping[str, int], lower: ArrayLike = -INFINITE, upper: ArrayLike = INFINITE
    ) -> Block:
        """Add a block of rows: sums of variables that stay between two limits.

        Parameters
        ----------
        name, axes
            As with `variables`.
        lower, upper
            float, broadcast to the axes; the limits; both the same for an equation.
        """
        index = self._rows.add(tuple(axes.values()), lower=lower, upper=upper)
        return self._known(Block(name, dict(axes), index))

    def _known(self, block: Block) -> Block:
        if block.name in self.blocks:
            raise ProblemError([BAD_ARGUMENT.at(column="name", value=block.name, must="the name of no other block")])
        self.blocks[block.name] = block
        return block

    def put(self, rows: ArrayLike, columns: ArrayLike, coefficient: ArrayLike) -> None:
        """Put coefficients of variables into rows; the three arrays are broadcast to each other, and sums are taken.

        Parameters
        ----------
        rows, columns
            int; numbers from the `index` of blocks.
        coefficient
            float; what a unit of the variable adds to the row.
        """
        row, column, value = np.broadcast_arrays(rows, columns, np.asarray(coefficient, np.float64))
        keep = (value != 0).reshape(-1)
        self._entries.append((row.reshape(-1)[keep], column.reshape(-1)[keep], value.reshape(-1)[keep]))

    def solve(
        self, *, ranges: bool = False, seconds: float | None = None, gap: float = 1e-6, seed: int = 0,
        method: Literal["choose", "simplex", "ipm"] = "choose",
    ) -> Solution:  # fmt: skip
        """Find the least cost.

        Parameters
        ----------
        ranges
            Whether to find between which limits of the rows their duals hold; not with whole variables.
        seconds
            Time that the search may take; None for as long as it takes.
        gap
            Share of the objective within which a solution with whole variables is good enough.
        seed
            Number that decides random choices of the solver.
        method
            How linear programs are solved; `choose` leaves it to the solver.

        Returns
        -------
        The solution with its duals; `status` tells where there is none.

        Notes
        -----
        HiGHS: Huangfu and Hall 2018, "Parallelizing the dual revised simplex method", Mathematical Programming
        Computation 10.
        """
        costs = np.concatenate([*self._columns.cost, np.zeros(0)])
        return self._run(costs, self._bounds(self._columns), self._bounds(self._rows), self._matrix(), ranges=ranges,
                         seconds=seconds, gap=gap, seed=seed, method=method)  # fmt: skip

    def lacking(self, weights: Mapping[str, ArrayLike], **how: Any) -> tuple[Solution, dict[str, Floats]]:
        """Find by how little the limits of some rows must give way, so that there is a solution at all.

        Parameters
        ----------
        weights
            float by name of a block of rows, broadcast to it; how dear it is that a row gives way by a unit.
        how
            As with `solve`.

        Returns
        -------
        The cheapest of the solutions that lack so little, and by name of the block how far each row is beyond its
        limits: above 0 beyond the upper one, below 0 under the lower one.

        Examples
        --------
        Ten units are asked for where six hours are open, and one takes an hour:

        >>> program = Program()
        >>> made = program.variables("made", {"product": 1}, lower=10)
        >>> hours = program.rows("hours", {"machine": 1}, upper=6)
        >>> program.put(hours.index, made.index, 1)
        >>> program.solve().status
        'infeasible'
        >>> _, by = program.lacking({"hours": 1.0})
        >>> by["hours"].tolist()
        [4.0]
        """
        own = np.concatenate([*self._columns.cost, np.zeros(0)])
        columns = first = len(own)
        dear, entries, places = [np.zeros(columns)], list(self._entries), {}
        for name, weight in weights.items():
            index = self.blocks[name].index
            for sign in (-1.0, 1.0):
                added = np.arange(first, first + index.size, dtype=np.int64)
                entries.append((index.reshape(-1), added, np.full(index.size, sign)))
                dear.append(np.broadcast_to(np.asarray(weight, np.float64), index.shape).reshape(-1))
                first += index.size
            places[name] = (first - 2 * index.size, first)
        lower, upper = self._bounds(self._columns)
        none, matrix, limits = np.zeros(first - columns), self._matrix(entries, first), self._bounds(self._rows)
        any_slack = np.concatenate([lower, none]), np.concatenate([upper, none + INFINITE])
        least = self._run(np.concatenate(dear), any_slack, limits, matrix, **how)
        found = least
        if least.found:  # of all plans that lack no more in any place, the cheapest
            most = np.concatenate([upper, np.maximum(least.value[columns:], 0.0)])
            cheap = self._run(np.concatenate([own, none]), (np.concatenate([lower, none]), most), limits, matrix, **how)
            found = cheap if cheap.found else least
        by = {}
        for name, (start, end) in places.items():
            over, under = np.split(least.value[start:end], 2) if least.found else (np.zeros(0), np.zeros(0))
            by[name] = (over - under).reshape(self.blocks[name].index.shape) if least.found else np.zeros(0)
        return found, by

    @staticmethod
    def _bounds(parts: _Parts) -> tuple[Floats, Floats]:
        return np.concatenate([*parts.lower, np.zeros(0)]), np.concatenate([*parts.upper, np.zeros(0)])

    def _matrix(
        self, entries: list[tuple[Ints, Ints, Floats]] | None = None, columns: int = 0
    ) -> tuple[Ints, Ints, Floats]:
        """Give the coefficients by columns: where each begins, rows and values; sums where a place has several."""
        entries, columns = entries or self._entries, columns or self._columns.count
        if not entries:
            return np.zeros(columns + 1, np.int64), np.zeros(0, np.int64), np.zeros(0)
        row, column, value = (np.concatenate(parts) for parts in zip(*entries, strict=True))
        place = column * max(self._rows.count, 1) + row
        order = np.argsort(place, kind="stable")
        place = place[order]
        first = np.flatnonzero(np.concatenate([[True], place[1:] != place[:-1]]))
        summed = np.add.reduceat(value[order], first)
        start = np.searchsorted(column[order][first], np.arange(columns + 1))
        return start.astype(np.int64), row[order][first], summed

    def _run(
        self, costs: Floats, bounds: tuple[Floats, Floats], limits: tuple[Floats, Floats],
        matrix: tuple[Ints, Ints, Floats], *, ranges: bool = False, seconds: float | None = None, gap: float = 1e-6,
        seed: int = 0, method: str = "choose",
    ) -> Solution:  # fmt: skip
        from plantwright.methods.optimisation.solver import run_highs  # noqa: PLC0415 - loads the solver

        whole = np.concatenate([*self._columns.whole, np.zeros(len(costs) - self._columns.count, np.bool_)])
        options: dict[str, Any] = {"ranges": ranges, "seconds": seconds, "gap": gap, "seed": seed, "method": method}
        return run_highs(costs, bounds, limits, matrix, whole, **options)
