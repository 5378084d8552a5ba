"""plan, verify, plans, show, compare: on the sample plant."""

import csv
import io
import json

import pytest
from python_calamine import CalamineWorkbook

SUMMARY_KEYS = {
    "orders", "late_orders", "late_days", "planned_orders", "operations", "wip_value_days", "stock_value_days",
    "stock_value", "seconds", "verified",
}  # fmt: skip
STAGES = {"load", "check", "forecast", "mrp", "schedule", "verify", "save"}
REPORTS = (
    "summary", "planned-orders", "schedule", "late-orders", "why", "mrp", "pegging", "messages", "load", "bottlenecks",
    "where-used", "bom", "compare", "stock", "demand", "orders-of-item", "dispatch", "purchase-plan",
    "consumed-forecast", "settings", "routing",
)  # fmt: skip


@pytest.fixture(scope="session")
def one_of(run, planned_once):
    """Give a value of the first row of a report, such as an order that is late."""

    def first(report, column, *more):
        return run("show", planned_once, report, "--json", *more).json["rows"][0][column]

    return first


@pytest.fixture(scope="session")
def arguments(one_of):
    """What the reports must be told."""
    return {
        "why": [one_of("late-orders", "demand")],
        "mrp": ["P-200-4"],
        "pegging": [one_of("late-orders", "demand")],
        "where-used": ["SA-200"],
        "bom": ["P-300-11"],
        "compare": [1, 1],
        "orders-of-item": ["P-200-4"],
        "dispatch": ["HMC"],
        "routing": ["P-200-4"],
    }


def test_summary_is_one_json_object_with_the_agreed_keys(run, planned_once):
    answer = run("show", planned_once, "summary", "--format", "json")
    assert answer.status == 0
    assert set(answer.json) >= SUMMARY_KEYS
    assert set(answer.json["seconds"]) >= STAGES
    assert answer.json["orders"] > 150
    assert isinstance(answer.json["verified"], bool)


def test_plan_answers_programs_with_the_same_figures(run, planned):
    answer = run("plan", planned, "--no-schedule", "--json")
    assert answer.json["plan"] == 2
    assert set(answer.json) >= SUMMARY_KEYS
    assert answer.json["operations"] == 0
    assert answer.status == (0 if answer.json["verified"] else 1)
    shown = run("show", planned, "summary", "--json").json
    assert shown["late_days"] == answer.json["late_days"]


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_fits_80_columns(run, planned_once, arguments, report):
    answer = run("show", planned_once, report, *arguments.get(report, []))
    assert answer.status == 0
    assert max(len(line) for line in answer.out.splitlines()) <= 80
    assert answer.out.splitlines()[0].strip(), "it begins with a sentence"


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_is_json_csv_and_a_workbook(run, planned_once, arguments, report, tmp_path):
    given = arguments.get(report, [])
    found = run("show", planned_once, report, *given, "--json").json
    assert found["report"] == report.replace("-", "_")
    assert found["problems"] == []
    assert list(csv.reader(io.StringIO(run("show", planned_once, report, *given, "--format", "csv").out)))
    assert run("show", planned_once, report, *given, "--out", tmp_path / "r.xlsx").status == 0
    rows = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[0][0] == found["sentence"]


def test_list_of_reports_is_shown_without_one(run, planned_once):
    answer = run("show", planned_once)
    assert answer.status == 0
    assert all(f"  {name} " in answer.out for name in REPORTS)


def test_where_keeps_the_rows_that_fit(run, planned_once):
    answer = run("show", planned_once, "planned-orders", "--json", "--where", "item = P-200-4 and late = yes")
    assert answer.json["rows"]
    assert {row["item"] for row in answer.json["rows"]} == {"P-200-4"}
    assert all(row["late"] for row in answer.json["rows"])


def test_own_fields_of_the_plant_are_shown_and_filtered(run, planned_once):
    answer = run("show", planned_once, "planned-orders", "--json", "--where", "weight > 190")
    assert answer.json["rows"]
    assert all(row["weight"] > 190 for row in answer.json["rows"])
    assert "[kg]" in run("show", planned_once, "planned-orders", "--columns", "order,weight").out


