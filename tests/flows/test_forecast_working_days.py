"""Demand counted by working days where that helps, and new items that take the course of a like one."""

from datetime import date

import numpy as np
import pytest

import plantwright as pw
from plantwright.flows.forecasting.stage import forecasts_of
from plantwright.flows.plan.working_days import open_days
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView
from plantwright.plant import Plan

UNIT = 1_000_000
WEEK = ("mon", "tue", "wed", "thu", "fri")
BASE = {
    "site": "code,calendar\nPLANT,DAY",
    "calendar": "code,country,subdivision\nDAY,DE,BY",
    "calendar_shift": "calendar,weekday,start,end,effective_from\n"
    + "".join(f"DAY,{one},08:00,16:00,\n" for one in WEEK),
    "item": "code,kind\nA,buy\nB,buy\nC,buy",
}
SATURDAYS = BASE["calendar_shift"] + "DAY,sat,08:00,16:00,2025-03-01\n"


@pytest.fixture
def plant_of(tmp_path):
    def make(counted="where it helps", more="", **tables):
        setting = f"name,value\nas_of,2026-03-02\nforecast_months,6\nforecast_working_days,{counted}{more}"
        for name, text in {**BASE, "setting": setting, **tables}.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return pw.load(tmp_path)

    return make


def number(day):
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


def per_day(plant, size=5, item="A", noise=0.0):
    """Three years of months with so many pieces a working day."""
    first, rng = number("2023-03-01"), np.random.default_rng(1)
    opened = open_days(plant, ["PLANT"], first, number("2026-02-28"))["PLANT"]
    rows = []
    for month in np.arange("2023-03", "2026-03", dtype="datetime64[M]"):
        begin, end = (int(one.astype("datetime64[D]").astype(int)) for one in (month, month + 1))
        days = int(opened[begin - first : end - first].sum())
        rows.append(f"{item},{month}-15,{round(size * days * (1 + rng.normal(0, noise)))}")
    return "item,day,quantity\n" + "\n".join(rows) + "\n"


def days_ahead(tables):
    rows = tables["item_forecast"]
    return rows["statistical"].to_numpy() / UNIT, rows["working_days"].to_numpy()


def test_demand_by_working_days_is_forecast_by_those_of_the_months_to_come(plant_of):
    history = per_day(plant_of())
    tables = forecasts_of(plant_of(sales_history=history))
    mean, days = days_ahead(tables)
    assert days.tolist() == [22, 20, 18, 21, 23, 21]  # March to August 2026 in Bavaria
    assert mean == pytest.approx(5 * days, rel=0.01)
    assert tables["forecast_series"]["working_days"][0] == pytest.approx(20.7 * UNIT, rel=0.03)


def test_demand_that_does_not_follow_working_days_is_not_counted_by_them(plant_of):
    rng = np.random.default_rng(5)
    months = np.arange("2023-03", "2026-03", dtype="datetime64[M]")
    history = "item,day,quantity\n" + "".join(f"A,{month}-15,{rng.integers(97, 104)}\n" for month in months)
    tables = forecasts_of(plant_of(sales_history=history))
    assert tables["forecast_series"]["working_days"].to_list() == [None]
    assert tables["item_forecast"]["working_days"].null_count() == 6


def test_setting_counts_by_working_days_always_or_never(plant_of):
    history = per_day(plant_of())
    never = forecasts_of(plant_of("never", sales_history=history))
    assert never["forecast_series"]["working_days"].to_list() == [None]
    always = forecasts_of(plant_of("always", sales_history=history))
    assert always["forecast_series"]["working_days"].null_count() == 0


def test_change_of_the_calendar_does_not_look_like_a_change_of_demand(plant_of):
    history = per_day(plant_of(calendar_shift=SATURDAYS))  # a fifth more is sold from March 2025 on
    tables = forecasts_of(plant_of(calendar_shift=SATURDAYS, sales_history=history))
    used = tables["forecast_history"]["used"].to_numpy()
    assert np.ptp(used) <= 0.03 * used.mean()
    mean, days = days_ahead(tables)
    assert mean == pytest.approx(5 * days, rel=0.01)
    assert "unit" not in "".join(tables["forecast_history"]["flag"])


def test_site_that_opens_more_days_but_sells_no_more_is_left_alone(plant_of):
    months = np.arange("2023-03", "2026-03", dtype="datetime64[M]")
    history = "item,day,quantity\n" + "".join(f"A,{month}-15,{100 + k % 3}\n" for k, month in enumerate(months))
    tables = forecasts_of(plant_of(calendar_shift=SATURDAYS, sales_history=history))
    assert days_ahead(tables)[0] == pytest.approx(np.full(6, 101), rel=0.02)


