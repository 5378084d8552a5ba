"""Planning and importing as long work: what comes of them, stopping, and that only uploads can be named."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import plantwright
from plantwright.core import worker
from plantwright.core.access import first_link, use_first_link
from plantwright.core.action import run_action
from plantwright.core.jobs import ask_job, one_job, stop_job
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.flows.catalog import load_actions, load_jobs
from plantwright.flows.exchange import import_files
from plantwright.flows.jobs import STAGES, uploaded, uploads

SAMPLE = Path(plantwright.__file__).parent / "samples" / "pumps"
PATIENCE = 180
load_actions()
load_jobs()


@pytest.fixture(scope="module")
def sample_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "plant.db"
    with Store.create(path) as store:
        import_files(store, SAMPLE, by="anna")
    return path


@pytest.fixture
def store(sample_once, tmp_path):
    with Store.open(shutil.copy(sample_once, tmp_path / "plant.db"), busy_seconds=30.0) as opened:
        yield opened


@pytest.fixture
def postgres_store(postgres_database):
    with Store.create(postgres_database) as opened:
        import_files(opened, SAMPLE, by="anna")
        yield opened


def until(true):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def stopped_while_planning(store, target):
    """Ask for a plan in a worker process, stop it at its first stage, and give the job when it is over."""
    number = ask_job(store, "plan", {}, "anna")
    process = subprocess.Popen([sys.executable, "-m", "plantwright", "work", target, "--once"])
    try:
        until(lambda: one_job(store, number).stage in STAGES.values())
        stop_job(store, number, "bob")
        return until(lambda: job if (job := one_job(store, number)).over else None)
    finally:
        process.kill()
        process.wait()


def test_plan_that_is_stopped_is_not_kept(store):
    job = stopped_while_planning(store, store.target)
    assert (job.state, job.stop_by, job.result) == ("stopped", "bob", None)
    assert store.plans() == []


def test_plan_on_a_server_of_databases_is_stopped_and_made_again(postgres_store, postgres_database):
    assert stopped_while_planning(postgres_store, postgres_database).state == "stopped"
    assert postgres_store.plans() == []
    number = ask_job(postgres_store, "plan", {"schedule": "no"}, "anna")
    worker.work(postgres_database, once=True)
    job = one_job(postgres_store, number)
    assert (job.state, job.problems) == ("done", ())
    assert [plan["number"] for plan in postgres_store.plans()] == [job.result["plan"]]


def test_plan_is_made_with_the_wishes_and_by_the_one_who_asked(store):
    number = ask_job(store, "plan", {"schedule": False, "horizon_days": 90, "seconds": "0.5"}, "anna")
    worker.work(store.target, once=True)
    job = one_job(store, number)
    assert job.state == "done"
    assert job.result["verified"] is True
    (plan,) = store.plans()
    assert (plan["number"], plan["by"]) == (job.result["plan"], "anna")
    assert (plan["options"]["schedule"], plan["options"]["horizon_days"]) == (False, 90)


def test_plant_that_cannot_be_planned_tells_its_problems_in_the_job(store):
    number = ask_job(store, "plan", {"scenario": "no-such"}, "anna")
    worker.work(store.target, once=True)
    job = one_job(store, number)
    assert job.state == "failed"
    assert job.problems
    assert all(problem.remedy for problem in job.problems)


def put(store, name, text):
    folder = uploads(store)
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def imported(store, **arguments):
    number = ask_job(store, "import", arguments, "bob")
    worker.work(store.target, once=True)
    return one_job(store, number)


def test_upload_is_brought_in_and_a_dry_run_only_tells(store):
    put(store, "customer.csv", "code,name\nNEW-1,New one\n")
    tried = imported(store, source="customer.csv", dry_run=True)
    assert tried.result["tables"]["customer"]["inserted"] == 1
    assert not tried.result["written"]
    assert "NEW-1" not in store.read("customer")["code"].to_list()
    done = imported(store, source="customer.csv")
    assert done.result["written"]
    assert "NEW-1" in store.read("customer")["code"].to_list()


def test_faults_of_an_upload_are_those_of_the_import(store):
    put(store, "bom_line.csv", "parent,component,quantity\nNONE,P-100,1\n")
    assert {problem.code for problem in imported(store, source="bom_line.csv").problems} == {"reference-missing"}
    dry = imported(store, source="bom_line.csv", dry_run=True)
    assert {problem["code"] for problem in dry.result["problems"]} == {"reference-missing"}


def test_upload_writes_only_tables_that_the_one_who_asked_may_write(store):
    use_first_link(store, first_link(store), "anna", "correct horse battery")
    put(store, "customer.csv", "code,name\nNEW-1,New one\n")
    assert [problem.code for problem in imported(store, source="customer.csv").problems] == ["table-not-allowed"]
    run_action(store, "make_user", {"name": "bob", "roles": ["viewer"]}, "anna")
    assert [problem.code for problem in imported(store, source="customer.csv").problems] == ["table-not-allowed"]
    run_action(store, "set_roles", {"user": "bob", "roles": ["planner"]}, "anna")
    assert imported(store, source="customer.csv").state == "done"
    put(store, "setting.csv", "name,value\ncurrency,USD\n")
    assert [problem.code for problem in imported(store, source="setting.csv").problems] == ["table-not-allowed"]


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../plant.db", "/etc/passwd", ".hidden", "a/b.csv", "a\\b.csv", "nul\0", "none.csv", "x" * 300],
)
def test_only_what_was_uploaded_can_be_named(store, name):
    put(store, ".hidden", "code\n")
    with pytest.raises(ProblemError) as raised:
        uploaded(store, name)
    assert [problem.code for problem in raised.value.problems] == ["upload-missing"]


@pytest.mark.parametrize("mapping", ["../mine", "/tmp", ".", "a b"])  # noqa: S108 - a name that is refused
def test_folder_of_the_server_cannot_be_named_as_mapping(store, mapping):
    put(store, "customer.csv", "code\nA\n")
    job = imported(store, source="customer.csv", mapping=mapping)
    assert [problem.code for problem in job.problems] == ["mapping-foreign"]


def test_worker_ends_calmly_at_sigterm_and_with_its_parent(store):
    process = subprocess.Popen([sys.executable, "-m", "plantwright", "work", store.target])
    number = ask_job(store, "plan", {"schedule": False}, "anna")
    until(lambda: one_job(store, number).over)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    shell = f"{sys.executable} -m plantwright work {store.target} --with-parent & echo $!; sleep 4"
    orphan = int(subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True).stdout)
    until(lambda: not lives(orphan))


def lives(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
