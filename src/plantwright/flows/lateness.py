"""How late a plan is, counted in one way wherever plans are set side by side."""

from __future__ import annotations

import polars as pl

from plantwright.core.exact import SCALE


def lateness(demands: pl.DataFrame) -> dict[str, float]:
    """Count what is late or short among customers' orders, and among forecasts apart.

    Parameters
    ----------
    demands : table demand_plan of a plan

    Returns
    -------
    late (orders), late_days (sum), late_value (money); late_forecasts and late_forecast_days

    Examples
    --------
    >>> rows = {"kind": ["sales order", "forecast"], "status": ["late", "late"], "late_days": [1_500_000, 2_000_000],
    ...     "value": [9_000_000, 0]}
    >>> lateness(pl.DataFrame(rows))
    {'late': 1, 'late_days': 1.5, 'late_value': 9.0, 'late_forecasts': 1, 'late_forecast_days': 2.0}
    """
    found = demands.filter(pl.col("status") != "on time")
    orders, forecasts = (found.filter(pl.col("kind") == kind) for kind in ("sales order", "forecast"))
    return {
        "late": orders.height, "late_days": _days(orders),
        "late_value": round(float(orders["value"].sum()) / SCALE, 2),
        "late_forecasts": forecasts.height, "late_forecast_days": _days(forecasts),
    }  # fmt: skip


def _days(rows: pl.DataFrame) -> float:
    return round(float(rows["late_days"].sum()) / SCALE, 1)


__all__ = ["lateness"]
