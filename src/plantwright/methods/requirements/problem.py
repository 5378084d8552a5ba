"""The requirements problem: all inputs, checked together and packed for the kernels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.lot_sizing import LotRule
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.columns import column_faults, pack, pointer_faults
from plantwright.methods.requirements.exact import LARGEST, SCALE, Ints
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
    Origin,
    PriceBreaks,
    Routing,
    Substitutes,
    Table,
    rows_of,
)
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import WorkingTime, working_time

WIDEST = 2_000_000_000
"""The largest numerator of a ratio with a denominator of its own, so that products stay within 64 bits."""

_OWNED = {
    "routing": "nodes",
    "bom": "nodes",
    "price_breaks": "nodes",
    "alternatives": "nodes",
    "co_products": "nodes",
    "substitutes": "bom",
}
"""Which table each sorted table belongs to."""


@dataclass(frozen=True, slots=True)
class RequirementsProblem:
    """Checked inputs of `plan_requirements`; make it with `requirements_problem`.

    Parameters
    ----------
    nodes, lines
        How many nodes and BOM lines there are.
    arcs
        int64[3, arcs]; who may put a requirement or supply on whom: user, used, and 1 where it is not only a wish.
    tables, calendars
        The inputs in the form of the kernels.
    first_needs
        The requirements known from outside, as rows of `plantwright.methods.requirements.book.Book.need`.
    """

    nodes: int
    lines: int
    arcs: Ints
    tables: Tables
    calendars: Calendars
    first_needs: Ints


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
    demand, open_need = packed["demands"][0][:-1], packed["open_needs"][0][:-1]
    supply = _sorted_supply(packed["supplies"][0], packed["demands"][0])
    return RequirementsProblem(
        nodes=rows["nodes"],
        lines=rows["bom"],
        arcs=_arcs(packed, pointers),
        tables=_tables(int(as_of), float(lead_factor), packed, pointers, supply, rules),
        calendars=Calendars(*time.flat),
        first_needs=_first_needs(supply, demand, open_need),
    )


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
    line = packed["bom"][0][: rows["bom"]]
    odd = np.flatnonzero((line[:, c.DENOMINATOR] != SCALE) & (line[:, c.SCRAP] > 0))
    for row in odd:
        yield BAD_ARGUMENT.at(
            "bom", int(row), "scrap", int(line[row, c.SCRAP]), must="0, folded into per / denominator"
        )
    wide = np.flatnonzero((line[:, c.DENOMINATOR] != SCALE) & (line[:, c.PER] > WIDEST))
    for row in wide:
        must = f"at most {WIDEST} with a denominator of its own"
        yield BAD_ARGUMENT.at("bom", int(row), "per", int(line[row, c.PER]), must=must)
    for name, column in (("demands", c.DEMAND_QUANTITY), ("supplies", c.SUPPLY_QUANTITY)):
        total = float(packed[name][0][: rows[name], column].astype(float).sum())
        if total > LARGEST * 1000.0:
            yield BAD_ARGUMENT.at(
                name, "", "quantity", f"{total:g} in all", must=f"at most {LARGEST * 1000.0:g} in all"
            )


def _lot_faults(node: Ints, real: Any) -> Iterator[Problem]:
    """Give the lot rules whose parameters are missing or do not go together."""
    rule, quantum, most = node[:, c.LOT_RULE], node[:, c.QUANTUM], node[:, c.MAXIMUM]
    multiple, fixed, period = node[:, c.MULTIPLE], node[:, c.FIXED_QUANTITY], node[:, c.PERIOD]
    holding, fill = real[:-1, c.HOLDING_COST], node[:, c.FILL]
    step = np.where(multiple > 0, multiple, quantum)
    smallest = np.maximum(-(-node[:, c.MINIMUM] // step) * step, step)
    is_fixed, needed = rule == LotRule.FIXED_QUANTITY, "above 0 for this lot rule"
    tests = (
        ("multiple", multiple, step % quantum != 0, "whole quanta"),
        ("maximum", most, (most > 0) & (most - most % step < smallest), "room for minimum and multiple"),
        ("fill", fill, (fill > 0) & (rule != LotRule.LOT_FOR_LOT), "0 for this lot rule"),
        ("fixed_quantity", fixed, is_fixed & ((fixed < 1) | (fixed % quantum != 0)), f"whole quanta, {needed}"),
        ("period", period, (rule == LotRule.PERIOD) & (period < 1), needed),
        ("holding_cost", holding, (rule >= LotRule.ECONOMIC_QUANTITY) & (holding <= 0), needed),
    )
    for column, values, wrong, must in tests:
        for row in np.flatnonzero(wrong):
            yield BAD_ARGUMENT.at("nodes", int(row), column, values[row], must=must)


def _tables(
    as_of: int, factor: float, packed: dict[str, Any], pointers: dict[str, Ints], supply: Ints, rules: Formulas
) -> Tables:
    """Lay all records one after the other, with absolute positions in place of row numbers."""
    nodes, node_real = packed["nodes"]
    line, (op, op_real) = packed["bom"][0], packed["routing"]
    options = {
        name: _four_wide(packed[name][0]) for name in ("substitutes", "alternatives", "co_products", "price_breaks")
    }
    sizes = [nodes.shape[0] * c.NODE_WIDTH, op.shape[0] * c.OP_WIDTH, line.shape[0] * c.LINE_WIDTH]
    sizes += [rows.shape[0] * c.OPTION_WIDTH for rows in options.values()]
    ops_at, lines_at, substitutes_at, others_at, byproducts_at, offers_at, supplies_at = np.cumsum(sizes).tolist()
    reals = np.array([0, node_real.size, node_real.size + op_real.size])
    first, end = _programs(line[:, c.FORMULA], rules)
    supplies = np.searchsorted(supply[:-1, c.SUPPLY_NODE], np.arange(nodes.shape[0]))
    parts = [
        _side_by_side(
            nodes,
            ops_at + pointers["routing"] * c.OP_WIDTH,
            lines_at + pointers["bom"] * c.LINE_WIDTH,
            others_at + pointers["alternatives"] * c.OPTION_WIDTH,
            byproducts_at + pointers["co_products"] * c.OPTION_WIDTH,
            offers_at + pointers["price_breaks"] * c.OPTION_WIDTH,
            supplies_at + supplies * c.SUPPLY_WIDTH,
        ),
        _side_by_side(op, reals[1] + 2 * np.arange(op.shape[0])),
        _side_by_side(
            line,
            substitutes_at + pointers["substitutes"] * c.OPTION_WIDTH,
            reals[2] + first,
            reals[2] + end,
            np.arange(line.shape[0]),
        ),
        *options.values(),
        supply,
    ]
    return Tables(
        as_of=as_of,
        factor=factor,
        nodes=nodes.shape[0] - 1,
        data=np.concatenate([part.ravel() for part in parts]),
        real=np.concatenate((node_real.ravel(), op_real.ravel(), rules.steps)),
    )


def _arcs(packed: dict[str, Any], pointers: dict[str, Ints]) -> Ints:
    """Give the arcs from user to used, strict ones with 1, wishes with 0."""
    node, line = packed["nodes"][0][:-1], packed["bom"][0][:-1]
    nodes, used = np.arange(node.shape[0]), line[:, c.COMPONENT]
    moved = np.flatnonzero(node[:, c.KIND] == NodeKind.TRANSFER)
    pairs = [
        (np.repeat(nodes, np.diff(pointers["bom"])), used, 1),
        (np.repeat(nodes, np.diff(pointers["co_products"])), packed["co_products"][0][:-1, c.OPTION_NODE], 1),
        (moved, node[moved, c.SUPPLYING_NODE], 1),
        (np.repeat(used, np.diff(pointers["substitutes"])), packed["substitutes"][0][:-1, c.OPTION_NODE], 0),
        (np.repeat(nodes, np.diff(pointers["alternatives"])), packed["alternatives"][0][:-1, c.OPTION_NODE], 0),
    ]
    columns = [np.concatenate(part) for part in zip(*((a, z, np.full(a.size, s)) for a, z, s in pairs), strict=True)]
    return np.ascontiguousarray(np.stack(columns).astype(np.int64))


def _side_by_side(*columns: Any) -> Ints:
    return np.ascontiguousarray(np.column_stack(columns).astype(np.int64))


def _four_wide(rows: Ints) -> Ints:
    return np.pad(rows, ((0, 0), (0, 4 - rows.shape[1])))


def _programs(formula: Ints, rules: Formulas) -> tuple[Ints, Ints]:
    """Give where the steps of each line's formula begin and end."""
    known = formula >= 0
    row = np.where(known, formula, 0) if rules.pointer.size > 1 else np.zeros_like(formula)
    end = rules.pointer[np.minimum(row + 1, rules.pointer.size - 1)]
    return np.where(known, rules.pointer[row], 0), np.where(known, end, 0)


