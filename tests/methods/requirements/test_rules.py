"""One small plant for each rule of the planner, with the expected plan worked by hand."""

from dataclasses import replace
from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.methods.requirements.checker import Judge
from tests.methods.requirements.plants import DAY, UNIT, Plant, orders_of, plan_of, problem_of

from plantwright.core.problem import ProblemError
from plantwright.methods.requirements import (
    Bom,
    Demands,
    NodeKind,
    Nodes,
    OpenSupplies,
    OrderFlag,
    SupplyKind,
    Why,
    inputs,
    pointer_of,
    requirements_problem,
    tables,
)
from plantwright.methods.requirements.columns import column_names
from plantwright.methods.requirements.exact import divided_down, scaled_down, scaled_up, with_loss
from plantwright.methods.working_time import NEVER, working_time

MAKE, BUY, TRANSFER, SUBCONTRACT, PHANTOM, NONE = NodeKind


def demand(node, day, quantity, **more):
    return {"node": node, "time": int(day * DAY), "quantity": quantity * UNIT, **more}


def planned(plant):
    """Plan, let the judge look, and give the plan."""
    plan = plan_of(plant)
    if not plant.ops and plant.calendars is None:
        assert Judge(plant, plan).faults() == []
    return plan


def pegs_of(plan, node):
    """Give the pegs of a node as (day wanted, kind of supply, quantity)."""
    wanted = plan.requirements.node[plan.pegs.requirement] == node
    rows = zip(plan.pegs.requirement[wanted], plan.pegs.supply_kind[wanted], plan.pegs.quantity[wanted], strict=True)
    return [(plan.requirements.time[row] / DAY, SupplyKind(kind), n / UNIT) for row, kind, n in rows]


# --- order of planning --------------------------------------------------------------------------------------------


def test_a_loop_is_named_in_its_order():
    lines = [{"owner": p, "component": q} for p, q in ((0, 1), (1, 2), (2, 3), (3, 1))]
    with pytest.raises(ProblemError) as caught:
        plan_of(Plant(nodes=[{}, {}, {}, {}], lines=lines))
    assert [(problem.code, problem.key) for problem in caught.value.problems] == [("material-loop", "1 / 2 / 3")]


def test_an_item_that_contains_itself_is_a_loop_of_one():
    with pytest.raises(ProblemError, match=r"^nodes 0: 0 use"):
        plan_of(Plant(nodes=[{}], lines=[{"owner": 0, "component": 0}]))


def test_two_sites_that_transfer_to_each_other_are_a_loop():
    nodes = [{"kind": TRANSFER, "supplying_node": 1}, {"kind": TRANSFER, "supplying_node": 0}]
    with pytest.raises(ProblemError, match="0 / 1"):
        plan_of(Plant(nodes=nodes))


def test_every_loop_is_reported_and_what_hangs_below_is_not():
    arcs = ((0, 1), (1, 0), (2, 3), (3, 2), (3, 4))
    with pytest.raises(ProblemError) as caught:
        plan_of(Plant(nodes=[{}] * 5, lines=[{"owner": p, "component": q} for p, q in arcs]))
    assert [problem.key for problem in caught.value.problems] == ["0 / 1", "2 / 3"]


def test_sites_that_may_serve_each_other_are_no_loop():
    plant = Plant(
        nodes=[{"kind": BUY, "on_hand": 9 * UNIT}, {"kind": BUY}],
        alternatives=[{"owner": 0, "node": 1}, {"owner": 1, "node": 0}],
        demands=[demand(1, 5, 4)],
    )
    plan = planned(plant)
    assert plan.orders.from_node.tolist() == [0]
    assert pegs_of(plan, 1) == [(5, SupplyKind.TRANSFER, 4)]


def test_low_level_code_is_the_longest_chain_of_users():
    lines = [{"owner": p, "component": q} for p, q in ((0, 1), (0, 2), (1, 2), (2, 3))]
    assert plan_of(Plant(nodes=[{}] * 4, lines=lines)).level.tolist() == [0, 1, 2, 3]


# --- netting ------------------------------------------------------------------------------------------------------


