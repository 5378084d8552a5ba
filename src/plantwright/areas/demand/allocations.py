"""What must hold of allocations."""

from __future__ import annotations

import polars as pl

from plantwright.core.finding import Tables, at_site, found, main_site
from plantwright.core.problem import Problem, problem_kind

NOTHING = problem_kind(
    "allocation-of-nothing",
    "It keeps {what}.",
    "Name one item or one family, a customer or a rank, and a share or a quantity.",
)
BACKWARDS = problem_kind(
    "allocation-backwards", "The period ends on {end}, before it begins on {start}.", "Correct one of the two days."
)
TOO_MUCH = problem_kind(
    "allocation-too-much",
    "Shares of {total} of what comes are kept in all on {start}.",
    "Lower shares until they are 1 at most in each period.",
    "warning",
)
FAMILY = problem_kind(
    "allocation-family-unknown", "No item is of the family {family}.", "Correct the name of the family.", "warning"
)
WHOLE = 1_000_000


def check_allocations(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find allocations that keep nothing, or more than there is."""
    name = "allocation"
    rows = tables[name]
    if not rows.height:
        return []
    what = (
        pl.when((pl.col("item") == "") == (pl.col("family") == "")).then(pl.lit("neither one item nor one family"))
        .when((pl.col("customer") == "") == (pl.col("rank") == 0)).then(pl.lit("for neither a customer nor a rank"))
        .when((pl.col("share") == 0) & (pl.col("quantity") == 0)).then(pl.lit("nothing"))
    )  # fmt: skip
    empty = rows.with_columns(what=what).filter(pl.col("what").is_not_null())
    known = tables["item"]["family"].unique().implode()
    lost = rows.filter((pl.col("family") != "") & ~pl.col("family").is_in(known))
    return [
        *found(NOTHING, tables, name, empty),
        *found(BACKWARDS, tables, name, rows.filter(pl.col("end") < pl.col("start")), "end"),
        *found(TOO_MUCH, tables, name, _too_much(rows, main_site(tables)), "share", amounts=("total",)),
        *found(FAMILY, tables, name, lost, "family"),
    ]


def _too_much(rows: pl.DataFrame, main: str) -> pl.DataFrame:
    """Give the allocations on whose first day the shares of their item are above one in all."""
    shares = rows.filter((pl.col("share") > 0) & (pl.col("quantity") == 0)).with_columns(at=at_site("site", main))
    own = ["item", "family", "at"]
    pairs = shares.join(shares.select(*own, other="share", since="start", until="end"), on=own)
    pairs = pairs.filter((pl.col("since") <= pl.col("start")) & (pl.col("start") <= pl.col("until")))
    sums = pairs.group_by(rows.columns, maintain_order=True).agg(total=pl.col("other").sum())
    return sums.filter(pl.col("total") > WHOLE)