def test_condition_that_cannot_be_read_is_told(run, planned_once):
    answer = run("show", planned_once, "planned-orders", "--json", "--where", "colour = red")
    assert (answer.status, answer.codes) == (1, {"scenario-column"})


def test_unknown_column_is_told(run, planned_once):
    assert "report-column" in run("show", planned_once, "planned-orders", "--columns", "colour").err


def test_unknown_item_is_told_with_the_nearest_name(run, planned_once):
    answer = run("show", planned_once, "mrp", "p-200-4", "--json")
    assert (answer.status, answer.codes) == (1, {"not-there"})
    assert "P-200-4" in answer.json["problems"][0]["message"]


def test_mrp_record_adds_up_bucket_by_bucket(run, planned_once):
    for bucket in ("day", "week", "month"):
        found = run("show", planned_once, "mrp", "P-200-4", "--bucket", bucket, "--json").json
        available = found["on_hand"]
        for row in found["rows"]:
            available += row["scheduled_receipt"] + row["planned_receipt"] - row["gross_requirement"]
            assert row["projected_available"] == available


def test_mrp_record_by_need_is_never_short(run, planned_once):
    rows = run("show", planned_once, "mrp", "B-200", "--json").json["rows"]
    assert min(row["projected_available"] for row in rows[1:]) >= 0


def test_why_tells_the_chain_of_a_late_order(run, planned_once, one_of):
    order = one_of("late-orders", "demand")
    found = run("show", planned_once, "why", order, "--json").json
    assert order in found["sentence"]
    assert "late" in found["sentence"]
    assert sum(row["binding"] for row in found["rows"]) == 1


def test_why_tells_of_an_order_of_the_plan_too(run, planned_once, one_of):
    order = one_of("planned-orders", "order", "--where", "late = yes")
    assert f"{order} for" in run("show", planned_once, "why", order).out


def test_pegging_leads_down_to_supplies_and_up_to_demands(run, planned_once, one_of):
    order = one_of("late-orders", "demand")
    down = run("show", planned_once, "pegging", order, "--json").json["rows"]
    supply = next(row["what"] for row in down if row["what"] != "stock")
    up = run("show", planned_once, "pegging", supply, "--json").json["tables"]
    assert order in [row["what"] for row in up[f"What {supply} serves"]]


def test_pegged_quantity_covers_what_is_planned(run, planned_once, one_of):
    order = one_of("demand", "demand", "--where", "status = on time")
    row = run("show", planned_once, "demand", "--json", "--where", f"demand = {order}").json["rows"][0]
    pegs = run("show", planned_once, "pegging", order, "--levels", "1", "--json").json["rows"]
    assert sum(peg["quantity"] for peg in pegs) == row["quantity"]


def test_report_is_written_to_a_file_by_its_ending(run, planned_once, tmp_path):
    for name in ("r.csv", "r.json", "r.txt", "r.xlsx"):
        answer = run("show", planned_once, "planned-orders", "--out", tmp_path / name)
        assert "written" in answer.out
    assert json.loads((tmp_path / "r.json").read_text())["report"] == "planned_orders"
    assert (tmp_path / "r.csv").read_text().startswith("order,item,")


def test_workbook_is_not_printed_on_the_screen(run, planned_once):
    assert run("show", planned_once, "load", "--format", "xlsx").status == 1


def test_options_of_a_report_may_stand_in_their_order(run, planned_once):
    asked = ("show", planned_once, "promise", "P-100-1")
    named = run(*asked, "--quantity", 5, "--date", "2026-12-01", "--replications", 0)
    assert run(*asked, 5, "2026-12-01", "--replications", 0).out == named.out
    assert run(*asked, *"abcdefghi").status == 2
    assert run("show", planned_once, "stock", "one", "two", "three", "four").status == 2


def test_verify_judges_a_kept_plan(run, planned_once):
    answer = run("verify", planned_once, "--json")
    assert answer.json["plan"] == 1
    assert answer.status == (0 if answer.json["verified"] else 1)
    assert "plan-of-earlier-plant" not in answer.codes