def test_a_late_receipt_is_used_when_nothing_new_could_come_sooner():
    nodes = [{"kind": BUY, "lead_fixed": 6 * DAY}]
    plant = Plant(nodes=nodes, demands=[demand(0, 2, 5)], supplies=[{"node": 0, "time": 5 * DAY, "quantity": 5 * UNIT}])
    assert plan_of(plant).orders.node.size == 0
    quick = replace(plant, nodes=[{"kind": BUY, "lead_fixed": 1 * DAY}])
    assert orders_of(planned(quick), 0) == [(1, 2, 5)]


def test_safety_stock_is_planned_for_but_serves_a_demand_that_would_wait():
    nodes = [{"kind": BUY, "on_hand": 10 * UNIT, "safety_stock": 10 * UNIT, "lead_fixed": 4 * DAY}]
    plan = planned(Plant(nodes=nodes, demands=[demand(0, 1, 6), demand(0, 8, 3)]))
    assert orders_of(plan, 0) == [(0, 4, 6), (4, 8, 3)]
    assert pegs_of(plan, 0) == [(1, SupplyKind.ON_HAND, 6), (8, SupplyKind.ON_HAND, 3)]


def test_receipts_are_planned_the_safety_time_before_the_need():
    nodes = [{"kind": BUY, "lead_fixed": 2 * DAY, "safety_time": 1 * DAY}]
    assert orders_of(planned(Plant(nodes=nodes, demands=[demand(0, 9, 3)])), 0) == [(6, 8, 3)]


def test_shortages_inside_the_fence_are_pushed_to_it_together():
    nodes = [{"kind": BUY, "lead_fixed": 1 * DAY, "fence": 6 * DAY}]
    plan = planned(Plant(nodes=nodes, demands=[demand(0, 2, 3), demand(0, 5, 4), demand(0, 7, 1)]))
    assert orders_of(plan, 0) == [(5, 6, 7), (6, 7, 1)]
    assert plan.orders.flags.tolist() == [OrderFlag.FENCED, 0]


def test_an_order_that_should_have_started_is_projected_from_now():
    plan = planned(Plant(nodes=[{"lead_fixed": 5 * DAY}], demands=[demand(0, 3, 1)], as_of=DAY))
    assert (plan.orders.start[0], plan.orders.latest_start[0]) == (DAY, -2 * DAY)
    assert (plan.orders.due[0], plan.orders.projected[0], plan.orders.flags[0]) == (3 * DAY, 6 * DAY, 1)


def test_what_a_lot_brings_too_much_is_used_before_the_next_is_ordered():
    nodes = [{"kind": BUY, "minimum": 10 * UNIT}]
    plan = planned(Plant(nodes=nodes, demands=[demand(0, 1, 4), demand(0, 2, 4), demand(0, 3, 4)]))
    assert orders_of(plan, 0) == [(1, 1, 10), (3, 3, 10)]


def test_a_maximum_splits_a_need():
    nodes = [{"maximum": 40 * UNIT, "multiple": 15 * UNIT, "minimum": 20 * UNIT}]
    assert [n for *_, n in orders_of(planned(Plant(nodes=nodes, demands=[demand(0, 1, 70)])), 0)] == [30, 30, 30]


LEVELS = {"kind": BUY, "safety_stock": 20 * UNIT, "fill": 30 * UNIT, "lead_fixed": 5 * DAY}
"""Ordered when stock falls below 20, up to 50."""


def test_an_order_fills_up_to_the_level_when_stock_falls_below_the_reorder_point():
    nodes = [{**LEVELS, "on_hand": 30 * UNIT}]
    assert orders_of(planned(Plant(nodes=nodes, demands=[demand(0, 19, 10)])), 0) == []
    # 15 are left, so 35 are ordered; the 50 last until 15 are left again.
    needs = [demand(0, 19, 15), demand(0, 25, 30), demand(0, 28, 5)]
    assert orders_of(planned(Plant(nodes=nodes, demands=needs)), 0) == [(14, 19, 35), (23, 28, 35)]


