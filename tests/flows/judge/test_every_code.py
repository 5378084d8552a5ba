"""One right plan passes; for every code of the judge, one small change of it provokes that code and no other."""

from collections.abc import Callable
from typing import Any

import pytest
from small_plant import DAY_0, MIN, NOW, ONE, Draft, at, demand, operation, order, peg, scheduled

from plantwright.core.problem import KINDS

Change = Callable[[Draft], None]
CHANGES: list[tuple[str, Change]] = []


def provokes(code: str) -> Callable[[Change], Change]:
    def keep(change: Change) -> Change:
        CHANGES.append((code, change))
        return change

    return keep


def extra_purchase(draft: Draft, item: str = "D", quantity: float = 1, **more: Any) -> None:
    """Add a new purchase order that nothing asks for."""
    values = {"start": at(0, 8), "finish": at(2, 8), "due": at(9), **more}
    draft.add("planned_order", order("P9", item, "buy", quantity, **values))


FROM_ACME = {"supplier": "ACME", "unit_cost": 5 * ONE}


# --- records --------------------------------------------------------------------------------------------------------


@provokes("verify-duplicate")
def two_pegs_have_one_number(draft):
    draft.set("peg", {"number": 5}, number=1)


@provokes("verify-duplicate")
def two_requirements_have_one_number(draft):
    draft.set("planned_component", {"number": 4}, number=2)
    draft.set("peg", {"number": 9}, component=2)


@provokes("verify-reference")
def an_order_is_for_an_item_that_does_not_exist(draft):
    extra_purchase(draft, "GHOST")


@provokes("verify-order-missing")
def an_open_purchase_order_is_left_out(draft):
    draft.add("purchase_order_line", {"order": "PO2", "item": "D", "quantity": ONE, "due": at(3)})


@provokes("verify-order-unknown")
def an_order_is_kept_that_has_no_record(draft):
    extra_purchase(draft, state="sent")


@provokes("verify-order-taken")
def a_new_order_has_a_number_that_is_taken(draft):
    move = {"order": "P1", "item": "E", "from_site": "P", "to_site": "W", "quantity": ONE, "due": at(3)}
    draft.add("transfer_order", move)


@provokes("verify-order-changed")
def an_open_purchase_order_has_another_quantity(draft):
    draft.set("purchase_order_line", {"order": "PO1"}, quantity=26 * ONE)


@provokes("verify-order-changed")
def an_open_purchase_order_has_another_date(draft):
    draft.set("planned_order", {"order": "PO1/1"}, due=at(1, 9), order_by=at(1, 8))


@provokes("verify-order-quantity")
def half_a_piece_is_ordered(draft):
    extra_purchase(draft, quantity=2.5)


@provokes("verify-order-dates")
def an_order_finishes_before_it_starts(draft):
    extra_purchase(draft, start=at(2, 9))


@provokes("verify-order-past")
def an_order_is_to_be_placed_yesterday(draft):
    extra_purchase(draft, start=at(-1))


@provokes("verify-order-cut")
def a_lot_is_cut_by_the_bill_of_another_day(draft):
    draft.set("planned_order", {"order": "M3"}, cut=at(2))


@provokes("verify-order-by")
def the_latest_start_is_after_the_need(draft):
    draft.set("planned_order", {"order": "M1"}, order_by=at(5), cut=at(5))


@provokes("verify-late-flag")
def an_order_in_time_is_marked_late(draft):
    draft.set("planned_order", {"order": "M1"}, late=True)


@provokes("verify-receipt-date")
def an_overdue_purchase_order_arrives_in_the_past(draft):
    draft.add("purchase_order_line", {"order": "PO2", "item": "D", "quantity": ONE, "due": at(2)})
    draft.add("planned_order", order("PO2", "D", "buy", 1, at(0), at(3), at(2), state="sent"))


@provokes("verify-firm-moved")
def a_pinned_order_is_moved(draft):
    draft.set("production_order", {"order": "X1"}, firmness="pinned", start=at(0, 9))


# --- lots -----------------------------------------------------------------------------------------------------------


@provokes("verify-source")
def an_item_is_bought_where_it_must_be_moved(draft):
    extra_purchase(draft, "E", site="W")


@provokes("verify-source")
def a_purchase_has_a_supplier_who_does_not_sell_it(draft):
    extra_purchase(draft, "D", supplier="ACME")


@provokes("verify-lot-minimum")
def less_than_the_supplier_sells_is_bought(draft):
    extra_purchase(draft, "B", 5, **FROM_ACME)


