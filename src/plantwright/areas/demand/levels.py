"""The report of families and sites: what is expected of them, and how far making them add up moved each level."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Chart, Page, View, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.reader import say
from plantwright.core.report import report

OF = ["level", "unit", "period", "family", "item", "site"]
LEVELS = ("all", "site", "family", "family at site", "item")


@report
def forecast_levels(
    plan: View,
    level: Literal["", "all", "site", "family", "family at site", "item"] = "",
    family: str = "",
    site: Annotated[str, Ref("site")] = "",
) -> Page:
    """Show what is expected of families, sites and the whole, and how far making the levels add up moved each.

    Parameters
    ----------
    plan : plant and plan
    level : only this level
    family : only this family
    site : only this site
    """
    every = plan.result("forecast_level")
    if not every.height:
        return Page(say("There are no levels: fewer than two forecasts can be taken together."))
    rows = every.filter(
        (pl.col("level") == level) | (level == ""), (pl.col("family") == family) | (family == ""),
        (pl.col("site") == site) | (site == ""),
    )  # fmt: skip
    if not rows.height:
        return Page(say("No level is like that: {count} are there in all.", count=wording.count(every.height, "row")))
    way = str(plan.settings["forecast_reconciling"])
    return Page(_words(rows, way), (_summed(plan, rows), _course(plan, rows)), _figures(rows, way))


def _order(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort(pl.col("level").replace_strict(dict(zip(LEVELS, range(len(LEVELS)), strict=True))), *OF[1:])


def _moved() -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Give what the levels moved of a row: against its own past, as a share of it, and against the series below."""
    alone = pl.when(pl.col("alone") > 0).then("alone").cast(pl.Float64)
    moved = pl.col("quantity") - pl.col("alone")
    share = (moved / alone * SCALE).round().cast(pl.Int64)
    return moved.alias("moved"), share.alias("share"), (pl.col("quantity") - pl.col("below")).alias("lifted")


def _summed(plan: View, rows: pl.DataFrame) -> Any:
    sums = rows.group_by(OF, maintain_order=True).agg(
        pl.col("series").first(), pl.col("start").min(), pl.col("end").max(),
        pl.col("alone", "below", "quantity").sum(),
    )  # fmt: skip
    columns = (
        "level", "family", "item", "site", "series", "quantity", "alone",
        named(Kind.QUANTITY, "moved", "How far that is from what its own past foretells"),
        named(Kind.RATIO, "share", "The same as a share of what its own past foretells"), "below",
        named(Kind.QUANTITY, "lifted", "How far the forecasts below it were moved in all"), "unit", "period", "start",
        "end",
    )  # fmt: skip
    return sheet(plan, say("Levels"), "forecast_level", _order(sums.with_columns(_moved())), *columns)


def _course(plan: View, rows: pl.DataFrame) -> Any:
    columns = ("start", "level", "family", "item", "site", "quantity", "alone", "below", "unit", "end")
    made = sheet(plan, say("By period"), "forecast_level", rows.sort("start", *OF), *columns)
    one = rows.select(OF).n_unique() == 1
    return replace(made, chart=Chart("line", "start", ("quantity", "alone", "below"))) if one else made


def _words(rows: pl.DataFrame, way: str) -> str:
    sums = rows.group_by(OF).agg(pl.col("alone", "quantity").sum())
    own = sums.filter(pl.col("alone") > 0)
    off = pl.when(pl.len() > 0).then((pl.col("quantity") - pl.col("alone")).abs().sum() / pl.col("alone").sum())
    share = float(own.select(off.fill_nan(0.0)).item() or 0.0)
    return say(
        "{count} of items and sites add up ({way}); they are {share} from what their past as a whole foretells.",
        count=wording.count(sums.height, "sum"), way=say(way), share=wording.percent(round(share * SCALE)),
    )  # fmt: skip


def _figures(rows: pl.DataFrame, way: str) -> dict[str, Any]:
    return {"rows": rows.select(OF).n_unique(), "way": way, "levels": rows["level"].unique().sort().to_list()}
