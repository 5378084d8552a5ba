"""What an order takes by its bill of material, exactly: the judge's own explosion, phantoms included."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.units import Factors
from plantwright.flows.plan.judge.case import Case
from plantwright.flows.plan.judge.formula import evaluate
from plantwright.flows.plan.judge.routings import routing_rows, yield_at, yields_from

DEEPEST = 50
"""Levels of phantoms in phantoms that are followed."""
_FITS = 2**62
NEED = {"n": pl.Int64, "operation": pl.Int64, "item": pl.String, "need": pl.Int64}
"""A frame of needs: order, operation, component, quantity."""


def expected_needs(case: Case, own: pl.DataFrame) -> pl.DataFrame:
    """Work out what every order takes of every component.

    Parameters
    ----------
    case : the plan and its plant
    own : what the plan takes of phantoms out of their own stock; columns n, operation, item, taken

    Returns
    -------
    One row for each order, operation and component, with `need`; phantoms with what is taken of their own stock.
    """
    frozen, left = _frozen(case)
    level = _first_level(case, left)
    found = [_moved(case)]
    phantoms = case.items.filter(pl.col("kind") == "phantom").select("item")
    needs = pl.concat([frozen, level])
    for _ in range(DEEPEST):
        plain = needs.join(phantoms, on="item", how="anti")
        found.append(plain.select(*NEED))
        needs = needs.join(phantoms, on="item", how="semi")
        if not needs.height:
            break
        served, rest = _served(needs, own)
        found.append(served)
        own = _used(own, served)
        needs = _exploded(case, rest)
    return pl.concat(found).group_by("n", "operation", "item").agg(pl.col("need").sum()).filter(pl.col("need") > 0)


def _moved(case: Case) -> pl.DataFrame:
    """A transfer takes its item where it comes from, unless it is under way already."""
    rows = case.orders.filter((pl.col("source") == "transfer") & (pl.col("state") != "under way"))
    return rows.select("n", pl.lit(0, pl.Int64).alias("operation"), "item", pl.col("quantity").alias("need"))


def _frozen(case: Case) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split off existing orders whose components are recorded, and those that have taken theirs already."""
    makes = case.orders.filter("makes").select("n", "order", "item", "site", "quantity", "start", "new")
    makes = makes.with_columns(case.day(pl.col("start")).alias("day"))
    recorded = case.raw("production_component").filter(pl.col("order") != "")
    begun = case.raw("production_operation").filter(pl.col("state") != "waiting").select("order")
    settled = pl.concat([recorded.select("order"), begun]).unique()
    old = makes.filter(~pl.col("new"))
    rows = old.select("n", "order", "day").join(recorded, on="order", how="inner")
    rows = rows.select(
        "n",
        "operation",
        pl.col("component").alias("item"),
        (pl.col("required") - pl.col("issued")).alias("need"),
        "day",
    )
    left = pl.concat([makes.filter("new"), old.join(settled, on="order", how="anti")])
    return rows.filter(pl.col("need") > 0), left


def _first_level(case: Case, makes: pl.DataFrame) -> pl.DataFrame:
    parents = makes.select("n", "day", "site", "quantity", pl.col("item").alias("parent"))
    rows = _lines(case, parents).with_columns(pl.col("line_operation").alias("operation"))
    return _amounts(case, rows, with_yields=True)


def _exploded(case: Case, rest: pl.DataFrame) -> pl.DataFrame:
    parents = rest.select(
        "n", "day", "operation", pl.lit("").alias("site"), pl.col("item").alias("parent"), quantity="need"
    )
    return _amounts(case, _lines(case, parents), with_yields=False)


def _lines(case: Case, parents: pl.DataFrame) -> pl.DataFrame:
    """Join the lines that hold on the day of each parent's order."""
    bom = (
        case.raw("bom_line").with_row_index("line").rename({"quantity": "per_quantity", "operation": "line_operation"})
    )
    rows = parents.join(
        bom.filter(pl.col("parent").is_in(parents["parent"].unique().implode())), on="parent", how="inner"
    )
    return rows.filter(pl.col("day").is_between(pl.col("effective_from"), pl.col("effective_to")))


def _amounts(case: Case, rows: pl.DataFrame, *, with_yields: bool) -> pl.DataFrame:
    """Turn order quantities into needs: factor, set-up quantity, rounding multiple, decimals of the component."""
    rows = rows.join(_factors(case, rows, with_yields=with_yields), on=["line", "site"], how="left")
    steps = case.items.select(pl.col("item").alias("component"), "step")
    rows = rows.join(steps, on="component", how="left").with_columns(pl.col("step").fill_null(1))
    formulas = rows.filter(pl.col("per") == "formula")
    quick = rows.filter((pl.col("per") != "formula") & pl.col("over").is_not_null())
    slow = rows.filter((pl.col("per") != "formula") & pl.col("over").is_null())
    parts = [quick.with_columns(need=_quick_need())]
    parts += [part.with_columns(need=_slow_need(part)) for part in (formulas, slow) if part.height]
    return pl.concat(parts).select("n", "operation", pl.col("component").alias("item"), "need", "day")


