"""The aggregate plan of a plant: worked by hand on a small one, added up on the sample, planned to by material."""

import json
from dataclasses import replace
from importlib.resources import as_file, files

import polars as pl
import pytest
from tests.flows.furniture import HOUR, UNIT, write

import plantwright as pw
from plantwright.core.problem import ProblemError
from plantwright.core.settings import Settings
from plantwright.flows.aggregate.master import master_schedule
from plantwright.flows.aggregate.pivot import by_month, count_edits, overtime_shares, with_edit
from plantwright.flows.aggregate.solving import solve
from plantwright.flows.aggregate.stage import aggregate_stage


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write(tmp_path_factory.mktemp("plant"))


@pytest.fixture(scope="module")
def sample():
    with as_file(files("plantwright") / "samples" / "pumps") as folder:
        return pw.load(folder)


def test_what_does_not_fit_its_month_is_made_ahead(small):
    """May has 21 days of 8 hours on the bench: 168 hours for 180 units; 12 are made ahead and held for a month."""
    _, tables, problems = aggregate_stage(small, {})
    periods = tables["aggregate_period"].sort("month")
    assert (periods["demand"] / UNIT).to_list() == [40, 40, 180]
    assert (periods["made"] / UNIT).round(3).to_list() == [40, 52, 168]
    assert (periods["stock"] / UNIT).round(3).to_list() == [0, 12, 0]
    assert problems == []


def test_hours_go_through_the_bill_of_material_and_their_price_is_told(small):
    """A table takes 24 minutes of the saw for its legs; an hour more on the bench in May saves a month of holding."""
    _, tables, _ = aggregate_stage(small, {})
    capacity = tables["aggregate_capacity"]
    bench = capacity.filter(pl.col("group") == "BENCH").sort("month")
    assert (bench["available"] / HOUR).to_list() == [176, 176, 168]
    assert (bench["used"] / HOUR).round(3).to_list() == [40, 52, 168]
    assert (bench["shadow_price"] / UNIT).round(6).to_list() == [0, 0, 1]
    saw = capacity.filter(pl.col("group") == "SAW").sort("month")
    share = 200 / 260  # of tables in all that is asked for
    assert saw["used"][0] / HOUR == pytest.approx(40 * 0.4 * share, rel=1e-6)


def test_master_schedule_adds_up_to_what_is_made_in_whole_units(small):
    solved = solve(small, 3)
    rows = master_schedule(solved.inputs, solved.result)
    assert (rows["quantity"] % UNIT == 0).all()
    assert abs(rows["quantity"].sum() / UNIT - solved.result.made.sum()) < 2
    by_item = dict(rows.group_by("item").agg(pl.col("quantity").sum() / UNIT).iter_rows())
    assert by_item["TABLE"] == pytest.approx(200, abs=1)
    assert by_item["SHELF"] == pytest.approx(60, abs=1)


def with_settings(plant, **settings):
    return replace(plant, settings=Settings({**plant.settings, **settings}))


def test_material_is_planned_to_the_master_schedule_unless_that_is_off(small):
    """Of May's 180 units 12 are made in April; with the setting off, all are wanted in May."""
    plan, off = (pw.plan(one, schedule=False) for one in (small, with_settings(small, master_schedule=False)))
    assert plan.verified
    ahead = plan.raw["demand_plan"].filter(pl.col("demand").str.contains("2026-05.* ahead 2026-04"))
    assert ahead["quantity"].sum() / UNIT == pytest.approx(12, abs=2)
    assert set(ahead["status"]) == {"on time"}
    for made in (plan, off):
        orders = made.raw["planned_order"].filter(pl.col("item").is_in(["TABLE", "SHELF"]))
        assert orders["quantity"].sum() == 260 * UNIT
    assert not off.raw["demand_plan"].filter(pl.col("demand").str.contains(" ahead ")).height


def test_stage_is_off_and_free_unless_months_are_asked_for(sample):
    plant, tables, problems = aggregate_stage(sample, {})
    assert ("master_schedule" in plant.raw) == bool(sample.settings["aggregate_months"])
    assert (tables, problems) == ({}, []) or sample.settings["aggregate_months"]


