"""Forecasts cut into weeks by the days on which demand falls: working days, the week of a daily history, exact sums."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plantwright as pw
from plantwright.flows.plan.working_days import WHOLE, DayWeights, asked_before, day_weights, open_days, week_profiles

UNIT = 1_000_000
WORKING = "".join(f"DAY,{day},08:00,16:00\n" for day in ("mon", "tue", "wed", "thu", "fri"))
BASE = {
    "site": "code,calendar\nPLANT,DAY",
    "calendar": "code,country,subdivision\nDAY,DE,BY",
    "calendar_shift": "calendar,weekday,start,end\n" + WORKING,
    "setting": "name,value\nas_of,2026-03-01\ntime_zone,Europe/Berlin\nhorizon,120 d",
    "item": "code,kind\nA,buy",
    "supplier": "code\nACME",
    "supplier_item": "supplier,item,lead_time,price\nACME,A,2 d,1",
}


def number(day):
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


@pytest.fixture
def plant_of(tmp_path):
    def make(**tables):
        for name, text in {**BASE, **tables}.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return pw.load(tmp_path)

    return make


def weeks(plan):
    rows = plan["demand_plan"].filter(kind="forecast").sort("due")
    return {name.split()[2]: int(quantity) for name, quantity in zip(rows["demand"], rows["quantity"], strict=True)}


def test_weeks_of_a_month_have_their_working_days(plant_of):
    plan = pw.plan(plant_of(forecast="item,start,end,quantity\nA,2026-04-01,2026-04-30,200"))
    # April 2026 in Bavaria: Good Friday on the 3rd and Easter Monday on the 6th leave 20 working days.
    assert weeks(plan) == {"2026-04-01": 30, "2026-04-08": 50, "2026-04-15": 50, "2026-04-22": 50, "2026-04-29": 20}
    assert plan.verified


def test_end_of_a_month_that_is_a_weekend_asks_for_nothing(plant_of):
    plan = pw.plan(plant_of(forecast="item,start,end,quantity\nA,2026-05-01,2026-05-30,18\nA,2026-05-31,2026-05-31,4"))
    found = weeks(plan)
    assert found["2026-05-31"] == 4  # a period without any working day is asked for all the same
    assert sum(found.values()) == 22
    assert "2026-05-29" in found


def test_without_a_calendar_all_days_count_alike(plant_of):
    plan = pw.plan(plant_of(site="code\nPLANT", forecast="item,start,end,quantity\nA,2026-05-01,2026-05-31,310"))
    assert list(weeks(plan).values()) == [70, 70, 70, 70, 30]


def test_part_of_a_week_ends_with_its_period(plant_of):
    orders = "order,item,quantity,due\nS1,A,5,2026-06-01"
    forecast = "item,start,end,quantity\nA,2026-05-01,2026-05-31,210\nA,2026-06-01,2026-06-30,210"
    plan = pw.plan(plant_of(forecast=forecast, sales_order_line=orders))
    assert plan["consumed_forecast"]["forecast"].to_list() == ["F A 2026-06-01"]


def test_week_that_is_over_does_not_count_and_one_that_has_begun_does(plant_of):
    plant = plant_of(
        setting=BASE["setting"].replace("2026-03-01", "2026-05-30T12:00"),
        forecast="item,start,end,quantity\nA,2026-05-01,2026-05-31,200",
    )
    assert list(weeks(pw.plan(plant))) == ["2026-05-29"]


def test_day_is_open_by_daytime_so_that_the_end_of_a_night_shift_makes_none(plant_of):
    shifts = "calendar,weekday,start,end\n" + "".join(f"DAY,{one},22:00,06:00\nDAY,{one},06:00,22:00\n"
                                                      for one in ("mon", "tue", "wed", "thu", "fri"))  # fmt: skip
    plant = plant_of(calendar="code\nDAY", calendar_shift=shifts)
    monday = number("2026-05-04")
    assert open_days(plant, ["PLANT"], monday, monday + 6)["PLANT"].tolist() == [True] * 5 + [False] * 2


def daily(days, sizes):
    """Sales of each day, by its weekday."""
    begin = number("2025-03-01")
    rows = (f"A,{np.datetime64(begin + k, 'D')},{sizes[(begin + k + 3) % 7]}\n" for k in range(days))
    return "item,day,quantity\n" + "".join(row for row in rows if not row.endswith(",0\n"))


def test_daily_history_tells_how_a_week_is_spread(plant_of):
    plant = plant_of(sales_history=daily(365, [40, 20, 20, 20, 20, 0, 0]))
    shares = [round(7 * WHOLE * one / 120) for one in (40, 20, 20, 20, 20, 0, 0)]
    assert week_profiles(plant)["PLANT"].tolist() == shares
    monday = number("2026-05-04")
    weights = day_weights(plant, ["PLANT"], monday, monday + 30)
    rows = pl.DataFrame({"site": ["PLANT"], "start": [monday], "end": [monday + 6], "quantity": [120], "quantum": [1]})
    parts = [asked_before(weights, rows, pl.Series([monday + k]))[0] for k in range(8)]
    assert np.diff(parts) == pytest.approx([40, 20, 20, 20, 20, 0, 0], abs=1)


def test_holiday_has_no_demand_even_where_the_history_tells_the_week(plant_of):
    plant = plant_of(sales_history=daily(365, [20, 20, 20, 20, 20, 10, 0]))
    monday = number("2026-05-25")  # Whit Monday; Saturdays are closed, but sold on
    weights = day_weights(plant, ["PLANT"], monday, monday + 27)
    first = np.diff(weights.sums["PLANT"])[:7]
    assert first[0] == 0
    assert first[5] * 2 == pytest.approx(first[4], abs=1)


def test_records_by_the_month_tell_nothing_of_the_week(plant_of):
    history = "item,day,quantity\n" + "".join(f"A,2025-{month:02}-15,30\n" for month in range(3, 13))
    assert week_profiles(plant_of(sales_history=history)) == {}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 9 * 10**18), st.sampled_from([1, 1_000, UNIT]), st.integers(1, 500),
    st.lists(st.integers(0, 3 * WHOLE), min_size=1, max_size=60),
)  # fmt: skip
def test_parts_of_a_period_always_add_up_to_it(quantity, quantum, length, weight):
    sums = np.concatenate([[0], np.cumsum(np.array(weight, np.int64))])
    weights = DayWeights(100, {"P": sums})
    rows = pl.DataFrame(
        {"site": ["P"], "start": [90], "end": [90 + length - 1], "quantity": [quantity], "quantum": [quantum]}
    )
    upto = [asked_before(weights, rows, pl.Series([day]))[0] for day in range(90, 91 + length)]
    assert (upto[0], upto[-1]) == (0 if quantity else quantity, quantity)
    assert (np.diff(upto) >= 0).all()
    assert all(one % quantum == 0 for one in upto[:-1] if one != quantity)
