"""``plantwright bench lot-sizing`` and ``bench guaranteed-service``: lines, gaps, judged plans, JSON, and faults."""

import numpy as np
import pytest

from plantwright.doors.cli.bench_stock import keeps_rules, random_tree
from plantwright.methods.stock import place_on_tree
from plantwright.methods.stock.guaranteed import placement

LOTS = "2 3\n1\n12\n1 1 2 10\n1 2 2 10\n5 0\n0 4\n5 4\n"


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "small"
    inside.mkdir()
    (inside / "two.dat").write_text(LOTS)
    (tmp_path / "best_known_lots.csv").write_text("instance,value,kind\ntwo,36,optimal\n")
    return inside


def test_lots_are_planned_judged_and_compared_with_the_known_value(run, folder):
    answer = run("bench", "lot-sizing", folder, "--seconds", 2, "--json").json
    (line,) = answer["instances"]
    assert (line["instance"], line["status"], line["checked"], line["known"]) == ("two", "optimal", True, 36.0)
    assert line["cost"] == pytest.approx(36 * (1 + answer["mean_gap"]))
    shown = run("bench", "lot-sizing", folder / "two.dat", "--seconds", 2)
    assert shown.status == 0
    assert "Mean gap to the known values" in shown.out


def test_file_that_holds_no_lots_is_told(run, tmp_path):
    (tmp_path / "odd.dat").write_text("nothing here")
    answer = run("bench", "lot-sizing", tmp_path / "odd.dat")
    assert answer.status == 1
    assert "odd.dat" in answer.err


def test_random_trees_are_placed_exactly_within_the_rules(run):
    answer = run("bench", "guaranteed-service", "--stages", 60, "--trees", 3, "--json").json
    assert [line["status"] for line in answer["instances"]] == ["optimal"] * 3
    assert all(line["checked"] for line in answer["instances"])
    assert answer["least_ms"] <= answer["median_ms"] <= answer["most_ms"]


def test_published_chain_is_placed_judged_and_told(run, tmp_path):
    head = "stage_id,lead_time,max_s_time,cost_rate,risk_pool,ext_demand_std,ext_demand_thres,up_stages"
    rows = ["shop,4,0,5,,1,1,plant,1,part,1", "plant,4,,2,2,,,part,1", "part,1,,1,2,,,"]  # three ways in a ring
    (tmp_path / "ring.txt").write_text("\n".join([head, *rows]))
    (line,) = run("bench", "guaranteed-service", tmp_path / "ring.txt", "--json").json["instances"]
    assert (line["instance"], line["stages"], line["status"], line["checked"]) == ("ring", 3, "optimal", True)
    assert line["cost"] == pytest.approx(line["bound"])
    (tmp_path / "odd.txt").write_text("nothing here")
    assert "odd.txt" in run("bench", "guaranteed-service", tmp_path / "odd.txt").err


def test_judge_of_placements_finds_a_promise_that_cannot_be_kept():
    chain = random_tree(30, 5, seed=1)
    best = place_on_tree(chain)
    assert keeps_rules(chain, best)
    broken = placement(chain, best.service, 0.0)
    broken.inbound[:] = np.maximum(broken.inbound - 1, 0)
    assert not keeps_rules(chain, broken) or not best.inbound.any()
