"""Does every order take what its bill of material says, where and when it should."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import Case
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.needs import expected_needs

_FIX = "This is a fault of the planner: report it with the plant."
QUANTITY = problem_kind(
    "verify-component-quantity", "The plan takes {planned} of it; by the bill of material it is {need}.", _FIX
)
SUBSTITUTE = problem_kind("verify-substitute", "It may not replace {replaces} in {parent} on that day.", _FIX)
SITE = problem_kind("verify-component-site", "It is taken at site {site} and not at {expected}.", _FIX)
TAKEN = problem_kind("verify-taken", "It is taken at {taken}; the operation that uses it starts at {expected}.", _FIX)

KEY = ("order", "item", "operation")


def check_components(case: Case) -> Iterator[Fault]:
    """Run every check of this module."""
    rows = _replaced(case)
    wrong = rows.filter((pl.col("replaces") != "") & pl.col("ratio").is_null())
    yield Fault(SUBSTITUTE, wrong, "planned_component", KEY, "replaces")
    yield from _quantities(case, rows)
    yield from _sites(case)
    yield from _moments(case)


def _replaced(case: Case) -> pl.DataFrame:
    """Count what the plan takes in units of the component that the bill of material names.

    Columns: those of the components, parent, ratio (of the substitute, null where it is not allowed), base (component
    of the bill), amount, slack (what rounding the substitute to its step may add or leave).
    """
    rows = case.components
    orders = case.orders.select("n", pl.col("item").alias("parent"), case.day(pl.col("start")).alias("day"))
    rows = rows.join(orders, on="n", how="left")
    if not rows.filter(pl.col("replaces") != "").height:
        return rows.with_columns(
            ratio=pl.lit(SCALE, pl.Int64), base=pl.col("item"), amount=pl.col("quantity"), slack=pl.lit(0, pl.Int64)
        )
    plain = rows.filter(pl.col("replaces") == "").with_columns(ratio=pl.lit(SCALE, pl.Int64))
    other = _with_ratios(case, rows.filter(pl.col("replaces") != ""))
    rows = pl.concat([plain, other.select(plain.columns)])
    steps = rows.join(case.items.select("item", "step"), on="item", how="left", maintain_order="left")["step"]
    ratio = pl.col("ratio").fill_null(SCALE).cast(pl.Int128)
    replaces = pl.col("replaces") != ""
    return rows.with_columns(step=steps.fill_null(1)).with_columns(
        base=pl.when(replaces).then("replaces").otherwise("item"),
        amount=(pl.col("quantity").cast(pl.Int128) * SCALE // ratio).cast(pl.Int64),
        slack=pl.when(replaces).then(pl.col("step").cast(pl.Int128) * SCALE // ratio + 1).otherwise(0).cast(pl.Int64),
    )


def _with_ratios(case: Case, rows: pl.DataFrame) -> pl.DataFrame:
    """Find the ratio of each substitute, in the order's item or in a phantom within it."""
    allowed = case.raw("substitute").select(
        pl.col("parent").alias("used_in"), pl.col("component").alias("replaces"), pl.col("substitute").alias("item"),
        "ratio", "effective_from", "effective_to",
    )  # fmt: skip
    phantoms = case.items.filter(pl.col("kind") == "phantom")["item"].implode()
    pairs = rows.select("component", "parent", "replaces", "item", "day").join(
        allowed, on=["replaces", "item"], how="inner"
    )
    direct = pl.col("used_in") == pl.col("parent")
    fits = pairs.filter(
        (direct | pl.col("used_in").is_in(phantoms))
        & pl.col("day").is_between(pl.col("effective_from"), pl.col("effective_to"))
    ).sort(direct, descending=True)
    return rows.join(fits.unique("component", keep="first").select("component", "ratio"), on="component", how="left")


def _quantities(case: Case, rows: pl.DataFrame) -> Iterator[Fault]:
    key = ["n", "operation", "item"]
    planned = rows.group_by("n", "operation", pl.col("base").alias("item")).agg(
        pl.col("amount").sum().alias("planned"), pl.col("slack").sum()
    )
    need = expected_needs(case, _own_of_phantoms(case, planned))
    both = need.join(planned, on=key, how="full", coalesce=True)
    both = both.with_columns(pl.col("need", "planned", "slack").fill_null(0))
    steps = both.join(case.items.select("item", "step"), on="item", how="left", maintain_order="left")["step"]
    slack = pl.when(pl.col("slack") > 0).then(pl.col("slack") + steps.fill_null(1)).otherwise(0)
    off = both.filter((pl.col("need") - pl.col("planned")).abs() > slack)
    off = off.join(case.orders.select("n", "order"), on="n", how="left").sort("n", "operation", "item")
    yield Fault(QUANTITY, off, "planned_component", KEY, "quantity", amounts=("planned", "need"))


def _own_of_phantoms(case: Case, planned: pl.DataFrame) -> pl.DataFrame:
    phantoms = case.items.filter(pl.col("kind") == "phantom").select("item")
    own = planned.join(phantoms, on="item", how="semi")
    return own.select("n", "operation", "item", pl.col("planned").alias("taken"))


def _sites(case: Case) -> Iterator[Fault]:
    expected = pl.when(pl.col("source") == "transfer").then("from_site").otherwise("site")
    orders = case.orders.select("n", expected.alias("expected"))
    rows = case.components.join(orders, on="n", how="left").filter(pl.col("site") != pl.col("expected"))
    yield Fault(SITE, rows, "planned_component", KEY, "site")


def _moments(case: Case) -> Iterator[Fault]:
    """Check `taken`: the start of the operation that consumes; without a schedule, a moment within the order."""
    rows = case.components.join(case.orders.select("n", "start", "finish"), on="n", how="left")
    if not case.scheduled:
        out = rows.filter(~pl.col("taken").is_between("start", "finish")).with_columns(expected=pl.col("start"))
        yield Fault(TAKEN, out, "planned_component", KEY, "taken", moments=("taken", "expected"))
        return
    starts = case.number(case.result("scheduled_operation")).select(
        "n", pl.col("sequence").alias("operation"), pl.col("start").alias("begins")
    )
    rows = rows.join(starts.unique(["n", "operation"]), on=["n", "operation"], how="left")
    rows = rows.with_columns(expected=pl.coalesce("begins", "start"))
    # What started before the plan begins is taken now.
    off = rows.filter(
        (pl.col("taken") != pl.col("expected"))
        & (pl.col("taken") != pl.max_horizontal("expected", pl.lit(case.as_of, pl.Int64)))
    )
    yield Fault(TAKEN, off, "planned_component", KEY, "taken", moments=("taken", "expected"))
