"""Remedies: what is proposed for a late order, what each wins and costs, and their order."""

import polars as pl
import pytest

import plantwright as pw
from plantwright.core.exact import SCALE
from plantwright.flows.remedies import Remedy, Tried, edited, propose, ranked, try_all
from plantwright.flows.views import MemoryView

ITEMS = "code,kind,standard_cost\nA,make,10\nPART,buy,4\n"
WORK = "item,sequence,work_center,setup,run\nA,10,MILL,60,60\n"
CENTER = "code,calendar,cost_rate\nMILL,DAY,50\n"
ORDER = "order,item,quantity,due\nSO1,A,{quantity},{due}\n"


def proposed(plant, demand="SO1"):
    return propose(MemoryView(plant, pw.plan(plant)), demand)


def kinds(plant, demand="SO1"):
    return {one.kind for one in proposed(plant, demand)}


def best(outcome, kind):
    return next(one for one in outcome.tried if one.remedy.kind == kind)


# --- each kind ------------------------------------------------------------------------------------------------------


@pytest.fixture
def late_part(plant):
    """An order that waits for a purchase order which comes on 16 March."""
    return plant(
        item=ITEMS, operation=WORK, work_center=CENTER, bom_line="parent,component\nA,PART\n",
        sales_order_line=ORDER.format(quantity=2, due="2026-03-06"),
        purchase_order_line="order,supplier,item,quantity,due,price\nPO1,ACME,PART,2,2026-03-16T06:00,5\n",
        supplier_item="supplier,item,price,lead_time\nACME,PART,5,30 d\n",
    )  # fmt: skip


def test_late_purchase_is_expedited_by_what_is_lost_at_a_share_of_its_value(late_part):
    outcome = try_all(late_part, "SO1", share=0.2)
    found = best(outcome, "expedite")
    assert found.late_days == 0
    assert found.days > 9
    assert found.cost == round(0.2 * 2 * 5 * SCALE)
    assert found.remedy.edits[0]["table"] == "purchase_order_line"


def test_half_of_the_days_is_tried_too(late_part):
    texts = [one.text for one in proposed(late_part) if one.kind == "expedite"]
    assert len(texts) == 2
    assert all("PO1 brings PART from ACME" in text for text in texts)


@pytest.fixture
def slow_supplier(plant):
    """A part that its first supplier brings in 20 days, another one in 3 for more money."""
    return plant(
        item=ITEMS, operation=WORK, work_center=CENTER, bom_line="parent,component\nA,PART\n",
        sales_order_line=ORDER.format(quantity=2, due="2026-03-10"), supplier="code\nACME\nQUICK\n",
        supplier_item="supplier,item,price,lead_time,rank\nACME,PART,5,20 d,1\nQUICK,PART,8,3 d,2\n",
    )  # fmt: skip


def test_part_is_ordered_now_to_come_sooner_than_the_supplier_says(slow_supplier):
    found = best(try_all(slow_supplier, "SO1"), "expedite")
    assert "Order 2 of PART from ACME now" in found.remedy.text
    assert found.days > 5


def test_other_supplier_costs_the_difference_of_the_prices(slow_supplier):
    found = best(try_all(slow_supplier, "SO1"), "other supplier")
    assert found.cost == 2 * 3 * SCALE
    assert found.late_days == 0


@pytest.fixture
def full_machine(plant):
    """Fifty hours on a machine that works forty a week, due at the end of the first week."""
    return plant(
        item=ITEMS, operation=WORK, work_center=CENTER, sales_order_line=ORDER.format(quantity=50, due="2026-03-06")
    )


def test_saturday_shift_is_priced_by_the_hours_that_are_worked_in_it(full_machine):
    outcome = try_all(full_machine, "SO1")
    saturday = next(one for one in outcome.tried if "Saturday" in one.remedy.text)
    assert "at MILL on Sat\N{NO-BREAK SPACE}7\N{NO-BREAK SPACE}Mar, 06:00 to 14:00" in saturday.remedy.text
    assert saturday.cost == 8 * 50 * SCALE
    assert saturday.days == pytest.approx(1.0)


def test_longer_days_are_proposed_only_within_the_wait(full_machine):
    longer = next(one for one in proposed(full_machine) if "hours more" in one.text)
    starts = [edit["rows"] for edit in longer.edits]
    assert all("T14:00" in rows and "T16:00" in rows for rows in starts)
    assert not any("2026-03-07" in rows or "2026-03-08" in rows for rows in starts)


def test_saturday_that_is_spoken_for_is_not_proposed(plant):
    made = plant(
        item=ITEMS, operation=WORK, work_center=CENTER, sales_order_line=ORDER.format(quantity=50, due="2026-03-06"),
        calendar_exception="calendar,start,end,open,name\nDAY,2026-03-07,2026-03-07,no,stock taking\n",
    )  # fmt: skip
    assert not any("Saturday" in one.text for one in proposed(made))


def test_machine_that_never_closes_gets_no_overtime(plant):
    made = plant(
        item=ITEMS, operation=WORK, work_center="code,cost_rate\nMILL,50\n",
        sales_order_line=ORDER.format(quantity=200, due="2026-03-06"),
    )  # fmt: skip
    assert "overtime" not in kinds(made)


