"""What a benchmark tells of an instance beside its value."""

from plantwright.instances import Instance
from plantwright.instances.bench import Limits, measure
from plantwright.methods.scheduling import build_shop
from plantwright.methods.working_time import working_time


def test_a_calendar_that_never_opens_is_told_and_so_is_work_longer_than_any_opening():
    shop = build_shop(
        working_time([([], []), ([0], [60])]), unit_pointer=[0, 1, 2], unit_calendar=[0, 1], mode_center=[0, 1, 1],
        mode_minutes=[5, 90, 0], pausable=[False] * 3,
    )  # fmt: skip
    found = measure(Instance("closed", "shop", shop, "makespan"), Limits(seconds=0.1))
    assert found.status == "unfinished"
    assert not found.checked
    told = [(problem.code, problem.key) for problem in found.problems if problem.code.startswith("operation-")]
    assert told == [("operation-never-open", "0"), ("operation-too-long", "1")]
