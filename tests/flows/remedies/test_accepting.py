"""Remedies at the doors: accepted as one act and taken back, kept as a scenario, tried as a job and as a report."""

import json
from pathlib import Path

import pytest

import plantwright
from plantwright.core.action import run_action
from plantwright.core.jobs import ask_job, one_job
from plantwright.core.journal import reverse
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.core.worker import do_job, identity, take_job
from plantwright.flows.catalog import load_actions, load_reports
from plantwright.flows.exchange import import_files, read_plant
from plantwright.flows.plan_store import Wishes, plan_store
from plantwright.flows.remedies import try_all
from plantwright.flows.reporting import run_report
from plantwright.flows.views import StoreView

BASE = Path(plantwright.__file__).parents[2] / "tests" / "scenarios" / "_base"
FILES = {
    "item": "code,kind\nA,make\n",
    "operation": "item,sequence,work_center,run\nA,10,MILL,60\n",
    "work_center": "code,calendar,cost_rate\nMILL,DAY,50\n",
    "sales_order_line": "order,item,quantity,due,priority\nSO1,A,20,2026-03-04,1\nSO2,A,10,2026-03-05,5\n",
    "production_order": ("order,item,quantity,due,state\nWO1,A,20,2026-03-04,released\nWO2,A,20,2026-03-05,released\n"),
}


@pytest.fixture
def store(tmp_path):
    load_actions()
    load_reports()
    folder = tmp_path / "files"
    folder.mkdir()
    for file in BASE.iterdir():
        (folder / file.name).write_text(file.read_text())
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    with Store.create(tmp_path / "plant.db") as made:
        import_files(made, folder)
        plan_store(made)
        yield made


def split_of(store):
    outcome = try_all(read_plant(store), "SO2")
    return next(one for one in outcome.tried if one.remedy.kind == "split")


def orders(store):
    return dict(store.read("production_order").sort("order").select("order", "quantity").iter_rows())


def test_accepted_remedy_gives_new_orders_their_numbers_and_the_plan_what_was_promised(store):
    found = split_of(store)
    run_action(store, "accept_remedy", {"edits": json.dumps(found.remedy.edits)}, "anna")
    assert orders(store) == {"MO-000001": 10_000_000, "WO1": 20_000_000, "WO2": 10_000_000}
    plan = plan_store(store)
    demand = plan.raw["demand_plan"].filter(plan.raw["demand_plan"]["demand"] == "SO2")
    assert demand["projected"][0] == found.projected


def test_accepted_remedy_is_taken_back_whole(store):
    before = orders(store)
    answer = run_action(store, "accept_remedy", {"edits": json.dumps(split_of(store).remedy.edits)}, "anna")
    reverse(store, answer["entry"], "anna")
    assert orders(store) == before


def test_remedy_kept_as_a_scenario_plans_as_it_was_tried(store):
    found = split_of(store)
    run_action(store, "keep_remedy", {"code": "SPLIT", "edits": json.dumps(found.remedy.edits)}, "anna")
    plan = plan_store(store, Wishes(scenario="SPLIT"))
    demand = plan.raw["demand_plan"].filter(plan.raw["demand_plan"]["demand"] == "SO2")
    assert demand["projected"][0] == found.projected
    assert "MO-000001" not in orders(store)


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ("not json", "remedy-edits"),
        ('[{"table": "sales_order_line"}]', "remedy-edits"),
        ('[{"table": "user", "change": "delete", "rows": "", "column": "", "value": ""}]', "remedy-table"),
    ],
)
def test_edits_that_are_no_remedy_are_refused(store, edits, code):
    with pytest.raises(ProblemError) as caught:
        run_action(store, "accept_remedy", {"edits": edits}, "anna")
    assert [one.code for one in caught.value.problems] == [code]


def test_job_gives_what_the_report_gives(store):
    number = ask_job(store, "remedies", {"order": "SO2"}, "anna")
    do_job(store, take_job(store, identity()), identity())
    job = one_job(store, number)
    assert job.state == "done"
    page = run_report(StoreView(store), "remedies", {"order": "SO2"})
    assert page.sentence == job.result["sentence"]
    assert [one["remedy"] for one in job.result["remedies"]] == page.sheets[0].rows["remedy"].to_list()


def test_report_on_an_order_that_is_not_there_names_the_nearest(store):
    with pytest.raises(ProblemError) as caught:
        run_report(StoreView(store), "remedies", {"order": "SO3"})
    assert [one.code for one in caught.value.problems] == ["not-there"]
