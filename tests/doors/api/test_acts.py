"""Actions, reports, plans, the journal, files and settings over HTTP, from their declarations."""

import io
import json
import zipfile

import anyio
import pytest

from plantwright.core.access import person_named
from plantwright.core.entity import ENTITIES
from plantwright.core.jobs import ask_job, jobs
from plantwright.core.problem import ProblemError
from plantwright.core.worker import work
from plantwright.doors.web.seat import Seat, Views
from plantwright.flows.catalog import load_actions, load_jobs, load_reports
from plantwright.flows.jobs import uploads

ACTIONS, REPORTS = load_actions(), load_reports()
load_jobs()


def codes(response):
    return {problem["code"] for problem in response.json()["problems"]}


def first(ask, table, column="code"):
    return ask("GET", f"/tables/{table}", params={"limit": 1}).json()["rows"][0][column]


# --- reports --------------------------------------------------------------------------------------------------------


def wanted_of(ask, report):
    """Arguments for a report: what it must be told, taken from the plant."""
    given = {}
    for name, one in report.parameters.items():
        if one.required:
            table = one.reference or {"item": "item", "order": "production_order"}.get(name.strip("_"), "item")
            given[name] = first(ask, table, ENTITIES[table].key[0])
    if "other" in report.wants:
        given |= {"plan": 1, "other": 1}
    return given


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_given_as_json_csv_and_workbook(looked_at, name):
    ask = looked_at.as_("vera")
    given = wanted_of(ask, REPORTS[name])
    found = ask("GET", f"/reports/{name}", params=given)
    if found.status_code in {404, 422}:  # what the argument names is nothing for this report
        assert codes(found)
        return
    assert found.json()["report"] == name
    assert (
        ask("GET", f"/reports/{name}", params={**given, "format": "csv"}).headers["content-type"].startswith("text/csv")
    )
    assert ask("GET", f"/reports/{name}", params={**given, "format": "xlsx"}).content[:2] == b"PK"


def test_report_takes_conditions_and_the_name_as_it_is_typed(looked_at):
    found = looked_at.as_("vera")("GET", "/reports/late-orders", params={"where": "item = NOTHING"})
    assert found.json()["rows"] == []


def test_report_refuses_what_it_does_not_know(looked_at):
    ask = looked_at.as_("vera")
    assert ask("GET", "/reports/nothing").status_code == 404
    assert codes(ask("GET", "/reports/late_orders", params={"colour": "red"})) == {"argument-unknown"}
    assert codes(ask("GET", "/reports/late_orders", params={"format": "pdf"})) == {"argument-wrong"}
    assert ask("GET", "/reports/late_orders", params={"plan": 99}).status_code == 404
    assert ask("GET", "/reports/late_orders", params={"plan": "9" * 30}).status_code == 422


# --- actions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_can_be_called_and_tells_all_that_it_lacks(looked_at, name):
    ask = looked_at.as_("ada")
    required = {one for one, parameter in ACTIONS[name].parameters.items() if parameter.required}
    told = ask("POST", f"/actions/{name}", json={"colour": "red"})
    assert {problem["column"] for problem in told.json()["problems"]} == {*required, "colour"}
    assert told.status_code == 422