def test_verify_says_that_the_plant_has_changed(run, planned):
    run("do", planned, "post-stock", "GREASE", "1", "FG")
    assert "plan-of-earlier-plant" in run("verify", planned, "--json").codes


def test_plan_that_is_not_there_is_told(run, planned_once):
    assert run("show", planned_once, "summary", "--plan", "77", "--json").codes == {"store-plan-missing"}


def test_report_without_any_plan_is_told(run, imported_once):
    assert run("show", imported_once, "late-orders", "--json").codes == {"store-plan-missing"}
    assert run("show", imported_once, "bom", "P-200-4").status == 0


def test_scenario_is_planned_beside_the_base_and_compared(run, planned):
    code = run("export", planned, planned.parent / "out") and (planned.parent / "out" / "scenario.csv").read_text()
    name = code.splitlines()[1].split(",")[0]
    made = run("plan", planned, "--scenario", name, "--no-schedule", "--json").json
    assert made["scenario"] == name
    assert run("show", planned, "summary", "--json").json["plan"] == 1, "the base stays what is shown"
    assert run("show", planned, "summary", "--scenario", name, "--json").json["plan"] == 2
    answer = run("compare", planned, 1, 2, "--json")
    assert answer.json["plans"] == [1, 2]
    assert answer.json["totals"]["operations"]["after"] == 0


def test_unknown_scenario_is_told_and_nothing_is_kept(run, planned):
    assert run("plan", planned, "--scenario", "nothing", "--json").codes == {"scenario-unknown"}
    assert len(run("plans", planned, "--json").json["plans"]) == 1


def test_as_of_and_horizon_are_taken(run, planned):
    made = run("plan", planned, "--as-of", "2026-03-09", "--horizon", "30", "--no-schedule", "--json").json
    assert made["orders"] < run("show", planned, "summary", "--plan", "1", "--json").json["orders"]
    listed = run("plans", planned, "--json").json["plans"][0]
    assert listed["options"]["horizon_days"] == 30
    assert run("plan", planned, "--as-of", "soon", "--json").codes == {"bad-argument"}


def test_plant_with_errors_is_not_planned_and_keeps_no_plan(run, planned, tmp_path):
    (tmp_path / "item.csv").write_text("code,kind\nX,make\nY,make\n")
    (tmp_path / "bom_line.csv").write_text("parent,component,quantity\nX,Y,1\nY,X,1\n")
    for name in ("item", "bom_line"):
        run("import", planned, tmp_path / f"{name}.csv")
    answer = run("plan", planned, "--json")
    assert answer.status == 1
    assert answer.json["problems"]
    assert len(run("plans", planned, "--json").json["plans"]) == 1


def test_old_plans_are_pruned_as_the_settings_say_and_pinned_ones_stay(run, planned, tmp_path):
    (tmp_path / "setting.csv").write_text("name,value\nkeep_plans,1\n")
    run("import", planned, tmp_path / "setting.csv")
    run("do", planned, "pin-plan", "1")
    for _ in range(2):
        run("plan", planned, "--no-schedule")
    assert [plan["number"] for plan in run("plans", planned, "--json").json["plans"]] == [3, 1]


def test_plans_are_listed(run, planned_once):
    answer = run("plans", planned_once)
    assert "late days" in " ".join(answer.out.split())
    assert "Mon 2 Mar 2026" in answer.out.replace("\N{NO-BREAK SPACE}", " ")


def test_settings_are_listed_with_their_defaults(run, imported_once):
    rows = run("settings", imported_once, "--json").json["rows"]
    assert {row["name"]: row["value"] for row in rows}["keep_plans"] == "20"


def test_days_of_one_column_have_the_same_decimals(run, planned_once):
    lines = run("show", planned_once, "bottlenecks", "--limit", "0").out.splitlines()
    days = [line.split()[-1] for line in lines if line[:4].strip().isdigit()]
    assert len(days) > 5
    assert {len(text.partition(".")[2]) for text in days} == {1}
