"""What the reports on stock policy look at: the plant of a view with its supply tree, read once for each view."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.pages import View, missing
from plantwright.core.problem import BAD_ARGUMENT, ProblemError, problem_kind, stop_on_errors
from plantwright.flows.foreseen import FORECAST, as_foreseen
from plantwright.flows.policy.facts import Known, known_of
from plantwright.flows.remedies.doing import plant_of

NOT_PLANNED = problem_kind(
    "policy-not-planned", "Nothing is planned of {value}: it is neither asked for, nor in stock, nor on order.",
    "Enter an order, a forecast or a planning row of the item first.",
)  # fmt: skip
_KNOWN: WeakKeyDictionary[View, Known] = WeakKeyDictionary()
"""What was read for views that somebody still looks at; a view never changes."""


def known_view(view: View) -> Known:
    """Read what stock policies rest on from a view, with the forecasts that its plan used; the same once for each."""
    if view not in _KNOWN:
        # The typed levels stay: policies are set beside them.
        plant = as_foreseen(plant_of(view), {FORECAST: view.result(FORECAST)})
        _KNOWN[view] = known_of(plant, {"forecast_series": view.result("forecast_series")})
    return _KNOWN[view]


def node_of(known: Known, item: str, site: str) -> int:
    """Give the number of an item at a site; a problem where the plan looks at no such thing."""
    frame = known.network.nodes.frame
    found = known.network.node(item, site)
    if found is None:
        sites = frame.filter(pl.col("item") == item)["site"]
        if sites.len():
            raise ProblemError([missing("site", site or known.network.nodes.main, sites, f" for {item}")])
        items = known.plant.raw["item"]["code"]
        raise ProblemError(
            [NOT_PLANNED.at("item", item, value=item) if item in items else missing("item", item, items)]
        )
    return found


def share(name: str, value: object) -> float | None:
    """Read a service level from an argument, a share or per cent; None where it is not given."""
    if value is None:
        return None
    number = float(str(value))
    number = number / 100 if 1 <= number < 100 else number
    fault = [] if 0 < number < 1 else [BAD_ARGUMENT.at(column=name, value=value, must="above 0 and below 1 (100 %)")]
    stop_on_errors(fault)
    return number


def scaled(value: float) -> int:
    """Give a number as it is stored."""
    return round(value * SCALE)


__all__ = ["known_view", "node_of", "scaled", "share"]