def _quick_need() -> pl.Expr:
    """Round ``q * over / under + setup`` up to the multiple, and then to the step, in 128 bits."""
    wide = pl.Int128
    base = pl.when(pl.col("per") == "order").then(SCALE).otherwise(pl.col("quantity")).cast(wide)
    under, step = pl.col("under").cast(wide), pl.col("step").cast(wide)
    total = base * pl.col("over").cast(wide) + pl.col("setup_quantity").cast(wide) * under
    multiple = pl.when(pl.col("rounding") > 0).then(pl.col("rounding")).otherwise(1).cast(wide)
    unit = under * multiple
    rounded = (total + unit - 1) // unit * multiple
    return ((rounded + step - 1) // step * step).cast(pl.Int64)


def _slow_need(rows: pl.DataFrame) -> pl.Series:
    """Do the same in fractions of any size, for formulas and for factors that do not fit 64 bits."""
    return pl.Series([_need_of(row) for row in rows.iter_rows(named=True)], dtype=pl.Int64)


def _need_of(row: dict[str, object]) -> int:
    q = Fraction(int(str(row["quantity"])), SCALE)
    base = (
        evaluate(str(row["formula"]), q) if row["per"] == "formula" else (Fraction(1) if row["per"] == "order" else q)
    )
    exact = (base or Fraction(0)) * Fraction(str(row["share"])) * SCALE + int(str(row["setup_quantity"]))
    multiple, step = max(int(str(row["rounding"])), 1), int(str(row["step"]))
    rounded = -(-exact // multiple) * multiple
    return -(-rounded // step) * step


def _factors(case: Case, rows: pl.DataFrame, *, with_yields: bool) -> pl.DataFrame:
    """Give, for each line and site, how much one unit of the order takes: ``over / under``, and `share` as text."""
    lines = rows.select(
        "line", "site", "parent", "component", "line_operation", "per_quantity", "per", "unit", "scrap_factor"
    ).unique(["line", "site"], maintain_order=True)  # fmt: skip
    losses = yields_from(routing_rows(case)) if with_yields else {}
    lossy = pl.Series(
        [(item, site) in losses for item, site in lines.select("parent", "site").iter_rows()], dtype=pl.Boolean
    )
    plain = (pl.col("unit") == "") & (pl.col("scrap_factor") == 0) & (pl.col("per") != "formula")
    is_plain = lines.select(plain).to_series() & ~lossy
    quick = lines.filter(is_plain).select(
        "line", "site", over="per_quantity", share=pl.lit(None, pl.String),
        under=pl.when(pl.col("per") == "percent").then(100 * SCALE).otherwise(SCALE).cast(pl.Int64),
    )  # fmt: skip
    odd = lines.filter(~is_plain)
    units = _unit_factors(case, odd)
    shares = [
        _share(row, over, under, losses)
        for row, over, under in zip(odd.iter_rows(named=True), units.numerator, units.denominator, strict=True)
    ]
    return pl.concat([quick.select(*_FACTOR), _as_frame(odd, shares)])


_FACTOR = {"line": pl.UInt32, "site": pl.String, "over": pl.Int64, "under": pl.Int64, "share": pl.String}


def _as_frame(lines: pl.DataFrame, shares: list[Fraction]) -> pl.DataFrame:
    fits = [max(share.numerator, share.denominator) < _FITS for share in shares]
    pairs = list(zip(shares, fits, strict=True))
    return lines.select("line", "site").with_columns(
        pl.Series("over", [share.numerator if fit else None for share, fit in pairs], dtype=pl.Int64),
        pl.Series("under", [share.denominator if fit else None for share, fit in pairs], dtype=pl.Int64),
        pl.Series("share", [str(share) for share in shares], dtype=pl.String),
    )


def _unit_factors(case: Case, lines: pl.DataFrame) -> Factors:
    """Give the factor from the unit of each line to that of its component."""
    own = case.items.select(pl.col("item").alias("component"), pl.col("unit").alias("own"))
    rows = lines.join(own, on="component", how="left", maintain_order="left").with_columns(
        pl.col("own").fill_null("pcs")
    )
    given = rows.select(pl.when(pl.col("unit") == "").then("own").otherwise("unit")).to_series()
    return case.unit_system.factors(given, rows["own"], rows["component"])


def _share(
    row: dict[str, object],
    over: int | None,
    under: int | None,
    losses: dict[tuple[str, str], list[tuple[int, Fraction]]],
) -> Fraction:
    """Give what one unit of the order takes by one line, losses included."""
    each = Fraction(1) if row["per"] == "formula" else Fraction(int(str(row["per_quantity"])), SCALE)
    each = each / 100 if row["per"] == "percent" else each
    scrap = 1 + Fraction(int(str(row["scrap_factor"])), SCALE)
    passed = yield_at(losses.get((str(row["parent"]), str(row["site"])), []), int(str(row["line_operation"])))
    return each * Fraction(over or 1, under or 1) * scrap / passed


def _served(needs: pl.DataFrame, own: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Let the stock of phantoms that the plan takes serve first; the rest is exploded."""
    key = ["n", "operation", "item"]
    rows = needs.join(own, on=key, how="left").with_columns(pl.col("taken").fill_null(0))
    before = pl.col("need").cum_sum().over(key) - pl.col("need")
    used = pl.min_horizontal("need", pl.max_horizontal(pl.col("taken") - before, pl.lit(0, pl.Int64)))
    rows = rows.with_columns(used=used)
    served = rows.select("n", "operation", "item", pl.col("used").alias("need"))
    rest = rows.with_columns(need=pl.col("need") - pl.col("used")).filter(pl.col("need") > 0)
    return served.filter(pl.col("need") > 0), rest.select(*needs.columns)


def _used(own: pl.DataFrame, served: pl.DataFrame) -> pl.DataFrame:
    key = ["n", "operation", "item"]
    spent = served.group_by(key).agg(pl.col("need").sum())
    rows = own.join(spent, on=key, how="left")
    return rows.select(*key, (pl.col("taken") - pl.col("need").fill_null(0)).alias("taken"))
