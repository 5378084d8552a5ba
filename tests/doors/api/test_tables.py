"""Tables over HTTP: every one is listed, and rows are created, changed and deleted without losing what others did."""

import json
from decimal import Decimal

import pytest

import plantwright.plant  # noqa: F401 - it declares the tables
from plantwright.core.entity import plant_entities

TABLES = plant_entities()


def codes(response):
    return {problem["code"] for problem in response.json()["problems"]}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_listed_and_each_row_found_by_its_key(looked_at, name):
    ask = looked_at.as_("vera")
    page = ask("GET", f"/tables/{name}", params={"limit": 3}).json()
    assert page["total"] >= len(page["rows"])
    for row in page["rows"]:
        key = {part: "" if row[part] is None else row[part] for part in TABLES[name].key}
        assert ask("GET", f"/tables/{name}/row", params=key).json() == row


@pytest.mark.parametrize("name", [n for n, entity in TABLES.items() if not entity.ledger])
def test_of_two_people_who_change_a_row_the_second_is_refused(looked_at, name):
    ask = looked_at.as_("ada")
    rows = ask("GET", f"/tables/{name}", params={"limit": 1}).json()["rows"]
    free = [part for part in TABLES[name].columns if part not in TABLES[name].key]
    if not rows or not free:
        pytest.skip("the sample plant has no row of it that can be changed")
    row = rows[0]
    key = {part: "" if row[part] is None else row[part] for part in TABLES[name].key}
    same = {part: row[part] for part in free}
    assert ask("PATCH", f"/tables/{name}/row", params=key, json={**same, "row_version": 1}).status_code == 200
    stale = ask("PATCH", f"/tables/{name}/row", params=key, json={**same, "row_version": 99})
    assert stale.status_code == 409
    assert codes(stale) == {"changed-meanwhile"}
    assert ask("GET", f"/tables/{name}/row", params=key).json() == row


def test_second_of_two_changes_is_told_who_was_faster(plant):
    key = {"params": {"code": "P-100-1"}} if _has(plant, "P-100-1") else {"params": {"code": _first(plant)}}
    paul, ada = plant.as_("paul"), plant.as_("ada")
    version = ada("GET", "/tables/item/row", **key).json()["row_version"]
    done = paul("PATCH", "/tables/item/row", **key, json={"name": "Paul's", "row_version": version})
    assert done.json()["name"] == "Paul's"
    refused = ada("PATCH", "/tables/item/row", **key, json={"name": "Ada's", "row_version": version})
    assert refused.status_code == 409
    assert "paul" in refused.json()["problems"][0]["message"]
    assert ada("DELETE", "/tables/item/row", params={**key["params"], "row_version": version}).status_code == 409


def _has(plant, code):
    return plant.as_("ada")("GET", "/tables/item/row", params={"code": code}).status_code == 200


def _first(plant):
    return plant.as_("ada")("GET", "/tables/item", params={"limit": 1}).json()["rows"][0]["code"]


def test_row_is_created_and_deleted_exactly_as_it_was_given(plant):
    ask = plant.as_("ada")
    given = '{"code": "N/1 =x", "kind": "make", "price": 123456789012.123456, "standard_cost": "0.000001"}'
    made = ask("POST", "/tables/item", content=given)
    assert made.status_code == 201
    row = made.json()
    assert (row["price"], row["standard_cost"]) == ("123456789012.123456", "0.000001")
    assert ask("POST", "/tables/item", content=given).status_code == 409
    gone = ask("DELETE", "/tables/item/row", params={"code": row["code"], "row_version": row["row_version"]})
    assert gone.json()["deleted"]
    assert ask("GET", "/tables/item/row", params={"code": row["code"]}).status_code == 404
    assert len(ask("GET", "/tables/item/history", params={"code": row["code"]}).json()["steps"]) == 2


def test_pages_follow_each_other_and_hold_every_row_once(looked_at):
    ask = looked_at.as_("vera")
    everything = ask("GET", "/tables/item", params={"limit": 1000, "sort": "-code"}).json()
    found, after = [], ""
    while True:
        page = ask("GET", "/tables/item", params={"limit": 40, "sort": "-code", "after": after}).json()
        found += page["rows"]
        after = page["next"]
        if after is None:
            break
    assert found == everything["rows"]
    assert [row["code"] for row in found] == sorted((row["code"] for row in found), reverse=True)


