"""Check a plant: every fault at once, the gravest first; nothing is raised and nothing is changed."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from dataclasses import replace

import polars as pl

import plantwright.areas
from plantwright.core import checks as core_checks
from plantwright.core.column import Kind
from plantwright.core.entity import ENTITIES
from plantwright.core.finding import Tables, codes_where, found, setting_text
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.flows.document_names import check_document_names
from plantwright.flows.scenario import apply_scenario
from plantwright.plant import VIRTUAL_LOCATIONS, Plant

DURATION_ABSURD = problem_kind(
    "duration-absurd",
    "{what} is {days} days, which is more than three years.",
    "Check the unit: a plain number means minutes; write 5 d for five days.",
    "warning",
)
LEAD_TIME_LONG = problem_kind(
    "lead-time-over-a-year",
    "The planned lead time is {days} days, more than a year.",
    "Check the unit: a plain number means minutes; write 5 d for five days.",
    "warning",
)
MAIN_SITE_UNKNOWN = problem_kind(
    "main-site-unknown", "The main site {value} does not exist.", "Name a site of the plant, or leave it empty."
)
SUPPLIER_MISSING = problem_kind(
    "supplier-missing",
    "The item is bought and needed, but no supplier offers it, so it has no price and no lead time.",
    "Add an offer to supplier_item, or make it an item to make.",
    "warning",
)
SUPPLIER_MISSING_IDLE = problem_kind(
    "supplier-missing-idle",
    "No supplier offers the item, which nothing asks for at present.",
    "Add an offer to supplier_item, or set the item to not active.",
    "info",
)
BEYOND_HORIZON = problem_kind(
    "sales-order-beyond-horizon",
    "It is due on {due}, after the horizon of the plan, so it is not planned yet.",
    "Nothing; or raise the setting horizon.",
    "info",
)
SCENARIO_EMPTY = problem_kind(
    "scenario-empty", "The scenario has no edit, so it plans the same as the plant.", "Add its edits.", "info"
)

Check = Callable[[Tables, int], list[Problem]]
_GRAVITY = {"error": 0, "warning": 1, "info": 2}
_YEAR = 366 * 86_400_000
_THREE_YEARS = 3 * 366 * 86_400_000


def area_checks() -> list[Check]:
    """Give the checks of all areas."""
    checks: list[Check] = []
    for area in pkgutil.iter_modules(plantwright.areas.__path__):
        name = f"plantwright.areas.{area.name}.checks"
        if importlib.util.find_spec(name):
            checks += importlib.import_module(name).CHECKS
    return checks


CHECKS = tuple(area_checks())
"""The checks of all areas, in the order of their names."""


def check_plant(plant: Plant, *, scenarios: bool = True) -> list[Problem]:
    """Check everything that must hold in a plant.

    Parameters
    ----------
    plant : the plant, as of its moment
    scenarios : whether to look into the scenarios too, each of which is a plant of its own

    Returns
    -------
    Every problem: errors, with which no plan can be right, then warnings, then what is worth knowing. Nothing is
    raised. Cost: linear in the rows; a second or two for 100,000 items.
    """
    problems = core_checks.check_plant(plant.raw, {"location": VIRTUAL_LOCATIONS}, plant.settings.zone)
    for check in CHECKS:
        problems += check(plant.raw, plant.as_of)
    problems += [*check_main_site(plant), *check_durations(plant), *check_offers(plant)]
    problems += [*check_document_names(plant), *check_horizon(plant)]
    if scenarios:
        problems += check_scenarios(plant)
    return sorted(problems, key=lambda problem: _GRAVITY[problem.severity])


# --- what crosses areas ---------------------------------------------------------------------------------------------


def check_main_site(plant: Plant) -> list[Problem]:
    """Find a main site that is none."""
    named = setting_text(plant.raw, "main_site")
    if not named or named in plant.raw["site"]["code"]:
        return []
    return [MAIN_SITE_UNKNOWN.at("setting", "main_site", "value", named)]


def check_durations(plant: Plant) -> list[Problem]:
    """Find times so long that a unit must have been mistaken."""
    problems = []
    for name, frame in plant.raw.items():
        for column in ENTITIES[name].columns.values():
            if column.kind is Kind.DURATION and frame.height:
                rows = frame.filter(pl.col(column.name) > _THREE_YEARS)
                rows = rows.with_columns(days=pl.col(column.name) // 86_400_000, what=pl.lit(column.name))
                problems += found(DURATION_ABSURD, plant.raw, name, rows, column.name)
                if column.name == "lead_time":
                    long = frame.filter(pl.col(column.name).is_between(_YEAR, _THREE_YEARS, closed="right"))
                    long = long.with_columns(days=pl.col(column.name) // 86_400_000)
                    problems += found(LEAD_TIME_LONG, plant.raw, name, long, column.name)
    return problems


def check_offers(plant: Plant) -> list[Problem]:
    """Find bought items that no supplier offers, those that are needed apart from the others."""
    raw = plant.raw
    item, planned = raw["item"], raw["item_site"]
    other = codes_where(planned, ~pl.col("source").is_in(["by kind", "buy"]), "item")
    bought = codes_where(planned, pl.col("source") == "buy", "item")
    timed = codes_where(planned, pl.col("lead_time").is_not_null(), "item")
    code = pl.col("code")
    buys = ((pl.col("kind") == "buy") & ~code.is_in(other.implode())) | code.is_in(bought.implode())
    offered = raw["supplier_item"].select(code="item").unique()
    bare = item.filter(buys & pl.col("active")).join(offered, on="code", how="anti")
    if not bare.height:
        return []
    needed = needed_items(plant)
    asked = bare.filter(code.is_in(needed.implode()) & ~code.is_in(timed.implode()))
    return [
        *found(SUPPLIER_MISSING, raw, "item", asked, "kind"),
        *found(SUPPLIER_MISSING_IDLE, raw, "item", bare.filter(~code.is_in(needed.implode())), "kind"),
    ]


def needed_items(plant: Plant) -> pl.Series:
    """Give the items that open demand asks for, itself or through bills of material; no quantities are looked at."""
    raw, today = plant.raw, plant.as_of // 1440
    open_lines = (pl.col("state") == "open") & (pl.col("quantity") > pl.col("delivered"))
    live = ~pl.col("state").is_in(["completed", "closed", "cancelled"])
    kept = (pl.col("safety_stock") > 0) | (pl.col("reorder_point") > 0)
    taken = raw["production_order"].filter(live).select("order")
    found_items = pl.concat(
        [
            raw["sales_order_line"].filter(open_lines)["item"],
            raw["forecast"].filter((pl.col("end") >= today) & (pl.col("quantity") > 0))["item"],
            raw["item_site"].filter(kept)["item"],
            raw["production_order"].filter(live)["item"],
            raw["production_component"].join(taken, on="order", how="semi")["component"],
        ]
    ).unique()
    lines = raw["bom_line"].filter(pl.col("effective_to") >= today).select("parent", "component")
    new = found_items
    while len(new):  # one round a level; a loop ends because nothing new is found
        used = lines.filter(pl.col("parent").is_in(new.implode()))["component"].unique()
        new = used.filter(~used.is_in(found_items.implode()))
        found_items = pl.concat([found_items, new])
    return found_items


def check_horizon(plant: Plant) -> list[Problem]:
    """Find open sales orders that lie behind the horizon."""
    last = plant.as_of + plant.settings.minutes("horizon")
    rows = plant.raw["sales_order_line"].filter((pl.col("state") == "open") & (pl.col("due") > last))
    return found(BEYOND_HORIZON, plant.raw, "sales_order_line", rows, "due")


def check_scenarios(plant: Plant) -> list[Problem]:
    """Make the plant of every scenario and give what is wrong with its edits; none of it stops the plant itself."""
    problems: list[Problem] = []
    scenarios, edits = plant.raw["scenario"], plant.raw["scenario_edit"]
    edited = set(edits["scenario"])
    for code in scenarios["code"].drop_nulls().sort():
        if code in edited and not plant.scenario:
            try:
                problems += apply_scenario(plant, code)[1]
            except ProblemError as error:
                problems += [replace(problem, severity="warning") for problem in error.problems]
    empty = scenarios.filter(~pl.col("code").is_in(edits["scenario"].unique().implode()))
    return problems + found(SCENARIO_EMPTY, plant.raw, "scenario", empty)