def test_a_shortage_before_an_order_can_come_is_filled_up_by_one_order():
    nodes = [{**LEVELS, "on_hand": 3 * UNIT}]
    plan = planned(Plant(nodes=nodes, demands=[demand(0, 1, 10), demand(0, 9, 30)]))
    assert orders_of(plan, 0) == [(0, 1, 57)]
    assert plan.orders.projected.tolist() == [5 * DAY]


def test_lots_that_fill_up_keep_minimum_multiple_and_maximum():
    nodes = [{**LEVELS, "on_hand": 20 * UNIT, "multiple": 12 * UNIT, "maximum": 25 * UNIT}]
    assert [n for *_, n in orders_of(planned(Plant(nodes=nodes, demands=[demand(0, 19, 1)])), 0)] == [24, 12]
    nodes = [{**LEVELS, "on_hand": 20 * UNIT, "minimum": 40 * UNIT}]
    assert orders_of(planned(Plant(nodes=nodes, demands=[demand(0, 19, 1)])), 0) == [(14, 19, 40)]


def test_what_fills_up_is_counted_once():
    """On day 3 ten are left over and two come from elsewhere; on day 5 nothing is left of either."""
    nodes = [{"kind": BUY, "lead_fixed": DAY, "fill": 10 * UNIT}, {"kind": NONE, "on_hand": 2 * UNIT}]
    needs = [demand(0, 1, 5), demand(0, 3, 12), demand(0, 5, 4)]
    plan = planned(Plant(nodes=nodes, demands=needs, alternatives=[{"owner": 0, "node": 1, "lead": 2 * DAY}]))
    assert sorted(orders_of(plan, 0)) == [(0, 1, 15), (1, 3, 2), (4, 5, 14)]


def test_needs_inside_the_fence_are_filled_up_together():
    nodes = [{**LEVELS, "on_hand": 20 * UNIT, "fence": 9 * DAY}]
    plan = planned(Plant(nodes=nodes, demands=[demand(0, 2, 6), demand(0, 4, 7), demand(0, 9, 8)]))
    assert orders_of(plan, 0) == [(4, 9, 51)]


def test_lots_of_silver_and_meal_inside_the_planner():
    """The exercise of Nahmias (see the tests of lot sizing), one week a day."""
    nodes = [{"kind": BUY, "lot_rule": 6, "order_cost": 80.0, "holding_cost": 2.0}]
    needs = [demand(0, day, n) for day, n in enumerate([18, 30, 42, 5, 20], start=1)]
    assert orders_of(planned(Plant(nodes=nodes, demands=needs)), 0) == [(1, 1, 48), (3, 3, 47), (5, 5, 20)]


def test_nothing_can_supply_a_node_without_source():
    plan = planned(Plant(nodes=[{"kind": NONE, "on_hand": 2 * UNIT}], demands=[demand(0, 1, 5)]))
    assert (plan.unmet.quantity.tolist(), plan.unmet.why.tolist()) == ([3 * UNIT], [Why.NO_SOURCE])


def test_an_order_that_its_calendar_never_finishes_leaves_the_need_unmet():
    week = working_time([([0], [600])])
    nodes = [{"lead_calendar": 0, "lead_fixed": 601}]
    plan = plan_of(Plant(nodes=nodes, demands=[demand(0, 1, 5)], calendars=week))
    assert plan.orders.projected.tolist() == [NEVER]
    assert plan.orders.flags[0] == OrderFlag.LATE_START | OrderFlag.NEVER_DONE
    assert plan.unmet.why.tolist() == [Why.CALENDAR_ENDS]


# --- pegging ------------------------------------------------------------------------------------------------------


def test_the_more_important_of_two_demands_of_one_moment_is_served_first():
    nodes = [{"kind": NONE, "on_hand": 5 * UNIT}]
    plan = planned(Plant(nodes=nodes, demands=[demand(0, 1, 4, priority=2), demand(0, 1, 4, priority=1)]))
    assert plan.pegs.requirement.tolist() == [1, 0]
    assert plan.pegs.quantity.tolist() == [4 * UNIT, UNIT]


