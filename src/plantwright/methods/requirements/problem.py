"""The requirements problem: all inputs, checked together and packed for the kernels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.lot_sizing import LotRule
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.columns import column_faults, pack, pointer_faults
from plantwright.methods.requirements.exact import LARGEST, Ints
from plantwright.methods.requirements.formula import Formulas, formulas
from plantwright.methods.requirements.inputs import (
    Alternatives,
    Bom,
    CoProducts,
    Demands,
    NodeKind,
    Nodes,
    OpenNeeds,
    OpenSupplies,
    PriceBreaks,
    Routing,
    Substitutes,
    Table,
    rows_of,
)
from plantwright.methods.requirements.tables import Tables
from plantwright.methods.working_time import WorkingTime, working_time

_OWNED = {
    "routing": "nodes",
    "bom": "nodes",
    "price_breaks": "nodes",
    "alternatives": "nodes",
    "co_products": "nodes",
    "substitutes": "bom",
}
"""Which table each sorted table belongs to; the first five in the order of the columns of `Tables.begin`."""


@dataclass(frozen=True, slots=True)
class RequirementsProblem:
    """Checked inputs of `plan_requirements`; make it with `requirements_problem`.

    Parameters
    ----------
    nodes, lines
        How many nodes and BOM lines there are.
    tables
        The inputs in the form of the kernels.
    """

    nodes: int
    lines: int
    tables: Tables


def requirements_problem(
    as_of: int,
    nodes: Nodes,
    *,
    routing: Routing | None = None,
    bom: Bom | None = None,
    formula: Formulas | None = None,
    substitutes: Substitutes | None = None,
    alternatives: Alternatives | None = None,
    co_products: CoProducts | None = None,
    price_breaks: PriceBreaks | None = None,
    demands: Demands | None = None,
    supplies: OpenSupplies | None = None,
    open_needs: OpenNeeds | None = None,
    calendars: WorkingTime | None = None,
    lead_factor: float = 1.0,
) -> RequirementsProblem:
    """Check all inputs together and pack them.

    Parameters
    ----------
    as_of
        The moment of planning: nothing planned starts before it.
    nodes
        The nodes; further tables may be left out when they are empty.
    calendars
        Working time that routings and lead times refer to.
    lead_factor
        Multiplies set-up and run times and the fixed and per-unit lead times of nodes that are made or subcontracted.

    Raises
    ------
    ProblemError
        With every fault in every table: shape, range, reference, pointer, and combinations that cannot be planned.

    Examples
    --------
    >>> from plantwright.methods.requirements.inputs import Demands, Nodes, NodeKind
    >>> requirements_problem(0, Nodes([NodeKind.BUY]), demands=Demands([0], [600], [5_000_000])).nodes
    1
    """
    given: dict[str, Table] = {
        "nodes": nodes,
        "routing": routing or Routing(),
        "bom": bom or Bom(),
        "substitutes": substitutes or Substitutes(),
        "alternatives": alternatives or Alternatives(),
        "co_products": co_products or CoProducts(),
        "price_breaks": price_breaks or PriceBreaks(),
        "demands": demands or Demands(),
        "supplies": supplies or OpenSupplies(),
        "open_needs": open_needs or OpenNeeds(),
    }
    time = calendars or working_time([])
    rules = formula or formulas([])
    rows = {name: rows_of(table) for name, table in given.items()}
    sizes = {**rows, "calendars": time.pointer.size - 1, "formulas": rules.pointer.size - 1}
    problems = list(_table_faults(given, rows, sizes))
    if not (np.isfinite(lead_factor) and lead_factor >= 0):
        problems.append(BAD_ARGUMENT.at(column="lead_factor", value=lead_factor, must="0 or above"))
    if problems:
        raise ProblemError(problems)
    packed = {name: pack(table, rows[name]) for name, table in given.items()}
    problems = list(_combined_faults(packed["nodes"][0][:-1], packed["nodes"][1], packed, rows))
    if problems:
        raise ProblemError(problems)
    pointers = {name: _pointer(given[name], rows[owner]) for name, owner in _OWNED.items()}
    table = _tables(int(as_of), float(lead_factor), packed, pointers, rules, time)
    return RequirementsProblem(nodes=rows["nodes"], lines=rows["bom"], tables=table)


def _pointer(table: Any, owners: int) -> Ints:
    given = np.asarray(table.pointer, dtype=np.int64)
    return np.zeros(owners + 1, np.int64) if rows_of(table) == 0 else given


def _table_faults(given: dict[str, Table], rows: dict[str, int], sizes: dict[str, int]) -> Iterator[Problem]:
    for name, table in given.items():
        yield from column_faults(name, table, rows[name], sizes)
        if name in _OWNED and rows[name]:
            yield from pointer_faults(name, getattr(table, "pointer"), rows[_OWNED[name]], rows[name])  # noqa: B009


def _combined_faults(node: Ints, real: Any, packed: dict[str, Any], rows: dict[str, int]) -> Iterator[Problem]:
    """Give what is wrong between columns that are right alone."""
    yield from _lot_faults(node, real)
    lost = np.flatnonzero((node[:, c.KIND] == NodeKind.TRANSFER) & (node[:, c.SUPPLYING_NODE] < 0))
    for row in lost:
        yield BAD_ARGUMENT.at("nodes", int(row), "supplying_node", -1, must="a node, because the kind is transfer")
    supply, demand = packed["supplies"][0][:-1], packed["demands"][0]
    serves = supply[:, c.SERVES]
    apart = np.flatnonzero((serves >= 0) & (demand[serves, c.DEMAND_NODE] != supply[:, c.SUPPLY_NODE]))
    for row in apart:
        must = f"a demand of node {supply[row, c.SUPPLY_NODE]}, where the supply comes in"
        yield BAD_ARGUMENT.at("supplies", int(row), "serves", int(serves[row]), must=must)
    for name, column in (("demands", c.DEMAND_QUANTITY), ("supplies", c.SUPPLY_QUANTITY)):
        total = float(packed[name][0][: rows[name], column].astype(float).sum())
        if total > LARGEST * 1000.0:
            yield BAD_ARGUMENT.at(name, "", "quantity", f"{total:g} in all", must=f"at most {LARGEST * 1000.0:g} in all")


def _lot_faults(node: Ints, real: Any) -> Iterator[Problem]:
    """Give the lot rules whose parameters are missing or do not go together."""
    rule, quantum = node[:, c.LOT_RULE], node[:, c.QUANTUM]
    step = np.where(node[:, c.MULTIPLE] > 0, node[:, c.MULTIPLE], quantum)
    largest = node[:, c.MAXIMUM] - node[:, c.MAXIMUM] % step
    smallest = np.maximum(-(-node[:, c.MINIMUM] // step) * step, step)
    costed = rule >= LotRule.ECONOMIC_QUANTITY
    tests = (
        ("multiple", node[:, c.MULTIPLE], step % quantum != 0, "whole quanta"),
        ("maximum", node[:, c.MAXIMUM], (node[:, c.MAXIMUM] > 0) & (largest < smallest), "room for minimum and multiple"),
        (
            "fixed_quantity",
            node[:, c.FIXED_QUANTITY],
            (rule == LotRule.FIXED_QUANTITY) & ((node[:, c.FIXED_QUANTITY] < 1) | (node[:, c.FIXED_QUANTITY] % quantum != 0)),
            "whole quanta, above 0, for this lot rule",
        ),
        ("period", node[:, c.PERIOD], (rule == LotRule.PERIOD) & (node[:, c.PERIOD] < 1), "above 0 for this lot rule"),
        ("holding_cost", real[:-1, c.HOLDING_COST], costed & (real[:-1, c.HOLDING_COST] <= 0), "above 0 for this lot rule"),
    )  # fmt: skip
    for column, values, wrong, must in tests:
        for row in np.flatnonzero(wrong):
            yield BAD_ARGUMENT.at("nodes", int(row), column, values[row], must=must)


def _tables(
    as_of: int, factor: float, packed: dict[str, Any], pointers: dict[str, Ints], rules: Formulas, time: WorkingTime
) -> Tables:
    supply = packed["supplies"][0]
    order = np.lexsort((supply[:-1, c.SUPPLY_TIME], supply[:-1, c.SUPPLY_NODE])).astype(np.int64)
    count = packed["nodes"][0].shape[0]
    begin = [pointers[name] for name in list(_OWNED)[:5]]
    begin.append(np.searchsorted(supply[order, c.SUPPLY_NODE], np.arange(count)))
    return Tables(
        as_of=as_of,
        factor=factor,
        node=packed["nodes"][0],
        node_real=packed["nodes"][1],
        begin=np.ascontiguousarray(np.column_stack(begin).astype(np.int64)),
        op=packed["routing"][0],
        op_real=packed["routing"][1],
        line=packed["bom"][0],
        first_substitute=pointers["substitutes"],
        substitute=packed["substitutes"][0],
        other=packed["alternatives"][0],
        byproduct=packed["co_products"][0],
        offer=packed["price_breaks"][0],
        formula_begin=rules.pointer,
        formula_code=rules.code,
        formula_value=rules.value,
        demand=packed["demands"][0],
        supply=supply,
        supply_order=order,
        supply_sum=np.concatenate(([0], np.cumsum(supply[order, c.SUPPLY_QUANTITY]))).astype(np.int64),
        open_need=packed["open_needs"][0],
        calendar_begin=time.pointer,
        calendar_start=time.start,
        calendar_end=time.end,
        calendar_before=time.before,
    )
