"""A work center: its queue, and how its open time is used; idle time adds up and has its cause."""

import polars as pl
import pytest

import plantwright as pw
from plantwright.core.problem import ProblemError
from plantwright.flows.center_state import IDLE, center_state, idle_gaps
from plantwright.flows.views import MemoryView

DAYS = ("mon", "tue", "wed", "thu", "fri")
TABLES = {
    "site": "code,calendar\nPLANT,DAY",
    "calendar": "code\nDAY",
    "calendar_shift": "calendar,weekday,start,end\n" + "\n".join(f"DAY,{day},08:00,16:00" for day in DAYS),
    "work_center": "code,units\nSAW,1\nBENCH,1\nOLD,1",
    "item": "code,kind\nTABLE,make",
    "operation": "item,sequence,work_center,run,pausable\nTABLE,10,SAW,12,yes\nTABLE,20,BENCH,6,yes",
    "production_order": "order,item,quantity,state,due\nW1,TABLE,20,released,2026-02-27",
    "setting": "name,value\nas_of,2026-03-02",
}


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plant")
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    plant = pw.load(folder)
    return MemoryView(plant, pw.plan(plant))


def hours(page, name):
    return page.sheet("Day by day").rows[name].sum() / 3_600_000


def test_open_time_is_parted_into_work_and_idle_time_by_cause(view):
    page = center_state(view, "BENCH", days=7)
    assert page.sheet("What it does next").rows["order"].to_list() == ["W1"]
    assert (hours(page, "open"), hours(page, "run")) == (8, 2)  # up to the last day that has work
    assert hours(page, "waits_material") == 4  # the saw takes four hours before
    assert hours(page, "no_work") == 2
    assert sum(hours(page, name) for name in ("run", "setup", *IDLE)) == 8


def test_first_step_waits_for_nothing_and_a_work_center_without_orders_has_no_work(view):
    assert hours(center_state(view, "SAW", days=7), "waits_material") == 0
    old = center_state(view, "OLD", days=7)
    assert (hours(old, "no_work"), hours(old, "open")) == (8, 8)
    assert old.sentence.startswith("OLD has 0 operations to do")


def test_late_operation_that_waits_is_put_down_to_people_only_where_it_needs_them(view):
    own = view.result("scheduled_operation").filter(pl.col("work_center") == "SAW")
    later = own.with_columns(pl.col("start") + 600, pl.col("finish") + 600, due=pl.lit(0, pl.Int64))
    first, last = view.as_of, view.as_of + 3000
    for people, cause in (("", "other"), ("ANNA", "no_person")):
        gaps = idle_gaps(view, later.with_columns(people=pl.lit(people)), first, last)
        assert [gap[2] for gap in gaps] == [cause, "no_work"]
    calm = own.with_columns(pl.col("start") + 600, pl.col("finish") + 600, due=pl.col("finish") + 9000)
    assert [gap[2] for gap in idle_gaps(view, calm, first, last)] == ["no_work", "no_work"]


def test_work_center_that_is_not_there_is_named(view):
    with pytest.raises(ProblemError) as raised:
        center_state(view, "NONE")
    assert [one.code for one in raised.value.problems] == ["not-there"]