def test_a_supply_that_serves_a_demand_is_kept_for_it():
    supplies = [{"node": 0, "time": DAY, "quantity": 6 * UNIT, "serves": 1}]
    plant = Plant(nodes=[{"kind": BUY}], demands=[demand(0, 2, 5), demand(0, 20, 6)], supplies=supplies)
    plan = planned(plant)
    assert orders_of(plan, 0) == [(2, 2, 5)]
    assert pegs_of(plan, 0) == [(20, SupplyKind.OPEN, 6), (2, SupplyKind.PLANNED, 5)]


def test_the_rest_of_a_kept_supply_is_free():
    supplies = [{"node": 0, "time": DAY, "quantity": 10 * UNIT, "serves": 1}]
    plan = planned(Plant(nodes=[{"kind": BUY}], demands=[demand(0, 2, 5), demand(0, 20, 6)], supplies=supplies))
    assert orders_of(plan, 0) == [(2, 2, 1)]


# --- bills of material --------------------------------------------------------------------------------------------


def test_scrap_fixed_quantity_and_rounding_are_exact():
    line = {"owner": 0, "component": 1, "per": 333_333, "fixed": 7, "scrap": 50_000}
    plan = planned(Plant(nodes=[{}, {"kind": BUY, "quantum": 1}], lines=[line], demands=[demand(0, 1, 3)]))
    exact = (3 * UNIT * Fraction(333_333, UNIT) + 7) * Fraction(105, 100)
    assert plan.requirements.quantity[1] == ceil(exact)


def test_a_line_holds_for_orders_that_start_while_it_is_effective():
    lines = [
        {"owner": 0, "component": 1, "effective_to": 5 * DAY},
        {"owner": 0, "component": 2, "effective_from": 5 * DAY},
    ]
    nodes = [{"lead_fixed": 2 * DAY}, {"kind": BUY}, {"kind": BUY}]
    plan = planned(Plant(nodes=nodes, lines=lines, demands=[demand(0, 6, 1), demand(0, 7, 1)]))
    assert orders_of(plan, 1) == [(4, 4, 1)]
    assert orders_of(plan, 2) == [(5, 5, 1)]


def test_a_formula_takes_the_place_of_the_quantity_per_unit():
    lines = [{"owner": 0, "component": 1, "formula": 0}]
    plant = Plant(nodes=[{}, {"kind": BUY}], lines=lines, formulas=["ceil(q / 12) * 2 + 1"], demands=[demand(0, 1, 25)])
    assert [n for *_, n in orders_of(plan_of(plant), 1)] == [7]


def test_a_formula_that_gives_no_quantity_stops_the_plan_with_its_line():
    lines = [{"owner": 0, "component": 1, "formula": 0}]
    plant = Plant(nodes=[{}, {"kind": BUY}], lines=lines, formulas=["1 / (q - 25)"], demands=[demand(0, 1, 25)])
    with pytest.raises(ProblemError, match="row 0 gives no quantity"):
        plan_of(plant)


def test_a_product_too_large_for_exact_counting_stops_the_plan():
    lines = [{"owner": 0, "component": 1, "per": 10**15}]
    with pytest.raises(ProblemError, match="too large"):
        plan_of(Plant(nodes=[{}, {"kind": BUY}], lines=lines, demands=[demand(0, 1, 2)]))


def test_a_phantom_uses_its_stock_and_passes_the_rest_to_its_components():
    nodes = [{"lead_fixed": DAY}, {"kind": PHANTOM, "on_hand": 3 * UNIT}, {"kind": BUY}]
    lines = [{"owner": 0, "component": 1}, {"owner": 1, "component": 2, "per": 2 * UNIT}]
    plan = planned(Plant(nodes=nodes, lines=lines, demands=[demand(0, 5, 10)]))
    assert orders_of(plan, 1) == []
    assert orders_of(plan, 2) == [(4, 4, 14)]
    row = int(np.flatnonzero(plan.requirements.node == 2)[0])
    assert (plan.requirements.origin_kind[row], plan.requirements.origin[row], plan.requirements.via[row]) == (1, 0, 1)
    assert (plan.requirements.quantity[1], plan.requirements.moved[1]) == (3 * UNIT, 7 * UNIT)


