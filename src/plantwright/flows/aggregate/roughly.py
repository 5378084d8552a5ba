"""Rough-cut capacity of a plant: what demand takes of each group of work centers, month by month."""

from __future__ import annotations

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.aggregate.inputs import usable_share
from plantwright.flows.aggregate.load import Floats, Load, look_up
from plantwright.flows.aggregate.tables import in_milliseconds, scaled
from plantwright.plant import Plant

LISTED = 5
"""Items that are listed for each group, those that take most."""


def rough_load(plant: Plant, months: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give load and open hours by group and month, and the items that take most of each group.

    Parameters
    ----------
    plant : the plant, with the forecasts that are to be planned
    months : how many months

    Returns
    -------
    group, site, month, available, required, utilisation, lacking; and group, site, item, quantity, hours
    """
    load = look_up(plant, months)
    made = net_of_stock(load)
    required = load.hours.T @ made
    available = load.open_hours * usable_share(plant, load)[:, None]
    groups, count = len(load.groups), len(load.months)
    share = np.divide(required, available, out=np.zeros_like(required), where=available > 0)
    rows = pl.DataFrame({
        "group": [one for one, _ in load.groups for _ in range(count)],
        "site": [site for _, site in load.groups for _ in range(count)],
        "month": np.tile(load.months, groups),
        "available": in_milliseconds(available.ravel()), "required": in_milliseconds(required.ravel()),
        "utilisation": scaled(share.ravel()),
        "lacking": in_milliseconds(np.maximum(required - available, 0.0).ravel()),
    })  # fmt: skip
    busy = rows.filter((pl.col("required") > 0).any().over("group", "site"))
    return busy, _takers(load, made.sum(axis=1))


def net_of_stock(load: Load) -> Floats:
    """Take what is in stock off the first demand of each item and site."""
    held = np.zeros(len(load.n.nodes))
    held[load.n.stock["node"].to_numpy()] = load.n.stock["quantity"].to_numpy() / SCALE
    upto = np.maximum(np.cumsum(load.demand, axis=1) - np.maximum(held, 0.0)[:, None], 0.0)
    made: Floats = np.diff(np.concatenate([np.zeros((len(upto), 1)), upto], axis=1), axis=1)
    return made


def _takers(load: Load, quantity: Floats) -> pl.DataFrame:
    taken = load.hours * quantity[:, None]
    items, lines = load.n.nodes.frame["item"], []
    for g, (group, site) in enumerate(load.groups):
        order = np.argsort(-taken[:, g], kind="stable")[:LISTED]
        lines += [
            {"group": group, "site": site, "item": items[int(node)], "quantity": round(float(quantity[node]) * SCALE),
             "hours": round(float(taken[node, g]) * 3_600_000)}
            for node in order if taken[node, g] > 0
        ]  # fmt: skip
    schema = {"group": pl.String, "site": pl.String, "item": pl.String, "quantity": pl.Int64, "hours": pl.Int64}
    return pl.DataFrame(lines, schema=schema, orient="row")
