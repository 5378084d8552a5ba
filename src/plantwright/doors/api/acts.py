"""Actions: what people do, by their declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plantwright.core import access
from plantwright.core.action import ACTION_UNKNOWN, ACTIONS, Action
from plantwright.core.parameters import Parameter
from plantwright.core.problem import ProblemError
from plantwright.doors.api.endpoint import Ask, Endpoint, Operation, endpoint
from plantwright.flows.catalog import load_actions

GIVES = {"type": "object", "properties": {"answer": {}}, "required": ["answer"]}


@endpoint("GET", "/actions", "Actions", gives={"type": "object"}, example='.get("/actions")')
def list_actions(ask: Ask) -> dict[str, Any]:
    """List the actions that you may do, with what they want to know."""
    return {"actions": [told(one) for one in load_actions().values() if ask.person.may(one.permission)]}


def told(one: Any) -> dict[str, Any]:
    """Describe something with parameters."""
    parameters = [
        {"name": p.name, "must": p.must, "required": p.required, "default": p.default, "choices": list(p.choices),
         "names": p.reference, "help": p.help}
        for p in one.parameters.values()
    ]  # fmt: skip
    return {"name": one.name, "label": one.label, "help": one.help.splitlines()[0], "parameters": parameters}


_TYPES: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "Decimal": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}]},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "list": {"type": "array", "items": {"type": "string"}},
}


def shape(one: Parameter) -> dict[str, Any]:
    """Describe a parameter as JSON schema."""
    found = dict(_TYPES[one.type.__name__])
    if one.choices:
        found["enum"] = list(one.choices)
    if one.optional:
        found = {"anyOf": [found, {"type": "null"}]}
    if one.help:
        found["description"] = one.help
    return found


def arguments_schema(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Describe arguments as the JSON schema of an object."""
    required = [name for name, one in parameters.items() if one.required]
    found = {
        "type": "object", "properties": {name: shape(one) for name, one in parameters.items()},
        "additionalProperties": False,
    }  # fmt: skip
    return found | ({"required": required} if required else {})


def example_of(parameters: Mapping[str, Parameter]) -> str:
    """Write arguments for an example: the required ones, as names of variables."""
    return "{" + ", ".join(f'"{name}": {name}' for name, one in parameters.items() if one.required) + "}"


def _each(_one: Endpoint) -> Iterable[Operation]:
    for name, one in load_actions().items():
        yield Operation(f"/actions/{name}", f"do_{name}", one.label, said(one.help), one.permission, {},
                        arguments_schema(one.parameters), GIVES,
                        example=f'.post("/actions/{name}", json={example_of(one.parameters)})')  # fmt: skip


def said(help: str) -> str:
    """Give the text of a declaration without its section on parameters."""
    return help.partition("Parameters\n---")[0].strip()


def action_of(ask: Ask) -> Action:
    """Give the action of the path, once it is clear that the person may do it."""
    name = ask.path["name"].replace("-", "_")
    one = ACTIONS.get(name)
    if one is None:
        raise ProblemError([ACTION_UNKNOWN.at(value=name)])
    ask.person.must(one.permission)
    return one


@endpoint("POST", "/actions/{name}", "Actions", body="json", keyed=True, each=_each)
def do_action(ask: Ask) -> dict[str, Any]:
    """Do an action; with the header Idempotency-Key it is done once, however often it is sent."""
    one = action_of(ask)
    with ask.desk.writing:
        return {"answer": access.act(ask.store, one.name, ask.object(), ask.person.name, ask.key)}


__all__ = ["ACTIONS", "arguments_schema", "do_action", "example_of", "list_actions", "shape", "told"]