@provokes("verify-lot-minimum")
def less_than_the_smallest_lot_is_made(draft):
    draft.set("item_site", {"item": "A"}, lot_minimum=6 * ONE)


@provokes("verify-lot-maximum")
def more_than_the_largest_lot_is_made(draft):
    draft.set("item_site", {"item": "A"}, lot_maximum=8 * ONE)


@provokes("verify-lot-multiple")
def a_broken_pack_is_bought(draft):
    extra_purchase(draft, "B", 12, **FROM_ACME)


@provokes("verify-lot-multiple")
def an_order_is_no_multiple_of_the_lot(draft):
    draft.set("item_site", {"item": "A"}, lot_multiple=4 * ONE)


def min_max(draft: Draft, reorder_point: int, order_up_to: int) -> None:
    """Plan item D by the min-max rule; 48 of it are left when every need is served."""
    levels = {"reorder_point": reorder_point * ONE, "order_up_to": order_up_to * ONE}
    draft.add("item_site", {"item": "D", "site": "P", "lot_rule": "min-max", **levels})


@provokes("verify-lot-level")
def less_is_bought_than_fills_up_to_the_level(draft):
    min_max(draft, 49, 100)
    extra_purchase(draft, quantity=51)


@provokes("verify-lot-level")
def more_is_bought_than_fills_up_to_the_level(draft):
    min_max(draft, 49, 100)
    extra_purchase(draft, quantity=53)


@provokes("verify-reorder-point")
def an_item_is_bought_that_is_not_below_its_reorder_point(draft):
    min_max(draft, 48, 60)
    extra_purchase(draft, quantity=12)


@provokes("verify-fence")
def a_new_order_arrives_inside_the_planning_fence(draft):
    draft.add("item_site", {"item": "D", "site": "P", "planning_fence": 4 * 1440 * MIN})
    extra_purchase(draft)


@provokes("verify-lead-time")
def a_purchase_arrives_within_its_lead_time(draft):
    extra_purchase(draft, "B", 10, **FROM_ACME, start=at(1, 8))


@provokes("verify-lead-time")
def a_transfer_arrives_within_its_lead_time(draft):
    draft.set("transfer_lane", {"from_site": "P"}, lead_time=1441 * MIN)


@provokes("verify-arrival-closed")
def a_purchase_arrives_at_night(draft):
    extra_purchase(draft, "B", 10, **FROM_ACME, finish=at(3, 20))


@provokes("verify-unit-cost")
def a_purchase_has_another_price(draft):
    extra_purchase(draft, "B", 10, supplier="ACME", unit_cost=6 * ONE)


@provokes("verify-unit-cost")
def an_order_has_another_cost_than_the_standard(draft):
    draft.set("planned_order", {"order": "M1"}, unit_cost=99 * ONE)


# --- components -----------------------------------------------------------------------------------------------------


@provokes("verify-component-quantity")
def an_order_takes_less_than_its_bill_says(draft):
    draft.set("planned_component", {"number": 5}, quantity=4 * ONE)
    draft.set("peg", {"number": 10}, quantity=4 * ONE)


@provokes("verify-component-quantity")
def an_order_takes_what_it_has_been_issued(draft):
    draft.set("production_component", {"order": "X1"}, issued=2 * ONE)


@provokes("verify-component-quantity")
def a_bill_of_another_day_is_used(draft):
    draft.set("bom_line", {"parent": "A2"}, effective_from=DAY_0 + 2)


@provokes("verify-substitute")
def a_substitute_is_used_where_none_is_allowed(draft):
    draft.set("planned_component", {"number": 2}, item="D", replaces="C")
    draft.set("peg", {"number": 7}, item="D")


@provokes("verify-component-site")
def a_component_is_taken_at_another_site(draft):
    draft.add("location", {"code": "FAR", "site": "W"})
    move = {"from_location": "OPENING", "to_location": "FAR", "at": NOW, "quantity": 5 * ONE}
    draft.add("stock_move", {"number": "9", "item": "C", **move})
    draft.set("planned_component", {"number": 5}, site="W")
    draft.set("peg", {"number": 10}, site="W")


@provokes("verify-taken")
def a_component_is_taken_after_its_operation_has_begun(draft):
    draft.set("planned_component", {"number": 5}, taken=at(1, 11))


# --- pegs and balance -----------------------------------------------------------------------------------------------


