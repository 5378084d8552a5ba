"""The difference of two plans, on small plans made by hand."""

import polars as pl
import pytest

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.flows.compare import changed_loads, changed_orders, compare_plans, moved_demands
from plantwright.plant import Plant  # noqa: F401 - declares the tables

DAY = 1440
HOUR_MS = 3_600_000


class Made:
    """A plan made by hand."""

    def __init__(self, totals=None, **tables):
        self.plan = {"totals": totals or {}}
        self.tables = tables

    def result(self, name):
        return self.tables.get(name, ENTITIES[name].empty())


def order(name, item="P", quantity=10, start=0, finish=DAY, due=DAY, state="planned", source="make"):
    return {
        "order": name, "item": item, "site": "S", "source": source, "state": state, "quantity": quantity * SCALE,
        "start": start, "finish": finish, "due": due, "order_by": start, "cut": start, "unit_cost": 2 * SCALE,
        "late": finish > due,
    }  # fmt: skip


def orders(*rows):
    return raw_frame(ENTITIES["planned_order"], rows)


def demand(name, projected, due=10 * DAY, status="on time", planned=1):
    return {
        "demand": name, "kind": "sales order", "item": "P", "site": "S", "quantity": SCALE, "planned": planned * SCALE,
        "priority": 1, "due": due, "projected": projected, "late_days": 0, "status": status, "cause": "paint",
        "value": SCALE,
    }  # fmt: skip


def demands(*rows):
    return raw_frame(ENTITIES["demand_plan"], rows)


def changes(before, after):
    found = changed_orders(orders(*before), orders(*after))
    return [(row["change"], row["order"]) for row in found.iter_rows(named=True)]


def test_same_plan_has_no_differences():
    plan = Made(planned_order=orders(order("A")), demand_plan=demands(demand("D", 5 * DAY)))
    found = compare_plans(plan, plan)
    assert (found.demands.height, found.orders.height, found.loads.height) == (0, 0, 0)
    assert found.totals["change"].drop_nulls().sum() == 0


def test_new_orders_are_matched_by_what_they_are_not_by_number():
    assert changes([order("MO-1"), order("MO-2", item="Q")], [order("MO-7", item="Q"), order("MO-8")]) == []


def test_moved_order_is_found_with_both_dates():
    found = changed_orders(orders(order("MO-1")), orders(order("MO-1", start=2 * DAY, finish=3 * DAY)))
    row = found.row(0, named=True)
    assert (row["change"], row["start_before"], row["start"], row["days"]) == ("moved", 0, 2 * DAY, 2 * SCALE)


def test_resized_order_is_matched_with_the_one_at_its_place():
    assert changes([order("MO-1")], [order("MO-1", quantity=12)]) == [("resized", "MO-1")]
    assert changes([order("MO-1")], [order("MO-1", quantity=12, start=DAY, finish=2 * DAY)]) == [
        ("moved and resized", "MO-1")
    ]


def test_order_that_comes_first_does_not_disturb_those_after_it():
    before = [order("MO-1", due=5 * DAY), order("MO-2", due=9 * DAY)]
    after = [order("MO-1", due=2 * DAY), order("MO-2", due=5 * DAY), order("MO-3", due=9 * DAY)]
    assert changes(before, after) == [("added", "MO-1")]


def test_existing_orders_are_known_by_number():
    before = [order("WO-1", state="released"), order("WO-2", state="firm")]
    after = [order("WO-1", state="started", finish=4 * DAY), order("WO-3", state="firm")]
    assert sorted(changes(before, after)) == [("added", "WO-3"), ("moved", "WO-1"), ("removed", "WO-2")]


def test_moves_of_minutes_are_no_news():
    assert changes([order("MO-1")], [order("MO-1", start=20, finish=DAY + 20)]) == []


@pytest.mark.parametrize(("after", "days"), [(7 * DAY, 2.0), (4 * DAY, -1.0)])
def test_demand_that_moved_is_told_with_its_days(after, days):
    row = moved_demands(demands(demand("D", 5 * DAY)), demands(demand("D", after))).row(0, named=True)
    assert row["days"] == days * SCALE
    assert row["cause"] == "paint"


def test_demand_that_became_short_stands_first():
    before = demands(demand("A", 5 * DAY), demand("B", 5 * DAY))
    after = demands(demand("A", 50 * DAY, status="late"), demand("B", None, status="short", planned=0))
    found = moved_demands(before, after)
    assert found["demand"].to_list() == ["B", "A"]
    assert found["status_after"].to_list() == ["short", "late"]


def test_demand_of_one_plan_only_is_left_out():
    assert moved_demands(demands(demand("A", DAY)), demands(demand("B", 9 * DAY))).height == 0


def load(center, hours, capacity=80):
    return {
        "work_center": center, "day": 0, "capacity": capacity * HOUR_MS, "setup": HOUR_MS, "run": (hours - 1) * HOUR_MS,
        "required": 0,
    }  # fmt: skip


def test_loads_are_set_side_by_side_the_largest_change_first():
    entity = ENTITIES["center_load"]
    before = raw_frame(entity, [load("A", 40), load("B", 40)])
    after = raw_frame(entity, [load("A", 44), load("B", 20), load("C", 8)])
    found = changed_loads(before, after)
    assert found["work_center"].to_list() == ["B", "C", "A"]
    assert found["change"].to_list() == [-20 * HOUR_MS, 8 * HOUR_MS, 4 * HOUR_MS]
    assert found["utilisation"].to_list()[0] == SCALE // 4


def test_figures_stand_side_by_side():
    before = Made({"late_days": 10.0, "late_orders": 2}, planned_order=orders(order("A")))
    after = Made({"late_days": 4.0, "late_orders": 1}, planned_order=orders(order("A"), order("B")))
    found = {row["measure"]: row for row in compare_plans(before, after).totals.iter_rows(named=True)}
    assert found["late_days"]["change"] == -6
    assert found["cost_of_new_orders"] == {"measure": "cost_of_new_orders", "before": 20, "after": 40, "change": 20}


def test_service_is_the_share_of_sales_orders_on_time():
    rows = demands(demand("A", DAY), demand("B", DAY), demand("C", 11 * DAY, status="late"), demand("D", DAY))
    totals = compare_plans(Made(demand_plan=rows), Made(demand_plan=rows)).totals
    assert totals.filter(pl.col("measure") == "service")["before"].to_list() == [0.75]
