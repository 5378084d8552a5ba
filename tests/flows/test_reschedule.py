"""After an event little moves, each move has its reason, and the judge finds no fault."""

from dataclasses import replace
from importlib.resources import as_file, files
from types import MappingProxyType

import polars as pl
import pytest

import plantwright as pw
from plantwright.core.journal import reverse
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.flows.exchange import import_files
from plantwright.flows.improve import gains
from plantwright.flows.plan.results import improvement_table
from plantwright.flows.plan_store import judge_plan, keep_plan
from plantwright.flows.reschedule.events import read_events
from plantwright.flows.reschedule.store import reschedule, reschedule_store

DOWN = "down PAINT 2026-03-04T06:00 2026-03-05T06:00"


@pytest.fixture(scope="module")
def pumps():
    with as_file(files("plantwright") / "samples" / "pumps") as folder:
        plant = pw.load(folder)
    return plant, replace(pw.plan(plant), number=1)


@pytest.fixture
def store(pumps, tmp_path):
    plant, plan = pumps
    path = tmp_path / "plant.db"
    Store.create(path).close()
    with as_file(files("plantwright") / "samples" / "pumps") as folder, Store.open(path) as one:
        import_files(one, folder)
        keep_plan(one, plan, plant.settings)
        yield one


@pytest.mark.parametrize(
    "event",
    [
        DOWN,
        "down HMC 2026-03-10 2026-03-10 1",
        "absent E-101 2026-03-10 2026-03-13",
        "rush P-200-4 10 2026-03-20",
        "urgent SO-26076 2026-03-20",
        "late C-H200 10",
    ],
)
def test_plan_after_an_event_is_judged_without_fault(pumps, event):
    plant, plan = pumps
    try:
        found = reschedule(plant, plan, [event])
    except ProblemError as error:
        pytest.fail(str(error))
    assert found.plan.verified, [str(one) for one in found.plan.problems if one.severity == "error"]


def test_operations_that_the_event_does_not_touch_keep_time_and_unit(pumps):
    plant, plan = pumps
    found = reschedule(plant, plan, [DOWN])
    names = ("order", "sequence", "work_center", "unit", "start")
    before = plan.raw["scheduled_operation"].select(names)
    after = found.plan.raw["scheduled_operation"].select(names)
    other = before.join(after, on=names, how="anti", nulls_equal=True).select("order", "sequence")
    told = found.moved.select("order", pl.col("sequence").cast(other.schema["sequence"]))
    assert set(other.iter_rows()) == set(told.iter_rows())
    assert 0 < other.height < 0.1 * before.height


def test_every_move_has_a_reason_and_the_first_is_the_event(pumps):
    plant, plan = pumps
    found = reschedule(plant, plan, [DOWN])
    assert "event" in found.moved["kind"]
    assert (found.moved["text"] != "").all()
    event = found.moved.filter(pl.col("kind") == "event")
    assert set(event["work_center_before"]) == {"PAINT"}


def test_nothing_moves_when_the_event_hits_nothing(pumps):
    plant, plan = pumps
    found = reschedule(plant, plan, ["down PAINT 2026-03-07 2026-03-08"])
    assert found.figures["moved"] == 0
    assert found.late.height == 0


def test_same_event_gives_the_same_plan(pumps):
    plant, plan = pumps
    one, two = (reschedule(plant, plan, [DOWN]).plan.raw["scheduled_operation"] for _ in range(2))
    assert one.equals(two)


def test_all_faults_of_all_events_are_told_at_once(pumps):
    plant, _ = pumps
    with pytest.raises(ProblemError) as caught:
        read_events(["down PAIN 2026-03-04 tomorrow", "nonsense", "late X 3"], plant)
    assert [one.code for one in caught.value.problems] == ["not-there", "event-value", "event-unreadable", "not-there"]


def test_kept_plan_is_verified_again_and_its_event_can_be_taken_back(store):
    found = reschedule_store(store, [DOWN], by="anna")
    assert found.plan.number == 2
    assert judge_plan(store)[1] == []
    assert store.read("down_time").filter(pl.col("reason") == "breakdown").height == 1
    reverse(store, found.entry, "anna")
    assert store.read("down_time").filter(pl.col("reason") == "breakdown").height == 0


def test_dry_run_keeps_nothing(store):
    found = reschedule_store(store, [DOWN], dry_run=True)
    assert (found.plan.number, found.entry) == (0, 0)
    assert store.read("down_time").filter(pl.col("reason") == "breakdown").height == 0
    assert MappingProxyType(found.figures)["moved"] > 0


def test_a_rush_order_leaves_the_lots_of_others_as_they_are(pumps):
    plant, plan = pumps
    found = reschedule(plant, plan, ["rush P-200-4 10 2026-03-20"])
    lots = ("order", "item", "site", "source", "quantity", "supplier")
    planned = plan.raw["planned_order"].filter((pl.col("state") == "planned") & (pl.col("source") != "transfer"))
    filled = plant.raw["item_site"].filter(pl.col("lot_rule") == "min-max").select("item").unique()
    planned = planned.join(filled, on="item", how="anti")
    gone = planned.select(lots).join(found.plan.raw["planned_order"].select(lots), on=lots, how="anti")
    assert gone.is_empty()
    assert found.figures["share_moved"] < 0.1


def test_late_orders_are_counted_as_for_a_search(pumps):
    plant, plan = pumps
    found = reschedule(plant, plan, [DOWN])
    own = {name: value for name, value in gains(found.before, found.view).items() if name.startswith("late")}
    assert own == {name: found.figures[name] for name in own}
    late = plan.raw["demand_plan"].filter((pl.col("status") != "on time") & (pl.col("kind") == "sales order"))
    assert found.figures["late_before"] == late.height


def test_a_rescheduled_plan_keeps_the_record_of_the_search(pumps):
    plant, plan = pumps
    record = improvement_table([(0.0, 2880.0, 1440.0), (1.5, 1440.0, 1440.0)])
    searched = replace(plan, raw=MappingProxyType({**plan.raw, "plan_improvement": record}))
    assert reschedule(plant, searched, [DOWN]).plan.raw["plan_improvement"].equals(record)


def test_the_same_question_about_the_same_plan_is_answered_alike_again(pumps):
    plant, plan = pumps
    first = reschedule(plant, plan, [DOWN])
    reschedule(plant, plan, ["late C-H200 10"])  # what is kept of the plan is not changed by other questions
    second = reschedule(plant, plan, [DOWN])
    assert all(first.plan.raw[name].equals(second.plan.raw[name]) for name in first.plan.raw)
