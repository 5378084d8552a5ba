"""Bills of material of the nodes: exact ratios, substitutes, co-products and formulas, with numbers for names."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from plantwright.core.column import EVER, FOREVER
from plantwright.core.exact import SCALE
from plantwright.core.units import UnitSystem
from plantwright.flows.plan.nodes import Nodes, unit_system
from plantwright.flows.plan.routings import Routings
from plantwright.plant import Plant

ALWAYS = 4_000_000_000_000
"""A moment later than any other, in minutes; its negative is earlier than any other."""
_WIDE = 2_000_000_000
"""Numerators and denominators stay below it, so that their products fit 64 bits."""


@dataclass(frozen=True)
class Boms:
    """What orders of the nodes take and give, by numbers.

    Parameters
    ----------
    lines : sorted by parent. Columns: line, parent, component (nodes), numerator, denominator (exact amount for a good
        unit, yields and scrap folded in), fixed (scaled, per order), rounding (scaled), start, end (moments between
        which an order must start), place (operation of the parent's routing counted from 0, -1 for the order's
        start), operation (its sequence), formula (number, -1 for none)
    formulas : their texts, by number
    substitutes : sorted by line and rank. Columns: line, node, ratio (scaled), rank, start, end
    outputs : co- and by-products. Columns: parent, node, quantity (scaled, for a good unit)
    """

    lines: pl.DataFrame
    formulas: list[str]
    substitutes: pl.DataFrame
    outputs: pl.DataFrame


def plan_boms(plant: Plant, nodes: Nodes, routings: Routings) -> Boms:
    """Turn the bills of material into numbers, one set of lines for each node that makes or explodes."""
    parents = nodes.frame.filter(pl.col("source").is_in(["make", "phantom"])).select(
        parent="node", parent_item="item", site="site"
    )
    lines = parents.join(plant.raw["bom_line"].rename({"parent": "parent_item"}), on="parent_item", how="inner")
    lines = nodes.number(lines, item="component", name="component_node").filter(pl.col("component_node").is_not_null())
    lines = lines.sort("parent", "component_node", "operation", "effective_from").with_row_index("line")
    lines = _places(lines.with_columns(pl.col("line").cast(pl.Int64)), routings)
    lines, formulas = _formulas(_ratios(plant, lines, routings))
    moments = day_bounds(plant, lines)
    made = moments.select(
        "line", "parent", "component", "operation", "place", "formula", "numerator", "denominator",
        "fixed", "rounding", "start", "end", component_node="component_node", parent_item="parent_item", site="site",
    )  # fmt: skip
    return Boms(made, formulas, _substitutes(plant, nodes, made), _outputs(plant, nodes))


def _places(lines: pl.DataFrame, routings: Routings) -> pl.DataFrame:
    """Find the operation at which each line is used; an unknown sequence counts as the start of the order."""
    order = routings.operations.select(
        pl.col("node").alias("parent"), pl.col("sequence").alias("operation"), "op",
        place=(pl.col("op") - pl.col("op").min().over("node")),
    )  # fmt: skip
    first = order.group_by("parent").agg(first_op=pl.col("op").min())
    lines = lines.with_columns(pl.col("operation").cast(pl.Int64))
    found = lines.join(order, on=["parent", "operation"], how="left", maintain_order="left")
    found = found.join(first, on="parent", how="left", maintain_order="left")
    return found.with_columns(pl.col("place").fill_null(-1), pl.coalesce("op", "first_op").alias("op"))


def _ratios(plant: Plant, lines: pl.DataFrame, routings: Routings) -> pl.DataFrame:
    """Add the exact amount for a good unit as numerator and denominator, and the amount for each order."""
    keys = lines.select("quantity", "per", "scrap_factor", "setup_quantity", "unit", "component", "op")
    item_unit = dict(plant.raw["item"].select("code", "unit").iter_rows())
    lossy = routings.inflation
    plain = (
        (pl.col("per") == "unit")
        & (pl.col("scrap_factor") == 0)
        & (pl.col("unit") == "")
        & (pl.col("setup_quantity") == 0)
    )
    easy = keys.with_columns(
        plain=plain & ~pl.col("op").is_in(list(lossy)) if lossy else plain,
        numerator="quantity",
        denominator=pl.lit(SCALE, pl.Int64),
        fixed=pl.lit(0, pl.Int64),
    ).with_row_index("row")
    odd = easy.filter(~pl.col("plain"))
    if odd.height:
        units = unit_system(plant)
        worked = [_ratio(row, units, item_unit, lossy) for row in odd.iter_rows(named=True)]
        odd = odd.select("row").with_columns(
            numerator=pl.Series([w[0] for w in worked], dtype=pl.Int64),
            denominator=pl.Series([w[1] for w in worked], dtype=pl.Int64),
            fixed=pl.Series([w[2] for w in worked], dtype=pl.Int64),
        )
        easy = easy.update(odd, on="row")
    return lines.with_columns(easy["numerator"], easy["denominator"], easy["fixed"])


def _ratio(
    row: dict[str, Any], units: UnitSystem, item_unit: dict[str, str], lossy: dict[int, Fraction]
) -> tuple[int, int, int]:
    factor = Fraction(1)
    own = item_unit.get(row["component"], "")
    if row["unit"] and row["unit"] != own:
        found = units.factor(row["unit"], own, row["component"])
        factor = found if isinstance(found, Fraction) else Fraction(1)  # a clash has been reported by the checks
    amount = Fraction(row["quantity"], SCALE) * factor * (1 + Fraction(row["scrap_factor"], SCALE))
    extra = Fraction(row["setup_quantity"], SCALE) * factor
    if row["per"] == "order":
        return 0, 1, _up((amount + extra) * SCALE)
    if row["per"] == "percent":
        amount /= 100
    if row["per"] == "formula":
        amount = factor * (1 + Fraction(row["scrap_factor"], SCALE))
    amount *= lossy.get(row["op"], Fraction(1))
    if amount.numerator > _WIDE or amount.denominator > _WIDE:
        amount = amount.limit_denominator(SCALE)
    return amount.numerator, amount.denominator, _up(extra * SCALE)


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _formulas(lines: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    used = pl.when(pl.col("per") == "formula").then(pl.col("formula")).otherwise(pl.lit(""))
    texts = lines.select(used.alias("formula")).unique().filter(pl.col("formula") != "")["formula"].sort().to_list()
    numbers = {text: number for number, text in enumerate(texts)}
    return lines.with_columns(used.replace_strict(numbers, default=-1, return_dtype=pl.Int64).alias("formula")), texts


def day_bounds(plant: Plant, rows: pl.DataFrame) -> pl.DataFrame:
    """Turn effective_from and effective_to (days) into moments `start` (inclusive) and `end` (exclusive)."""
    start = day_starts(rows["effective_from"], plant.settings.zone)
    end = day_starts(rows["effective_to"] + 1, plant.settings.zone)
    return rows.with_columns(start.alias("start"), end.alias("end"))


def day_starts(days: pl.Series, zone: str) -> pl.Series:
    """Give the moment at which each day starts in a time zone; ever and for ever become very far moments."""
    distinct = days.unique()
    inside = distinct.filter((distinct > EVER + 1) & (distinct < FOREVER))
    local = pl.from_epoch(inside.cast(pl.Int32), time_unit="d").cast(pl.Datetime("us"))
    # Where the clocks skip midnight, the day starts an hour later.
    utc = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    shifted = local.dt.offset_by("1h").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    minutes = pl.Series([u if u is not None else s for u, s in zip(utc, shifted, strict=True)], dtype=utc.dtype)
    table = dict(zip(inside, minutes.dt.epoch("s") // 60, strict=True))
    table.update({day: -ALWAYS for day in distinct if day <= EVER + 1})
    table.update({day: ALWAYS for day in distinct if day >= FOREVER})
    return days.replace_strict(table, return_dtype=pl.Int64) if len(days) else days


def _substitutes(plant: Plant, nodes: Nodes, lines: pl.DataFrame) -> pl.DataFrame:
    rows = plant.raw["substitute"].rename({"parent": "parent_item"})
    found = lines.select("line", "parent_item", "component", "site").join(
        rows, on=["parent_item", "component"], how="inner"
    )
    found = nodes.number(found, item="substitute").filter(pl.col("node").is_not_null())
    found = day_bounds(plant, found).sort("line", "rank", "node")
    return found.select("line", "node", "ratio", "rank", "start", "end")


def _outputs(plant: Plant, nodes: Nodes) -> pl.DataFrame:
    makers = nodes.frame.filter(pl.col("source") == "make").select("item", "site", parent="node")
    found = makers.join(plant.raw["co_product"], on="item", how="inner")
    found = nodes.number(found, item="product").filter(pl.col("node").is_not_null())
    return found.select("parent", "node", "quantity", "kind").sort("parent", "node")
