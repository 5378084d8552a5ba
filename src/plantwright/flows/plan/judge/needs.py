"""What an order takes by its bill of material, exactly: the judge's own explosion, phantoms included.

Orders and items are numbers here. The lines of a bill are prepared once for each item and site that is made: their
share, with losses, is one fraction, so that an order's need is one multiplication and one rounding.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.judge.case import Case
from plantwright.flows.plan.judge.codes import ints
from plantwright.flows.plan.judge.formula import evaluate
from plantwright.flows.plan.judge.routings import Losses, routing_rows, yield_at, yields_from

DEEPEST = 50
"""Levels of phantoms in phantoms that are followed."""
_FITS = 2**62
NEED = ("n", "operation", "item", "need")
"""Columns of needs: order, operation, component, quantity."""
KEY = ["n", "operation", "item"]


def expected_needs(case: Case, own: pl.DataFrame) -> pl.DataFrame:
    """Work out what every order takes of every component.

    Parameters
    ----------
    case : the plan and its plant
    own : what the plan takes of phantoms out of their own stock; columns n, operation, item, taken

    Returns
    -------
    Rows with order, operation, component and `need`, some keys more than once; of phantoms what is taken of their own
    stock.
    """
    frozen, left = _frozen(case)
    parents = left.select("n", "day", pl.col("node").alias("parent"), "quantity")
    losses = yields_from(routing_rows(case))
    lines = _prepared(case, _lines_of_nodes(case, parents), losses)
    rows = _joined(parents, lines).with_columns(operation="line_operation")
    needs = pl.concat([frozen, _amounts(rows)])
    phantoms = pl.Series((case.items["kind"] == "phantom").arg_true().cast(pl.Int64)).implode()
    inner = _prepared(case, _lines_of_phantoms(case), {})
    found = [_moved(case)]
    for _ in range(DEEPEST):
        found.append(needs.filter(~pl.col("item").is_in(phantoms)).select(NEED))
        needs = needs.filter(pl.col("item").is_in(phantoms))
        if not needs.height:
            break
        served, rest = _served(needs, own)
        found.append(served)
        own = _used(own, served)
        parents = rest.select("n", "day", "operation", pl.col("item").alias("parent"), quantity="need")
        needs = _amounts(_joined(parents, inner))
    return pl.concat(found).filter(pl.col("need") > 0)


def _moved(case: Case) -> pl.DataFrame:
    """Let a transfer take its item where it comes from, unless it is under way already."""
    orders = case.orders.with_columns(pl.Series("item", case.item_numbers(case.orders["item"])))
    rows = orders.filter((pl.col("source") == "transfer") & (pl.col("state") != "under way"))
    return rows.select("n", pl.lit(0, pl.Int64).alias("operation"), "item", pl.col("quantity").alias("need"))


def _frozen(case: Case) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split off existing orders whose components are recorded, and those that have taken theirs already."""
    makes = case.orders.select("n", "order", "quantity", "cut", "new", "makes", pl.Series("node", case.order_nodes))
    makes = makes.filter(pl.col("makes") & (pl.col("node") >= 0)).with_columns(case.day(pl.col("cut")).alias("day"))
    recorded = case.raw("production_component").filter(pl.col("order") != "")
    begun = case.raw("production_operation").filter(pl.col("state") != "waiting").select("order")
    settled = pl.concat([recorded.select("order"), begun]).unique()
    old = makes.filter(~pl.col("new"))
    items = pl.Series("item", case.item_numbers(recorded["component"]))
    rows = recorded.with_columns(items).join(old.select("n", "order", "day"), on="order", how="inner")
    rows = rows.select("n", "operation", "item", "day", need=pl.col("required") - pl.col("issued"))
    left = pl.concat([makes.filter("new"), old.join(settled, on="order", how="anti")])
    return rows.filter(pl.col("need") > 0).select("n", "operation", "item", "need", "day"), left


# --- lines of bills -------------------------------------------------------------------------------------------------