def _sorted_supply(given: Ints, demand: Ints) -> Ints:
    """Sort open supplies by node and time, and note what each keeps for the demand it serves."""
    order = np.lexsort((given[:-1, c.SUPPLY_TIME], given[:-1, c.SUPPLY_NODE]))
    supply = given[order]
    kept = np.zeros(order.size, np.int64)
    missing = demand[:, c.DEMAND_QUANTITY].copy()
    for place in np.flatnonzero(supply[:, c.SERVES] >= 0):
        row = supply[place, c.SERVES]
        kept[place] = min(supply[place, c.SUPPLY_QUANTITY], missing[row])
        missing[row] -= kept[place]
    total = np.concatenate(([0], np.cumsum(supply[:, c.SUPPLY_QUANTITY])))
    spare = np.zeros((1, supply.shape[1]), np.int64)
    return _side_by_side(np.concatenate((supply, spare)), np.append(order, 0), np.append(kept, 0), total)


def _first_needs(supply: Ints, demand: Ints, needs: Ints) -> Ints:
    """Give the requirements known from outside: demands, then what open orders still have to be given."""
    rows = np.zeros((demand.shape[0] + needs.shape[0], b.NEED_WIDTH), np.int64)
    rows[:, [b.LINE, b.VIA]] = -1
    own, other = rows[: demand.shape[0]], rows[demand.shape[0] :]
    own[:, [b.NODE, b.TIME, b.QUANTITY, b.PRIORITY]] = demand
    own[:, b.ORIGIN_KIND], own[:, b.ORIGIN] = Origin.DEMAND, np.arange(demand.shape[0])
    serving = supply[supply[:, c.KEPT] > 0]
    np.add.at(own[:, b.HELD], serving[:, c.SERVES], serving[:, c.KEPT])
    other[:, [b.NODE, b.TIME, b.QUANTITY, b.ORIGIN]] = needs
    other[:, b.ORIGIN_KIND] = Origin.OPEN
    return rows
