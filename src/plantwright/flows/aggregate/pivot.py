"""The aggregate plan as it is edited: a row a family and site, or a group, a column a month; and what was changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

EPOCH = date(1970, 1, 1)
EDITED = {"demand": "demand", "available": "capacity", "overtime_limit": "overtime"}
"""Columns that can be edited, with the name of what they stand for."""


def by_month(rows: pl.DataFrame, names: Sequence[str], column: str) -> pl.DataFrame:
    """Turn a table of months into one with a column for each.

    Parameters
    ----------
    rows : with a column month, and one row for each month of what is named
    names : columns that name a row
    column : what stands in the months

    Returns
    -------
    The columns that name a row, and one for each month, named as its first day is written.

    Examples
    --------
    >>> rows = pl.DataFrame({"family": ["A", "A"], "month": [0, 31], "made": [5, 7]})
    >>> by_month(rows, ["family"], "made").to_dicts()
    [{'family': 'A', '1970-01-01': 5, '1970-02-01': 7}]
    """
    months = rows["month"].unique().sort().to_list()
    found = rows.select(*names).unique(maintain_order=True).sort(*names)
    for month in months:
        one = rows.filter(pl.col("month") == month).select(*names, pl.col(column).alias(day_text(month)))
        found = found.join(one, on=list(names), how="left", maintain_order="left")
    return found


def day_text(day: int) -> str:
    """Write a day as files do."""
    return (EPOCH + timedelta(days=day)).isoformat()


def with_edit(edits: str, what: str, of: str, site: str, month: str, value: float) -> str:
    """Add a change to those made so far; a later change of the same number takes the place of the earlier.

    Parameters
    ----------
    edits : changes so far, as JSON; empty for none
    what, of, site, month, value : see the report aggregate

    Examples
    --------
    >>> with_edit("", "demand", "A", "MAIN", "2026-05-01", 12)
    '[{"what": "demand", "of": "A", "site": "MAIN", "month": "2026-05-01", "value": 12}]'
    """
    place = {"what": what, "of": of, "site": site, "month": month}
    kept = [one for one in _read(edits) if any(one.get(name) != text for name, text in place.items())]
    return json.dumps([*kept, {**place, "value": value}])


def _read(edits: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(edits) if edits else []
    except ValueError:
        return []
    return [dict(one) for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def count_edits(edits: str) -> int:
    """Count the changes."""
    return len(_read(edits))


def overtime_shares(edits: str, capacity: pl.DataFrame) -> list[str]:
    """Give the overtime that edits allow as the action accept_aggregate takes it: the largest share of any month.

    Parameters
    ----------
    edits : changes as JSON
    capacity : table aggregate_capacity of the plan with these changes
    """
    touched = {(one.get("of"), one.get("site")) for one in _read(edits) if one.get("what") == "overtime"}
    found = []
    for group, site in sorted((str(group), str(site)) for group, site in touched):
        rows = capacity.filter((pl.col("group") == group) & (pl.col("site") == site) & (pl.col("available") > 0))
        if rows.height:
            share = min(max(float((rows["overtime_limit"] / rows["available"]).max() or 0.0), 0.0), 1.0)  # type: ignore[arg-type]
            found.append(f"{group}@{site}={share:.4f}")
    return found