def test_conditions_order_and_columns_choose_what_is_answered(looked_at):
    ask = looked_at.as_("vera")
    wanted = {"where": "kind = make and price > 100", "sort": "-price,code", "select": "code,price"}
    rows = ask("GET", "/tables/item", params=wanted).json()["rows"]
    prices = [Decimal(row["price"]) for row in rows]
    assert prices == sorted(prices, reverse=True)
    assert min(prices) > 100
    assert set(rows[0]) == {"code", "price", "row_version"}


def test_empty_cells_are_found_by_an_empty_condition(looked_at):
    ask = looked_at.as_("vera")
    total = [ask("GET", "/tables/item", params={"where": where}).json()["total"] for where in ("", "decimals =")]
    empty = [row["decimals"] for row in ask("GET", "/tables/item", params={"where": "decimals ="}).json()["rows"]]
    full = ask("GET", "/tables/item", params={"where": "decimals !="}).json()["total"]
    assert set(empty) == {None}
    assert total[1] + full == total[0]


@pytest.mark.parametrize(
    "params",
    [{"where": "colour = red"}, {"where": "=;--"}, {"sort": "colour"}, {"select": "colour"}, {"limit": 0},
     {"limit": "many"}, {"offset": -1}, {"after": "!"}, {"after": "W10"}, {"colour": "red"}],
)  # fmt: skip
def test_what_cannot_be_chosen_is_refused_with_the_reason(looked_at, params):
    answer = looked_at.as_("vera")("GET", "/tables/item", params=params)
    assert answer.status_code == 422
    assert codes(answer)


def test_all_faults_of_many_rows_are_told_at_once_and_nothing_is_written(plant):
    ask = plant.as_("ada")
    rows = [{"code": "N1", "kind": "make"}, {"code": "N2", "kind": "male"}, {"code": "N3", "kind": "buy", "price": "x"}]
    refused = ask("POST", "/tables/item/rows", json={"rows": rows})
    assert refused.status_code == 422
    assert [problem["where"] for problem in refused.json()["problems"]] == ["request row 2", "request row 3"]
    assert not _has(plant, "N1")


def test_dry_run_tells_what_would_change_and_writes_nothing(plant):
    ask = plant.as_("ada")
    rows = [{"code": "N1", "kind": "make"}, {"code": _first(plant), "name": "Another"}]
    told = ask("POST", "/tables/item/rows", json={"rows": rows, "dry_run": True}).json()
    assert (told["inserted"], told["updated"], told["written"]) == (1, 1, False)
    assert not _has(plant, "N1")
    assert ask("POST", "/tables/item/rows", json={"rows": rows}).json()["written"]
    assert _has(plant, "N1")


def test_references_that_lead_nowhere_are_refused_also_by_a_dry_run(plant):
    row = {"parent": "NOWHERE", "component": _first(plant), "quantity": 1}
    for dry_run in (True, False):
        refused = plant.as_("ada")("POST", "/tables/bom_line/rows", json={"rows": [row], "dry_run": dry_run})
        assert codes(refused) == {"store-reference-broken"}


def test_same_key_creates_once_and_answers_twice(plant):
    ask = plant.as_("ada")
    more = {"json": {"code": "ONCE", "kind": "make"}, "headers": {"Idempotency-Key": "k-1"}}
    assert [ask("POST", "/tables/item", **more).status_code for _ in range(2)] == [201, 201]
    other = ask("POST", "/tables/item", json={"code": "TWICE", "kind": "make"}, headers={"Idempotency-Key": "k-1"})
    assert codes(other) == {"store-key-reused"}


