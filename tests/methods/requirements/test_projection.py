"""Orders that start at given moments and wait for material, projected in working time; worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.methods.requirements.plants import DAY, UNIT, Plant, plan_of, problem_of

from plantwright.core.problem import ProblemError
from plantwright.methods.requirements import NodeKind, Waits, project_orders
from plantwright.methods.requirements.projection import operation_counts
from plantwright.methods.working_time import NEVER, open_times, working_time

MAKE, BUY, TRANSFER, SUBCONTRACT, PHANTOM, NONE = NodeKind
SHIFT = working_time([([day * DAY + 480 for day in range(30)], [day * DAY + 960 for day in range(30)])])
"""Open from 8:00 to 16:00."""
TWO_STEPS = [
    {"owner": 0, "calendar": 0, "run": 60.0, "queue": 15},
    {"owner": 0, "calendar": 0, "run": 120.0, "queue": 30, "move": 20},
]


def project(plant, release, waits=None, quantity=1):
    """Project one order of node 0 and give its start, its receipt and the starts of its operations."""
    found = project_orders(problem_of(plant), [0], [quantity * UNIT], [release], waits)
    return int(found.start[0]), int(found.receipt[0]), found.begin.tolist()


def routed(**node):
    return Plant(nodes=[node], ops=TWO_STEPS, calendars=SHIFT)


def test_an_order_without_waits_passes_its_operations_as_the_planner_projects_it():
    plant = Plant(nodes=[{}], ops=TWO_STEPS, calendars=SHIFT, as_of=600)
    plant.demands = [{"node": 0, "time": 600, "quantity": UNIT}]
    plan = plan_of(plant)
    start, receipt, begin = project(plant, 600)
    assert (start, receipt) == (plan.orders.start[0], plan.orders.projected[0])
    assert begin == [615, 615 + 60 + 30]


def test_material_that_comes_at_night_lets_the_order_start_when_its_calendar_opens():
    night = 3 * DAY + 1300
    morning = 4 * DAY + 480
    start, receipt, begin = project(routed(), 600, Waits([0], [-1], [night]))
    assert begin == [morning, morning + 60 + 30]
    assert start == morning - 15
    assert receipt == morning + 60 + 30 + 120 + 20


def test_only_the_operation_that_waits_and_those_after_it_are_moved():
    start, receipt, begin = project(routed(), 600, Waits([0, 0], [1, 1], [2 * DAY, 2 * DAY + 900]))
    assert (start, begin[0]) == (600, 615)
    # Sixty minutes of the second operation are done by 16:00 and the others from 8:00 on.
    assert (begin[1], receipt) == (2 * DAY + 900, 3 * DAY + 540 + 20)


def test_an_order_without_operations_waits_at_its_start():
    plain = Plant(nodes=[{"lead_fixed": 300, "lead_calendar": 0, "lead_extra": 40}], calendars=SHIFT)
    assert project(plain, 0) == (440, 780, [480])
    assert project(plain, 0, Waits([0], [7], [DAY + 800])) == (DAY + 760, 2 * DAY + 620, [DAY + 800])
    elapsed = Plant(nodes=[{"kind": TRANSFER, "lead_fixed": 300, "supplying_node": 1}, {"kind": BUY}])
    assert project(elapsed, 5, Waits([0], [-1], [70])) == (70, 370, [70])


def test_what_its_calendar_never_finishes_is_never_received():
    assert project(routed(), 0, Waits([0], [0], [40 * DAY]))[1:] == (NEVER, [NEVER, NEVER])
    assert project(routed(), 0, Waits([0], [1], [NEVER]))[1:] == (NEVER, [480, NEVER])


def test_operations_are_counted_for_nodes_that_are_made():
    ops = [{"owner": 0}, {"owner": 0}, {"owner": 2}]
    problem = problem_of(Plant(nodes=[{}, {}, {"kind": BUY}], ops=ops))
    assert operation_counts(problem).tolist() == [2, 0, 0]


def test_no_orders_are_no_problem():
    found = project_orders(problem_of(routed()), [], [], [])
    assert (found.receipt.size, found.begin.size, found.pointer.tolist()) == (0, 0, [0])


def test_every_bad_argument_is_reported():
    with pytest.raises(ProblemError) as caught:
        project_orders(problem_of(routed()), [0, 3], [UNIT], [0, 0], Waits([0, 2], [0, 0], [5]))
    assert [(p.table, p.column) for p in caught.value.problems] == [
        ("orders", "quantity"), ("orders", "node"), ("waits", "moment"), ("waits", "order"),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 6 * DAY), st.integers(-1, 3), st.integers(0, 9 * DAY)), min_size=1))
def test_no_operation_begins_before_its_wait_or_in_closed_time_or_before_the_one_before_it(rows):
    release, place, until = np.array(rows).T
    waits = Waits(np.arange(len(rows)), place, until)
    problem = problem_of(routed())
    alone = project_orders(problem, np.zeros_like(release), np.full_like(release, UNIT), release)
    found = project_orders(problem, np.zeros_like(release), np.full_like(release, UNIT), release, waits)
    begin = found.begin.reshape(-1, 2)
    assert (begin[np.arange(len(rows)), np.clip(place, 0, 1)] >= until).all()
    assert (open_times(SHIFT, 0, begin) == begin).all()
    assert (begin[:, 1] >= begin[:, 0] + 60 + 30).all()
    assert (found.receipt >= alone.receipt).all()
    assert (found.start >= release).all()
