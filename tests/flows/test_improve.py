"""A better schedule beside the one in force: kept, compared, accepted, and taken back."""

from dataclasses import replace

import polars as pl
import pytest

from plantwright.core.jobs import JOBS, ask_job, one_job
from plantwright.core.problem import ProblemError
from plantwright.core.stage import figures_of
from plantwright.core.store import Store
from plantwright.flows.catalog import load_jobs
from plantwright.flows.exchange import import_files
from plantwright.flows.improve import beside_state, gains, improve, moved_operations, moves_sheet, reached
from plantwright.flows.plan_store import BESIDE, judge_plan, plan_store, put_in_force
from plantwright.flows.views import StoreView

DAYS = ("mon", "tue", "wed", "thu", "fri")
TABLES = {
    "site": "code,calendar\nPLANT,DAY",
    "calendar": "code\nDAY",
    "calendar_shift": "calendar,weekday,start,end\n" + "\n".join(f"DAY,{day},08:00,16:00" for day in DAYS),
    "work_center": "code,units\nBENCH,1",
    "item": "code,kind\nTABLE,make\nCHAIR,make",
    "operation": "item,sequence,work_center,run,pausable\nTABLE,10,BENCH,12,yes\nCHAIR,10,BENCH,12,yes",
    "production_order": "order,item,quantity,state,due\n"
    "W1,TABLE,20,released,2026-03-04\nW2,CHAIR,20,released,2026-03-03",
    "setting": "name,value\nas_of,2026-03-02",
}


@pytest.fixture
def store(tmp_path):
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    with Store.create(tmp_path / "plant.db") as opened:
        import_files(opened, tmp_path, by="anna")
        plan_store(opened, by="anna")
        yield opened


def searched(store, **wishes):
    return improve(store, "anna", lambda _stage, _share: False, **{"seconds": 1, **wishes})


def in_force(store):
    return StoreView(store).number


def test_search_keeps_its_plan_beside_the_one_in_force(store):
    done = searched(store)
    assert (done["plan"], done["verified"], in_force(store)) == (2, True, 1)
    assert [one["scenario"] for one in store.plans()] == [BESIDE, ""]
    assert beside_state(store.plans(), 2, "") == (1, 0)
    plan, faults = judge_plan(store, 2)
    assert plan.number == 2
    assert not [one for one in faults if one.severity == "error"]


def test_plan_that_is_accepted_is_in_force_and_the_old_one_can_be_put_back(store):
    searched(store)
    made = put_in_force(store, 2, by="anna")
    assert (made.number, in_force(store)) == (3, 3)
    assert beside_state(store.plans(), 2, "") == (1, 3)
    put_in_force(store, 1, by="anna")
    assert in_force(store) == 4
    assert beside_state(store.plans(), 2, "") == (4, 0)
    old, again = StoreView(store, 1), StoreView(store)
    assert old.result("scheduled_operation").equals(again.result("scheduled_operation"))


def test_nothing_is_searched_without_a_plan_in_force_or_within_no_time(store, tmp_path):
    for seconds in (0, -1, 4000):
        with pytest.raises(ProblemError) as raised:
            searched(store, seconds=seconds)
        assert [(one.code, one.column) for one in raised.value.problems] == [("bad-argument", "seconds")]
    with pytest.raises(ProblemError) as raised:
        searched(store, scenario="NONE")
    assert [one.code for one in raised.value.problems] == ["store-plan-missing"]


class Moved:
    """A plan in which every operation starts later by as many minutes, and W2 runs elsewhere."""

    def __init__(self, view, minutes):
        self.view, self.minutes = view, minutes
        self.plan, self.columns, self.settings = view.plan, view.columns, view.settings

    def result(self, name):
        rows = self.view.result(name)
        if name != "scheduled_operation":
            return rows
        elsewhere = pl.when(pl.col("order") == "W2").then(pl.lit("OLD")).otherwise("work_center")
        return rows.with_columns(elsewhere.alias("work_center"), pl.col("start") + self.minutes)


def test_operations_move_when_they_start_an_hour_later_or_run_elsewhere(store):
    view = StoreView(store)
    assert moved_operations(view, view).is_empty()
    assert moved_operations(view, Moved(view, 59))["order"].to_list() == ["W2"]
    rows = moved_operations(view, Moved(view, 1440))
    assert rows.select("order", "work_center", "days").rows() == [("W1", "BENCH", 1_000_000), ("W2", "OLD", 1_000_000)]
    assert moves_sheet(view, rows).shown().height == 2
    found = gains(view, Moved(view, 1440))
    assert (found["moved"], found["operations"], found["late_before"]) == (2, 2, 0)


def test_searching_is_long_work_for_those_who_may_plan():
    assert load_jobs()["improve"].permission == JOBS["plan"].permission == "jobs.run"


def test_how_far_a_search_is_comes_as_figures_beside_its_words(store):
    told = []
    improve(store, "anna", lambda stage, _share: told.append(stage) and False, seconds=1)
    searching = [figures_of(stage) for stage in told if figures_of(stage)]
    number = ask_job(store, "improve", {}, "anna")
    now = one_job(store, number)
    assert reached(now) is None
    for figures in searching:
        assert set(figures) == {"objective", "bound", "seconds"}
        found = reached(replace(now, state="running", result=dict(figures)))
        assert found is not None
        assert (found.objective, found.bound) == (figures["objective"], figures["bound"])
    assert reached(replace(now, state="done", result={"plan": 2})) is None