def two_orders(plant, **more):
    """A released order of twenty that stands behind another one on the same machine."""
    return plant(
        item=ITEMS, operation=WORK, work_center="code,calendar,cost_rate\nMILL,DAY,50\nOLD,DAY,70\n",
        production_order="order,item,quantity,due,state\nWO1,A,20,2026-03-04,released\nWO2,A,20,2026-03-05,released\n",
        sales_order_line="order,item,quantity,due,priority\nSO1,A,20,2026-03-04,1\nSO2,A,10,2026-03-05,5\n", **more,
    )  # fmt: skip


def test_order_runs_on_a_machine_that_may_do_it_as_well_at_the_difference_of_the_rates(plant):
    made = two_orders(
        plant,
        operation_alternate="item,sequence,work_center,run_factor\nA,10,OLD,1\n",
        production_operation="order,sequence,work_center\nWO1,10,MILL\nWO2,10,MILL\n",
    )
    outcome = try_all(made, "SO2")
    found = best(outcome, "other machine")
    assert found.remedy.text == "Run operation 10 of WO2 on OLD instead of MILL"
    assert found.days > 1
    assert found.cost == 21 * 20 * SCALE


def test_no_other_machine_is_proposed_where_none_may_do_it(plant):
    assert "other machine" not in kinds(two_orders(plant), "SO2")


def test_released_lot_is_split_and_the_part_that_is_needed_comes_first(plant):
    outcome = try_all(two_orders(plant), "SO2")
    found = best(outcome, "split")
    assert found.remedy.text.startswith("Split WO2: 10 of A first, 10 after")
    assert found.cost == 50 * SCALE  # an hour of set-up more
    assert found.days > 0.5


def test_lot_that_has_been_begun_is_not_split(plant):
    begun = "order,sequence,state,started_at,done_quantity\nWO2,10,started,2026-03-02T05:00,2\n"
    assert "split" not in kinds(two_orders(plant, production_operation=begun), "SO2")


def test_order_goes_before_another_that_has_time_to_spare(plant):
    made = plant(
        item="code,kind\nA,make\nB,make\n", work_center=CENTER,
        operation="item,sequence,work_center,run\nA,10,MILL,60\nB,10,MILL,60\n",
        sales_order_line="order,item,quantity,due,priority\nSO1,B,14,2026-03-04,1\nSO2,A,8,2026-03-02,9\n",
        production_order="order,item,quantity,due,state\nWO1,B,14,2026-03-04,released\n",
        production_operation="order,sequence,state,started_at,done_quantity\nWO1,10,started,2026-03-02T06:00,0\n",
    )  # fmt: skip
    view = MemoryView(made, pw.plan(made))
    spare = view.result("demand_plan").filter(pl.col("demand") == "SO1")
    assert spare["projected"][0] < spare["due"][0]
    swap = next(one for one in propose(view, "SO2") if one.kind == "swap")
    assert swap.text.startswith("SO2 goes before SO1, which has")
    assert [edit["value"] for edit in swap.edits] == ["1", "9"]
    assert swap.cost == 0


def test_made_item_is_bought_where_a_supplier_has_it(plant):
    made = plant(
        item=ITEMS, operation=WORK, work_center=CENTER, sales_order_line=ORDER.format(quantity=50, due="2026-03-06"),
        supplier_item="supplier,item,price,lead_time\nACME,A,13,2 d\n",
    )  # fmt: skip
    found = best(try_all(made, "SO1"), "buy")
    assert found.cost == 50 * 3 * SCALE
    assert found.late_days == 0


# --- what holds for all ---------------------------------------------------------------------------------------------


def test_order_in_time_gets_no_remedy(plant):
    made = plant(
        item=ITEMS, operation=WORK, work_center=CENTER, sales_order_line=ORDER.format(quantity=1, due="2026-03-06")
    )
    assert proposed(made) == []
    assert try_all(made, "SO1").tried == ()


@pytest.mark.parametrize("name", ["late_part", "slow_supplier", "full_machine"])
def test_whatever_is_proposed_can_be_planned(request, name):
    outcome = try_all(request.getfixturevalue(name), "SO1")
    assert outcome.refused == ()
    assert all(one.days >= 0.1 for one in outcome.tried)


def test_plant_stays_as_it_is(full_machine):
    before = full_machine.hash()
    try_all(full_machine, "SO1", most=2)
    assert full_machine.hash() == before


def test_trying_ends_when_somebody_stops_it(full_machine):
    class Stopped(Exception):  # noqa: N818
        pass

    told = []

    def tell(words, share):
        told.append((words, share))
        if len(told) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        try_all(full_machine, "SO1", tell=tell)
    assert [share for _, share in told] == sorted(share for _, share in told)


def tried(text, days, cost, others=0.0):
    return Tried(Remedy("swap", text, ()), days, 0, 0.0, others, cost, 0.0)


def test_remedies_are_ranked_by_days_won_for_the_money():
    found = ranked([
        tried("dear", 4, 800 * SCALE), tried("no cost known", 9, None), tried("cheap", 2, 100 * SCALE),
        tried("free", 1, 0), tried("takes it from others", 3, 0, others=5),
    ])  # fmt: skip
    assert [one.remedy.text for one in found] == ["free", "cheap", "dear", "no cost known", "takes it from others"]


def test_edits_leave_no_trace_of_the_sandbox(full_machine):
    edit = {"table": "sales_order_line", "change": "set", "rows": "order = SO1", "column": "priority", "value": "2"}
    made = edited(full_machine, [edit])
    assert made.scenario == ""
    assert made.raw["sales_order_line"].filter(pl.col("order") == "SO1")["priority"][0] == 2
    assert made.as_of == full_machine.as_of