def test_person_of_a_site_sees_and_writes_its_rows_alone(plant):
    sid, ada = plant.as_("sid"), plant.as_("ada")
    centre = {"code": "X-1", "site": "MAIN"} | _needed(ada, "work_center")
    assert ada("POST", "/tables/work_center/rows", json={"rows": [centre]}).status_code == 200
    assert {row["code"] for row in sid("GET", "/tables/site").json()["rows"]} == {"SPARES"}
    assert sid("GET", "/tables/work_center/row", params={"code": "X-1"}).status_code == 404
    refused = sid("POST", "/tables/work_center/rows", json={"rows": [{"code": "X-1", "name": "Mine"}]})
    assert (refused.status_code, codes(refused)) == (403, {"site-not-allowed"})
    assert ada("GET", "/tables/work_center/row", params={"code": "X-1"}).json()["row_version"] == 1


def test_person_of_a_site_sees_of_orders_stock_and_the_plan_what_is_its_own_alone(looked_at):
    sid, ada = looked_at.as_("sid"), looked_at.as_("ada")

    def rows(ask, path):
        return ask("GET", path, params={"limit": 1000}).json()["rows"]

    parents = {
        "production_operation": ("production_order", "order"), "down_time": ("work_center", "work_center"),
        "person_skill": ("person", "person"), "absence": ("person", "person"),
    }  # fmt: skip
    for name, (parent, column) in parents.items():
        own = {row[TABLES[parent].key[0]] for row in rows(sid, f"/tables/{parent}")}
        whole = rows(ada, f"/tables/{name}")
        expected = [row for row in whole if row[column] in own]
        assert rows(sid, f"/tables/{name}") == expected, name
        assert len(expected) < len(whole), name
    mine = {row["order"] for row in rows(sid, "/plans/1/tables/planned_order")}
    assert mine
    assert {row["site"] for row in rows(sid, "/plans/1/tables/planned_order")} == {"SPARES"}
    assert {row["order"] for row in rows(sid, "/plans/1/tables/scheduled_operation")} <= mine
    assert {row["site"] for row in rows(sid, "/plans/1/tables/peg")} == {"SPARES"}
    for report in ("schedule", "late_orders", "stock"):
        shorter, longer = (ask("GET", f"/reports/{report}").text for ask in (sid, ada))
        assert len(shorter) < len(longer), report


def _needed(ask, table):
    row = ask("GET", f"/tables/{table}", params={"limit": 1}).json()["rows"][0]
    return {name: row[name] for name, c in TABLES[table].columns.items() if c.required and name not in {"code", "site"}}


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[]", 400), (b'"x"', 400), (b"\xff", 400), (b'{"code": NaN}', 400), (b'{"price": 1e999999}', 400),
     (b'{"code": "\\ud800", "kind": "make"}', 400), (b'{"code": "a", "code": "b"}', 400),
     (b'{"price": ' + b"9" * 5000 + b"}", 400), (b"[" * 100000, 400), (b'{"code": ["x"]}', 422),
     (b'{"code": "a\\u0000b", "kind": "make"}', 422), (b'{"code": "a", "kind": "make", "decimals": 1e20}', 422)],
)  # fmt: skip
def test_broken_bodies_are_refused(plant, content, status):
    answer = plant.as_("ada")("POST", "/tables/item", content=content)
    assert answer.status_code == status, answer.text


TEXTS = ["'; DROP TABLE item; --", "<script>alert(1)</script>", "=1+1", "../../etc/passwd", "{{7*7}}", "%00%0a", "😀"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_that_would_harm_elsewhere_stays_a_text(plant, text):
    ask = plant.as_("ada")
    row = ask("POST", "/tables/item", json={"code": "N1", "kind": "make", "name": text}).json()
    assert row["name"] == text
    found = ask("GET", "/tables/item", params={"where": f"name = {text}"})
    assert [one["code"] for one in found.json()["rows"]] == ["N1"]
    assert found.headers["content-type"] == "application/json"
    assert json.loads(found.content)["total"] == 1


def test_change_of_a_row_that_was_deleted_meanwhile_says_so(plant):
    ask = plant.as_("ada")
    ask("POST", "/tables/item", json={"code": "N1", "kind": "make"})
    ask("DELETE", "/tables/item/row", params={"code": "N1", "row_version": 1})
    refused = ask("PATCH", "/tables/item/row", params={"code": "N1"}, json={"name": "New", "row_version": 1})
    assert (refused.status_code, codes(refused)) == (409, {"changed-meanwhile"})
    assert (refused.json()["now"], refused.json()["differs"]) == (None, {})
