"""Units in the tables: the plant's unit system, whatever is wrong with it, and the columns that name a unit."""

from __future__ import annotations

import polars as pl

from plantwright.core.exact import to_decimal
from plantwright.core.finding import Tables, placed
from plantwright.core.problem import Problem, ProblemError
from plantwright.core.units import ItemUnit, Unit, UnitSystem


def known_units(tables: Tables) -> tuple[UnitSystem, list[Problem]]:
    """Build the unit system of a plant from what is right in its tables, and give every fault of the rest."""
    own = [
        Unit(code, dimension, to_decimal(factor))
        for code, dimension, factor in tables["unit"].select("code", "dimension", "factor").drop_nulls().iter_rows()
    ]
    items = tables["item"].select("code", in_unit="unit")
    rows = tables["item_unit"].select("item", "unit", "factor").join(items, left_on="item", right_on="code")
    links = [
        ItemUnit(item, unit, to_decimal(factor), base) for item, unit, factor, base in rows.drop_nulls().iter_rows()
    ]
    try:
        return UnitSystem(tuple(own), tuple(links)), []
    except ProblemError as error:
        return _without(own, links, error.problems), error.problems


def _without(own: list[Unit], links: list[ItemUnit], faults: list[Problem]) -> UnitSystem:
    """Leave out what is at fault, so that the rest of the plant can still be checked."""
    bad = {fault.key for fault in faults}
    good = [unit for unit in own if unit.code not in bad]
    linked = [link for link in links if link.item not in bad and f"{link.item} / {link.unit}" not in bad]
    for units, bridges in ((good, linked), (good, []), ([], [])):
        try:
            return UnitSystem(tuple(units), tuple(bridges))
        except ProblemError:
            continue  # the faults are known already
    return UnitSystem()


def check_units(tables: Tables, table: str, item: str) -> list[Problem]:
    """Find rows whose unit cannot be converted into that of their item.

    Parameters
    ----------
    tables : the plant's tables
    table : a table with a column `unit`, in which empty means the item's own
    item : its column that names the item

    Returns
    -------
    A problem for each row at fault. Cost: each distinct pair of units is looked up once.
    """
    items = tables["item"].select(pl.col("code").alias(item), own_unit="unit")
    rows = tables[table].filter(pl.col("unit") != "").join(items, on=item, how="inner")
    rows = rows.filter(pl.col("unit") != pl.col("own_unit"))
    if not rows.height:
        return []
    system, _ = known_units(tables)
    case = ["unit", "own_unit", item]
    faults = {
        one: fault
        for one in rows.select(case).unique().iter_rows()
        if isinstance(fault := system.factor(*one), Problem)
    }
    problems = []
    for code in sorted({fault.code for fault in faults.values()}):
        cases = [one for one, fault in faults.items() if fault.code == code]
        bad = rows.join(pl.DataFrame(cases, schema=dict.fromkeys(case, pl.String), orient="row"), on=case, how="semi")
        problems += placed(tables, table, bad, "unit", lambda row: faults[tuple(row[name] for name in case)])
    return problems