@provokes("verify-peg-quantity")
def a_peg_is_for_nothing(draft):
    draft.add("peg", peg(20, "A", 0, "S1/1", "", at(0)))


@provokes("verify-peg-reference")
def a_peg_serves_an_order_that_is_not_there(draft):
    draft.add("peg", peg(20, "D", 1, "M9", "", at(0), component=99))


@provokes("verify-peg-reference")
def a_peg_takes_from_an_order_that_brings_something_else(draft):
    draft.add("peg", peg(20, "D", 1, "", "P1", at(2, 8), demand_kind="safety stock"))


@provokes("verify-peg-demand")
def a_need_is_not_covered_and_nothing_says_so(draft):
    draft.set("peg", {"number": 10}, quantity=4 * ONE)


@provokes("verify-peg-demand")
def a_need_is_covered_twice(draft):
    draft.set("stock_move", {"number": "1"}, quantity=60 * ONE)
    draft.set("peg", {"number": 10}, quantity=6 * ONE)


@provokes("verify-peg-supply")
def more_is_promised_than_an_order_brings(draft):
    draft.add("peg", peg(20, "B", 1, "", "PO1/1", at(1, 8), demand_kind="safety stock"))


@provokes("verify-peg-stock")
def more_is_promised_than_is_in_stock(draft):
    draft.add("peg", peg(20, "C", 1, "", "", at(0), demand_kind="safety stock"))


@provokes("verify-peg-available")
def a_supply_is_said_to_be_there_later_than_it_is(draft):
    draft.set("peg", {"number": 10}, available=at(0, 1))


@provokes("verify-peg-time")
def an_order_takes_what_is_not_there_yet(draft):
    move = {"from_location": "OPENING", "to_location": "STORE", "at": NOW, "quantity": 20 * ONE}
    draft.add("stock_move", {"number": "9", "item": "B", **move})
    draft.set("purchase_order_line", {"order": "PO1"}, due=at(1, 9))
    draft.set("planned_order", {"order": "PO1/1"}, due=at(1, 9), finish=at(1, 9))
    draft.set("peg", {"supply": "PO1/1"}, available=at(1, 9))


@provokes("verify-kept-order")
def an_order_that_is_kept_for_a_line_does_not_serve_it(draft):
    """X1 serves the line that X2 is kept for."""
    kept = {"order": "X2", "item": "A2", "quantity": ONE, "due": at(1), "serves_order": "S9", "serves_line": 1}
    draft.add("item", {"code": "H", "kind": "make"})
    draft.add("production_order", {**kept, "item": "H"}, {**kept, "order": "X3", "item": "H", "serves_order": ""})
    for name in ("X2", "X3"):
        draft.add("planned_order", order(name, "H", "make", 1, at(0), at(0), at(1), state="released"))
    draft.add("sales_order_line", {"order": "S9", "customer": "K", "item": "H", "quantity": ONE, "due": at(2)})
    draft.add("demand_plan", demand("S9/1", "H", 1, at(2), at(0)))
    draft.add("peg", peg(20, "H", 1, "S9/1", "X3", at(0)))


@provokes("verify-balance")
def a_negative_stock_is_forgotten(draft):
    move = {"from_location": "STORE", "to_location": "LOSS", "at": NOW, "quantity": 5 * ONE}
    draft.add("stock_move", {"number": "9", "item": "B", **move})


# --- demands --------------------------------------------------------------------------------------------------------


@provokes("verify-demand-missing")
def a_sales_order_line_is_left_out(draft):
    draft.add("sales_order_line", {"order": "S9", "item": "D", "quantity": ONE, "due": at(2)})


@provokes("verify-demand-unknown")
def a_demand_has_no_sales_order_line(draft):
    draft.add("demand_plan", demand("S9/1", "D", 1, at(2), at(2), planned=0, status="short"))
    draft.set("demand_plan", {"demand": "S9/1"}, projected=None)


@provokes("verify-demand-record")
def a_demand_has_another_priority(draft):
    draft.set("demand_plan", {"demand": "S1/1"}, priority=1)


@provokes("verify-demand-record")
def a_demand_asks_for_what_is_delivered(draft):
    draft.set("sales_order_line", {"order": "S2"}, quantity=6 * ONE, delivered=2 * ONE)


@provokes("verify-demand-planned")
def a_demand_is_said_to_get_less_than_it_gets(draft):
    draft.set("demand_plan", {"demand": "S1/1"}, planned=9 * ONE, projected=None, status="short")