def test_a_phantom_in_a_phantom_and_a_phantom_that_is_sold():
    nodes = [{"kind": PHANTOM}, {"kind": PHANTOM}, {"kind": BUY}]
    lines = [{"owner": 0, "component": 1, "per": 3 * UNIT}, {"owner": 1, "component": 2, "per": 2 * UNIT}]
    assert orders_of(planned(Plant(nodes=nodes, lines=lines, demands=[demand(0, 5, 4)])), 2) == [(5, 5, 24)]


def test_free_stock_of_a_substitute_is_used_before_anything_new():
    lines = [{"owner": 0, "component": 1}]
    nodes = [{}, {"kind": BUY, "on_hand": UNIT}, {"kind": BUY, "on_hand": 5 * UNIT}]
    substitutes = [{"owner": 0, "node": 2, "ratio": 2 * UNIT}]
    plan = planned(Plant(nodes=nodes, lines=lines, substitutes=substitutes, demands=[demand(0, 3, 10)]))
    assert orders_of(plan, 1) == [(3, 3, 7)]
    assert plan.requirements.quantity[plan.substitutions].tolist() == [4 * UNIT]
    assert (plan.requirements.line[plan.substitutions[0]], plan.requirements.rank[plan.substitutions[0]]) == (0, 1)


def test_a_substitute_keeps_what_its_own_demand_and_safety_stock_need():
    lines = [{"owner": 0, "component": 1}]
    nodes = [{}, {"kind": BUY}, {"kind": BUY, "on_hand": 9 * UNIT, "safety_stock": 2 * UNIT}]
    plant = Plant(
        nodes=nodes,
        lines=lines,
        substitutes=[{"owner": 0, "node": 2}],
        demands=[demand(0, 3, 10), demand(2, 50, 4)],
    )
    assert orders_of(planned(plant), 1) == [(3, 3, 7)]


def test_a_substitute_out_of_its_time_is_not_used():
    lines = [{"owner": 0, "component": 1}]
    nodes = [{}, {"kind": BUY}, {"kind": BUY, "on_hand": 9 * UNIT}]
    substitutes = [{"owner": 0, "node": 2, "effective_from": 4 * DAY}]
    plan = planned(Plant(nodes=nodes, lines=lines, substitutes=substitutes, demands=[demand(0, 3, 2), demand(0, 4, 2)]))
    assert orders_of(plan, 1) == [(3, 3, 2)]


def test_co_products_supply_and_are_rounded_down():
    nodes = [{"lead_fixed": DAY}, {"kind": BUY}]
    plant = Plant(
        nodes=nodes,
        co_products=[{"owner": 0, "node": 1, "per": 350_000}],
        demands=[demand(0, 4, 10), demand(1, 6, 5)],
        supplies=[{"node": 0, "time": 5 * DAY, "quantity": 3 * UNIT}],
    )
    plan = planned(plant)
    assert plan.co_products.quantity.tolist() == [UNIT, 3 * UNIT]
    assert orders_of(plan, 1) == [(6, 6, 1)]
    assert SupplyKind.CO_PRODUCT in [kind for _, kind, _ in pegs_of(plan, 1)]


# --- lead times ---------------------------------------------------------------------------------------------------

SHIFT = working_time([([day * DAY + 480 for day in range(30)], [day * DAY + 960 for day in range(30)])])


def test_operations_are_passed_backward_in_working_time():
    """Two operations of 300 and 240 minutes in eight-hour shifts, due on day 3 at noon (720)."""
    ops = [
        {"owner": 0, "calendar": 0, "setup": 100.0, "run": 20.0, "move": 60},
        {"owner": 0, "calendar": 0, "setup": 0.0, "run": 240.0, "batch": 16 * UNIT, "queue": 30},
    ]
    lines = [{"owner": 0, "component": node, "op": op} for node, op in ((1, -1), (2, 0), (3, 1))]
    nodes = [{"lead_extra": 100}, {"kind": BUY}, {"kind": BUY}, {"kind": BUY}]
    plan = plan_of(Plant(nodes=nodes, ops=ops, lines=lines, calendars=SHIFT, demands=[demand(0, 3.5, 10)]))
    second = 3 * DAY + 480  # 240 minutes before noon
    # Queue 30 and move 60 lead to 6:30, before the shift; 300 minutes of the day before end at 16:00.
    first = 2 * DAY + 960 - 300
    assert plan.orders.start.tolist()[0] == first - 100
    assert plan.requirements.time.tolist() == [3 * DAY + 720, first - 100, first, second]


