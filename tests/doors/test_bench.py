"""``plantwright bench schedule``: lines, gaps, means, JSON, and exit 1 with all faults of all files."""

import json

import pytest

from plantwright.doors.cli import benching
from plantwright.instances import bench

JOBS = "2 2\n0 3 1 2\n1 2 0 4\n"
FLOW = "2\n2\n4 5\n7 8\n0 1\n2 0\n0 3\n4 0\n"
PROJECT = """
jobs (incl. supersource/sink ):  2
- renewable : 1 R
- nonrenewable : 0 N
PRECEDENCE RELATIONS:
1 1 0
2 1 0
REQUESTS/DURATIONS:
1 1 4 2
2 1 3 1
RESOURCEAVAILABILITIES:
2
"""


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "small"
    inside.mkdir()
    for name, text in (("jobs2.txt", JOBS), ("flow10.txt", FLOW), ("project1.sm", PROJECT)):
        (inside / name).write_text(text)
    (tmp_path / "best_known.csv").write_text("instance,value\njobs2,7\nflow10,16\n")
    return inside


def test_each_instance_gets_a_line_and_each_group_its_mean_gap(run, folder):
    answer = run("bench", "schedule", folder, "--seconds", 0.2)
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0].split() == ["instance", "objective", "bound", "seconds", "status", "checked", "gap"]
    assert [line.split()[0] for line in lines[1:4]] == ["flow10", "jobs2", "project1"]
    assert [line.split()[1] for line in lines[1:4]] == ["20", "7", "7"]
    assert [line.split()[-2:] for line in lines[1:3]] == [["25.00", "%"], ["0.00", "%"]]
    assert lines[4] == "small: mean gap 12.50 % over 3 instances."


def test_json_has_instances_groups_and_peers(run, folder):
    answer = run("bench", "schedule", folder / "jobs2.txt", "--seconds", 0.2, "--peers", "--json").json
    (line,) = answer["instances"]
    assert (line["instance"], line["value"], line["gap"], line["checked"]) == ("jobs2", 7.0, 0.0, True)
    assert (line["bound"], line["status"], line["best"]) == (7.0, "optimal", 7.0)
    assert line["peers"]["cp_sat"] == 7.0
    assert answer["groups"] == [
        {
            "group": "small",
            "instances": 1,
            "gap": 0.0,
            "cp_sat_gap": 0.0,
            "best_rule_gap": answer["groups"][0]["best_rule_gap"],
        }
    ]
    assert answer["problems"] == []


def test_another_table_and_another_objective(run, folder, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("instance,value\njobs2,5\n")
    answer = run("bench", "schedule", folder / "jobs2.txt", "--seconds", 0.2, "--best", table, "--json").json
    assert answer["instances"][0]["gap"] == pytest.approx(0.4)
    answer = run(
        "bench", "schedule", folder / "jobs2.txt", "--seconds", 0.2, "--objective", "weighted_tardiness", "--json"
    ).json
    assert (answer["instances"][0]["value"], answer["instances"][0]["gap"]) == (0.0, None)


def test_faults_of_all_files_are_told_at_once_and_nothing_runs(run, folder):
    (folder / "bad.txt").write_text("2 2\n0 3 9 2\n")
    (folder / "worse.txt").write_text("hello")
    answer = run("bench", "schedule", folder, folder / "gone.txt", "--json")
    assert answer.status == 1
    assert answer.codes == {"instance-number", "instance-length", "instance-format", "instance-unreadable"}


@pytest.mark.parametrize("given", [["--objective", "beauty"], ["--best", "nowhere.csv"]])
def test_wrong_options_are_told(run, folder, given):
    assert run("bench", "schedule", folder / "jobs2.txt", *given).status == 1


def test_objective_of_a_project_cannot_be_tardiness(run, folder):
    assert run("bench", "schedule", folder / "project1.sm", "--objective", "weighted_tardiness").status == 1


def test_schedule_that_breaks_a_rule_ends_with_status_1(run, folder, monkeypatch):
    right = bench.solve

    def wrong(*given):
        found = right(*given)
        found.schedule.start[:] = 0
        return found

    monkeypatch.setattr(bench, "solve", wrong)
    answer = run("bench", "schedule", folder / "jobs2.txt", "--seconds", 0.2, "--json")
    assert answer.status == 1
    assert not json.loads(answer.out)["instances"][0]["checked"]
    assert answer.codes


def test_files_come_in_the_order_of_people(tmp_path):
    for name in ("la10.txt", "la2.txt", "la1.txt", "best_known.csv"):
        (tmp_path / name).write_text("")
    assert [path.name for path in benching.files_of([tmp_path])] == ["la1.txt", "la2.txt", "la10.txt"]