def _lines_of_nodes(case: Case, parents: pl.DataFrame) -> pl.DataFrame:
    """Give the lines of every item that is made, once for each site that makes it, by its node."""
    nodes = parents.select("parent").unique().sort("parent")
    names = case.named_nodes(nodes["parent"].to_numpy())["item"]
    pairs = nodes.select(pl.col("parent").alias("made")).with_columns(names.alias("parent"))
    return case.raw("bom_line").join(pairs, on="parent", how="inner").drop("parent").rename({"made": "parent"})


def _lines_of_phantoms(case: Case) -> pl.DataFrame:
    """Give the lines of the phantoms, by their number as an item."""
    phantoms = case.items.with_row_index("made").filter(pl.col("kind") == "phantom")
    pairs = phantoms.select(pl.col("made").cast(pl.Int64), pl.col("item").alias("parent"))
    return case.raw("bom_line").join(pairs, on="parent", how="inner").drop("parent").rename({"made": "parent"})


def _prepared(case: Case, lines: pl.DataFrame, losses: Losses) -> pl.DataFrame:
    """Add to each line what one unit of its parent takes, ``over / under``, where that fits 64 bits, and `share`."""
    facts = case.items.select(pl.col("item").alias("component"), "step", pl.col("unit").alias("own"))
    lines = lines.join(facts, on="component", how="left", maintain_order="left")
    lines = lines.with_columns(
        pl.col("step").fill_null(1),
        pl.col("own").fill_null("pcs"),
        pl.Series("item", case.item_numbers(lines["component"])),
    )
    lossy = pl.Series([parent in losses for parent in lines["parent"]], dtype=pl.Boolean)
    factor = SCALE + ints(lines, "scrap_factor")
    common = np.gcd(factor, SCALE)
    small = lines["quantity"] * 1.0 * (factor // common) < _FITS
    plain = lines.select(((pl.col("unit") == "") | (pl.col("unit") == pl.col("own"))) & (pl.col("per") != "formula"))
    is_plain = plain.to_series() & small & ~lossy
    hundred = pl.when(pl.col("per") == "percent").then(100).otherwise(1).cast(pl.Int64)
    lines = lines.with_columns(
        over=pl.col("quantity") * pl.Series(factor // common), under=hundred * SCALE * pl.Series(SCALE // common),
        share=pl.lit(None, pl.String),
    )  # fmt: skip
    quick, odd = lines.filter(is_plain), lines.filter(~is_plain)
    return pl.concat([quick, odd.with_columns(_shares(case, odd, losses))]).select(
        "parent", "item", "per", "formula", "setup_quantity", "rounding", "step", "effective_from", "effective_to",
        "over", "under", "share", line_operation="operation",
    )  # fmt: skip


def _shares(case: Case, lines: pl.DataFrame, losses: Losses) -> list[pl.Series]:
    """Work out the share of lines with a unit, scrap or losses, as whole numbers where they fit and else as text."""
    given = lines.select(pl.when(pl.col("unit") == "").then("own").otherwise("unit")).to_series()
    units = case.unit_system.factors(given, lines["own"], lines["component"])
    rows = lines.select("parent", "operation", "quantity", "per", "scrap_factor").iter_rows()
    shares = [
        _share(quantity, per, scrap, losses.get(parent), operation) * Fraction(over or 1, under or 1)
        for (parent, operation, quantity, per, scrap), over, under in zip(
            rows, units.numerator, units.denominator, strict=True
        )
    ]
    fits = [max(share.numerator, share.denominator) < _FITS for share in shares]
    pairs = list(zip(shares, fits, strict=True))
    return [
        pl.Series("over", [share.numerator if fit else None for share, fit in pairs], dtype=pl.Int64),
        pl.Series("under", [share.denominator if fit else None for share, fit in pairs], dtype=pl.Int64),
        pl.Series("share", [None if fit else str(share) for share, fit in pairs], dtype=pl.String),
    ]


def _share(quantity: int, per: str, scrap: int, steps: list[tuple[int, Fraction]] | None, operation: int) -> Fraction:
    """Give what one unit of the order takes by one line, losses included."""
    each = SCALE if per == "formula" else quantity
    under = SCALE * SCALE * (100 if per == "percent" else 1)
    share = Fraction(each * (SCALE + scrap), under)
    return share / yield_at(steps, operation) if steps else share


# --- needs of orders ------------------------------------------------------------------------------------------------


def _joined(parents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Give each order the lines that hold on its day."""
    rows = parents.join(lines, on="parent", how="inner")
    if not rows.height:
        return rows
    return rows.filter(pl.col("day").is_between(pl.col("effective_from"), pl.col("effective_to")))


def _amounts(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn order quantities into needs: share, set-up quantity, rounding multiple, decimals of the component."""
    quick = rows.filter((pl.col("per") != "formula") & pl.col("over").is_not_null())
    slow = rows.filter((pl.col("per") == "formula") | pl.col("over").is_null())
    simple = (quick["under"] == SCALE) & (quick["setup_quantity"] == 0) & (quick["rounding"] <= 1)
    parts = [
        quick.filter(simple & _is_small(quick)).with_columns(need=_whole_need()),
        quick.filter(~(simple & _is_small(quick))).with_columns(need=_wide_need()),
        slow.with_columns(pl.Series("need", [_need_of(row) for row in slow.iter_rows(named=True)], dtype=pl.Int64)),
    ]
    return pl.concat(parts).select("n", "operation", "item", "need", "day")


def _base() -> pl.Expr:
    return pl.when(pl.col("per") == "order").then(SCALE).otherwise(pl.col("quantity"))


def _is_small(rows: pl.DataFrame) -> pl.Series:
    """Say where the product fits 64 bits; most plants need no more."""
    return rows.select((_base() * 1.0 * pl.col("over")).abs() < _FITS).to_series()


def _whole_need() -> pl.Expr:
    """Round ``q * over`` millionths of millionths up to the step, in 64 bits."""
    unit = pl.col("step") * SCALE
    return (_base() * pl.col("over") + unit - 1) // unit * pl.col("step")


def _wide_need() -> pl.Expr:
    """Round ``q * over / under + setup`` up to the multiple, and then to the step, in 128 bits."""
    wide = pl.Int128
    under, step = pl.col("under").cast(wide), pl.col("step").cast(wide)
    total = _base().cast(wide) * pl.col("over").cast(wide) + pl.col("setup_quantity").cast(wide) * under
    multiple = pl.when(pl.col("rounding") > 0).then(pl.col("rounding")).otherwise(1).cast(wide)
    unit = under * multiple
    rounded = (total + unit - 1) // unit * multiple
    return ((rounded + step - 1) // step * step).cast(pl.Int64)


def _need_of(row: dict[str, Any]) -> int:
    """Do the same in fractions of any size, for formulas and for shares that do not fit 64 bits."""
    q = Fraction(row["quantity"], SCALE)
    share = Fraction(row["share"]) if row["share"] else Fraction(row["over"], row["under"])
    base = evaluate(row["formula"], q) if row["per"] == "formula" else (Fraction(1) if row["per"] == "order" else q)
    exact = (base or Fraction(0)) * share * SCALE + row["setup_quantity"]
    multiple, step = max(row["rounding"], 1), row["step"]
    rounded = -(-exact // multiple) * multiple
    return int(-(-rounded // step) * step)


# --- phantoms -------------------------------------------------------------------------------------------------------


def _served(needs: pl.DataFrame, own: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Let the stock of phantoms that the plan takes serve first; the rest is exploded."""
    rows = needs.join(own, on=KEY, how="left").with_columns(pl.col("taken").fill_null(0))
    before = pl.col("need").cum_sum().over(KEY) - pl.col("need")
    used = pl.min_horizontal("need", pl.max_horizontal(pl.col("taken") - before, pl.lit(0, pl.Int64)))
    rows = rows.with_columns(used=used)
    served = rows.select(*KEY, pl.col("used").alias("need"))
    rest = rows.with_columns(need=pl.col("need") - pl.col("used")).filter(pl.col("need") > 0)
    return served.filter(pl.col("need") > 0), rest.select(*needs.columns)


def _used(own: pl.DataFrame, served: pl.DataFrame) -> pl.DataFrame:
    spent = served.group_by(KEY).agg(pl.col("need").sum())
    rows = own.join(spent, on=KEY, how="left")
    return rows.select(*KEY, (pl.col("taken") - pl.col("need").fill_null(0)).alias("taken"))
