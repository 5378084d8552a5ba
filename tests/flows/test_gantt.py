"""What the chart of a schedule is drawn from, on the sample plant."""

import polars as pl
import pytest

from plantwright.flows.gantt import chain, gantt, lanes_of
from plantwright.flows.trial import Pin, named_as, try_pin
from plantwright.flows.views import MemoryView


@pytest.fixture(scope="module")
def plant(pumps):
    return pumps[0]


@pytest.fixture(scope="module")
def view(pumps):
    return MemoryView(*pumps)


def starts(data):
    return [one + data["span"][0] for one in data["ops"]["start"]]


def test_every_operation_is_a_bar_with_its_times_and_place(view):
    data, rows = gantt(view), view.result("scheduled_operation").sort("start", "order", "sequence")
    assert data["count"] == rows.height == len(data["ops"]["row"])
    assert starts(data) == rows["start"].to_list()
    assert [start + length for start, length in zip(starts(data), data["ops"]["length"], strict=True)] == rows[
        "finish"
    ].to_list()
    assert [data["orders"]["name"][one] for one in data["ops"]["order"]] == rows["order"].to_list()
    codes = [one["code"] for one in data["centers"][1:]]
    for row, center in zip(data["ops"]["row"], rows["work_center"], strict=True):
        assert codes[data["rows"]["center"][row]] == (center or "Suppliers")


def test_no_two_bars_of_a_row_overlap(view):
    data, until = gantt(view), {}
    for row, start, length in zip(data["ops"]["row"], starts(data), data["ops"]["length"], strict=True):
        assert start >= until.get(row, 0) or start < view.as_of  # what has begun stands as it was reported
        until[row] = start + length


def test_open_time_is_that_of_the_calendar(view):
    data = gantt(view, center="HMC")
    (center,) = data["centers"][1:]
    moments, last = [], 0
    for step in data["centers"][0]["hours"][center["open"]]:
        last += step
        moments.append(last)
    opened = [one for one in zip(moments[::2], moments[1::2], strict=True) if one[0] // 1440 == 20_516]
    capacity = sum(end - start for start, end in opened)
    day = center["load"]["day"].index(20_516)
    assert capacity == center["load"]["capacity"][day]


def test_a_work_center_has_only_its_own_bars_and_the_first_of_them_where_there_are_too_many(view):
    data = gantt(view, center="HMC", most=5)
    assert len(data["ops"]["row"]) == 5 < data["count"]
    assert [one["code"] for one in data["centers"][1:]] == ["HMC"]


def test_an_operation_names_the_work_centers_that_its_routing_allows(view):
    data, rows = gantt(view), view.result("scheduled_operation").sort("start", "order", "sequence")
    codes = [one["code"] for one in data["centers"][1:]]
    found = {(rows["item"][place], rows["sequence"][place]): {codes[one] for one in data["paths"][path]}
             for place, path in enumerate(data["ops"]["path"])}  # fmt: skip
    assert found["CV-100", 10] == {"TURN1", "TURN2"}


def test_a_chain_has_what_an_order_waits_for_and_what_waits_for_it():
    pegs = pl.DataFrame({
        "supply_kind": ["order"] * 4 + ["stock"],
        "supply": ["part", "frame", "pump", "other", ""], "demand": ["frame", "pump", "SO-1", "SO-2", "frame"],
    })  # fmt: skip
    assert chain(pegs, "frame") == {"part", "frame", "pump", "SO-1"}
    assert chain(pegs, "SO-1") == {"SO-1", "pump", "frame", "part"}


def test_an_order_is_drawn_with_its_chain_alone(view):
    pegs = view.result("peg").filter((pl.col("supply_kind") == "order") & (pl.col("demand_kind") == "sales order"))
    demand, supply = pegs.select("demand", "supply").row(0)
    names = gantt(view, order=demand)["orders"]["name"]
    drawn = {names[one] for one in gantt(view, order=demand)["ops"]["order"]}
    assert supply in drawn
    assert drawn <= chain(view.result("peg"), demand)


def test_an_order_that_is_not_there_gives_an_empty_chart(view):
    data = gantt(view, order="nothing")
    assert data["count"] == 0
    assert data["ops"]["row"] == data["rows"]["center"] == []


def test_stretches_that_touch_share_a_lane():
    assert lanes_of([0, 10, 10], [10, 20, 12]) == [0, 0, 1]


# --- trials ---------------------------------------------------------------------------------------------------------


def test_a_pin_puts_an_operation_where_it_is_wished_and_leaves_the_plant_alone(plant, view):
    base = view._plan
    row = (
        base.raw["scheduled_operation"]
        .filter((pl.col("item") == "CV-100") & (pl.col("state") == "waiting"))
        .row(0, named=True)
    )
    other = {"TURN1": "TURN2", "TURN2": "TURN1"}[row["work_center"]]
    before = plant.raw["production_operation"].height
    pin = Pin(row["order"], row["sequence"], row["start"] + 14 * 1440, other)
    trial = try_pin(plant, base, pin)
    rows = trial.view.result("scheduled_operation")
    own = rows.filter((pl.col("order") == pin.order) & (pl.col("sequence") == pin.operation)).row(0, named=True)
    assert (own["work_center"], own["state"]) == (other, "pinned")
    assert trial.view.plan["verified"]
    assert own["start"] >= pin.start
    assert plant.raw["production_operation"].height == before
    assert trial.figures["orders_moved"] == trial.differences.orders.height > 0


def test_orders_of_another_plan_keep_the_numbers_of_this_one():
    def orders(*rows):
        columns = ("order", "item", "quantity", "start")
        frame = pl.DataFrame(rows, schema=columns, orient="row")
        return frame.with_columns(site=pl.lit("M"), source=pl.lit("make"), state=pl.lit("planned"), due=pl.lit(9))

    before = orders(("MO-1", "A", 5, 0), ("MO-2", "B", 5, 0))
    after = orders(("MO-1", "B", 5, 3), ("MO-2", "C", 5, 0), ("MO-3", "A", 7, 0))
    found = named_as(before, {"planned_order": after})["planned_order"]
    assert found["order"].to_list() == ["MO-2", "new MO-2", "MO-1"]
