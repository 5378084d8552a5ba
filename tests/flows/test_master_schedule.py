"""Material follows the master schedule: a season is built ahead, customers keep their dates, and the record adds up."""

from dataclasses import replace
from types import MappingProxyType

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flows.furniture import UNIT, write

import plantwright as pw
from plantwright.core.problem import ProblemError
from plantwright.core.settings import Settings
from plantwright.flows.foresee import foresee
from plantwright.flows.plan.material import net_demands, number_plant, plan_material
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView

SEASON = (
    "item,start,end,quantity\nTABLE,2026-03-01,2026-03-31,40\nTABLE,2026-04-01,2026-04-30,40\n"
    "TABLE,2026-05-01,2026-05-31,100"
)
ORDERS = "order,item,quantity,due,customer\nSO-1,TABLE,10,2026-04-20,A\nSO-2,TABLE,10,2026-05-12,A"


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    return write(tmp_path_factory.mktemp("season"), forecast=SEASON, sales_order_line=ORDERS, customer="code\nA")


def with_settings(plant, **changed):
    return replace(plant, settings=Settings({**plant.settings, **changed}))


def early(demands):
    return demands.filter(pl.col("wanted") < pl.col("due"))


def demands_of(plant):
    return plan_material(number_plant(foresee(plant).plant)).demands


@pytest.fixture(scope="module")
def leveled(season):
    plant = with_settings(season, aggregate_strategy="level")
    return plant, pw.plan(plant)


def test_level_builds_a_season_ahead_and_chase_does_not(season, leveled):
    plant, _ = leveled
    schedule = foresee(plant).tables["aggregate_period"].sort("month")
    ahead = early(demands_of(plant))
    assert schedule["stock"][1] > 15 * UNIT  # at the end of April
    may = ahead.filter(pl.col("demand").str.contains("TABLE 2026-05"))["quantity"].sum()
    assert 0 <= schedule["stock"][1] - may < 4 * UNIT
    assert not early(demands_of(with_settings(season, aggregate_strategy="chase"))).height


def test_orders_are_made_when_the_schedule_has_them_and_nobody_is_later_for_it(season, leveled):
    _, plan = leveled
    off = pw.plan(with_settings(season, master_schedule=False))
    assert plan.verified
    rows = plan.raw["demand_plan"].with_columns(ahead=pl.col("demand").str.contains(" ahead "))
    built = rows.filter("ahead")
    assert (built["projected"] < built["due"]).all()
    customers = pl.col("kind") == "sales order"
    assert rows.filter(customers).select("demand", "due", "late_days").equals(
        off.raw["demand_plan"].filter(customers).select("demand", "due", "late_days")
    )  # fmt: skip
    made = (one.raw["planned_order"].filter(pl.col("item") == "TABLE")["quantity"].sum() for one in (plan, off))
    assert next(made) == next(made)


def test_nothing_is_wanted_within_the_fences_or_the_lead_time(tmp_path):
    plant = write(tmp_path, forecast=SEASON, item_site="item,site,planning_fence\nTABLE,PLANT,45 d")
    parts = early(demands_of(with_settings(plant, aggregate_strategy="level")))
    assert parts.height
    assert (parts["wanted"] >= plant.as_of + 45 * 1440).all()


@settings(max_examples=6, deadline=None)
@given(
    month=st.lists(st.integers(0, 160), min_size=3, max_size=3),
    late=st.integers(0, 40),
    strategy=st.sampled_from(["mixed", "level"]),
)
def test_parts_add_up_and_never_ask_for_more_than_the_schedule_makes(season, month, late, strategy):
    forecast = season.raw["forecast"].with_columns(quantity=pl.Series([one * UNIT for one in month]))
    orders = season.raw["sales_order_line"].with_columns(quantity=pl.Series([UNIT, (late + 1) * UNIT]))
    plant = with_settings(season, aggregate_strategy=strategy)
    plant = replace(plant, raw=MappingProxyType({**plant.raw, "forecast": forecast, "sales_order_line": orders}))
    seen = foresee(plant)
    n = number_plant(seen.plant)
    plain, demands = net_demands(n)[0], plan_material(n).demands
    key = ["item", "due", "kind"]
    assert demands.group_by(key).agg(pl.col("quantity").sum()).sort(key).equals(
        plain.group_by(key).agg(pl.col("quantity").sum()).sort(key)
    )  # fmt: skip
    assert demands["demand"].is_unique().all()
    assert (demands["wanted"] <= demands["due"]).all()
    customers = demands.filter(pl.col("kind") == "sales order")
    assert (customers["wanted"] == customers["due"]).all()
    made = seen.tables["master_schedule"].with_columns(end=(pl.col("week") + 7) * 1440).sort("week")
    for wanted in early(demands)["wanted"].unique():
        asked = demands.filter(pl.col("wanted") <= wanted)["quantity"].sum()
        assert asked <= made.filter(pl.col("end") - 7 * 1440 <= wanted + 120)["quantity"].sum() + 10**6


def test_record_adds_up_and_its_free_part_is_what_no_order_has(leveled):
    view = MemoryView(*leveled)
    page = run_report(view, "master_schedule", {"item": "TABLE"})
    rows = page.sheets[0].rows
    left = (rows["made"] + rows["received"] - rows["forecast"] - rows["orders"]).cum_sum()
    assert rows["projected_stock"].to_list() == left.to_list()
    assert rows["available_to_promise"].sum() == (rows["made"] - rows["orders"]).sum()
    assert "built ahead" in page.sentence
    assert "built ahead" in run_report(view, "summary").sheets[1].rows["result"][2]


def test_item_without_a_master_schedule_is_told(leveled):
    with pytest.raises(ProblemError, match="master schedule"):
        run_report(MemoryView(*leveled), "master_schedule", {"item": "BAR"})


def test_week_of_the_schedule_is_explained(leveled):
    page = run_report(MemoryView(*leveled), "explain", {"what": "master-schedule", "of": "TABLE/2026-04-20"})
    assert "of TABLE are made" in page.sentence
    symbols = {symbol for sheet in page.sheets for symbol in sheet.rows["symbol"]}
    assert {"I0", "P", "R", "F", "C", "I"} <= symbols


@pytest.mark.parametrize("day", ["soon", "1999-01-01", "2199-01-01"])
def test_week_that_the_schedule_does_not_have_is_told(leveled, day):
    with pytest.raises(ProblemError, match=day):
        run_report(MemoryView(*leveled), "explain", {"what": "master-schedule", "of": f"TABLE/{day}"})
