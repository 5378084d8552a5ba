"""Plans that use what the rules allow: the judge finds no fault in them, and finds one when the leave is taken away."""

from collections.abc import Callable
from typing import Any

import pytest
from small_plant import DAY_0, MIN, NOW, ONE, Draft, at, demand, operation, order, peg, scheduled

Change = Callable[[Draft], None]
RIGHT: list[Change] = []
WRONG: list[tuple[Change, Change, str]] = []


def right(change: Change) -> Change:
    RIGHT.append(change)
    return change


def wrong_without(change: Change, code: str) -> Callable[[Change], Change]:
    """The second change takes back the leave on which the first one stands."""

    def keep(spoiled: Change) -> Change:
        WRONG.append((change, spoiled, code))
        return spoiled

    return keep


# --- orders and material --------------------------------------------------------------------------------------------


@right
def lines_are_called_by_the_order_alone_when_they_are_the_first(draft):
    draft.set("planned_order", {"order": "PO1/1"}, order="PO1")
    draft.set("peg", {"supply": "PO1/1"}, supply="PO1")
    draft.set("demand_plan", {"demand": "S2/1"}, demand="S2")
    draft.set("peg", {"demand": "S2/1"}, demand="S2")


@right
def a_lot_keeps_the_bill_for_which_it_was_cut(draft):
    draft.set("planned_order", {"order": "M3"}, cut=at(0, 8), order_by=at(0, 8))
    draft.set("bom_line", {"parent": "A2"}, effective_to=DAY_0)


@wrong_without(a_lot_keeps_the_bill_for_which_it_was_cut, "verify-component-quantity")
def it_was_cut_a_day_later(draft):
    draft.set("planned_order", {"order": "M3"}, cut=at(1, 8), order_by=at(1, 8))


@right
def a_substitute_counts_by_its_ratio(draft):
    draft.set("planned_component", {"number": 5}, item="D", replaces="C", quantity=10 * ONE)
    draft.set("peg", {"number": 10}, item="D", quantity=10 * ONE)


@wrong_without(a_substitute_counts_by_its_ratio, "verify-component-quantity")
def the_ratio_is_another(draft):
    draft.set("substitute", {"substitute": "D"}, ratio=3 * ONE)


@right
def a_substitute_takes_a_part(draft):
    more = {"order": "M3", "site": "P", "operation": 10, "taken": at(1, 10, 10), "needed": at(0)}
    draft.set("planned_component", {"number": 5}, quantity=4 * ONE)
    draft.set("peg", {"number": 10}, quantity=4 * ONE)
    draft.add("planned_component", {"number": 8, "item": "D", "quantity": 2 * ONE, "replaces": "C", **more})
    draft.add("peg", peg(20, "D", 2, "M3", "", at(0), component=8))


@right
def the_stock_of_a_phantom_serves_first(draft):
    move = {"from_location": "OPENING", "to_location": "STORE", "at": NOW, "quantity": 4 * ONE}
    draft.add("stock_move", {"number": "9", "item": "PH", **move})
    draft.set("planned_component", {"number": 2}, quantity=18 * ONE)
    draft.set("peg", {"number": 7}, quantity=18 * ONE)
    own = {"order": "M1", "item": "PH", "site": "P", "operation": 20, "taken": at(1, 9, 30), "needed": at(0)}
    draft.add("planned_component", {"number": 8, "quantity": 4 * ONE, "replaces": "", **own})
    draft.add("peg", peg(20, "PH", 4, "M1", "", at(0), component=8))


@right
def a_need_may_be_short_when_a_reason_names_its_order(draft):
    draft.set("peg", {"number": 10}, quantity=4 * ONE)
    reason = {"demand": "S2/1", "step": 1, "kind": "material", "object": "C", "order": "M3", "days": 0}
    draft.add("reason", {**reason, "behind": "", "text": "", "binding": True})


@right
def a_purchase_order_counts_in_the_unit_of_its_item(draft):
    draft.add("item_unit", {"item": "B", "unit": "box", "factor": 10 * ONE})
    draft.set("purchase_order_line", {"order": "PO1"}, unit="box", quantity=3 * ONE, received=ONE)


