"""The time-phased record against a table of a textbook, and its faults."""

import pytest
from tests.methods.requirements.plants import DAY, UNIT, Plant, problem_of, weeks

from plantwright.core.problem import ProblemError
from plantwright.methods.requirements import plan_requirements, requirements_record


def test_the_record_of_the_valves_of_harmon_trumpets():
    """S. Nahmias, Production and Operations Analysis, 5th ed., 2005, example 7.2, weeks 2 to 13 taken as days."""
    gross = [126, 126, 96, 36, 78, 336, 135, 42, 228, 114]
    plant = Plant(
        nodes=[{"kind": 1, "lead_fixed": 3 * DAY, "on_hand": 186 * UNIT}],
        demands=weeks(gross, first=4),
        supplies=[{"node": 0, "time": 3 * DAY, "quantity": 96 * UNIT, "kind": 1}],
    )
    problem = problem_of(plant)
    record = requirements_record(problem, plan_requirements(problem), 0, [day * DAY for day in range(2, 15)])
    assert (record.gross_requirement // UNIT).tolist() == [0, 0, *gross]
    assert (record.scheduled_receipt // UNIT).tolist() == [0, 96] + [0] * 10
    assert (record.projected_available // UNIT).tolist() == [186, 282, 156, 30] + [0] * 8
    net = [66, 36, 78, 336, 135, 42, 228, 114]
    assert (record.net_requirement // UNIT).tolist() == [0, 0, 0, 0, *net]
    assert (record.planned_receipt // UNIT).tolist() == [0, 0, 0, 0, *net]
    assert (record.planned_release // UNIT).tolist() == [0, *net, 0, 0, 0]


def test_what_is_overdue_counts_in_the_first_bucket_and_what_is_later_not_at_all():
    plant = Plant(nodes=[{"kind": 5}], demands=weeks([1, 2, 4, 8], first=-1))
    problem = problem_of(plant)
    record = requirements_record(problem, plan_requirements(problem), 0, [0, DAY, 2 * DAY])
    assert (record.gross_requirement // UNIT).tolist() == [3, 4]
    assert (record.projected_available // UNIT).tolist() == [-3, -7]


def test_every_bad_argument_is_reported():
    problem = problem_of(Plant(nodes=[{}]))
    with pytest.raises(ProblemError) as caught:
        requirements_record(problem, plan_requirements(problem), 1, [5, 5])
    assert [fault.column for fault in caught.value.problems] == ["node", "edges"]
