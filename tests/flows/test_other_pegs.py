"""Pegs handed on: everybody still gets what he needs in time, and what is late comes before those that can wait."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.shops import plain_shops, shop_of

import plantwright as pw
from plantwright.flows.plan import best
from plantwright.flows.plan.best import stands
from plantwright.flows.plan.repeg import order_of_taking
from plantwright.methods.requirements import match_in_order
from plantwright.methods.scheduling import dispatch


@st.composite
def served(draw):
    """Requirements of one item, each with a supply that is there when it is taken, some of them taken too late."""
    count = draw(st.integers(1, 8))
    quantity = np.array(draw(st.lists(st.integers(1, 9), min_size=count, max_size=count)))
    there = np.array(draw(st.lists(st.integers(0, 50), min_size=count, max_size=count)))
    taken = there + np.array(draw(st.lists(st.integers(0, 60), min_size=count, max_size=count)))
    latest = taken + np.array(draw(st.lists(st.integers(-40, 40), min_size=count, max_size=count)))
    return quantity, there, taken, latest


def matched(rows, order):
    quantity, there, _, _ = rows
    same, names = np.zeros(len(quantity), np.int64), np.arange(len(quantity))
    rank = np.empty(len(quantity), np.int64)
    rank[order] = names
    found = match_in_order(same, names, names, quantity, rank, there)
    last = np.zeros(len(quantity), np.int64)
    np.maximum.at(last, found.requirement, there[found.supply])
    return last


@given(served())
@settings(max_examples=200, deadline=None)
def test_whoever_is_passed_still_has_its_supplies_when_it_takes_them(rows):
    quantity, there, taken, latest = rows
    order = order_of_taking(np.arange(len(quantity)), quantity, there, taken, latest)
    assert sorted(order.tolist()) == list(range(len(quantity)))
    assert (matched(rows, order) <= taken).all()


@given(served())
@settings(max_examples=100, deadline=None)
def test_the_most_urgent_of_all_gets_its_supplies_no_later_than_by_time_of_taking(rows):
    quantity, there, taken, latest = rows
    order = order_of_taking(np.arange(len(quantity)), quantity, there, taken, latest)
    first = int(np.argmin(latest))
    plain = np.argsort(taken, kind="stable")
    if latest[first] < taken[first] and (latest == latest[first]).sum() == 1:
        assert matched(rows, order)[first] <= matched(rows, plain)[first]


def test_what_is_late_takes_the_lot_of_what_can_wait():
    one = np.array([10, 10])
    order = order_of_taking(np.array([0, 1]), one, np.array([5, 40]), np.array([45, 50]), np.array([90, 20]))
    assert order.tolist() == [1, 0]
    held = order_of_taking(np.array([0, 1]), one, np.array([5, 40]), np.array([39, 50]), np.array([90, 20]))
    assert held.tolist() == [0, 1]


@given(plain_shops())
@settings(max_examples=20, deadline=None)
def test_a_schedule_stands_in_its_own_shop(plain):
    shop = shop_of(plain)
    made = dispatch(shop, "edd")
    if made.status == "complete":
        assert stands(shop, made)


TABLES = {
    "setting": "name,value\nas_of,2026-03-02T06:00\n",
    "site": "code\nPLANT\n",
    "calendar": "code\nDAY\n",
    "calendar_shift": "calendar,weekday,start,end\n"
    + "".join(f"DAY,{day},06:00,14:00\n" for day in ("mon", "tue", "wed", "thu", "fri")),
    "work_center": "code,calendar\nCUT,DAY\nBENCH,DAY\nSLOW,DAY\n",
    "item": "code,kind\nLEG,make\nTABLE,make\nSTOOL,make\n",
    "bom_line": "parent,component,quantity\nTABLE,LEG,4\nSTOOL,LEG,4\n",
    "operation": "item,sequence,work_center,run\nLEG,10,CUT,60\nTABLE,10,BENCH,30\nSTOOL,10,SLOW,480\n",
    "item_site": "item,site,lot_rule,lot_quantity\nLEG,PLANT,fixed,4\n",
    "sales_order_line": "order,item,quantity,due\n"
    + "".join(f"T{k},TABLE,1,2026-03-0{3 + k}\nS{k},STOOL,1,2026-03-0{2 + k}\n" for k in range(4)),
}


@pytest.mark.parametrize("seconds", [None, 0.3])
def test_plans_with_other_pegs_are_judged_without_fault_and_not_later(tmp_path, monkeypatch, seconds):
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    plant = pw.load(tmp_path)
    made = pw.plan(plant, seconds=seconds)
    monkeypatch.setattr(best, "REPEGGED", 0)
    plain = pw.plan(plant)
    assert made.verified
    assert made.totals["weighted_late_days"] <= plain.totals["weighted_late_days"]