BRANCHES = [
    {"owner": 0, "calendar": 0, "run": 240.0, "leads_to": 0b10},
    {"owner": 0, "calendar": 0, "run": 120.0, "leads_to": 0b1, "queue": 30},
    {"owner": 0, "calendar": 0, "run": 120.0, "leads_to": 0},
]
"""Two operations side by side, and one that waits for both."""


def test_branches_of_a_network_are_passed_side_by_side():
    lines = [{"owner": 0, "component": 1, "op": 0}, {"owner": 0, "component": 2, "op": 1}]
    plant = Plant(nodes=[{}, {"kind": BUY}, {"kind": BUY}], ops=BRANCHES, lines=lines, calendars=SHIFT)
    plant.demands = [{"node": 0, "time": 3 * DAY + 960, "quantity": UNIT}]
    plan = plan_of(plant)  # the last from 14:00, the first from 10:00, the other from 12:00
    assert plan.orders.start[0] == 3 * DAY + 600
    assert plan.requirements.time.tolist() == [3 * DAY + 960, 3 * DAY + 600, 3 * DAY + 720]
    plant.demands, plant.as_of = [{"node": 0, "time": 500, "quantity": UNIT}], 600
    late = plan_of(plant)
    assert (late.orders.start[0], late.orders.projected[0]) == (600, 960)
    assert late.requirements.time.tolist() == [500, 600, 630]


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 2**5 - 1), st.integers(0, 20)), min_size=1, max_size=7))
def test_the_lead_time_of_a_network_is_its_longest_path(rows):
    ops = [{"owner": 0, "setup": float(work), "leads_to": bits, "queue": queue} for work, bits, queue in rows]
    longest = [0] * len(rows)
    for at in reversed(range(len(rows))):
        work, bits, queue = rows[at]
        after = [longest[at + k + 1] for k in range(5) if bits >> k & 1 and at + k + 1 < len(rows)]
        longest[at] = queue + work + max(after, default=0)
    early = plan_of(Plant(nodes=[{}], ops=ops, demands=[demand(0, 9, 1)]))
    assert early.orders.due[0] - early.orders.start[0] == max(longest)
    late = plan_of(Plant(nodes=[{}], ops=ops, demands=[demand(0, 0, 1)]))
    assert late.orders.projected[0] == max(longest)


def test_a_late_order_passes_its_operations_forward_from_now():
    ops = [{"owner": 0, "calendar": 0, "run": 60.0}, {"owner": 0, "calendar": 0, "run": 60.0, "queue": 30}]
    lines = [{"owner": 0, "component": 1, "op": 1}]
    nodes = [{}, {"kind": BUY, "lead_fixed": DAY}]
    plan = plan_of(Plant(nodes=nodes, ops=ops, lines=lines, calendars=SHIFT, demands=[demand(0, 0.5, 4)], as_of=600))
    # 240 minutes from 10:00 end at 14:00; after the queue 90 remain of the shift, and 150 of the next.
    assert (plan.orders.start[0], plan.orders.projected[0]) == (600, DAY + 480 + 150)
    assert plan.requirements.time[1] == 870


def test_the_lead_factor_stretches_work_but_not_suppliers():
    nodes = [{"lead_fixed": DAY}, {"kind": BUY, "lead_fixed": DAY}]
    plan = plan_of(Plant(nodes=nodes, demands=[demand(0, 9, 1), demand(1, 9, 1)], lead_factor=1.5))
    assert (plan.orders.start / DAY).tolist() == [7.5, 8]


def test_minutes_are_rounded_up_once_and_forgive_the_error_of_reals():
    nodes = [{"lead_per_unit": 0.1}]
    plan = planned(Plant(nodes=nodes, demands=[demand(0, 1, 30), demand(0, 2, 31)]))
    assert (plan.orders.due - plan.orders.start).tolist() == [3, 4]


