"""`plan` alone goes from sales to forecasts, stock targets, an aggregate plan, material and a schedule."""

from dataclasses import replace
from importlib.resources import as_file, files
from types import MappingProxyType

import polars as pl
import pytest

import plantwright as pw
from plantwright.core.exact import SCALE
from plantwright.core.settings import Settings
from plantwright.flows.foresee import foresee
from plantwright.flows.plan.material import number_plant, plan_material
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView

STAGES = ("forecast_series", "item_forecast", "stock_target", "aggregate_period", "master_schedule", "planned_order",
          "scheduled_operation")  # fmt: skip


@pytest.fixture(scope="module")
def sample():
    with as_file(files("plantwright") / "samples" / "pumps") as folder:
        plant = pw.load(folder)
    return plant, pw.plan(plant)


@pytest.fixture(scope="module")
def bicycles(shared):
    return pw.load(shared / "data" / "erp" / "adventureworks", mapping="adventureworks")


def with_service(plant, item, level):
    """The plant with another service level of an item."""
    rows = plant.raw["item_site"]
    wanted = pl.when(pl.col("item") == item).then(round(level * SCALE)).otherwise("service_level").cast(pl.Int64)
    return replace(plant, raw=MappingProxyType({**plant.raw, "item_site": rows.with_columns(service_level=wanted)}))


def target(tables, item):
    rows = tables["stock_target"].filter(pl.col("item") == item)
    return dict(zip(("level", "used"), rows.select("reorder_point", "used_safety_stock").row(0), strict=True))


def test_planning_the_sample_goes_all_the_way(sample):
    _, plan = sample
    assert plan.verified
    assert {name for name in STAGES if not plan.raw[name].height} == set()


def test_the_summary_tells_what_each_stage_came_to(sample):
    stages = run_report(MemoryView(*sample), "summary").sheets[1].rows
    assert stages["stage"].to_list() == ["Forecast", "Stock targets", "Aggregate plan", "Material", "Schedule"]
    assert all(any(sign.isdigit() for sign in told) for told in stages["result"])


def test_more_sales_give_a_higher_forecast_target_and_aggregate_plan(sample):
    plant, plan = sample
    rows = plant.raw["sales_history"].with_columns(
        quantity=pl.when(pl.col("item") == "OK-100").then(pl.col("quantity") * 2).otherwise("quantity")
    )
    more = foresee(replace(plant, raw=MappingProxyType({**plant.raw, "sales_history": rows}))).tables
    assert sum_of(more["item_forecast"], "quantity") > 1.5 * sum_of(plan.raw["item_forecast"], "quantity")
    assert target(more, "OK-100")["level"] > target(plan.raw, "OK-100")["level"]
    kits = pl.col("family") == "Spare parts"
    assert more["aggregate_period"].filter(kits)["made"].sum() > plan.raw["aggregate_period"].filter(kits)["made"].sum()


def sum_of(rows, column):
    return rows.filter(pl.col("item") == "OK-100")[column].sum()


def test_a_higher_service_level_gives_a_higher_target_that_material_and_aggregate_plan_keep(sample):
    plant, plan = sample
    higher = with_service(plant, "OK-100", 0.995)
    made = pw.plan(higher, schedule=False)
    wanted, before = (target(one.raw, "OK-100")["used"] for one in (made, plan))
    assert wanted > before
    assert made.verified
    assert (
        sum_of(made.raw["planned_order"], "quantity") == sum_of(plan.raw["planned_order"], "quantity") + wanted - before
    )
    least = made.raw["aggregate_period"].filter(pl.col("family") == "Spare parts").sort("month")["stock"][1:]
    assert (least >= target(made.raw, "OK-100")["used"]).all()


def test_material_of_the_sample_follows_a_plan_that_builds_nothing_ahead_and_no_order_is_later_for_it(sample):
    plant, _ = sample
    off = foresee(replace(plant, settings=Settings({**plant.settings, "master_schedule": False}))).plant
    assert plant.settings["master_schedule"]
    assert "master_schedule" not in off.raw
    seen = foresee(plant).plant
    assert seen.raw["forecast"].equals(off.raw["forecast"])
    with_it, without = (plan_material(number_plant(one)) for one in (seen, off))
    assert with_it.demands.equals(without.demands)
    assert with_it.orders.equals(without.orders)


def test_bicycles_go_from_sales_to_forecast_targets_and_aggregate_plan(bicycles):
    seen = foresee(bicycles).tables
    series = seen["forecast_series"].filter("used")
    assert series.height > 150
    targets = seen["stock_target"]
    assert set(targets["item"]) <= set(bicycles["sales_history"]["item"])
    assert targets.height > 150
    assert (targets["demand_source"] == "forecast").all()
    periods = seen["aggregate_period"]
    assert {"Mountain Bikes", "Road Bikes", "Touring Bikes"} <= set(periods["family"])
    assert periods["month"].n_unique() == 12
    bikes = periods.filter(pl.col("family") == "Road Bikes")
    assert bikes["made"].sum() > 0
    assert seen["aggregate_capacity"]["used"].sum() > 0