@provokes("verify-projected")
def a_demand_is_promised_before_its_supply_is_there(draft):
    draft.set("demand_plan", {"demand": "S1/1"}, projected=at(1))


@provokes("verify-late-days")
def a_demand_is_late_by_other_days(draft):
    draft.set("demand_plan", {"demand": "S1/2"}, late_days=2 * ONE)


@provokes("verify-status")
def a_late_demand_is_called_on_time(draft):
    draft.set("demand_plan", {"demand": "S1/2"}, status="on time")


@provokes("verify-forecast")
def more_is_planned_than_was_forecast(draft):
    draft.set("forecast", {"item": "E"}, quantity=4 * ONE)


@provokes("verify-forecast")
def what_an_order_took_off_a_forecast_is_planned_again(draft):
    draft.add("consumed_forecast", {"number": 1, "forecast": "F E", "order": "S3/1", "quantity": ONE})


# --- operations -----------------------------------------------------------------------------------------------------


@provokes("verify-operation-missing")
def an_operation_of_the_routing_is_left_out(draft):
    draft.add("operation", operation("A2", 20, "LATHE"))


@provokes("verify-operation-extra")
def an_operation_is_not_in_the_routing(draft):
    draft.add("scheduled_operation", scheduled("M3", 20, "A2", "LATHE 2", at(1, 10, 30), at(1, 10, 40)))


@provokes("verify-operation-record")
def an_operation_has_another_family(draft):
    draft.set("scheduled_operation", {"order": "M3"}, family="RED")


@provokes("verify-operation-record")
def an_operation_brings_another_quantity(draft):
    draft.set("scheduled_operation", {"order": "M3"}, quantity=3 * ONE)


@provokes("verify-operation-dates")
def an_operation_finishes_before_it_starts(draft):
    draft.add("operation", operation("A2", 20, "LATHE"))
    backward = scheduled("M3", 20, "A2", "LATHE 2", at(1, 11), at(1, 10, 58), quantity=5 * ONE)
    draft.add("scheduled_operation", backward)
    draft.finish("M3", "S2/1", at(1, 10, 58))


@provokes("verify-work-center")
def an_operation_is_done_where_it_may_not_be(draft):
    draft.set("scheduled_operation", {"order": "M3"}, work_center="LATHE", unit=2, alternate=True)


@provokes("verify-unit")
def an_operation_is_done_on_a_unit_that_is_not_there(draft):
    draft.set("scheduled_operation", {"order": "M3"}, unit=2)


@provokes("verify-operation-time")
def an_operation_has_less_time_than_its_quantity_needs(draft):
    draft.set("scheduled_operation", {"order": "M3"}, run=10 * MIN)