def test_the_lot_chooses_the_offer():
    offers = [
        {"owner": 0, "minimum": 0, "lead": DAY, "source": 7},
        {"owner": 0, "minimum": 100 * UNIT, "lead": 3 * DAY, "source": 8},
        {"owner": 0, "minimum": 100 * UNIT, "lead": 2 * DAY, "source": 9},
    ]
    plan = plan_of(Plant(nodes=[{"kind": BUY}], offers=offers, demands=[demand(0, 9, 99), demand(0, 10, 100)]))
    assert plan.orders.source.tolist() == [7, 8]
    assert (plan.orders.start / DAY).tolist() == [8, 7]


def test_a_transfer_asks_the_supplying_node_when_it_starts():
    nodes = [{"kind": TRANSFER, "supplying_node": 1, "lead_fixed": 2 * DAY}, {"kind": BUY}]
    plan = planned(Plant(nodes=nodes, demands=[demand(0, 9, 4)]))
    assert orders_of(plan, 1) == [(7, 7, 4)]
    assert pegs_of(plan, 0) == [(9, SupplyKind.TRANSFER, 4)]


def test_free_stock_elsewhere_is_brought_over_if_it_comes_in_time():
    nodes = [
        {"kind": BUY, "lead_fixed": 2 * DAY},
        {"kind": NONE, "on_hand": 3 * UNIT},
        {"kind": NONE, "on_hand": 9 * UNIT},
    ]
    others = [{"owner": 0, "node": 1, "lead": DAY}, {"owner": 0, "node": 2, "lead": 9 * DAY}]
    plan = planned(Plant(nodes=nodes, alternatives=others, demands=[demand(0, 5, 10)]))
    assert plan.orders.alternative.tolist() == [1, 0]
    assert orders_of(plan, 0) == [(4, 5, 3), (3, 5, 7)]


# --- exact arithmetic ---------------------------------------------------------------------------------------------

scaled = st.integers(0, 10**11)
ratios = st.integers(1, 4 * UNIT - 1)


@given(scaled, st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 4 * UNIT - 1))
def test_needs_are_exact_and_rounded_up_once(quantity, per, fixed, scrap):
    exact = (quantity * Fraction(per, UNIT) + fixed) * (1 + Fraction(scrap, UNIT))
    assert with_loss(quantity, per, UNIT, fixed, scrap) == ceil(exact)


@given(st.integers(0, 10**12), st.integers(0, 2 * 10**9), st.integers(1, 2 * 10**9), st.integers(0, 10**9))
def test_a_ratio_without_end_in_decimals_is_exact(quantity, per, denominator, fixed):
    per = min(per, denominator * 1000)
    assert with_loss(quantity, per, denominator, fixed, 0) == ceil(Fraction(quantity * per, denominator)) + fixed


@given(scaled, ratios)
def test_ratios_are_exact(quantity, ratio):
    assert scaled_down(quantity, ratio) == quantity * ratio // UNIT
    assert scaled_up(quantity, ratio) == ceil(Fraction(quantity * ratio, UNIT))
    assert divided_down(quantity, ratio) == quantity * UNIT // ratio


# --- faults -------------------------------------------------------------------------------------------------------


def test_every_fault_of_every_table_is_reported_at_once():
    with pytest.raises(ProblemError) as caught:
        requirements_problem(
            0,
            Nodes([0, 9], quantum=[UNIT, 0], on_hand=[1.5, 2.0]),
            bom=Bom(pointer_of([0, 1], 2), component=[1, 2]),
            demands=Demands([0], [5], [-1]),
            supplies=OpenSupplies([0, 1], [0], [1, 1], serves=[0, 3]),
            lead_factor=-1.0,
        )
    assert [(p.table, p.column) for p in caught.value.problems] == [
        ("nodes", "kind"),
        ("nodes", "quantum"),
        ("nodes", "on_hand"),
        ("bom", "component"),
        ("demands", "quantity"),
        ("supplies", "time"),
        ("supplies", "serves"),
        ("", "lead_factor"),
    ]


