"""The aggregate plan as a stage of planning: after the forecast and the stock targets, before material."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from plantwright.core.problem import Problem
from plantwright.flows.foreseen import with_schedule
from plantwright.plant import Plant

Tables = dict[str, pl.DataFrame]


def aggregate_stage(plant: Plant, tables: Mapping[str, pl.DataFrame]) -> tuple[Plant, Tables, list[Problem]]:  # noqa: ARG001 - as the stages before it
    """Make the aggregate plan where the setting aggregate_months asks for one.

    Parameters
    ----------
    plant : the plant, its forecast and stock targets filled in
    tables : result tables of the stages before

    Returns
    -------
    The plant that material is planned for (with the master schedule, where the setting master_schedule is on), the
    result tables, and what the plan lacks.
    """
    months = int(plant.settings["aggregate_months"] or 0)
    if months <= 0:
        return plant, {}, []
    # A plant without an aggregate plan loads neither the solver nor the kernels.
    from plantwright.flows.aggregate.master import master_schedule  # noqa: PLC0415
    from plantwright.flows.aggregate.solving import NOTHING_ASKED, lacking, solve  # noqa: PLC0415
    from plantwright.flows.aggregate.tables import capacity_table, cost_table, period_table  # noqa: PLC0415

    solved = solve(plant, months, str(plant.settings["aggregate_strategy"]))
    if solved is None:
        return plant, {}, [NOTHING_ASKED.at("setting", "aggregate_months", "value", months, months=months)]
    inputs, result = solved.inputs, solved.result
    found = {
        "aggregate_period": period_table(inputs, result), "aggregate_capacity": capacity_table(inputs, result),
        "aggregate_cost": cost_table(result), "master_schedule": master_schedule(inputs, result),
    }  # fmt: skip
    return with_schedule(plant, found), found, lacking(inputs, result)