@provokes("verify-operation-time")
def an_operation_ignores_that_its_work_center_is_slow(draft):
    draft.set("work_center", {"code": "LATHE"}, efficiency=ONE // 2)
    draft.set("scheduled_operation", {"work_center": "LATHE"}, setup=60 * MIN, run=120 * MIN)
    draft.set("scheduled_operation", {"order": "X1"}, finish=at(0, 11), run=30 * MIN, setup=0)
    draft.set("planned_order", {"order": "X1"}, finish=at(0, 11))
    longer(draft, "M1", at(1, 8), at(1, 11))
    longer(draft, "M2", at(2, 8), at(2, 11))


def longer(draft: Draft, name: str, start: int, turned: int) -> None:
    """Give the first operation of an order of A more time, and let the others follow."""
    sawn = turned + 55
    number, demand_name = {"M1": (2, "S1/1"), "M2": (4, "S1/2")}[name]
    draft.set("scheduled_operation", {"order": name, "sequence": 10}, start=start, finish=turned)
    draft.set("scheduled_operation", {"order": name, "sequence": 20}, start=turned, finish=sawn, setup=25 * MIN)
    draft.set("scheduled_operation", {"order": name, "sequence": 30}, start=sawn, finish=sawn + 1440)
    draft.set("planned_component", {"number": number}, taken=turned)
    draft.finish(name, demand_name, sawn + 1440)
    if name == "M2":
        draft.set("demand_plan", {"demand": demand_name}, late_days=(sawn + 1440 - at(3)) * ONE // 1440)


@provokes("verify-working-time")
def an_operation_lies_in_too_little_open_time(draft):
    draft.set("scheduled_operation", {"order": "M3"}, finish=at(1, 10, 45))
    draft.finish("M3", "S2/1", at(1, 10, 45))


@provokes("verify-working-time")
def an_operation_runs_through_a_break_down(draft):
    down = {"work_center": "LATHE", "start": at(0, 8), "end": at(0, 8, 10)}
    draft.add("down_time", down)


@provokes("verify-working-time")
def an_operation_runs_while_its_people_are_away(draft):
    draft.add("absence", {"person": "ANNA", "start": at(1, 8), "end": at(1, 8, 30)})


@provokes("verify-pause")
def an_operation_pauses_that_may_not(draft):
    draft.set("scheduled_operation", {"order": "M2", "sequence": 20}, start=at(2, 15, 40), finish=at(3, 8, 17))
    draft.set("scheduled_operation", {"order": "M2", "sequence": 30}, start=at(3, 8, 17), finish=at(4, 8, 17))
    draft.set("planned_component", {"number": 4}, taken=at(2, 15, 40))
    draft.set("demand_plan", {"demand": "S1/2"}, late_days=(1440 + 497) * ONE // 1440)
    draft.finish("M2", "S1/2", at(4, 8, 17))


@provokes("verify-operation-past")
def an_operation_that_waits_starts_in_the_past(draft):
    draft.set("scheduled_operation", {"order": "X1"}, start=at(-3, 8))
    draft.set("planned_order", {"order": "X1"}, start=at(-3, 8))
    draft.set("planned_component", {"order": "X1"}, taken=at(-3, 8))


@provokes("verify-pin")
def a_pinned_operation_is_moved(draft):
    draft.add("production_operation", {"order": "X1", "sequence": 10, "pinned_start": at(0, 9)})


@provokes("verify-operation-start")
def an_operation_that_has_started_is_moved(draft):
    started = {"order": "X1", "sequence": 10, "state": "started", "started_at": at(-3, 9)}
    draft.add("production_operation", started)


@provokes("verify-frozen")
def what_the_plan_in_force_starts_soon_is_moved(draft):
    draft.add("setting", {"name": "frozen_zone", "value": "1 d"})
    before = scheduled("X1", 10, "G", "LATHE 2", at(0, 9), at(0, 9, 30))
    draft.previous = {"scheduled_operation": [before]}


@provokes("verify-frozen")
def what_the_plan_in_force_starts_soon_is_put_on_another_unit(draft):
    draft.add("setting", {"name": "frozen_zone", "value": "1 d"})
    before = scheduled("X1", 10, "G", "LATHE 1", at(0, 8), at(0, 8, 30))
    draft.previous = {"scheduled_operation": [before]}


@provokes("verify-firm-moved")
def an_order_that_its_record_starts_soon_is_moved(draft):
    draft.add("setting", {"name": "frozen_zone", "value": "1 d"})
    draft.set("production_order", {"order": "X1"}, start=at(0, 9))


@provokes("verify-hold")
def an_order_goes_on_whose_hold_has_no_end(draft):
    draft.add("order_hold", {"order": "X1", "start": at(-1)})


@provokes("verify-order-span")
def an_order_starts_before_its_first_operation(draft):
    draft.set("planned_order", {"order": "M3"}, start=at(1, 10))


@provokes("verify-subcontract")
def a_supplier_has_less_than_the_lead_time(draft):
    draft.set("scheduled_operation", {"order": "M1", "sequence": 30}, finish=at(2, 9))
    draft.finish("M1", "S1/1", at(2, 9))


@provokes("verify-hold")
def an_order_on_hold_goes_on(draft):
    draft.add("order_hold", {"order": "X1", "start": at(-1), "until": at(1)})


# --- precedence, capacity, people -----------------------------------------------------------------------------------


@provokes("verify-precedence")
def an_operation_starts_before_the_one_before_it_is_done(draft):
    draft.set("scheduled_operation", {"order": "M1", "sequence": 30}, start=at(1, 10))


@provokes("verify-precedence")
def an_operation_does_not_wait_for_the_move(draft):
    draft.set("operation", {"item": "A", "sequence": 20}, move=5 * MIN)


@provokes("verify-overlap")
def an_operation_starts_before_the_first_batch_is_out(draft):
    draft.set("operation", {"item": "A", "sequence": 10}, transfer_batch=5 * ONE)
    draft.set("scheduled_operation", {"order": "M1", "sequence": 20}, start=at(1, 8, 50))
    draft.set("planned_component", {"number": 2}, taken=at(1, 8, 50))


@provokes("verify-overlap")
def an_operation_has_no_time_for_the_last_batch(draft):
    draft.set("operation", {"item": "A", "sequence": 10}, transfer_batch=5 * ONE)
    draft.set("scheduled_operation", {"order": "M1", "sequence": 20}, start=at(1, 9), finish=at(1, 9, 40))
    draft.set("planned_component", {"number": 2}, taken=at(1, 9))


def beside_m1(draft: Draft, unit: int, **more: Any) -> None:
    """Put the order X1 at the time of the first operation of M1, on the same work center."""
    draft.set("scheduled_operation", {"order": "X1"}, start=at(1, 8), finish=at(1, 8, 30), unit=unit, **more)
    draft.set("planned_order", {"order": "X1"}, start=at(1, 8), finish=at(1, 8, 30), late=True)
    draft.set("planned_component", {"order": "X1"}, taken=at(1, 8))


@provokes("verify-capacity")
def more_is_done_at_once_than_a_half_down_work_center_can(draft):
    beside_m1(draft, 2)
    draft.add("down_time", {"work_center": "LATHE", "start": at(1, 8), "end": at(1, 12), "units": 1})


@provokes("verify-unit-overlap")
def one_unit_does_two_operations_at_once(draft):
    beside_m1(draft, 1)


@provokes("verify-changeover")
def the_change_of_family_takes_no_time(draft):
    draft.set("scheduled_operation", {"order": "M3"}, setup=10 * MIN)


@provokes("verify-people")
def nobody_does_it(draft):
    draft.set("scheduled_operation", {"order": "M1", "sequence": 10}, people="JIG")


@provokes("verify-qualified")
def somebody_does_what_he_cannot(draft):
    draft.set("scheduled_operation", {"order": "M1", "sequence": 10}, people="CARL, JIG")


@provokes("verify-qualified")
def a_certificate_has_run_out(draft):
    draft.set("person_skill", {"person": "ANNA"}, valid_to=DAY_0 + 1)


@provokes("verify-holds-unknown")
def somebody_unknown_is_planned(draft):
    draft.set("scheduled_operation", {"order": "M1", "sequence": 10}, people="ANNA, ZOE, JIG")


@provokes("verify-tool")
def the_tool_is_missing(draft):
    draft.set("scheduled_operation", {"order": "M1", "sequence": 10}, people="ANNA")


@provokes("verify-double-booked")
def somebody_is_at_two_places(draft):
    beside_m1(draft, 2, people="ANNA")


# --- totals ---------------------------------------------------------------------------------------------------------

RIGHT = {
    "orders": 4, "demands": 5, "late_orders": 1, "late_days": 0.4, "worst_days": 0.4, "short_orders": 0,
    "planned_orders": 5, "existing_orders": 2, "cost_of_new_orders": 1650.0, "stock_value": 204.0,
    "wip_value_days": 243, "stock_value_days": 0, "figures_of_other_names": 7,
}  # fmt: skip


def gives(**totals: float) -> Change:
    def change(draft: Draft) -> None:
        """Let the plan give other figures than follow from its tables."""
        draft.totals = {**RIGHT, **totals}

    return change


for _name, _value in RIGHT.items():
    if _name != "figures_of_other_names":
        CHANGES.append(("verify-totals", gives(**{_name: _value + 1})))


@pytest.mark.parametrize("as_scheduled", [True, False])
def test_a_plan_that_obeys_every_rule_passes(as_scheduled):
    assert Draft().judged(as_scheduled=as_scheduled) == []


@pytest.mark.parametrize(("code", "change"), CHANGES, ids=[change.__name__ for _, change in CHANGES])
def test_a_broken_rule_gives_its_own_code_and_no_other(code, change):
    draft = Draft()
    change(draft)
    assert {problem.code for problem in draft.judged()} == {code}


def test_every_code_of_the_judge_is_provoked():
    declared = {code for code in KINDS if code.startswith("verify-")}
    assert declared == {code for code, _ in CHANGES}


def test_the_right_figures_of_a_plan_pass():
    draft = Draft()
    draft.totals = RIGHT
    assert draft.judged() == []


@pytest.mark.parametrize(("code", "change"), CHANGES, ids=[change.__name__ for _, change in CHANGES])
def test_every_fault_names_its_table_key_and_value(code, change):
    """Only a row that is not there, or is there twice, has no value at fault."""
    draft = Draft()
    change(draft)
    without = {"verify-duplicate", "verify-order-missing", "verify-demand-missing", "verify-operation-missing"}
    for problem in draft.judged():
        assert problem.table
        assert problem.key
        assert problem.value or code in without