def test_lot_rules_without_what_they_need_are_refused():
    nodes = [{"kind": TRANSFER}, {"lot_rule": 1}, {"lot_rule": 2}, {"lot_rule": 7}, {"multiple": 1}, {"maximum": 1}]
    nodes += [{"lot_rule": 1, "fixed_quantity": UNIT, "fill": UNIT}]
    with pytest.raises(ProblemError) as caught:
        problem_of(Plant(nodes=nodes))
    assert {(p.key, p.column) for p in caught.value.problems} == {
        ("0", "supplying_node"), ("1", "fixed_quantity"), ("2", "period"), ("3", "holding_cost"), ("4", "multiple"),
        ("5", "maximum"), ("6", "fill"),
    }  # fmt: skip


def test_a_supply_cannot_serve_a_demand_of_another_node():
    supplies = [{"node": 1, "time": 0, "quantity": UNIT, "serves": 0}]
    with pytest.raises(ProblemError, match="serves"):
        problem_of(Plant(nodes=[{}, {}], demands=[demand(0, 1, 1)], supplies=supplies))


@pytest.mark.parametrize(
    ("table", "prefix"),
    [(inputs.Nodes, ""), (inputs.Routing, ""), (inputs.Bom, ""), (inputs.OpenSupplies, "SUPPLY_"),
     (inputs.Demands, "DEMAND_"), (inputs.OpenNeeds, "OPEN_")],
)  # fmt: skip
def test_field_positions_follow_the_declared_columns(table, prefix):
    other = {
        "SUPPLY_KIND": "SUPPLY_TYPE",
        "SUPPLY_SERVES": "SERVES",
        "SUPPLY_FIRM": "FIRM",
        "SUPPLY_EXPLODE": "EXPLODE",
    }
    for place, column in enumerate(column_names(table, real=False)):
        name = prefix + column.upper()
        assert getattr(tables, other.get(name, name)) == place


def test_positions_of_real_numbers_follow_the_declared_columns():
    assert [getattr(tables, name.upper()) for name in column_names(inputs.Nodes, real=True)] == [0, 1, 2]


def test_an_open_order_takes_what_its_bill_says():
    nodes = [{"lead_fixed": 2 * DAY}, {"kind": BUY}]
    plant = Plant(
        nodes=nodes,
        lines=[{"owner": 0, "component": 1, "per": 2, "denominator": 3}],
        supplies=[{"node": 0, "time": 5 * DAY, "quantity": 4 * UNIT, "explode": 1}],
    )
    plan = planned(plant)
    assert orders_of(plan, 1) == [(3, 3, 3)]
    assert (plan.requirements.origin_kind.tolist(), plan.requirements.origin.tolist()) == ([2], [0])


COLUMNS_THAT_MATTER = [
    ("orders", "node", 0), ("orders", "quantity", 3 * UNIT), ("orders", "start", 5), ("orders", "latest_start", 5),
    ("orders", "due", 7), ("orders", "projected", 7), ("orders", "flags", 1), ("pegs", "requirement", 0),
    ("pegs", "supply_kind", 0), ("pegs", "supply", 0), ("pegs", "quantity", 1), ("requirements", "time", 9),
    ("requirements", "quantity", 9 * UNIT), ("requirements", "node", 0), ("requirements", "moved", 5),
]  # fmt: skip


@pytest.mark.parametrize(("part", "column", "value"), COLUMNS_THAT_MATTER)
def test_the_judge_notices_a_spoilt_plan(part, column, value):
    nodes = [{"lead_fixed": DAY}, {"kind": BUY, "on_hand": 2 * UNIT}]
    receipt = {"node": 1, "time": 0, "quantity": UNIT, "kind": 1}
    lines = [{"owner": 0, "component": 1}]
    plant = Plant(nodes=nodes, lines=lines, demands=[demand(0, 5, 10)], supplies=[receipt])
    plan = planned(plant)
    rows = getattr(plan, part)
    spoilt = getattr(rows, column).copy()
    spoilt[-1] = value
    assert Judge(plant, replace(plan, **{part: replace(rows, **{column: spoilt})})).faults()