def test_action_with_a_key_is_done_once_and_answered_twice(plant):
    ask = plant.as_("paul")
    item = first(ask, "item")
    move = {"item": item, "quantity": "2.5", "location": first(ask, "location")}
    moves = ask("GET", "/tables/stock_move").json()["total"]
    answers = [
        ask("POST", "/actions/post_stock", json=move, headers={"Idempotency-Key": "m-1"}).json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert ask("GET", "/tables/stock_move").json()["total"] == moves + 1
    assert codes(
        ask("POST", "/actions/post_stock", json={**move, "quantity": 1}, headers={"Idempotency-Key": "m-1"})
    ) == {"store-key-reused"}


def test_person_of_a_site_acts_at_it_alone_over_the_api_on_the_page_and_in_a_job(plant):
    ask, move = plant.as_("sid"), {"item": first(plant.as_("ada"), "item"), "quantity": 1, "location": "WH"}
    count = ask("GET", "/tables/stock_move").json()["total"]
    refused = ask("POST", "/actions/post_stock", json=move)
    assert (refused.status_code, codes(refused)) == (403, {"site-not-allowed"})
    pinned = {"order": "WO-26172", "operation": 10, "start": "2026-04-01T08:00"}
    assert codes(ask("POST", "/actions/pin_operation", json=pinned)) == {"site-not-allowed"}
    seat = Seat(plant.store, person_named(plant.store, "sid"), Views(plant.store), {})
    with anyio.from_thread.start_blocking_portal() as aside, pytest.raises(ProblemError, match="site-not-allowed"):
        aside.call(seat.act, "post_stock", move)
    folder = uploads(plant.store)
    folder.mkdir()
    (folder / "work_center.csv").write_text("code,site\nX-1,MAIN\n")
    ask_job(plant.store, "import", {"source": "work_center.csv"}, "sid")
    work(plant.db, once=True)
    assert [one.code for one in jobs(plant.store)[0].problems] == ["site-not-allowed"]
    assert ask("GET", "/tables/stock_move").json()["total"] == count
    assert ask("POST", "/actions/post_stock", json={**move, "location": "WH-PT"}).status_code == 200


def test_person_of_a_site_imports_rows_of_it_and_is_told_which_others_are_not(plant):
    ask = plant.as_("sid")

    def bring(rows, **how):
        file = {"file": ("production_order.csv", "order,item,site,quantity,due\n" + rows)}
        return ask("POST", "/import", files=file, params=how)

    own, other = "NEW-1,OK-100,SPARES,1,2026-05-04\n", "NEW-2,OK-100,,1,2026-05-04\n"
    for how in ({"dry_run": "yes"}, {}):
        refused = bring(own + other, **how)
        assert refused.status_code == (200 if how else 403)
        told = [(one["code"], one["where"], one["value"]) for one in refused.json()["problems"]]
        assert told == [("site-not-allowed", "production_order.csv row 3", "MAIN")]
    assert bring(own).json()["tables"]["production_order"]["inserted"] == 1


@pytest.mark.parametrize(
    "wrong",
    [{"quantity": "1e30"}, {"quantity": True}, {"quantity": [1]}, {"at": "0001-01-01"}, {"at": 5}, {"item": {}}],
)
def test_arguments_out_of_all_bounds_are_refused_not_stumbled_over(looked_at, wrong):
    move = {"item": "A", "quantity": 1, "location": "MAIN"} | wrong
    assert looked_at.as_("ada")("POST", "/actions/post_stock", json=move).status_code == 422


# --- journal and plans ----------------------------------------------------------------------------------------------


def test_what_was_done_is_told_and_can_be_taken_back(plant):
    ask = plant.as_("paul")
    ask("POST", "/tables/item", json={"code": "N1", "kind": "make"})
    entry = ask("GET", "/journal", params={"limit": 1}).json()["entries"][0]
    assert (entry["by"], entry["action"]) == ("paul", "create")
    changed = ask("GET", f"/journal/{entry['number']}").json()["changes"]
    assert [(one["table"], one["before"], one["after"][0]["code"]) for one in changed] == [("item", None, "N1")]
    assert ask("POST", f"/journal/{entry['number']}/undo").json()["undone"] == entry["number"]
    assert ask("GET", "/tables/item/row", params={"code": "N1"}).status_code == 404
    assert ask("POST", f"/journal/{entry['number']}/undo").status_code == 409
    assert ask("POST", "/journal/9999/undo").status_code == 404


def test_people_see_their_own_acts_and_who_audits_sees_all(plant):
    plant.as_("ada")("POST", "/tables/item", json={"code": "N1", "kind": "make"})
    entry = plant.as_("ada")("GET", "/journal", params={"limit": 1}).json()["entries"][0]["number"]
    assert plant.as_("paul")("GET", f"/journal/{entry}").status_code == 403
    assert {one["by"] for one in plant.as_("paul")("GET", "/journal").json()["entries"]} <= {"paul"}


def test_who_audits_sees_who_was_refused_and_from_where(plant):
    with plant.browser() as browser:
        assert browser.post("/sign-in", data={"name": "paul", "password": "a wrong one"}).status_code == 401
    found = plant.as_("ada")("GET", "/sign-ins", params={"limit": 1}).json()["sign_ins"]
    assert [(one["what"], one["user"], one["address"]) for one in found] == [("refused", "paul", "127.0.0.1")]
    assert codes(plant.as_("paul")("GET", "/sign-ins")) == {"not-allowed"}


def test_tables_of_people_are_never_told(looked_at):
    ask = looked_at.as_("ada")
    for name in ("user", "role", "api_token", "webhook", "job_schedule", "password", "session"):
        assert ask("GET", f"/tables/{name}").status_code == 404
        assert looked_at.as_("quinn")("POST", f"/tables/{name}", json={}).status_code == 403
    for entry in ask("GET", "/journal", params={"limit": 1000}).json()["entries"]:
        told = json.dumps(ask("GET", f"/journal/{entry['number']}").json())
        assert "argon2" not in told
        assert not {one["table"] for one in json.loads(told)["changes"]} & {"user", "role", "api_token"}


@pytest.mark.parametrize("name", [name for name, entity in ENTITIES.items() if entity.role == "result"])
def test_every_table_of_a_plan_is_listed(looked_at, name):
    page = looked_at.as_("vera")("GET", f"/plans/1/tables/{name}", params={"limit": 2}).json()
    assert page["total"] >= len(page["rows"])


def test_plans_are_listed_and_judged(looked_at):
    ask = looked_at.as_("vera")
    assert [plan["number"] for plan in ask("GET", "/plans").json()["plans"]] == [1]
    assert ask("GET", "/plans/1").json()["verified"]
    assert ask("GET", "/plans/2").status_code == 404
    assert ask("POST", "/plans/1/verify").json()["verified"]


# --- files and settings ---------------------------------------------------------------------------------------------


def sent(ask, name, data, **params):
    return ask("POST", "/import", files={"file": (name, data)}, params=params)


def zipped(**files):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return memory.getvalue()


def test_what_is_exported_is_imported_again_without_a_change(looked_at):
    ask = looked_at.as_("ada")
    for form in ("zip", "xlsx"):
        file = ask("GET", "/export", params={"format": form})
        told = sent(ask, f"plant.{form}", file.content, dry_run="yes").json()
        assert not [problem for problem in told["problems"] if problem["severity"] == "error"]
        assert not {n: c for n, c in told["tables"].items() if c["inserted"] or c["updated"]}
        assert not told["written"]


def test_text_like_a_formula_leaves_as_a_text_and_comes_back_as_it_was(plant):
    ask = plant.as_("ada")
    ask("POST", "/tables/item", json={"code": "N1", "kind": "make", "name": "=HYPERLINK(1)"})
    file = ask("GET", "/export", params={"tables": "item"}).content
    text = zipfile.ZipFile(io.BytesIO(file)).read("item.csv").decode()
    assert ",'=HYPERLINK(1)," in text
    told = sent(ask, "item.csv", text.encode()).json()["tables"]["item"]
    assert (told["inserted"], told["updated"]) == (0, 0)


def test_faults_of_files_are_all_told_and_nothing_is_written(plant):
    ask = plant.as_("ada")
    refused = sent(ask, "item.csv", b"code,kind\nN1,make\nN2,male\nN3,mail\n")
    assert refused.status_code == 422
    assert len(refused.json()["problems"]) == 2
    assert ask("GET", "/tables/item/row", params={"code": "N1"}).status_code == 404


BOMB = zipped(**{"item.csv": b"0" * 30_000_000})


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("../../etc/passwd", b"x", "parcel-unknown"), ("item.exe", b"x", "parcel-unknown"), ("", b"x", "body-wrong"),
     ("a.zip", b"PK no zip", "archive-wrong"),
     ("a.xlsx", b"no book", "archive-wrong"), ("a.zip", BOMB, "archive-wrong"),
     ("a.xlsx", BOMB, "archive-wrong"), ("a.zip", zipped(**{"run.sh": b"x"}), "archive-wrong"),
     ("a.zip", zipped(**{"a/item.csv": b"x", "b/item.csv": b"x"}), "archive-wrong")],
    ids=range(9),
)  # fmt: skip
def test_files_that_would_do_harm_are_refused(looked_at, name, data, code):
    refused = sent(looked_at.as_("ada"), name, data)
    assert refused.status_code in {400, 422}
    assert codes(refused) == {code}


