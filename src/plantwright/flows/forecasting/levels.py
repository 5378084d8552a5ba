"""Items, families and sites that add up: what each level's own past foretells, and forecasts that agree with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from plantwright.flows.forecasting.past import Floats, Past
from plantwright.flows.forecasting.periods import Ints

if TYPE_CHECKING:
    from plantwright.methods.forecasting.hierarchy import Hierarchy
    from plantwright.methods.forecasting.hierarchy_reconcile import Reconciling

LEVELS: dict[str, tuple[str, ...]] = {
    "all": (), "site": ("site",), "family": ("family",), "family at site": ("family", "site"), "item": ("item",),
}  # fmt: skip
"""What is taken together, from the top, and by which columns."""
OF_SITE = ("site", "family at site", "item")
"""The same where sites end with different periods, so that each stands for itself."""
WAYS: dict[str, Reconciling] = {
    "bottom up": "bottom_up", "top down": "top_down", "by variance": "variance", "least error": "mint",
}  # fmt: skip
"""The setting `forecast_reconciling`, and the method of each."""
OF = ("item", "family", "site", "customer")
PATTERN = 60
"""Periods at the end of the past from which it is learnt which errors go together."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Levels over series that end with the same period and are counted in the same unit.

    Parameters
    ----------
    keys : one row an aggregate: level, unit, family, item, site
    tree : which series each sums
    series : int64, the series of the bottom rows of `tree`
    alone : float64 (aggregates, H), what the past of each aggregate foretells
    """

    keys: pl.DataFrame
    tree: Hierarchy
    series: Ints
    alone: Floats

    def times(self, mean: Floats, factor: Floats) -> Sums:
        """Bring what was foretold of mean periods to the periods to come, as the series below were brought."""
        plain, moved = self.tree.sums(mean[self.series]), self.tree.sums((mean * factor)[self.series])
        return replace(self, alone=self.alone * np.divide(moved, plain, out=np.ones_like(plain), where=plain > 0))


def groups_of(past: Past, *, shown: bool) -> Iterator[tuple[Ints, str]]:
    """Give the series that can be summed, two or more with the same end and unit; the site where it stands alone.

    What is `shown` has each series once, and sites with another end stand apart; the hold-out has it once for each end.
    """
    rows = past.keys.select("counted", "site").with_columns(last=pl.Series(past.last)).with_row_index("row")
    for part in rows.partition_by("counted", maintain_order=True):
        apart = shown and part["last"].n_unique() > 1
        for group in part.partition_by("site" if apart else "last", maintain_order=True):
            if group.height > 1:
                yield group["row"].to_numpy().astype(np.int64), group["site"][0] if apart else ""


def tree_of(past: Past, series: Ints, site: str = "") -> tuple[Hierarchy, pl.DataFrame]:
    """Build the levels over some series; those that would say the same as another are left out."""
    from plantwright.methods.forecasting.hierarchy import build_hierarchy  # noqa: PLC0415 - loads Numba

    rows = past.keys.select(*OF, "counted")[series.tolist()]
    names, seen = [], {tuple(range(rows.height))}
    for name in OF_SITE if site else LEVELS:
        parts = _parted(rows, LEVELS[name])
        if parts not in seen:
            names.append(name)
            seen.add(parts)
    tree = build_hierarchy({name: rows[name].to_list() for name in OF}, [LEVELS[name] for name in names])
    told = [
        {"level": names[level], **dict(zip(LEVELS[names[level]], codes, strict=True))}
        for level, codes in zip(tree.level[: tree.aggregates].tolist(), tree.names, strict=False)
    ]
    keys = pl.DataFrame(told, schema=dict.fromkeys(("level", "family", "item", "site"), pl.String)).fill_null("")
    keys = keys.with_columns(pl.lit(site).alias("site")) if site else keys
    return tree, keys.with_columns(unit=pl.lit(rows["counted"][0]))


def _parted(rows: pl.DataFrame, columns: tuple[str, ...]) -> tuple[int, ...]:
    """Give each row the number of its part, as columns divide the rows, in the order of the first of each."""
    if not columns:
        return (0,) * rows.height
    numbers: dict[Any, int] = {}
    return tuple(numbers.setdefault(codes, len(numbers)) for codes in rows.select(columns).iter_rows())


def reconciled(
    past: Past, used: Floats, expected: Floats, made: Any, way: str, forecaster: Any, *, shown: bool, workers: int
) -> tuple[Floats, list[Sums]]:
    """Make the forecasts of series agree with those of their families and sites.

    Parameters
    ----------
    past : the series
    used, expected : float64, flat: what they are forecast from, and what neighbours and season let expect of it
    made : their forecasts: `mean` and `sigma`
    way : method of `plantwright.methods.forecasting.hierarchy_reconcile.reconcile`
    forecaster : forecasts the aggregates
    shown : whether the aggregates are forecast too where they change nothing, from the bottom up
    workers : threads

    Returns
    -------
    The means of the series, float64 (n, H), and the levels.
    """
    mean = np.array(made.mean)
    if way == "bottom_up" and not shown:
        return mean, []
    levels = []
    for series, site in groups_of(past, shown=shown):
        tree, keys = tree_of(past, series, site)
        rows = _summed(past, tree, series, used)
        pointer = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        flat = np.concatenate(rows)
        own = forecaster(
            flat, pointer, season=past.season, horizon=mean.shape[1], levels=(0.8, 0.95), methods=["auto"] * len(rows),
            workers=workers,
        )  # fmt: skip
        alone = np.maximum(own.mean, 0.0)
        levels.append(Sums(keys, tree, series, alone))
        if way != "bottom_up":
            sigma = np.concatenate([np.asarray(own.sigma)[:, 0], np.asarray(made.sigma)[series, 0]])
            off = [*_apart(flat, pointer, past.season), *_parts(past, series, used - expected)]
            mean[series] = _agreed(tree, np.concatenate([alone, mean[series]]), way, sigma, off)
    return mean, levels


def _parts(past: Past, series: Ints, values: Floats) -> list[Floats]:
    return [values[past.pointer[one] : past.pointer[one + 1]] for one in series.tolist()]


def _summed(past: Past, tree: Hierarchy, series: Ints, used: Floats) -> list[Floats]:
    """Sum the pasts of the series below each aggregate; what was not sold yet counts nothing."""
    parts = _parts(past, series, used)
    found = []
    for row in range(tree.aggregates):
        below = tree.member[tree.pointer[row] : tree.pointer[row + 1]].tolist()
        total = np.zeros(max(len(parts[one]) for one in below))
        for one in below:
            total[len(total) - len(parts[one]) :] += parts[one]  # all end with the same period
        found.append(total)
    return found


def _apart(flat: Floats, pointer: Ints, season: int) -> list[Floats]:
    """Give how far each aggregate was from what its neighbours and season let expect."""
    from plantwright.methods.forecasting.cleaning import clean  # noqa: PLC0415 - loads Numba

    off = flat - clean(flat, pointer, season).expected
    return np.split(off, pointer[1:-1].tolist())


def _agreed(tree: Hierarchy, base: Floats, way: str, sigma: Floats, off: list[Floats]) -> Floats:
    """Give the bottom rows of forecasts that add up."""
    from plantwright.methods.forecasting.hierarchy_reconcile import reconcile  # noqa: PLC0415 - loads Numba

    errors = np.stack([sigma, -sigma], axis=1)
    shortest = min(len(one) for one in off)
    if way == "mint" and shortest > 2:
        # Which errors go together is seen in the past; how large they are, in the trials of each forecast.
        errors = np.stack([one[-min(shortest, PATTERN) :] for one in off])
        size = np.sqrt(np.mean(errors**2, axis=1))
        errors *= np.divide(sigma, size, out=np.ones_like(size), where=size > 0)[:, None]
    elif way == "mint":
        way = "variance"
    kind: Any = way
    return reconcile(tree, base, kind, residuals=errors, not_negative=True).values[tree.aggregates :]
