"""The description of the API in the terms of OpenAPI 3.1, from the declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from plantwright.core.entity import ENTITIES, plant_entities
from plantwright.core.parameters import Parameter
from plantwright.core.problem import Problem
from plantwright.doors.api.acts import shape
from plantwright.doors.api.endpoint import ENDPOINTS, Endpoint, Operation
from plantwright.doors.api.events import HELP
from plantwright.doors.api.rows import row_schema

ROOT = "/api/v1"
REFUSALS = {
    400: "What was sent cannot be read",
    401: "Nobody is signed in",
    403: "The right for it is missing",
    404: "It does not exist",
    409: "It does not fit what is there now, such as a change that somebody else was faster with",
    413: "What was sent is too large",
    422: "Values do not fit; all faults are told",
    503: "The store cannot be written or reached for the moment",
}
PATH_HELP = {"number": "Its number", "table": "Name of the table", "name": "Its name", "kind": "Kind of the job"}


def operations() -> Iterator[tuple[Endpoint, Operation]]:
    """Give every operation with the endpoint that answers it."""
    for one in ENDPOINTS:
        for operation in one.operations():
            yield one, operation


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """Give the whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for one, operation in operations():
        paths.setdefault(ROOT + operation.path, {})[one.method.lower()] = _told(one, operation)
    paths[f"{ROOT}/events"] = {"get": _events()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Plantwright", "version": version("plantwright"), "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "plantwright_session"},
            },
        },
        "security": [{"token": []}, {"session": []}],
    }


def _told(one: Endpoint, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tags": [one.tag],
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*_in_path(operation.path), *(_in_query(p) for p in operation.query.values())],
        "responses": _answers(one, operation),
    }
    if one.keyed:
        found["parameters"].append(_header("Idempotency-Key", "What has the same key is done once, and answered again"))
    if operation.help:
        found["description"] = operation.help
    if operation.right:
        found["x-right"] = operation.right
    if operation.body is not None:
        media = "multipart/form-data" if one.body == "file" else "application/json"
        found["requestBody"] = {"required": True, "content": {media: {"schema": dict(operation.body)}}}
    if one.path == "/health":
        found["security"] = []
    return found


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "description": PATH_HELP.get(name, name),
         "schema": {"type": "integer", "minimum": 0} if name == "number" else {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]  # fmt: skip


def _in_query(one: Parameter) -> dict[str, Any]:
    schema = shape(one)
    if one.type.__name__ == "list":
        schema = {"type": "string", "description": "Values apart by commas"}
    elif one.optional:
        schema = schema["anyOf"][0]
    schema.pop("description", None)
    if one.default not in (None, ""):
        schema["default"] = one.default
    return {"name": one.name, "in": "query", "required": one.required, "description": one.help, "schema": schema}


def _header(name: str, help: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": help,
            "schema": {"type": "string", "maxLength": 200}}  # fmt: skip


def _answers(one: Endpoint, operation: Operation) -> dict[str, Any]:
    content = {
        media: {"schema": dict(operation.answer) if media == "application/json" else {"type": "string"}}
        for media in operation.media
    }
    refusals = {
        str(status): {"description": said, "content": {"application/json": {"schema": _ref("problems")}}}
        for status, said in REFUSALS.items()
    }
    return {str(one.status): {"description": "Done", "content": content}, **refusals}


def _events() -> dict[str, Any]:
    summary, _, more = HELP.partition("\n\n")
    parameters = [_header("Last-Event-ID", "Entry of the journal after which the news begin")]
    content = {"text/event-stream": {"schema": {"type": "string"}}}
    return {
        "tags": ["Events"], "operationId": "events", "summary": summary, "description": more, "parameters": parameters,
        "responses": {"200": {"description": "The events", "content": content}},
    }  # fmt: skip


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, entity in ENTITIES.items():
        if entity.role == "result":
            schema = row_schema(entity, given=False)
            schema["properties"].pop("row_version")
            found[name] = {**schema, "required": [part for part in schema["required"] if part != "row_version"]}
    for name, entity in plant_entities().items():
        found[name] = row_schema(entity, given=False)
        found[f"{name}_new"] = row_schema(entity, given=True)
        found[f"{name}_change"] = row_schema(entity, given=True, change=True)
    fields = {field: {"type": "string"} for field in Problem.__slots__}
    fields["severity"] = {"type": "string", "enum": ["error", "warning", "info"]}  # type: ignore[dict-item]
    found["problem"] = {"type": "object", "properties": fields, "required": list(fields)}
    problems: Mapping[str, Any] = {"type": "array", "items": _ref("problem")}
    found["problems"] = {"type": "object", "properties": {"problems": problems}, "required": ["problems"]}
    return found
