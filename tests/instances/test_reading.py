"""Published files: what is read from each format, every fault at once with its line, any text ends in words."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.instances import Instance, Known, instance_of, read_best_known, read_instance

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "instances"
JOB_SHOP = "2 2\n0 3 1 2\n1 2 0 4\n"
FLEXIBLE = "2 2 1.5\n2 2 1 3 2 5 1 2 2\n1 1 1 4\n"
SETUPS = "1 2 1\n2 2 1 3 2 5 1 2 2\n\n0 4\n5 0\n0 6\n7 0\n"
GRAPH = "3 2 2\n0 2\n1 2\n1 0 3\n2 0 4 1 5\n1 1 6\n"
MACHINES = "2\n3\n4 5 6\n7 8 9\n"
DUE = "2\n3\n10 20\n4 5 6\n7 8 9\n"
FLOW = "2\n2\n4 5\n7 8\n0 1\n2 0\n0 3\n4 0\n"
PROJECT = """
jobs (incl. supersource/sink ):  3
RESOURCES
  - renewable                 :  1   R
  - nonrenewable              :  1   N
  - doubly constrained        :  0   D
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          1           2
   2        2          1           3
   3        1          0
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  N 1
------------------------------
  1      1     0       0    0
  2      1     4       2    5
         2     6       1    3
  3      1     0       0    0
RESOURCEAVAILABILITIES:
  R 1  N 1
   2    9
