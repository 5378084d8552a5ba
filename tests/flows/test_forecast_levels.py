"""Families and sites whose forecasts add up, by each way of making them so, and what the reports tell of it."""

import numpy as np
import polars as pl
import pytest

import plantwright as pw
from plantwright.core.settings import SETTINGS
from plantwright.flows.forecasting.levels import WAYS
from plantwright.flows.forecasting.stage import forecast_stage, forecasts_of
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView
from plantwright.plant import Plan

UNIT = 1_000_000
BASE = {
    "site": "code\nNORTH\nSOUTH",
    "item": "code,kind,family,unit\nA,buy,F,\nB,buy,F,\nC,buy,G,\nK,buy,G,kg",
    "supplier": "code\nACME",
}


def sales(seed=3):
    """Three years of months of items at sites, with noise."""
    rng, rows = np.random.default_rng(seed), []
    sold = (("A", "NORTH", 80), ("A", "SOUTH", 40), ("B", "NORTH", 20), ("C", "SOUTH", 50), ("K", "NORTH", 9))
    for item, site, level in sold:
        for k in range(36):
            size = max(round(level * (1 + 0.2 * np.sin(k * np.pi / 6)) + rng.normal(0, level / 6)), 0)
            rows.append(f"{item},{site},{np.datetime64('2023-03', 'M') + k}-15,{size}")
    return "item,site,day,quantity\n" + "\n".join(rows)


@pytest.fixture
def tables_of(tmp_path):
    def make(way="bottom up", **tables):
        setting = f"name,value\nas_of,2026-03-02\nforecast_months,6\nforecast_reconciling,{way}"
        for name, text in {**BASE, "setting": setting, "sales_history": sales(), **tables}.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        plant = pw.load(tmp_path)
        return plant, forecasts_of(plant)

    return make


def view_of(plant, tables):
    return MemoryView(plant, Plan(tables, plant.as_of, plant.settings.zone, {}, "", ""))


def test_every_way_that_may_be_set_is_there():
    assert set(SETTINGS["forecast_reconciling"].choices) == set(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_levels_add_up_by_each_way(tables_of, way):
    _, tables = tables_of(way)
    levels, items = tables["forecast_level"], tables["item_forecast"].filter(pl.col("item") != "K")
    for level, of in (("all", []), ("site", ["site"]), ("family", ["family"]), ("item", ["item"])):
        mine = levels.filter(level=level, unit="pcs").sort(*of, "start")
        known = items.with_columns(family=pl.col("item").replace_strict({"A": "F", "B": "F", "C": "G"}))
        sums = known.group_by(*of, "start").agg(pl.col("statistical").sum()).sort(*of, "start")
        if level == "item":
            sums = sums.filter(pl.col("item") == "A")
            mine = mine.filter(pl.col("item") == "A")
        if mine.height:
            assert mine["quantity"].to_list() == pytest.approx(sums["statistical"].to_list(), abs=5)
    assert levels.filter(level="all").height == 6


def test_units_that_differ_are_not_added(tables_of):
    _, tables = tables_of()
    assert tables["forecast_level"]["unit"].unique().to_list() == ["pcs"]  # of kilograms there is one series alone


def test_from_the_bottom_up_nothing_is_moved(tables_of):
    _, tables = tables_of()
    assert tables["item_forecast"]["alone"].null_count() == tables["item_forecast"].height
    rows = tables["forecast_level"]
    assert rows["quantity"].to_list() == rows["below"].to_list()
    assert (rows["alone"] != rows["quantity"]).any()


def test_from_the_top_down_the_whole_is_what_its_past_foretells(tables_of):
    _, tables = tables_of("top down")
    rows = tables["forecast_level"].filter(level="all")
    assert rows["quantity"].to_list() == pytest.approx(rows["alone"].to_list(), abs=5)
    assert tables["item_forecast"]["alone"].null_count() < tables["item_forecast"].height


@pytest.mark.parametrize("way", ["by variance", "least error"])
def test_what_agrees_lies_between_what_the_levels_foretell(tables_of, way):
    _, tables = tables_of(way)
    rows = tables["forecast_level"].filter(level="all")
    moved, gap = (rows["quantity"] - rows["below"]).abs().sum(), (rows["alone"] - rows["below"]).abs().sum()
    assert 0 < moved < 2 * gap
    assert (tables["item_forecast"]["statistical"] >= 0).all()
    assert (tables["item_forecast"]["lower_95"] <= tables["item_forecast"]["upper_95"]).all()


def test_forecast_that_is_planned_is_the_one_that_adds_up(tables_of):
    plant, tables = tables_of("top down")
    seen, _, _ = forecast_stage(plant)
    assert seen.raw["forecast"]["quantity"].sum() == tables["item_forecast"]["quantity"].sum()


def test_report_tells_how_far_each_level_moved(tables_of):
    view = view_of(*tables_of("least error"))
    page = run_report(view, "forecast_levels")
    rows = page.sheet("Levels").rows
    assert rows["level"][0] == "all"
    assert (rows["moved"] == rows["quantity"] - rows["alone"]).all()
    assert "least error" in page.sentence
    assert run_report(view, "forecast_levels", {"family": "F"}).sheets[0].rows["family"].unique().to_list() == ["F"]
    told = run_report(view, "explain", {"what": "forecast", "of": "A", "site": "NORTH"})
    first = view.result("item_forecast").filter(item="A", site="NORTH")["statistical"][0] / UNIT
    assert told.figures["answer"] == pytest.approx(first, rel=1e-4)


def test_one_forecast_alone_has_no_levels(tables_of):
    plant, tables = tables_of(sales_history="item,site,day,quantity\nA,NORTH,2026-01-10,5\nA,NORTH,2026-02-10,6")
    assert not tables["forecast_level"].height
    assert run_report(view_of(plant, tables), "forecast_levels").sentence.startswith("There are no levels")


def test_sites_that_end_with_different_months_stand_for_themselves(tables_of):
    late = "\n".join(row for row in sales().splitlines() if "SOUTH,2026-02" not in row)
    for way in WAYS:
        rows = tables_of(way, sales_history=late)[1]["forecast_level"]
        assert set(rows["level"]) <= {"site", "family at site", "item"}
        assert not rows.select("level", "unit", "family", "item", "site", "start").is_duplicated().any()