@right
def what_comes_out_besides_serves_too(draft):
    by_product = {"item": "A2", "product": "E", "quantity": ONE // 2}
    draft.add("co_product", by_product)
    draft.add("sales_order_line", {"order": "S4", "customer": "K", "item": "E", "quantity": 2 * ONE, "due": at(5)})
    draft.add("demand_plan", demand("S4/1", "E", 2, at(5), at(1, 10, 55)))
    draft.add("peg", peg(20, "E", 2, "S4/1", "M3", at(1, 10, 55)))


@wrong_without(what_comes_out_besides_serves_too, "verify-peg-supply")
def less_comes_out_besides(draft):
    draft.set("co_product", {"item": "A2"}, quantity=ONE // 3)


@right
def an_order_serves_the_line_it_is_kept_for(draft):
    draft.set("production_order", {"order": "X1"}, serves_order="S9", serves_line=2)
    draft.add("sales_order_line", {"order": "S9", "line": 2, "item": "G", "quantity": 2 * ONE, "due": at(1)})
    draft.add("demand_plan", demand("S9/2", "G", 2, at(1), at(0, 8, 30), customer="", priority=5))
    draft.add("peg", peg(20, "G", 2, "S9/2", "X1", at(0, 8, 30)))


@right
def terms_of_the_supplier_change_between_today_and_the_order(draft):
    draft.set("supplier_item", {"item": "B"}, effective_to=DAY_0)
    dearer = {"supplier": "ACME", "item": "B", "price": 7 * ONE, "lead_time": 1440 * MIN, "minimum": 10 * ONE}
    draft.add("supplier_item", {**dearer, "effective_from": DAY_0 + 1})
    values = {"start": at(1, 8), "finish": at(3, 8), "due": at(9), "supplier": "ACME", "unit_cost": 7 * ONE}
    draft.add("planned_order", order("P9", "B", "buy", 10, **values))


@right
def an_item_s_own_lead_time_at_a_site_stands_before_that_of_the_way_there(draft):
    draft.set("transfer_lane", {"from_site": "P"}, lead_time=9 * 1440 * MIN)
    draft.set("item_site", {"item": "E"}, lead_time=1440 * MIN)


@wrong_without(an_item_s_own_lead_time_at_a_site_stands_before_that_of_the_way_there, "verify-lead-time")
def the_own_lead_time_is_a_minute_longer(draft):
    draft.set("item_site", {"item": "E"}, lead_time=1441 * MIN)


@right
def a_foreign_price_is_turned_at_the_rate_of_the_day(draft):
    draft.set("supplier", {"code": "ACME"}, currency="USD")
    draft.add("exchange_rate", {"currency": "USD", "rate": ONE // 2}, {"currency": "GBP", "rate": 9 * ONE})
    draft.set("planned_order", {"order": "P1"}, unit_cost=5 * ONE // 2)


@right
def a_demand_beyond_the_horizon_may_be_left_out(draft):
    draft.add("setting", {"name": "horizon", "value": "30 d"})
    draft.add("sales_order_line", {"order": "S9", "item": "D", "quantity": ONE, "due": at(31)})


@right
def a_certificate_that_lasts_to_the_end_of_the_horizon_is_renewed(draft):
    draft.add("setting", {"name": "horizon", "value": "1 d"})
    draft.set("person_skill", {"person": "ANNA"}, valid_to=DAY_0)


@wrong_without(a_certificate_that_lasts_to_the_end_of_the_horizon_is_renewed, "verify-qualified")
def the_horizon_is_a_minute_longer(draft):
    draft.set("setting", {"name": "horizon"}, value="1441 min")


@right
def a_closed_order_is_not_planned(draft):
    draft.add("production_order", {"order": "X9", "item": "G", "quantity": ONE, "due": at(3), "state": "closed"})
    draft.add("sales_order_line", {"order": "S9", "item": "D", "quantity": ONE, "due": at(3), "state": "cancelled"})


# --- operations -----------------------------------------------------------------------------------------------------


def x1_at(draft: Draft, start: int, finish: int, **more: Any) -> None:
    draft.set("scheduled_operation", {"order": "X1"}, start=start, finish=finish, **more)
    draft.set("planned_order", {"order": "X1"}, start=start, finish=finish, late=finish > at(1))
    draft.set("planned_component", {"order": "X1"}, taken=max(start, NOW))


@right
def work_pauses_over_the_weekend(draft):
    x1_at(draft, at(4, 15, 50), at(7, 8, 20))


@wrong_without(work_pauses_over_the_weekend, "verify-pause")
def it_may_not_pause(draft):
    draft.set("operation", {"item": "G"}, pausable=False)


@right
def an_operation_that_has_started_goes_on(draft):
    x1_at(draft, at(-3, 15), at(0, 8, 12), state="started", run=12 * MIN)
    started = {"order": "X1", "sequence": 10, "state": "started", "started_at": at(-3, 15), "remaining": 12 * MIN}
    draft.add("production_operation", started)


@wrong_without(an_operation_that_has_started_goes_on, "verify-operation-time")
def more_is_left(draft):
    draft.set("production_operation", {"order": "X1"}, remaining=30 * MIN)


@right
def an_operation_that_is_done_is_gone(draft):
    draft.add("operation", operation("G", 20, "SAW", 0, 1))
    draft.add("production_operation", {"order": "X1", "sequence": 20, "state": "done"})


@right
def units_that_are_done_need_no_time(draft):
    draft.add("production_operation", {"order": "X1", "sequence": 10, "done_quantity": 5 * ONE})
    draft.set("scheduled_operation", {"order": "X1"}, run=10 * MIN, finish=at(0, 8, 10))
    draft.set("planned_order", {"order": "X1"}, finish=at(0, 8, 10))


@right
def an_alternate_work_center_has_its_own_times(draft):
    draft.add("work_center", {"code": "OLD", "calendar": "DAY", "efficiency": ONE // 2})
    other = {"item": "G", "sequence": 10, "work_center": "OLD", "setup": 5 * MIN, "run_factor": 3 * ONE // 2}
    draft.add("operation_alternate", other)
    x1_at(draft, at(0, 8), at(0, 9, 40), work_center="OLD", unit=1, alternate=True, setup=10 * MIN, run=90 * MIN)


@wrong_without(an_alternate_work_center_has_its_own_times, "verify-working-time")
def the_alternate_is_slower_still(draft):
    draft.set("operation_alternate", {"work_center": "OLD"}, run_factor=2 * ONE)
    draft.set("scheduled_operation", {"order": "X1"}, run=120 * MIN)


@right
def run_times_are_per_batch(draft):
    """Six units in batches of four are two batches."""
    draft.set("operation", {"item": "G"}, run_per="batch", batch_size=4 * ONE, run=15 * MIN)


@wrong_without(run_times_are_per_batch, "verify-operation-time")
def batches_are_smaller(draft):
    draft.set("operation", {"item": "G"}, batch_size=2 * ONE)


@right
def run_times_are_units_per_hour(draft):
    draft.set("operation", {"item": "G"}, run_per="hour", rate=12 * ONE)


@wrong_without(run_times_are_units_per_hour, "verify-operation-time")
def fewer_are_done_in_an_hour(draft):
    draft.set("operation", {"item": "G"}, rate=11 * ONE)


@right
def the_routing_of_the_site_counts_alone(draft):
    draft.add("operation", operation("G", 10, "SAW", 0, 4, site="P"))
    draft.set("scheduled_operation", {"order": "X1"}, work_center="SAW", unit=1)
    draft.add("operation", operation("G", 20, "SAW", 0, 4))


@right
def a_transfer_batch_lets_operations_overlap(draft):
    draft.set("operation", {"item": "A", "sequence": 10}, transfer_batch=5 * ONE)
    draft.set("scheduled_operation", {"order": "M1", "sequence": 20}, start=at(1, 9), finish=at(1, 9, 45))
    draft.set("planned_component", {"number": 2}, taken=at(1, 9))


@wrong_without(a_transfer_batch_lets_operations_overlap, "verify-precedence")
def the_whole_order_moves(draft):
    draft.set("operation", {"item": "A", "sequence": 10}, transfer_batch=0)


@right
def a_network_lets_operations_run_side_by_side(draft):
    """Of 10, 20 and 30 only 30 has to wait, and for both."""
    draft.add("operation_link", {"item": "A", "before": 10, "after": 30}, {"item": "A", "before": 20, "after": 30})
    draft.set("scheduled_operation", {"order": "M1", "sequence": 20}, start=at(1, 9), finish=at(1, 9, 40))
    draft.set("planned_component", {"number": 2}, taken=at(1, 9))


@wrong_without(a_network_lets_operations_run_side_by_side, "verify-precedence")
def the_network_is_a_line(draft):
    draft.set("operation_link", {"before": 10}, after=20)


@right
def an_operation_pauses_while_its_unit_is_down(draft):
    """Two of two units are busy, but X1 has half an hour to spare for the time in which one is down."""
    draft.add("down_time", {"work_center": "LATHE", "start": at(1, 8), "end": at(1, 8, 30), "units": 1})
    x1_at(draft, at(1, 8), at(1, 9))


@wrong_without(an_operation_pauses_while_its_unit_is_down, "verify-capacity")
def the_unit_is_down_for_longer(draft):
    draft.set("down_time", {"work_center": "LATHE"}, end=at(1, 8, 40))


@right
def what_has_started_on_one_unit_twice_is_as_recorded(draft):
    draft.add("production_order", {"order": "X2", "item": "G", "quantity": 6 * ONE, "due": at(2)})
    draft.add("planned_order", order("X2", "G", "make", 6, at(-3, 15), at(0, 8, 30), at(2), state="released"))
    draft.add(
        "scheduled_operation",
        scheduled("X2", 10, "G", "LATHE 2", at(-3, 15), at(0, 8, 30), run=30 * MIN, quantity=6 * ONE, state="started"),
    )
    x1_at(draft, at(-3, 15), at(0, 8, 30), state="started")
    started = {"sequence": 10, "state": "started", "started_at": at(-3, 15)}
    draft.add("production_operation", {"order": "X1", **started}, {"order": "X2", **started})


@right
def there_are_two_of_a_tool(draft):
    draft.set("tool", {"code": "JIG"}, units=2)
    draft.set("operation", {"item": "G"}, tool="JIG")
    x1_at(draft, at(1, 8), at(1, 8, 30), people="JIG")


@wrong_without(there_are_two_of_a_tool, "verify-double-booked")
def there_is_one_of_it(draft):
    draft.set("tool", {"code": "JIG"}, units=1)


@right
def copies_of_a_tool_have_numbers(draft):
    there_are_two_of_a_tool(draft)
    draft.set("scheduled_operation", {"order": "X1"}, people="JIG#2")
    draft.set("scheduled_operation", {"order": "M1", "sequence": 10}, people="ANNA,JIG#1")


@wrong_without(copies_of_a_tool_have_numbers, "verify-double-booked")
def one_copy_is_used_twice(draft):
    draft.set("scheduled_operation", {"order": "X1"}, people="JIG#1")


@right
def a_firm_transfer_waits_for_its_material(draft):
    move = {"order": "T2", "item": "E", "from_site": "P", "to_site": "W", "quantity": 4 * ONE, "due": at(2)}
    draft.add("transfer_order", move)
    values = {"site": "W", "from_site": "P", "state": "firm"}
    draft.add("planned_order", order("T2", "E", "transfer", 4, at(3), at(4), at(2), **values))
    takes = {"order": "T2", "item": "E", "site": "P", "operation": 0, "quantity": 4 * ONE, "replaces": ""}
    draft.add("planned_component", {"number": 9, "needed": at(1), "taken": at(3), **takes})
    draft.add("peg", peg(20, "E", 4, "T2", "", at(0), component=9))


@wrong_without(a_firm_transfer_waits_for_its_material, "verify-receipt-date")
def it_is_under_way(draft):
    draft.set("transfer_order", {"order": "T2"}, state="under way")
    draft.set("planned_order", {"order": "T2"}, state="under way")


@right
def the_same_family_needs_no_change(draft):
    draft.set("operation", {"item": "A2"}, setup_family="RED")
    draft.set("scheduled_operation", {"order": "M3"}, family="RED", setup=10 * MIN)


@pytest.mark.parametrize("change", RIGHT, ids=lambda change: change.__name__)
def test_what_the_rules_allow_is_no_fault(change):
    draft = Draft()
    change(draft)
    assert [str(problem) for problem in draft.judged()] == []


@pytest.mark.parametrize(("change", "spoiled", "code"), WRONG, ids=lambda part: getattr(part, "__name__", part))
def test_without_the_leave_it_is_a_fault(change, spoiled, code):
    draft = Draft()
    change(draft)
    spoiled(draft)
    assert code in {problem.code for problem in draft.judged()}