def test_plan_that_cannot_be_met_names_group_month_and_hours(tmp_path):
    plant = write(tmp_path, forecast="item,start,end,quantity\nTABLE,2026-03-01,2026-03-31,276")
    _, tables, problems = aggregate_stage(plant, {})
    bench = next(problem for problem in problems if "BENCH" in problem.message)
    assert "lacks 100.0 hours in March 2026" in bench.message
    assert tables["aggregate_capacity"]["lacking"].sum() > 0


def test_nothing_asked_for_is_told(tmp_path):
    plant = write(tmp_path, forecast="item,start,end,quantity")
    assert [problem.code for problem in aggregate_stage(plant, {})[2]] == ["aggregate-nothing-asked"]


def test_overtime_subcontractors_and_people_come_from_the_tables(tmp_path):
    plant = write(
        tmp_path,
        resource_cost="group,overtime_share,overtime_cost,workers,wage,hire_cost\nBENCH,0.1,90,0.5,3000,500",
        family_cost="family,back_orders,subcontract_limit,subcontract_cost\nFurniture,no,15,130",
    )
    problem = solve(plant, 3).inputs.problem
    bench = next(g for g, group in enumerate(solve(plant, 3).inputs.load.groups) if group[0] == "BENCH")
    assert problem.overtime[bench].tolist() == pytest.approx([17.6, 17.6, 16.8])
    assert problem.overtime_cost[bench] == 90
    assert problem.workers[bench] == 0.5
    assert problem.hour_cost[bench] == 0  # people are paid by the month
    assert problem.subcontract[0, 0].tolist() == [15, 15, 15]


def test_sample_plan_balances_month_by_month(sample):
    solved = solve(sample, 12)
    rows = solved.result
    p = solved.inputs.problem
    before = p.start_stock
    for t in range(12):
        came = rows.made[:, :, t] + rows.subcontracted[:, :, t] + p.receipts[:, :, t]
        for lane in range(len(p.lane_family)):
            came[p.lane_family[lane], p.lane_to[lane]] += rows.moved[lane, t]
            came[p.lane_family[lane], p.lane_from[lane]] -= rows.moved[lane, t]
        after = rows.stock[:, :, t] - rows.back_order[:, :, t]
        assert before + came - p.demand[:, :, t] == pytest.approx(after, abs=1e-5)
        before = after


def test_edited_numbers_are_solved_and_wrong_ones_are_all_told(small):
    edits = with_edit("", "demand", "Furniture", "PLANT", "2026-03-01", 50)
    edits = with_edit(edits, "capacity", "BENCH", "PLANT", "2026-05-01", 100)
    solved = solve(small, 3, edits=edits)
    assert solved.inputs.problem.demand[0, 0, 0] == 50
    assert solved.result.used[solved.inputs.load.groups.index(("BENCH", "PLANT")), 2] <= 100 + 1e-6
    wrong = json.dumps([{"what": "demand", "of": "X"}, {"what": "colour", "of": "BENCH", "month": "2026-03-01"}])
    with pytest.raises(ProblemError) as raised:
        solve(small, 3, edits=wrong)
    assert [problem.code for problem in raised.value.problems] == ["aggregate-edit-place"] * 2


def test_later_edit_of_a_number_takes_the_place_of_the_earlier():
    edits = with_edit(with_edit("", "demand", "A", "M", "2026-03-01", 5), "demand", "A", "M", "2026-03-01", 7)
    assert count_edits(edits) == 1
    assert json.loads(edits)[0]["value"] == 7
    assert count_edits("no json") == 0


def test_overtime_of_edits_is_given_as_the_action_takes_it():
    edits = with_edit("", "overtime", "BENCH", "PLANT", "2026-03-01", 20)
    rows = pl.DataFrame(
        {"group": ["BENCH"] * 2, "site": ["PLANT"] * 2, "available": [100, 100], "overtime_limit": [20, 0]}
    )
    assert overtime_shares(edits, rows) == ["BENCH@PLANT=0.2000"]
    assert by_month(rows.with_columns(month=pl.Series([0, 31])), ["group"], "available").columns == [
        "group", "1970-01-01", "1970-02-01",
    ]  # fmt: skip
