"""What the judge says and how it counts: messages, caps, open minutes, figures."""

import numpy as np
import polars as pl
import pytest
from small_plant import NOW, ONE, Draft, at, frames, peg, plan_rows, plant_of, plant_rows

from plantwright.core.worktime import union
from plantwright.flows.plan.judge.calendars import open_time
from plantwright.flows.plan.verify import recompute_totals, verify, verify_totals


def test_a_problem_names_its_row_and_says_what_is_wrong():
    draft = Draft()
    draft.set("planned_component", {"number": 5}, taken=at(1, 11))
    (problem,) = draft.judged()
    assert (problem.table, problem.key, problem.column) == ("planned_component", "M3 / C / 10", "taken")
    assert problem.message == (
        "It is taken at 2026-01-06 11:00; the operation that uses it starts at 2026-01-06 10:10."
    )


def test_fifty_of_a_code_are_written_out_and_the_rest_is_counted():
    draft = Draft()
    draft.add("peg", *(peg(100 + k, "A", 0, "S1/1", "", at(0)) for k in range(60)))
    found = draft.judged()
    assert len(found) == 51
    assert {problem.code for problem in found} == {"verify-peg-quantity"}
    assert found[-1].message == "And 10 more like these."


def test_all_faults_come_at_once():
    draft = Draft()
    draft.set("planned_order", {"order": "M1"}, late=True)
    draft.set("demand_plan", {"demand": "S1/2"}, status="on time")
    draft.set("scheduled_operation", {"order": "M3"}, unit=2)
    codes = {problem.code for problem in draft.judged()}
    assert codes == {"verify-late-flag", "verify-status", "verify-unit"}


def test_an_empty_plan_of_an_empty_plant_is_right():
    assert verify(plant_of({}), {}, NOW, scheduled=True) == []


def test_an_empty_plan_of_a_busy_plant_lacks_orders_and_demands():
    codes = {problem.code for problem in verify(plant_of(plant_rows()), {}, NOW, scheduled=True)}
    assert codes == {"verify-order-missing", "verify-demand-missing"}


def test_rows_in_any_order_are_judged_the_same():
    tables = {name: rows.sample(fraction=1, shuffle=True, seed=7) for name, rows in frames(plan_rows()).items()}
    plant = {name: rows[::-1] for name, rows in plant_rows().items()}
    # The main site is the first one, so that it must be named when the rows are turned round.
    plant["setting"] = [{"name": "main_site", "value": "P"}]
    assert verify(plant_of(plant), tables, NOW, scheduled=True) == []


@pytest.mark.parametrize(
    ("calendar", "start", "finish", "minutes"),
    [(0, 0, 100, 30), (0, 5, 25, 10), (0, 12, 18, 0), (0, 30, 40, 0), (1, 0, 100, 0), (2, 0, 100, 50), (2, 40, 10, 0)],
)
def test_open_minutes_are_counted_within_each_calendar(calendar, start, finish, minutes):
    time = open_time([union([0, 20, 40], [10, 30, 50]), union([], []), union([50], [100])])
    worked = time.worked(np.array([calendar]), np.array([start]), np.array([finish]))
    assert worked.tolist() == [minutes]


def test_totals_are_those_worked_out_by_hand():
    """M1 ties up 20 B and 30 C (160) for 1570 minutes, M2 8 B and 12 C (64) for 1531, M3 5 C (10) for 45.

    X1 takes 2 D (2) for 30. New are 10 B for 5, 14 A for 100, 5 A2 for 40 and 6 E without a cost. Stock is
    47 C for 2, 20 E for 3 and 50 D for 1. What is made leaves with its demand at once, though it is due later.
    """
    found = recompute_totals(plant_of(plant_rows()), frames(plan_rows()), NOW)
    assert found["late_days"] == pytest.approx(571 / 1440)
    assert found["late_orders"] == 1
    assert found["wip_value_days"] == pytest.approx((160 * 1570 + 64 * 1531 + 10 * 45 + 2 * 30) / 1440)
    assert found["cost_of_new_orders"] == pytest.approx(10 * 5 + 14 * 100 + 5 * 40)
    assert found["stock_value"] == pytest.approx(47 * 2 + 20 * 3 + 50 * 1)
    assert found["stock_value_days"] == pytest.approx(0)


def test_made_items_on_hand_count_until_the_last_due_date():
    """One G of 6 for 10 from day 0, 8:30, serves nobody until day 7, when the forecast is due."""
    draft = Draft()
    draft.set("item", {"code": "G"}, standard_cost=10 * ONE)
    found = recompute_totals(plant_of(draft.plant), frames(draft.plan), NOW)
    assert found["stock_value_days"] == pytest.approx(60 * (7 * 1440 - 510) / 1440)


def test_what_is_short_is_never_complete_and_stays_on_hand():
    draft = Draft()
    draft.set("demand_plan", {"demand": "S2/1"}, quantity=6 * ONE, projected=None, status="short")
    found = recompute_totals(plant_of(draft.plant), frames(draft.plan), NOW)
    assert found["short_orders"] == 1
    assert found["stock_value_days"] == pytest.approx(5 * 40 * (at(7) - at(1, 10, 55)) / 1440)


def test_totals_that_differ_are_a_fault():
    plant, tables = plant_of(plant_rows()), frames(plan_rows())
    totals = recompute_totals(plant, tables, NOW)
    assert verify_totals(plant, tables, NOW, {**totals, "operations": 7}) == []
    (problem,) = verify_totals(plant, tables, NOW, {**totals, "late_orders": 2})
    assert problem.code == "verify-totals"
    assert problem.column == "late_orders"


def test_nothing_in_the_plan_is_changed():
    tables = frames(plan_rows())
    before = {name: rows.clone() for name, rows in tables.items()}
    verify(plant_of(plant_rows()), tables, NOW, scheduled=True)
    assert all(rows.equals(before[name]) for name, rows in tables.items())
    assert tables["planned_order"]["quantity"].dtype == pl.Int64
    assert tables["planned_order"]["quantity"][0] == 20 * ONE
