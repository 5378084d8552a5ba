"""Result tables of the aggregate plan: numbers become names again."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.aggregate.inputs import Inputs
from plantwright.flows.aggregate.load import Floats
from plantwright.flows.plan.results import shaped
from plantwright.methods.optimisation import AggregateResult

HOUR = 3_600_000
"""Milliseconds in an hour."""
MOST = 9_000_000_000_000
"""The largest amount that is written, in units."""


def scaled(values: Floats) -> np.ndarray:
    """Give amounts as they are stored, in millionths."""
    kept: np.ndarray = np.round(np.clip(values, -MOST, MOST) * SCALE).astype(np.int64)
    return kept


def in_milliseconds(hours: Floats) -> pl.Series:
    """Give hours as durations are stored; what is not known or has no end becomes empty."""
    known = np.isfinite(hours)
    values = np.round(np.where(known, hours, 0.0) * HOUR).astype(np.int64)
    return pl.Series([int(one) if there else None for one, there in zip(values, known, strict=True)], dtype=pl.Int64)


def period_table(inputs: Inputs, result: AggregateResult) -> pl.DataFrame:
    """Give the table aggregate_period; families that do nothing at a site in a month have no row."""
    p = inputs.problem
    moved_in, moved_out = np.zeros(p.shape), np.zeros(p.shape)
    np.add.at(moved_in, (p.lane_family, p.lane_to), result.moved)
    np.add.at(moved_out, (p.lane_family, p.lane_from), result.moved)
    amounts = {
        "demand": p.demand, "made": result.made, "overtime": overtime_units(inputs, result),
        "subcontracted": result.subcontracted, "received": p.receipts, "moved_in": moved_in, "moved_out": moved_out,
        "stock": result.stock, "back_order": result.back_order, "lacking": result.lacking_units,
    }  # fmt: skip
    money = {
        "unit_price": result.unit_price, "sales": p.demand * inputs.price[:, None, None],
        "production": result.made * inputs.value[:, :, None], "stock_value": result.stock * inputs.value[:, :, None],
    }  # fmt: skip
    busy = sum(np.abs(one) for one in amounts.values()).ravel() > 0
    frame = pl.DataFrame(
        {**_names(inputs), **{name: scaled(values).ravel() for name, values in (amounts | money).items()}}
    )
    return shaped("aggregate_period", frame.filter(pl.Series(busy)))


def overtime_units(inputs: Inputs, result: AggregateResult) -> Floats:
    """Give how much of what is made falls into overtime: the share that the busiest of its groups works in overtime."""
    p = inputs.problem
    share = np.divide(result.overtime, result.used, out=np.zeros_like(result.used), where=result.used > 0)
    busiest = np.zeros(p.shape)
    np.maximum.at(busiest, (p.use_family, p.use_site), share[p.use_group])
    units: Floats = result.made * np.minimum(busiest, 1.0)
    return units


def _names(inputs: Inputs) -> dict[str, Any]:
    families, sites, months = inputs.problem.shape
    return {
        "family": np.repeat(np.array(inputs.families, dtype=object), sites * months).tolist(),
        "site": (np.repeat(np.array(inputs.sites, dtype=object), months).tolist()) * families,
        "month": np.tile(inputs.months, families * sites),
    }


def capacity_table(inputs: Inputs, result: AggregateResult) -> pl.DataFrame:
    """Give the table aggregate_capacity; groups that no family takes have no row."""
    p, groups = inputs.problem, inputs.load.groups
    months = p.shape[2]
    used = np.unique(p.use_group)
    price = result.price + result.work_price
    alone = result.work_price[used].ravel() > 0  # with people scarce too, the range of the hours alone says nothing
    low, high = (
        np.where(price[used].ravel() > 0, one[used].ravel(), np.nan) for one in (result.lowest, result.highest)
    )
    frame = pl.DataFrame({
        "group": [groups[g][0] for g in used for _ in range(months)],
        "site": [groups[g][1] for g in used for _ in range(months)],
        "month": np.tile(inputs.months, len(used)),
        **{
            name: in_milliseconds(values[used].ravel())
            for name, values in (
                ("available", p.capacity), ("used", result.used), ("overtime", result.overtime),
                ("overtime_limit", p.overtime), ("lacking", result.lacking_hours + result.lacking_work),
            )
        },
        "shadow_price": scaled(price[used].ravel()),
        "holds_from": in_milliseconds(np.where(alone, np.nan, np.maximum(low, 0.0))),
        "holds_to": in_milliseconds(np.where(alone, np.nan, high)),
        **{
            name: scaled(values[used].ravel())
            for name, values in (("workers", result.workers), ("hired", result.hired), ("let_go", result.let_go))
        },
    })  # fmt: skip
    return shaped("aggregate_capacity", frame)


def cost_table(result: AggregateResult) -> pl.DataFrame:
    """Give the table aggregate_cost; kinds that cost nothing have no row."""
    kinds = {name: amount for name, amount in result.costs.items() if abs(amount) > 0}
    frame = pl.DataFrame({
        "strategy": [result.strategy] * len(kinds), "kind": list(kinds),
        "amount": scaled(np.array(list(kinds.values()), np.float64)),
    }, schema={"strategy": pl.String, "kind": pl.String, "amount": pl.Int64})  # fmt: skip
    return shaped("aggregate_cost", frame)