def test_month_of_shut_down_is_expected_to_sell_nothing(plant_of):
    shut = "calendar,start,end,open\n" + "".join(
        f"DAY,{year}-08-01,{year}-08-31,no\n" for year in (2023, 2024, 2025, 2026)
    )
    history = per_day(plant_of(calendar_exception=shut))
    tables = forecasts_of(plant_of(calendar_exception=shut, sales_history=history))
    rows = tables["item_forecast"]
    assert rows["statistical"][-1] == 0
    assert rows["statistical"][-2] == pytest.approx(5 * 23 * UNIT, rel=0.02)
    assert "closed" in tables["forecast_history"]["flag"][5]


def test_closed_days_and_holidays_of_a_daily_forecast_sell_nothing(plant_of):
    plant = plant_of()
    first = number("2025-03-01")
    opened = open_days(plant, ["PLANT"], first, number("2026-03-01"))["PLANT"]
    history = "item,day,quantity\n" + "".join(
        f"A,{np.datetime64(int(first + k), 'D')},{9 + k % 3}\n" for k in np.flatnonzero(opened)
    )
    tables = forecasts_of(plant_of("always", "\nforecast_period,day", sales_history=history))
    mean, days = days_ahead(tables)
    assert (mean[days == 0] == 0).all()
    assert mean[days == 1] == pytest.approx(10, rel=0.1)


def test_reports_tell_the_working_days_and_bring_the_working_to_the_forecast(plant_of):
    plant = plant_of(sales_history=per_day(plant_of()))
    tables = forecasts_of(plant)
    view = MemoryView(plant, Plan(tables, plant.as_of, plant.settings.zone, {}, "", ""))
    page = run_report(view, "forecast", {"item": "A"})
    assert page.sheets[0].rows["working_days"].null_count() == 0
    assert any("working days" in one for one in page.notes)
    told = run_report(view, "explain", {"what": "forecast", "of": "A"})
    assert told.figures["answer"] == pytest.approx(tables["item_forecast"]["statistical"][0] / UNIT, rel=1e-4)
    assert told.figures["values"]["d"] == 22


# --- new items ------------------------------------------------------------------------------------------------------

CURVE = [10, 20, 40, 60, 80, 90, 80, 60, 40, 30, 20, 20]


def lives(own=(), share="", since=""):
    """C is sold all the time; A came in March 2024 and took a course; B comes two years later."""
    rows = [f"C,{month}-10,50" for month in np.arange("2023-03", "2026-03", dtype="datetime64[M]")]
    rows += [f"A,{np.datetime64('2024-03') + k}-10,{value}" for k, value in enumerate(CURVE * 2)]
    begin = np.datetime64("2026-03") - len(own)
    rows += [f"B,{begin + k}-10,{value}" for k, value in enumerate(own)]
    return {"sales_history": "item,day,quantity\n" + "\n".join(rows),
            "forecast_setup": f"item,like,like_share,effective_from\nB,A,{share},{since}"}  # fmt: skip


def of_new(tables):
    return tables["item_forecast"].filter(item="B")["statistical"].to_numpy() / UNIT


def test_new_item_takes_the_course_of_its_like_one_from_the_first_sale(plant_of):
    tables = forecasts_of(plant_of(**lives(share=0.5)))
    assert of_new(tables) == pytest.approx(np.array(CURVE[:6]) / 2, rel=0.01)
    row = tables["forecast_series"].filter(item="B").row(0, named=True)
    assert row["method"] == "life curve"
    assert "course of A" in row["note"]


def test_what_a_new_item_has_sold_sets_the_level_of_its_course(plant_of):
    tables = forecasts_of(plant_of(**lives(own=[20, 40, 80])))  # twice what the like one sold
    level = (20 + 40 + 80 + 3 * np.mean(CURVE)) / (70 / np.mean(CURVE) + 3)
    assert of_new(tables) == pytest.approx(level * np.array(CURVE[3:9]) / np.mean(CURVE), rel=0.01)
    rows = tables["item_forecast"].filter(item="B")
    assert (rows["lower_80"] <= rows["statistical"]).all()
    assert (rows["statistical"] <= rows["upper_80"]).all()


def test_item_that_comes_later_is_expected_from_its_first_day_on(plant_of):
    tables = forecasts_of(plant_of(**lives(share=1, since="2026-05-01")))
    assert of_new(tables)[:2].tolist() == [0, 0]
    assert of_new(tables)[2:] == pytest.approx(CURVE[:4], rel=0.01)


def test_working_of_a_new_item_tells_the_level_and_the_course(plant_of):
    plant = plant_of(**lives(own=[20, 40, 80]))
    tables = forecasts_of(plant)
    view = MemoryView(plant, Plan(tables, plant.as_of, plant.settings.zone, {}, "", ""))
    told = run_report(view, "explain", {"what": "forecast", "of": "B"})
    assert told.figures["values"]["F"] == pytest.approx(of_new(tables)[0], rel=1e-4)
    assert told.figures["values"]["k"] == 3
