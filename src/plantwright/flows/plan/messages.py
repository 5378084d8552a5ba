"""What the plan asks people to do: release, expedite, defer, increase, decrease, cancel."""

from __future__ import annotations

import numpy as np
import polars as pl

from plantwright.areas.planning import words
from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.results import shaped
from plantwright.flows.plan.timing import Dates
from plantwright.methods.working_time import NEVER

DAY = 1440


def draft_messages(n: Numbered, material: Material, pegs: PegRows, dates: Dates) -> pl.DataFrame:
    """Compare every order with what it serves in this plan.

    An existing order is wanted when the first of its consumers takes from it. Sooner than it is due (by more than the
    tolerance): expedite. Later: defer. Wanted by nobody, with safety stock kept without it: cancel. Wanted in part,
    with the rest above safety stock and its lot rules: decrease. A new order that starts within the release window is
    to be released; one that starts late for what needs it has an existing order to be increased where that is open.
    """
    orders = material.orders
    first = np.full(orders.height, NEVER, np.int64)
    used = np.zeros(orders.height, np.int64)
    rows = np.flatnonzero(pegs.supply >= 0)
    need = np.minimum(dates.taken[pegs.requirement[rows]], _demand_wanted(material, pegs)[rows])
    np.minimum.at(first, pegs.supply[rows], need)
    np.add.at(used, pegs.supply[rows], pegs.quantity[rows])
    facts = orders.with_columns(
        first=pl.Series(first), used=pl.Series(used), begin=pl.Series(dates.start), end=pl.Series(dates.finish)
    ).join(
        n.nodes.frame.select("node", "item", "site", "safety_stock", "quantum"),
        on="node",
        how="left",
        maintain_order="left",
    )
    spare = facts.with_columns(spare=(pl.col("quantity") - pl.col("used")).clip(0))
    free = _free_stock(n, material, pegs)
    spare = spare.join(free, on="node", how="left", maintain_order="left").with_columns(pl.col("free").fill_null(0))
    drafts = pl.concat([_dated(n, spare), _unwanted(spare), _releases(n, spare)], how="diagonal")
    return shaped("message_draft", drafts.sort("action", "new_due", "order"))


def _demand_wanted(material: Material, pegs: PegRows) -> np.ndarray:
    due = np.concatenate([material.demands["wanted"].to_numpy(), [NEVER]])
    return np.asarray(due[pegs.demand])


def _free_stock(n: Numbered, material: Material, pegs: PegRows) -> pl.DataFrame:
    """Give what all supplies of a node have left over after all pegs: it covers safety stock."""
    supply = np.zeros(len(n.nodes), np.int64)
    np.add.at(supply, n.stock["node"].to_numpy(), n.stock["quantity"].to_numpy())
    np.add.at(supply, material.orders["node"].to_numpy(), material.orders["quantity"].to_numpy())
    np.subtract.at(supply, pegs.node, pegs.quantity)
    return pl.DataFrame({"node": np.arange(len(n.nodes)), "free": supply})


def _sentence(text: str, order: str = "order", days: pl.Expr | None = None) -> pl.Expr:
    """Fill the places of a text from the columns of each row."""
    shown = text.replace("{order}", "{}").replace("{item}", "{}").replace("{days}", "{}")
    return pl.format(shown, pl.col(order), pl.col("item"), *([] if days is None else [days]))


def _plain(frame: pl.DataFrame, action: str, new_quantity: pl.Expr, new_due: pl.Expr, text: pl.Expr) -> pl.DataFrame:
    return frame.select(
        "order", "item", "site", "quantity", "due", action=pl.lit(action),
        new_quantity=new_quantity, new_due=new_due, text=text,
    )  # fmt: skip


