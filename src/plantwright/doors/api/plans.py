"""Plans that are kept: list, one, its tables, and the judge's word on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES
from plantwright.core.problem import ProblemError, errors
from plantwright.core.store.problems import PLAN_MISSING
from plantwright.doors.api import sites
from plantwright.doors.api.choosing import WHICH, chosen
from plantwright.doors.api.endpoint import Ask, Endpoint, Operation, endpoint, option, options
from plantwright.doors.api.rows import to_json
from plantwright.doors.api.tables import page_schema
from plantwright.doors.http.told import as_list
from plantwright.flows.plan_store import judge_plan

OBJECT = {"type": "object"}
LISTED = options(
    option("scenario", "Only plans of this scenario", default=None),
    option("limit", "Plans at most", int, 100),
)


@endpoint("GET", "/plans", "Plans", query=LISTED, gives=OBJECT, right="report:summary", example='.get("/plans")')
def list_plans(ask: Ask) -> dict[str, Any]:
    """List the plans that are kept, the latest first."""
    ask.person.must("report:summary")
    wanted = ask.read(LISTED)
    found = [plan for plan in ask.store.plans() if wanted["scenario"] in {None, plan["scenario"]}]
    return {"plans": [_told(plan) for plan in found[: max(wanted["limit"], 0)]]}


def _told(plan: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plan.items() if name != "problems"}


@endpoint("GET", "/plans/{number}", "Plans", gives=OBJECT, right="report:summary", example='.get(f"/plans/{plan}")')
def get_plan(ask: Ask) -> dict[str, Any]:
    """Give a plan's own data: options, totals, seconds, the rows of each table, and what was odd."""
    ask.person.must("report:summary")
    return ask.store.load_plan(ask.number(), ())[0]


def _tables(_one: Endpoint) -> Iterable[Operation]:
    for name, entity in ENTITIES.items():
        if entity.role == "result":
            yield Operation(f"/plans/{{number}}/tables/{name}", f"plan_{name}", f"List rows of {name} of a plan",
                            " ".join((entity.__doc__ or "").split()), f"read:{name}", WHICH, None,
                            page_schema({"$ref": f"#/components/schemas/{name}"}),
                            example=f'.get(f"/plans/{{plan}}/tables/{name}", params={{"limit": 10}})')  # fmt: skip


@endpoint("GET", "/plans/{number}/tables/{table}", "Plans", each=_tables)
def plan_rows(ask: Ask) -> dict[str, Any]:
    """List rows of a result table of a plan."""
    name = ask.path["table"]
    ask.person.must(f"read:{name}")
    entity = ENTITIES.get(name)
    if entity is None or entity.role != "result":
        raise ProblemError([PLAN_MISSING.at(value=f"{ask.number()} with {name}")])
    wanted, shelf = ask.read(WHICH), ask.desk.shelf
    meta = ask.store.load_plan(ask.number(), ())[0]
    rows = sites.seen_of_plan(ask, name, ask.number(), tuple(meta["tables"]))
    columns: dict[str, Column] = {n: c for n, c in entity.columns.items() if n in rows.columns}
    page = chosen(rows, (), columns, wanted, shelf.settings.zone, name)
    return {"rows": to_json(page.rows, columns, shelf.settings.zone), "total": page.total, "next": page.next}


@endpoint("POST", "/plans/{number}/verify", "Plans", gives=OBJECT, right="report:summary",
          example='.post(f"/plans/{plan}/verify")')  # fmt: skip
def verify_plan(ask: Ask) -> dict[str, Any]:
    """Judge a plan by the rules alone, against the plant as it is now."""
    ask.person.must("report:summary")
    judged, problems = judge_plan(ask.store, ask.number())
    return {"plan": judged.number, "verified": not errors(problems), "problems": as_list(problems)}
