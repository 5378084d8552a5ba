"""What is known of each item at a site, brought together from its row, its demand and its supply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.nodes import at_site
from plantwright.flows.policy.demand import Demand, demand_of
from plantwright.flows.policy.levels import Facts
from plantwright.flows.policy.network import DAY_MS, Network, network_of
from plantwright.flows.policy.supply import Supply, supply_of
from plantwright.plant import Plant

USUAL_SERVICE = 0.95
"""Service by which policies are compared where nobody asks for one."""


@dataclass(frozen=True)
class Known:
    """A plant with its supply tree, and what its records say of demand and supply."""

    plant: Plant
    network: Network
    demand: Demand
    supply: Supply

    @cached_property
    def rows(self) -> list[dict[str, object]]:
        """Give the planning rows of the nodes, by number."""
        return self.network.nodes.frame.to_dicts()

    @cached_property
    def typed(self) -> dict[tuple[str, str], dict[str, object]]:
        """Give the rows of items at sites as people typed them, by item and site."""
        main, rows = self.network.nodes.main, self.plant.raw["item_site"]
        return {(row["item"], row["site"] or main): row for row in rows.iter_rows(named=True)}

    @cached_property
    def forecast(self) -> frozenset[int]:
        """Give the nodes whose demand the plan knows ahead: by a forecast, or because other things are made of them."""
        main = self.network.nodes.main
        named = self.plant.raw["forecast"].select("item", at_site("site", main)).unique()
        found = self.network.nodes.number(named)["node"].drop_nulls()
        return frozenset({*found.to_list(), *self.network.feeding.tolist()})

    def facts(self, node: int, service: float | None = None, kind: str | None = None) -> Facts:
        """Give what is known of a node, for a service or that of its row."""
        row, demand = self.rows[node], self.demand
        start = int(demand.first[node])
        return Facts(
            str(row["item"]), str(row["site"]), float(demand.mean[node]), float(demand.sd[node]),
            float(self.supply.mean[node]), float(self.supply.sd[node]), _days(row["review_period"]),
            service or self.service(node) or USUAL_SERVICE, kind or str(row["service_kind"]), demand.kind[node],
            _units(row["quantum"]), _units(row["lot_minimum"]), _units(row["lot_maximum"]),
            max(_units(row["lot_multiple"]), 0.0), _units(row["lot_quantity"]) if row["lot_rule"] == "fixed" else 0.0,
            _days(row["lot_period"]) if row["lot_rule"] == "period" else 0.0, _units(row["order_cost"]),
            _units(row["cost"]), _units(row["holding_rate"]) or self.holding_rate, node in self.forecast,
            demand.weekly[node, start:], float(demand.under[node]), float(demand.under_variance[node]),
        )  # fmt: skip

    @property
    def holding_rate(self) -> float:
        """Give the share of its value that stock costs a year where an item's row says nothing."""
        return _units(self.plant.settings["default_holding_rate"])

    def service(self, node: int) -> float | None:
        """Give the service level of a node: its own, or that of the plant; None where neither is given."""
        own = self.rows[node].get("service_level")
        usual = self.plant.settings["default_service_level"]
        value = own if own is not None else usual
        return None if value is None else _units(value)


def known_of(plant: Plant, results: Mapping[str, pl.DataFrame]) -> Known:
    """Read what stock policies rest on.

    Parameters
    ----------
    plant : the tables, with the forecast that is planned
    results : tables of the plan, of which forecast_series is read where it is there
    """
    network = network_of(plant)
    return Known(plant, network, demand_of(plant, network, results), supply_of(plant, network))


def asked_nodes(known: Known) -> list[int]:
    """Give the nodes for which a service level is given, and that stock is kept of."""
    kept = np.array([row["source"] not in {"phantom", "none"} and row["active"] for row in known.rows], np.bool_)
    listed = known.plant.raw["item_site"].select("item", at_site("site", known.network.nodes.main)).unique()
    there = set(known.network.nodes.number(listed)["node"].drop_nulls().to_list())
    return [node for node in np.flatnonzero(kept).tolist() if node in there and known.service(node) is not None]


def _units(value: object) -> float:
    return float(value) / SCALE if isinstance(value, (int, float)) else 0.0


def _days(value: object) -> float:
    return float(value) / DAY_MS if isinstance(value, (int, float)) else 0.0


__all__ = ["USUAL_SERVICE", "Known", "asked_nodes", "known_of"]