def test_names_in_an_archive_lead_nowhere(looked_at, tmp_path):
    told = sent(looked_at.as_("ada"), "a.zip", zipped(**{"../../item.csv": b"code,kind\nN1,make\n"}), dry_run="yes")
    assert told.json()["files"] == ["item.csv"]
    assert not list(tmp_path.parent.glob("item.csv"))


def test_book_with_entities_of_xml_is_refused_or_read_without_them(looked_at):
    ask = looked_at.as_("ada")
    book = zipfile.ZipFile(io.BytesIO(ask("GET", "/export", params={"format": "xlsx", "tables": "site"}).content))
    parts = {name: book.read(name) for name in book.namelist()}
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    parts["xl/worksheets/sheet1.xml"] = evil + parts["xl/worksheets/sheet1.xml"].partition(b"?>")[2]
    assert sent(ask, "a.xlsx", zipped(**parts), dry_run="yes").status_code in {200, 422}


def test_settings_are_changed_where_they_fit(plant):
    ask = plant.as_("ada")
    assert codes(ask("PATCH", "/settings", json={"keep_plans": 0, "colour": "red"})) == {"bad-argument"}
    assert ask("PATCH", "/settings", json={"time_zone": "Mars/Base"}).status_code == 422
    done = ask("PATCH", "/settings", json={"keep_plans": 7}).json()["settings"]
    assert next(one["value"] for one in done if one["name"] == "keep_plans") == "7"


def test_whole_plant_is_checked(looked_at):
    assert all(problem["code"] for problem in looked_at.as_("vera")("GET", "/check").json()["found"])
