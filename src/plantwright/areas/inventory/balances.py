"""Balances: what the ledger says is where."""

from __future__ import annotations

import polars as pl

from plantwright.core.pages import View


def places(view: View) -> pl.DataFrame:
    """Give each real place with its site, found through the places that hold it. Columns: code, site, nettable."""
    rows = view.table("location").select("code", "site", "parent", "nettable", "kind")
    up = rows.select(parent="code", upper_site="site", upper_parent="parent")
    for _ in range(8):  # a bin in a rack in an aisle in a warehouse; deeper nests are cut off
        if not rows.filter((pl.col("site") == "") & (pl.col("parent") != "")).height:
            break
        rows = rows.join(up, on="parent", how="left", maintain_order="left")
        bare = pl.col("site") == ""
        rows = rows.with_columns(
            site=pl.when(bare).then(pl.col("upper_site").fill_null("")).otherwise("site"),
            parent=pl.when(bare).then(pl.col("upper_parent").fill_null("")).otherwise("parent"),
        ).select("code", "site", "parent", "nettable", "kind")
    return rows.filter(pl.col("kind") != "virtual").select("code", "site", "nettable")


def balances(view: View) -> pl.DataFrame:
    """Sum the ledger up to the view's moment. Columns: item, location, site, nettable, quantity."""
    moves = view.table("stock_move").filter(pl.col("at") <= view.as_of)
    came = moves.select("item", "quantity", location="to_location")
    went = moves.select("item", -pl.col("quantity"), location="from_location")
    sums = pl.concat([came, went]).group_by("item", "location").agg(pl.col("quantity").sum())
    sums = sums.filter(pl.col("quantity") != 0)
    return sums.join(places(view), left_on="location", right_on="code", how="inner")