def _dated(n: Numbered, facts: pl.DataFrame) -> pl.DataFrame:
    """Expedite and defer existing orders; a floor order that has started is not moved."""
    tolerance = n.plant.settings.minutes("message_tolerance")
    movable = facts.filter(pl.col("existing") & (pl.col("used") > 0) & (pl.col("state") != "started"))
    need = pl.max_horizontal("first", pl.lit(n.plant.as_of))
    sooner = movable.filter((need < pl.col("due")) & (pl.col("due") - need > _slack(tolerance)))
    overdue = movable.filter((pl.col("due") < n.plant.as_of) & (pl.col("first") <= pl.col("projected")))
    later = movable.filter(need - pl.col("due") > tolerance)
    days = ((pl.col("due") - need).abs() / DAY).round(1).cast(pl.String)
    late_days = ((pl.lit(n.plant.as_of) - pl.col("due")) / DAY).round(1).cast(pl.String)
    same = pl.col("quantity")
    past = overdue.join(sooner, on="order", how="anti")
    return pl.concat([
        _plain(sooner, "expedite", same, need, _sentence(words.SOONER, days=days)),
        _plain(past, "expedite", same, need, _sentence(words.OVERDUE, days=late_days)),
        _plain(later, "defer", same, need, _sentence(words.LATER, days=days)),
    ])  # fmt: skip


def _slack(tolerance: int) -> int:
    """Expedite on a quarter of the tolerance: to come too late costs more than to come too soon."""
    return tolerance // 4


def _unwanted(facts: pl.DataFrame) -> pl.DataFrame:
    """Cancel what nobody wants, and decrease what is wanted in part, as far as safety stock allows."""
    movable = facts.filter(pl.col("existing") & (pl.col("state") != "started") & (pl.col("kind") != "transfer"))
    excess = pl.min_horizontal("spare", pl.max_horizontal(pl.col("free") - pl.col("safety_stock"), pl.lit(0)))
    movable = movable.with_columns(excess=excess // pl.col("quantum") * pl.col("quantum"))
    gone = movable.filter((pl.col("used") == 0) & (pl.col("excess") >= pl.col("quantity")))
    less = movable.filter((pl.col("used") > 0) & (pl.col("excess") * 2 > pl.col("quantity")))
    none, left = pl.lit(None, pl.Int64), pl.col("quantity") - pl.col("excess")
    return pl.concat([
        _plain(gone, "cancel", pl.lit(0, pl.Int64), none, _sentence(words.UNWANTED)),
        _plain(less, "decrease", left, none, _sentence(words.TOO_LARGE)),
    ])  # fmt: skip


def _releases(n: Numbered, facts: pl.DataFrame) -> pl.DataFrame:
    """Release new orders that start soon; where an open order of the same item comes soon after, increase that."""
    window = n.plant.as_of + n.plant.settings.minutes("release_window")
    soon = facts.filter(~pl.col("existing") & (pl.col("begin") <= window))
    open_buys = facts.filter(pl.col("existing") & (pl.col("kind") == "buy") & (pl.col("used") == pl.col("quantity")))
    partner = open_buys.sort("due").group_by("node", maintain_order=True).first().select(
        "node", partner="order", partner_quantity="quantity", partner_due="due"
    )  # fmt: skip
    soon = soon.join(partner, on="node", how="left", maintain_order="left")
    joinable = (pl.col("kind") == "buy") & pl.col("partner").is_not_null() & (pl.col("partner_due") >= pl.col("end"))
    plain = soon.filter(~joinable.fill_null(value=False))
    days = ((pl.col("begin") - n.plant.as_of) / DAY).round(1).cast(pl.String)
    made, moved = pl.col("kind") == "make", pl.col("kind") == "transfer"
    starts, leaves, ordered = (_sentence(text, days=days) for text in (words.STARTS, words.LEAVES, words.TO_ORDER))
    release = _plain(
        plain,
        "release",
        pl.col("quantity"),
        pl.col("end"),
        pl.when(made).then(starts).when(moved).then(leaves).otherwise(ordered),
    )
    more = soon.filter(joinable.fill_null(value=False)).group_by("partner", "item", "site", maintain_order=True).agg(
        pl.col("partner_quantity", "partner_due").first(), pl.col("quantity").sum(), new_due=pl.col("end").min()
    )  # fmt: skip
    increase = more.select(
        pl.col("partner").alias("order"), "item", "site", pl.col("partner_quantity").alias("quantity"),
        pl.col("partner_due").alias("due"), action=pl.lit("increase"),
        new_quantity=pl.col("partner_quantity") + pl.col("quantity"), new_due=pl.col("new_due"),
        text=_sentence(words.COULD_BRING, "partner"),
    )  # fmt: skip
    return pl.concat([release, increase.select(release.columns)])
