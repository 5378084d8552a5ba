"""What must hold of the costs and limits that the aggregate plan is made from."""

from __future__ import annotations

import polars as pl

from plantwright.core.finding import Tables, found, setting_text
from plantwright.core.problem import Problem, problem_kind

GROUP_UNKNOWN = problem_kind(
    "aggregate-group-unknown",
    "No work center is in a group {group}, and none has that code.",
    "Name a group of the table work_center, or a work center that is in none.",
    "warning",
)
FAMILY_UNKNOWN = problem_kind(
    "aggregate-family-unknown",
    "No item is of a family {family}, and none has that code.",
    "Name a family of the table item, or an item that is in none.",
    "warning",
)
SCHEDULE_WITHOUT_PLAN = problem_kind(
    "master-schedule-without-plan",
    "The setting master_schedule is on, but no aggregate plan is made from which it could come.",
    "Set aggregate_months to the months that it shall cover, or master_schedule to no.",
    "warning",
)


def check_groups(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find costs and steps for groups of work centers that are not there."""
    centers = tables["work_center"]
    known = pl.concat([centers["group"], centers["code"]]).unique().implode()
    return [
        problem
        for table in ("resource_cost", "capacity_option")
        for problem in found(GROUP_UNKNOWN, tables, table, tables[table].filter(~pl.col("group").is_in(known)), "group")
    ]


def check_families(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find costs for families that are not there."""
    items = tables["item"]
    known = pl.concat([items["family"], items["code"]]).unique().implode()
    rows = tables["family_cost"].filter(~pl.col("family").is_in(known))
    return found(FAMILY_UNKNOWN, tables, "family_cost", rows, "family")


def check_master_schedule(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find a master schedule that is asked for without the plan that it comes from."""
    rows = tables["setting"].filter(name="master_schedule")["value"].drop_nulls()
    asked = rows.str.to_lowercase().is_in(["yes", "true", "1"]).any()  # as it is at first it asks for nothing
    if asked and setting_text(tables, "aggregate_months") in {"", "0"}:
        return [SCHEDULE_WITHOUT_PLAN.at("setting", "master_schedule", "value", "yes")]
    return []


CHECKS = (check_groups, check_families, check_master_schedule)
"""Everything that is checked of the aggregate plan's own tables."""
