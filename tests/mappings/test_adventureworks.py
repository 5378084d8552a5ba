"""The mapping for AdventureWorks gives a sound plant, with the counts that its page tells."""

import re

import polars as pl
import pytest

from plantwright.core.checks import check_plant
from plantwright.core.exchange import parse_source, read_mapping
from plantwright.core.exchange.mapping import SHIPPED
from plantwright.plant import VIRTUAL_LOCATIONS, columns_of, make_plant

SCALE = 1_000_000


@pytest.fixture(scope="module")
def parsed(shared):
    return parse_source(read_mapping("adventureworks", shared / "data" / "erp" / "adventureworks"), columns_of)


def test_nothing_is_wrong_with_it(parsed):
    assert parsed.problems == []
    assert check_plant(parsed.tables, {"location": VIRTUAL_LOCATIONS}) == []


def test_the_counts_are_those_that_its_page_tells(parsed):
    page = (SHIPPED / "adventureworks" / "README.md").read_text(encoding="utf-8")
    told = {}
    for names, counts in re.findall(r"^\| ([a-z_, ]+) \| ([0-9, ]+) \|", page, flags=re.MULTILINE):
        told |= dict(zip(names.split(", "), [int(n.replace(",", "")) for n in counts.split(", ")], strict=True))
    assert len(told) == 14
    assert {name: parsed.tables[name].height for name in told} == told


def test_the_plan_is_made_as_of_new_year_in_the_plants_time_zone(parsed):
    assert make_plant(parsed.tables, as_of=0).as_of == 16_071 * 1440 + 8 * 60


def test_open_orders_are_due_around_the_plans_day(parsed):
    new_year = 16_071 * 1440
    assert parsed.tables["sales_order_line"]["due"].min() > new_year
    assert parsed.tables["purchase_order_line"]["due"].min() > new_year
    assert parsed.tables["production_order"]["start"].max() < new_year + 1440


def test_every_unit_of_a_bill_of_material_converts_into_the_items(parsed):
    lines = parsed.tables["bom_line"].join(parsed.tables["item"], left_on="component", right_on="code", suffix="_own")
    pairs = lines.select("unit", "unit_own").unique().sort("unit").rows()
    assert pairs == [("floz", "gal"), ("in", "pcs"), ("pcs", "pcs")]
    assert set(parsed.tables["item_unit"]["item"]) == set(lines.filter(pl.col("unit") == "in")["component"])


def test_hours_are_set_up_time_of_the_order(parsed):
    hours = parsed.tables["operation"].group_by("work_center").agg(pl.col("setup").unique(), pl.col("run").sum())
    told = {name: [each / 3_600_000 for each in setup] for name, setup, _ in hours.iter_rows()}
    assert told == {
        "Frame Forming": [4.1], "Frame Welding": [3.5], "Debur and Polish": [1.0], "Paint": [2.0],
        "Specialized Paint": [2.0], "Subassembly": [3.0], "Final Assembly": [4.0],
    }  # fmt: skip
    assert hours["run"].sum() == 0


def test_places_of_a_work_center_hold_its_hours_a_day(parsed):
    centers = parsed.tables["work_center"]
    hours = centers.select((pl.col("units") * pl.col("efficiency") * 24 / SCALE).round(2)).to_series()
    assert dict(zip(centers["code"], hours, strict=True))["Frame Welding"] == 108
    assert sorted(hours) == [80, 96, 108, 120, 120, 120, 120]


def test_fields_of_the_vendor_are_the_plants_own(parsed):
    terms = parsed.tables["supplier_item"]
    assert {"maximum", "on_order", "purchase_unit"} <= set(terms.columns)
    assert (terms["maximum"] >= terms["minimum"]).all()
    assert terms.group_by("item").agg(pl.col("rank").min())["rank"].unique().to_list() == [1]


def test_the_sales_history_ends_before_the_plans_day(parsed):
    history = parsed.tables["sales_history"]
    assert history["day"].max() == 16_070
    assert (history["quantity"] > 0).all()
    assert "forecast" not in parsed.tables


def test_what_is_no_longer_sold_is_not_forecast(parsed):
    setup = parsed.tables["forecast_setup"]
    assert setup["method"].unique().to_list() == ["none"]
    assert setup.join(parsed.tables["sales_history"], on="item", how="anti").is_empty()
