"""Does every order take what its bill of material says, where and when it should."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import LAST_SEQUENCE, Case
from plantwright.flows.plan.judge.codes import Ints, ints, pick, place_of, summed
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
_NOTHING_OFF = pl.DataFrame(schema=dict.fromkeys(("n", "operation", "item", "need", "planned", "slack"), pl.Int64))


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
    rows = case.components.filter(pl.col("n") >= 0)
    own = {"ratio": pl.lit(SCALE, pl.Int64), "base": pl.col("item"), "parent": pl.lit("")}
    zero = pl.lit(0, pl.Int64)
    if (rows["replaces"] == "").all():
        return rows.with_columns(**own, amount=pl.col("quantity"), slack=zero)
    plain = rows.filter(pl.col("replaces") == "").with_columns(**own, amount=pl.col("quantity"), slack=zero)
    orders = case.orders.select("n", pl.col("item").alias("parent"))
    other = rows.filter(pl.col("replaces") != "").join(orders, on="n", how="left")
    other = _with_ratios(case, other.with_columns(day=case.day(pl.col("needed"))))
    other = other.join(case.items.select("item", "step"), on="item", how="left")
    ratio, step = pl.col("ratio").fill_null(SCALE).cast(pl.Int128), pl.col("step").fill_null(1).cast(pl.Int128)
    other = other.with_columns(
        base=pl.col("replaces"),
        amount=(pl.col("quantity").cast(pl.Int128) * SCALE // ratio).cast(pl.Int64),
        slack=(step * SCALE // ratio + 1).cast(pl.Int64),
    )
    return pl.concat([plain, other.select(plain.columns)])


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
    planned = rows.select("n", "operation", "amount", "slack", pl.Series("item", case.item_numbers(rows["base"])))
    off = _off(case, planned)
    off = off.with_columns(case.orders["order"].gather(off["n"]), case.items["item"].gather(off["item"]))
    yield Fault(QUANTITY, off, "planned_component", KEY, "quantity", amounts=("planned", "need"), value="planned")


def _off(case: Case, planned: pl.DataFrame) -> pl.DataFrame:
    """Find what is taken in another quantity than by the bills of the days on which orders were cut."""
    need = expected_needs(case, _own_of_phantoms(case, planned))
    if _same(case, planned, need):
        return _NOTHING_OFF
    sums = planned.group_by("n", "operation", "item").agg(
        pl.col("amount").sum().alias("planned"), pl.col("slack").sum()
    )
    need = need.group_by("n", "operation", "item").agg(pl.col("need").sum())
    both = need.join(sums, on=["n", "operation", "item"], how="full", coalesce=True)
    both = both.with_columns(pl.col("need", "planned", "slack").fill_null(0)).filter(pl.col("item") >= 0)
    step = case.items["step"].gather(both["item"])
    slack = pl.when(pl.col("slack") > 0).then(pl.col("slack") + step).otherwise(0)
    return both.filter((pl.col("need") - pl.col("planned")).abs() > slack).sort("n", "operation", "item")


def _same(case: Case, planned: pl.DataFrame, need: pl.DataFrame) -> bool:
    """Compare both in one pass; only where something differs the slower way has to find what."""
    left, right = (
        summed(_keys(case, rows), ints(rows, column)) for rows, column in ((planned, "amount"), (need, "need"))
    )
    return all(np.array_equal(one, other) for one, other in zip(left, right, strict=True))


def _keys(case: Case, rows: pl.DataFrame) -> Ints:
    """Put order, operation and item into one number."""
    place = ints(rows, "n") * LAST_SEQUENCE + ints(rows, "operation")
    return place * case.items.height + ints(rows, "item")


def _own_of_phantoms(case: Case, planned: pl.DataFrame) -> pl.DataFrame:
    phantoms = pl.Series((case.items["kind"] == "phantom").arg_true().cast(pl.Int64)).implode()
    own = planned.filter(pl.col("item").is_in(phantoms)).group_by("n", "operation", "item")
    return own.agg(pl.col("amount").sum().alias("taken"))


def _sites(case: Case) -> Iterator[Fault]:
    expected = pl.when(pl.col("source") == "transfer").then("from_site").otherwise("site")
    sites = case.site_codes.places(case.orders.select(expected).to_series())
    order = ints(case.components, "n")
    taken = case.site_codes.places(case.components["site"])
    off = pick(case.components, (order >= 0) & (taken != np.append(sites, -1)[order]))
    off = off.with_columns(case.orders.select(expected).to_series().gather(off["n"]).alias("expected"))
    yield Fault(SITE, off, "planned_component", KEY, "site")


def _moments(case: Case) -> Iterator[Fault]:
    """Check `taken`: the start of the operation that consumes; without a schedule, a moment within the order."""
    rows, order = case.components, ints(case.components, "n")
    taken = ints(rows, "taken")
    start, finish = np.append(ints(case.orders, "start"), 0)[order], np.append(case.finishes, 0)[order]
    if case.scheduled:
        expected = _starts(case, order, ints(rows, "operation"), start)
        # What started before the plan begins is taken now.
        off = (taken != expected) & (taken != np.maximum(expected, case.as_of))
    else:
        expected = start
        off = (taken < start) | (taken > np.maximum(finish, start))
    found = pick(rows, off & (order >= 0), expected=expected)
    yield Fault(TAKEN, found, "planned_component", KEY, "taken", moments=("taken", "expected"))


def _starts(case: Case, order: Ints, operation: Ints, start: Ints) -> Ints:
    """Give the start of each component's operation; where the schedule has none, of its order."""
    schedule = case.schedule
    keys = ints(schedule, "n") * LAST_SEQUENCE + ints(schedule, "sequence")
    place = place_of(order * LAST_SEQUENCE + operation, keys)
    return np.where(place >= 0, np.append(ints(schedule, "start"), 0)[place], start)