"""
SHOP = {
    "machines": 2,
    "families": 2,
    "setup": [[0, 5], [6, 0]],
    "calendar": [[[0, 470], [500, 960]], [[0, 1440]]],
    "jobs": [
        {
            "release": 3,
            "due": 90,
            "weight": 2,
            "family": 1,
            "operations": [{"minutes": 30, "machines": [0, 1]}, {"minutes": 20, "machines": [1]}],
        }
    ],
}
TEXTS = [JOB_SHOP, FLEXIBLE, SETUPS, GRAPH, MACHINES, DUE, FLOW, PROJECT, json.dumps(SHOP)]


def faults_of(text):
    with pytest.raises(ProblemError) as caught:
        instance_of(text, "x")
    return caught.value.problems


def test_job_shop_has_an_operation_a_pair_and_machines_from_zero():
    read = instance_of(JOB_SHOP, "x")
    assert (read.kind, read.objective, read.permutation) == ("job shop", "makespan", False)
    assert read.shop.mode_center.tolist() == [0, 1, 1, 0]
    assert read.shop.mode_minutes.tolist() == [3, 2, 2, 4]
    assert read.shop.pred_op.tolist() == [0, 2]
    assert read.shop.sink_op.tolist() == [1, 3]


def test_lines_of_a_job_shop_may_visit_a_machine_again_and_end_by_two_minus_ones():
    read = instance_of("2 2\n0 3 1 2 0 4 -1 -1\n1 2 -1 -1\n", "x")
    assert read.shop.mode_center.tolist() == [0, 1, 0, 1]


def test_flexible_job_shop_has_a_mode_a_machine_and_machines_from_one():
    read = instance_of(FLEXIBLE, "x")
    assert read.kind == "flexible job shop"
    assert read.shop.mode_pointer.tolist() == [0, 2, 3, 4]
    assert read.shop.mode_center.tolist() == [0, 1, 1, 0]


def test_setups_of_a_flexible_job_shop_go_from_operation_to_operation_on_each_machine():
    read = instance_of(SETUPS, "x")
    assert read.kind == "flexible job shop with set-ups"
    assert read.shop.family.tolist() == [0, 1]
    assert read.shop.setup_matrix.tolist() == [[[0, 4], [5, 0]], [[0, 6], [7, 0]]]
    assert read.setup_ahead


def test_assembly_has_the_arcs_of_its_graph_and_a_sink_where_nothing_follows():
    read = instance_of(GRAPH, "x")
    assert read.kind == "assembly job shop"
    assert read.shop.pred_pointer.tolist() == [0, 0, 0, 2]
    assert read.shop.pred_op.tolist() == [0, 1]
    assert read.shop.sink_op.tolist() == [2]


def test_circle_in_the_graph_of_an_assembly_is_named():
    problems = faults_of("2 2 1\n0 1\n1 0\n1 0 3\n1 0 4\n")
    assert {problem.code for problem in problems} == {"operation-cycle"}


def test_unrelated_machines_have_one_operation_a_job_with_a_mode_a_machine():
    read = instance_of(MACHINES, "x")
    assert read.kind == "unrelated machines"
    assert read.shop.mode_pointer.tolist() == [0, 3, 6]
    assert read.shop.mode_minutes.tolist() == [4, 5, 6, 7, 8, 9]


def test_flow_shop_with_due_times_minimises_tardiness_of_one_order_on_all_machines():
    read = instance_of(DUE, "x")
    assert (read.objective, read.permutation) == ("weighted_tardiness", True)
    assert read.shop.sink_due.tolist() == [10, 20]
    assert read.shop.mode_center.tolist() == [0, 1, 2, 0, 1, 2]


def test_flow_shop_with_setups_has_a_matrix_a_machine_from_job_to_job():
    read = instance_of(FLOW, "x")
    assert (read.kind, read.permutation, read.setup_ahead) == ("flow shop with set-ups", True, True)
    assert read.shop.family.tolist() == [0, 0, 1, 1]
    assert read.shop.setup_matrix[1].tolist() == [[0, 3], [4, 0]]


def test_project_has_modes_with_demand_and_what_is_used_up():
    read = instance_of(PROJECT, "x")
    project = read.project
    assert read.kind == "project with modes"
    assert project.mode_minutes.tolist() == [0, 4, 6, 0]
    assert project.demand[:, 0].tolist() == [0, 2, 1, 0]
    assert project.consumption[:, 0].tolist() == [0, 5, 3, 0]
    assert (project.capacity.tolist(), project.stock.tolist()) == ([2], [9])
    assert project.pred_op.tolist() == [0, 1]


def test_generated_shop_has_calendars_families_releases_and_weights():
    shop = instance_of(json.dumps(SHOP), "x").shop
    assert shop.time.intervals(0)[0].tolist()[:3] == [0, 500, 1440]
    assert shop.release.tolist() == [3, 3]
    assert shop.family.tolist() == [1, 1]
    assert shop.sink_weight.tolist() == [2.0]
    assert not shop.pausable.any()


def test_generated_shop_with_regular_hours_has_overtime_to_count():
    read = instance_of(json.dumps(SHOP | {"regular": [SHOP["calendar"][0], [[100, 200]]]}), "x")
    assert read.objective == "weighted_tardiness+overtime"
    assert [hours[:2].tolist() for hours in read.shop.time.intervals(read.shop.unit_regular[1])] == [
        [100, 1540],
        [200, 1640],
    ]
    assert "regular-hours" in {problem.code for problem in faults_of(json.dumps(SHOP | {"regular": [[[0, 1440]]] * 2}))}


def test_all_faults_of_a_file_are_told_at_once_with_their_lines():
    problems = faults_of("3 2\n0 3 7 2\n1 -2 0 x\n")
    assert [(problem.code, problem.where) for problem in problems] == [
        ("instance-number", "x line 3"),
        ("instance-length", "x line 3"),
        ("instance-number", "x line 2"),
        ("instance-number", "x line 3"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "instance-format"),
        ("hello", "instance-format"),
        ("1 2 3 4 5\n6", "instance-format"),
        ("5", "instance-length"),
        ("2\n2\n", "instance-length"),
        ("0 2\n1 1\n", "instance-number"),
        ("99999999999 2\n0 1 1 1\n", "instance-number"),
        (FLEXIBLE.replace("2 2 1 3 2 5", "2 2 1 3 9 5"), "instance-number"),
        (FLEXIBLE.replace("1 1 1 4", "1 1 1"), "instance-length"),
        (SETUPS.replace("7 0\n", ""), "instance-length"),
        (SETUPS.replace("7 0\n", "7 -1\n"), "instance-number"),
        (MACHINES.replace("7 8 9", "7 8"), "instance-length"),
        (FLOW.replace("4 0", "4"), "instance-length"),
        (PROJECT.replace("2   \n", "9   \n").replace("           3", "           8"), "instance-number"),
        (PROJECT.replace("   2    9", "   2"), "instance-length"),
        (PROJECT.replace("jobs (incl.", "things (incl."), "instance-length"),
        (PROJECT.replace("   2    9", "   0    9"), "bad-argument"),
        ("{", "instance-structure"),
        ("{}", "instance-structure"),
        (json.dumps(SHOP | {"jobs": []}), "instance-structure"),
        (json.dumps(SHOP | {"setup": [[0, 5]]}), "instance-structure"),
        (json.dumps(SHOP | {"calendar": [[], [[5, 3]]]}), "instance-structure"),
        (json.dumps(SHOP | {"calendar": [[[0, 30]], [[0, 20], [10, 40]]]}), "instance-structure"),
        (json.dumps(SHOP | {"regular": [[]]}), "instance-structure"),
        (json.dumps(SHOP | {"setup": [[0, 5], [6, 2000]]}).replace("[0, 1440]", "[0, 1400]"), "instance-structure"),
    ],
)
def test_broken_text_is_named(text, code):
    assert code in {problem.code for problem in faults_of(text)}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(TEXTS), st.integers(0, 400), st.integers(0, 30), st.text("0123456789 -\n.x{}[]", max_size=6))
def test_any_damage_to_a_file_gives_an_instance_or_problems_in_words(text, at, length, put):
    damaged = text[: at % len(text)] + put + text[at % len(text) + length :]
    try:
        read, problems = instance_of(damaged, "x"), []
    except ProblemError as error:
        read, problems = None, error.problems
    assert isinstance(read, Instance) or problems
    assert all(problem.message and problem.remedy for problem in problems)


def test_best_known_values_come_from_every_table_of_a_folder(tmp_path):
    (tmp_path / "best_known_a.csv").write_text("instance,value,kind,lower_bound,source\nft06,55,optimal,55,somebody\n")
    (tmp_path / "best_known_b.csv").write_text("instance,value\nla01,666\n")
    known = read_best_known(tmp_path)
    assert known == {"ft06": Known(55.0, "optimal", 55.0, "somebody"), "la01": Known(666.0)}


def test_faults_of_a_table_of_best_known_values_are_told_at_once(tmp_path):
    table = tmp_path / "best_known.csv"
    table.write_text("instance,value,lower_bound\nft06,many,55\nla01,666,-1\n,5,\n")
    with pytest.raises(ProblemError) as caught:
        read_best_known(table)
    assert [problem.where for problem in caught.value.problems] == [f"best_known.csv line {n}" for n in (2, 3, 4)]


def test_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProblemError):
        read_instance(tmp_path / "a.txt")


@pytest.mark.skipif(not FOLDER.exists(), reason="the folder of published instances is not beside the checkout")
@pytest.mark.parametrize(
    ("family", "file", "kind", "size"),
    [
        ("job_shop", "ft/ft06.txt", "job shop", 36),
        ("job_shop", "reentrant_dct/dct-short-100-10000-1.txt", "job shop", 10_000),
        ("flexible_job_shop", "brandimarte/mk01.txt", "flexible job shop", 55),
        ("flexible_job_shop", "sdst_fattahi/Fattahi_setup_01.fjs", "flexible job shop with set-ups", 4),
        ("flow_shop_tardiness", "vallada_ruiz/124_50x10.txt", "flow shop with due times", 500),
        ("flow_shop_setups", "ruiz_sdst/SSD100_001_20x5.txt", "flow shop with set-ups", 100),
        ("parallel_machines", "unrelated_fanjul_ruiz/1001_100x10.txt", "unrelated machines", 100),
        ("project_scheduling", "psplib_j60/j6013_1.sm", "project", 62),
        ("project_scheduling", "mmlib/J50103_1.mm", "project with modes", 52),
    ],
)
def test_published_file_is_read_with_its_best_known_value(family, file, kind, size):
    read = read_instance(FOLDER / family / file, read_best_known(FOLDER / family))
    assert (read.kind, read.size) == (kind, size)
    assert (read.best is None) == ("sdst_fattahi" in file)
    assert np.all(np.diff(read.problem.mode_pointer) >= 1)
