"""Each call that the pages show can be made as it stands, and the description holds for what is answered."""

import importlib.util
import re
from pathlib import Path

import httpx
import pytest

from plantwright.core.entity import plant_entities
from plantwright.doors.api.openapi import description, operations
from plantwright.flows.catalog import load_actions, load_jobs, load_reports

ROOT = Path(__file__).resolve().parents[3]
load_actions()
load_reports()


def test_calls_of_the_guide_run_and_give_what_they_show(plant, capsys):
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").replace("http://127.0.0.1:8321", plant.base)
    names = {"token": plant.tokens["ada"]}
    for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        exec(block, names)  # noqa: S102 - what the page shows
    told = capsys.readouterr().out
    assert "200 409 changed-meanwhile" in told
    assert "{'yours': '189', 'now': '199.9'} True" in told
    assert "request row 2 kind" in told
    assert '"tables": ["item"]' in told
    assert names["sheet"][:2] == b"PK"
    names["client"].close()


def known(ask):
    """Values for the names that the calls of the reference use."""
    given = {name: "x" for one in (*load_actions().values(), *load_reports().values()) for name in one.parameters}
    kinds = {int: 1, bool: False, list: ["x"]}
    for one in (*load_actions().values(), *load_jobs().values()):  # other tests may have declared jobs of their own
        given |= {name: kinds.get(p.type, "x") for name, p in one.parameters.items()}
    return {**given, "other": 1, "plan": 1, "job": 999, "entry": 1, "data": b"code,kind\n", "new": {}}


def test_every_call_of_the_reference_reaches_its_endpoint(plant):
    wrong = []
    with httpx.Client(
        base_url=f"{plant.base}/api/v1", headers={"Authorization": f"Bearer {plant.tokens['ada']}"}, timeout=60
    ) as client:
        names = known(plant.as_("ada"))
        for one, operation in operations():
            table = operation.path.split("/")[2] if operation.path.startswith("/tables/") else ""
            if table:
                names["row"] = first_row(client, table)
            answer = eval(f"client{operation.example}", {**names, "client": client})  # noqa: S307 - as the page shows it
            codes = {problem["code"] for problem in problems(answer)}
            if answer.status_code >= 500 or codes & {"path-unknown", "method-unknown", "action-unknown", "body-wrong"}:
                wrong.append((one.method, operation.path, operation.example, answer.status_code, codes))
    assert not wrong


def first_row(client, table):
    rows = client.get(f"/tables/{table}", params={"limit": 1}).json()["rows"]
    columns = {**dict.fromkeys(plant_entities()[table].columns, "x"), "row_version": 1}
    return {name: "" if value is None else value for name, value in (rows[0] if rows else columns).items()}


def problems(answer):
    if not answer.headers["content-type"].startswith("application/json"):
        return []
    found = answer.json()
    return found.get("problems", []) if isinstance(found, dict) else []


def test_page_of_the_reference_has_every_operation():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    page = generate.api_page()
    for _, operation in operations():
        assert operation.path in page
        assert f"client{operation.example}" in page


# --- the description ------------------------------------------------------------------------------------------------


def test_every_operation_has_an_id_of_its_own_and_names_shapes_that_exist():
    told = description()
    ids = [one["operationId"] for methods in told["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))
    names = set(re.findall(r"#/components/schemas/(\w+)", repr(told)))
    assert names <= set(told["components"]["schemas"])


def test_path_of_an_operation_names_its_parameters():
    for path, methods in description()["paths"].items():
        for one in methods.values():
            given = {part["name"] for part in one["parameters"] if part["in"] == "path"}
            assert given == set(re.findall(r"{(\w+)}", path))


def fits(value, schema, schemas):  # noqa: PLR0911 - one for each kind of shape
    """Tell whether a value has the shape that the description gives; only what the description uses is known here."""
    if "$ref" in schema:
        return fits(value, schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return any(fits(value, one, schemas) for one in schema["anyOf"])
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}
    words = schema.get("type", "object")
    if isinstance(words, list):
        return any(fits(value, {**schema, "type": word}, schemas) for word in words)
    if words == "null":
        return value is None
    right = isinstance(value, kinds[words]) and not (words == "integer" and isinstance(value, bool))
    if words == "object":
        parts = schema.get("properties", {})
        return (
            right
            and all(name in value for name in schema.get("required", ()))
            and all(fits(value[name], part, schemas) for name, part in parts.items() if name in value)
        )
    if words == "array":
        return right and all(fits(one, schema["items"], schemas) for one in value)
    if words == "string" and right:
        return re.search(schema.get("pattern", ""), value) is not None and value in schema.get("enum", [value])
    return right


@pytest.mark.parametrize("name", plant_entities())
def test_rows_have_the_shape_that_the_description_gives(looked_at, name):
    told = description()
    schema = told["paths"][f"/api/v1/tables/{name}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    answer = looked_at.as_("vera")("GET", f"/tables/{name}", params={"limit": 50}).json()
    assert fits(answer, schema, told["components"]["schemas"])


@pytest.mark.parametrize("name", ["planned_order", "scheduled_operation", "demand_plan"])
def test_rows_of_plans_have_the_shape_that_the_description_gives(looked_at, name):
    told = description()["components"]["schemas"]
    answer = looked_at.as_("vera")("GET", f"/plans/1/tables/{name}", params={"limit": 50}).json()
    assert answer["rows"]
    assert all(fits(row, told[name], told) for row in answer["rows"])
