"""The settings of a plant: declared here once, with kind, default and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantwright.core import column as col
from plantwright.core.column import Column

SETTINGS: dict[str, Column] = {
    "plant_name": col.text("Name of the plant", default="My plant"),
    "time_zone": col.text("Time zone of the plant by its IANA name", default="UTC"),
    "currency": col.text("Currency of the plant by its ISO 4217 code", default="EUR"),
    "main_site": col.text("Site that is meant where a row names none; empty: the first site", default=""),
    "as_of": col.moment("Moment for which the plan is made; empty: now", default=None),
    "horizon": col.duration("How far ahead demand is planned", default=730 * 24 * 60),
    "release_window": col.duration("Orders that start within this time get a release message", default=7 * 24 * 60),
    "message_tolerance": col.duration("Differences up to this time give no expedite or defer message",
                                      default=7 * 24 * 60),
    "dispatch_rule": col.choice(("best", "atc", "atcs", "edd", "latest_start", "slack", "cr", "spt", "fcfs"),
                                "Rule by which a work center takes its next operation; best: several are tried",
                                default="best"),
    "frozen_zone": col.duration("Operations of existing orders that start within this time are not moved", default=0),
    "keep_plans": col.whole("Plans that are kept; older ones are pruned, except those that are pinned", default=20,
                            at_least=1),
    "replan_live": col.flag("Whether the plant is planned again by itself whenever its records change", default=False),
    "forecast_source": col.choice(("typed first", "computed", "typed", "none"),
                                  "Whose forecast is planned; typed first: computed only for items and sites without a "
                                  "typed one; computed: typed only for those without a past", default="typed first"),
    "forecast_period": col.choice(("day", "week", "month", "quarter"), "Length of the periods of computed forecasts",
                                  default="month"),
    "forecast_months": col.whole("Months ahead for which forecasts are computed", default=12, at_least=1, at_most=60),
    "forecast_working_days": col.choice(("where it helps", "always", "never"),
                                        "Whether demand is counted by the working days of the site; where it helps: "
                                        "where the periods held out come out better so", default="where it helps"),
    "forecast_reconciling": col.choice(("bottom up", "top down", "by variance", "least error"),
                                  "How forecasts of items, families and sites are made to add up; bottom up: those of "
                                  "the items stand, and the others are their sums", default="bottom up"),
    "default_service_level": col.ratio("Service level of items whose row names none; empty: their typed levels hold",
                                       default=None, above=0, below=1),
    "default_holding_rate": col.ratio("Cost of holding stock a year as a share of its value, where an item's row says "
                                      "nothing; stock policies are compared by it", default=0.2, at_least=0),
    "aggregate_months": col.whole("Months of the aggregate plan that is made before material is planned; 0 for none",
                                  default=0, at_least=0, at_most=60),
    "aggregate_strategy": col.choice(("mixed", "chase", "level"), "Strategy of the aggregate plan", default="mixed"),
    "master_schedule": col.flag("Whether material follows the master schedule of the aggregate plan, where one is "
                                "made: what that builds ahead is ordered ahead", default=True),
    "run_time_spread": col.ratio("Standard deviation of run times as a share of the standard, where the records of a "
                                 "work center tell none", default=0.1, at_least=0, at_most=2),
    "lead_time_spread": col.ratio("Standard deviation of lead times as a share of them, where the receipts from a "
                                  "supplier tell none", default=0, at_least=0, at_most=2),
    "work_ahead": col.duration("How far before its planned start work may begin, where all is there for it, as the "
                               "chances of dates reckon with it", default=24 * 60),
    "session_hours": col.whole("Hours without a request after which people must sign in again", default=12, at_least=1,
                               at_most=720),
}  # fmt: skip
"""Every setting by name: its kind, default and help."""


class Settings(Mapping[str, Any]):
    """The settings of one plant as stored values (milliseconds, minutes), defaults filled in."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        """Take the values that were set; the others have their defaults."""
        self._values = {name: column.raw_default for name, column in SETTINGS.items()}
        self._values.update(values or {})

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def zone(self) -> str:
        """Time zone of the plant by its IANA name."""
        return str(self["time_zone"])

    def minutes(self, name: str) -> int:
        """Give a duration in whole minutes."""
        return int(self[name]) // 60_000
