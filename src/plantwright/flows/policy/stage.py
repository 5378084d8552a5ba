"""The stage before requirements are planned: levels of the items for which a service level is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.problem import Problem, problem_kind
from plantwright.flows.foreseen import with_targets
from plantwright.plant import Plant

if TYPE_CHECKING:
    from plantwright.flows.policy.facts import Known

Tables = Mapping[str, pl.DataFrame]
Staged = tuple[Plant, dict[str, pl.DataFrame], list[Problem]]

NO_DEMAND = problem_kind(
    "service-without-demand",
    "{item} at {site} is to be served from stock by {wanted}, but nothing tells what is asked of it.",
    "Bring in its sales history, its forecast or its issues; its typed levels hold until then.",
    "warning",
)
NO_SPREAD = problem_kind(
    "service-without-spread",
    "The demand of {item} at {site} is known, but not how far it may be off, so no safety stock can be computed.",
    "Bring in some weeks of its sales or issues; its typed levels hold until then.",
    "warning",
)


def target_stage(plant: Plant, tables: Tables) -> Staged:
    """Compute the levels of all items with a service level.

    Parameters
    ----------
    plant : the plant, with the forecast that is planned
    tables : result tables so far, of which forecast_series tells the errors of forecasts

    Returns
    -------
    A plant whose item_site table holds what was computed, the table stock_target, and what was noticed. Without any
    service level the same plant and no table.
    """
    if not is_asked(plant):
        return plant, {}, []
    from plantwright.flows.policy.facts import asked_nodes, known_of  # noqa: PLC0415 - loads Numba

    known = known_of(plant, tables)
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for node in asked_nodes(known):
        fault = _fault(known, node)
        if fault is None:
            row = known.rows[node]
            rows.append(_target(known, node, known.typed[str(row["item"]), str(row["site"])]))
        else:
            problems.append(fault)
    targets = pl.DataFrame(rows, schema=ENTITIES["stock_target"].schema(), orient="row")
    return with_targets(plant, targets), {"stock_target": targets}, problems


def is_asked(plant: Plant) -> bool:
    """Tell whether any item has a service level."""
    rows = plant.raw["item_site"]
    if not rows.height:
        return False
    return plant.settings["default_service_level"] is not None or rows["service_level"].null_count() < rows.height


def _fault(known: Known, node: int) -> Problem | None:
    row = known.rows[node]
    where = {"item": str(row["item"]), "site": str(row["site"])}
    key = (row["item"], row["site"])
    wanted = f"{known.service(node) or 0:.1%}"
    if known.demand.mean[node] <= 0:
        return NO_DEMAND.at("item_site", key, "service_level", wanted, wanted=wanted, **where)
    if known.demand.sd[node] == 0 and not known.demand.weekly[node].any():
        return NO_SPREAD.at("item_site", key, "service_level", wanted, **where)
    return None


def _target(known: Known, node: int, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Give the row of stock_target of a node, whose typed row tells how its orders are sized."""
    from plantwright.flows.policy.fields import planning_fields  # noqa: PLC0415
    from plantwright.flows.policy.levels import levels_of  # noqa: PLC0415

    facts = known.facts(node)
    levels = levels_of(facts, str(known.rows[node]["stock_policy"]))
    used = {f"used_{name}": value for name, value in planning_fields(facts, levels, typed).items()}
    before = {f"typed_{name}": typed[name] for name in ("safety_stock", "reorder_point", "order_up_to")}
    return {**target_row(known, node, facts, levels), **before, **used}


def target_row(known: Known, node: int, facts: Any, levels: Any) -> dict[str, Any]:
    """Give what stock_target says of a policy for a node, as stored values."""
    from plantwright.core.exact import SCALE  # noqa: PLC0415
    from plantwright.flows.policy.fields import stored  # noqa: PLC0415
    from plantwright.flows.policy.network import DAY_MS  # noqa: PLC0415

    def amount(value: float) -> int:
        return round(value * SCALE)

    return {
        "item": facts.item, "site": facts.site, "policy": levels.policy, "service_kind": facts.kind,
        "wanted": amount(facts.service), "reached": amount(levels.reached(facts.kind)),
        "daily_demand": amount(facts.mean), "lead_time": round(facts.lead * DAY_MS),
        "lead_time_spread": round(facts.lead_sd * DAY_MS), "lead_time_demand": amount(levels.demand.mean),
        "demand_spread": amount(levels.demand.sd), "distribution": levels.distribution,
        "demand_source": known.demand.source[node], "lead_time_source": known.supply.source[node],
        "safety_stock": stored(facts, max(0.0, levels.safety_stock)), "reorder_point": amount(levels.reorder_point),
        "order_up_to": amount(levels.order_up_to), "order_quantity": amount(levels.order_quantity),
        "mean_stock": amount(levels.mean_stock), "value": amount(levels.mean_stock * facts.unit_cost),
    }  # fmt: skip
