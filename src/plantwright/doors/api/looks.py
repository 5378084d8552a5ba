"""Reports: what people look at, as JSON, CSV or Excel."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from starlette.responses import Response

from plantwright.core.pages import Page
from plantwright.core.parameters import Parameter
from plantwright.core.problem import ProblemError
from plantwright.core.report import REPORT_UNKNOWN, REPORTS, Report
from plantwright.doors.api.acts import said, told
from plantwright.doors.api.endpoint import Ask, Endpoint, Operation, endpoint, option, options
from plantwright.doors.formats import as_csv, as_json, write_xlsx
from plantwright.flows.catalog import load_reports
from plantwright.flows.reporting import run_report
from plantwright.flows.views import StoreView

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COMMON = options(
    option("format", "Form of the answer", default="json", choices=("json", "csv", "xlsx")),
    option("where", 'Rows of the first table, as: "item = P-100 and late = yes"'),
)
OF_PLAN = options(
    option("plan", "Number of the plan; the latest where it is left out", int, None),
    option("scenario", "The latest plan of a scenario"),
)
OF_TWO = options(
    option("plan", "Number of the first plan", int, required=True),
    option("other", "Number of the second plan", int, required=True),
)


def query_of(one: Report) -> dict[str, Parameter]:
    """Give what may be asked of a report besides its own parameters."""
    if "other" in one.wants:
        return {**COMMON, **OF_TWO}
    return {**COMMON, **OF_PLAN} if "plan" in one.wants else COMMON


@endpoint("GET", "/reports", "Reports", gives={"type": "object"}, example='.get("/reports")')
def list_reports(ask: Ask) -> dict[str, Any]:
    """List the reports that you may see, with what they want to know."""
    return {"reports": [told(one) for name, one in load_reports().items() if ask.person.may(f"report:{name}")]}


def _each(_one: Endpoint) -> Iterable[Operation]:
    for name, one in load_reports().items():
        query = {**one.parameters, **query_of(one)}
        given = {key: value for key, value in query.items() if value.required}
        params = ", params={" + ", ".join(f'"{key}": {key}' for key in given) + "}" if given else ""
        yield Operation(f"/reports/{name}", f"report_{name}", one.label, said(one.help), f"report:{name}", query, None,
                        {"type": "object"}, ("application/json", "text/csv", XLSX),
                        f'.get("/reports/{name}"{params})')  # fmt: skip


@endpoint("GET", "/reports/{name}", "Reports", each=_each)
def get_report(ask: Ask) -> Response | dict[str, Any]:
    """Give a report."""
    one = report_of(ask)
    query = query_of(one)
    chosen = Ask(ask.desk, ask.person, ask.path, {n: v for n, v in ask.query.items() if n in query}, ask.headers)
    wanted = chosen.read(query, one.name)
    arguments = {name: value for name, value in ask.query.items() if name not in query}
    view = StoreView(ask.store, wanted.get("plan"), wanted.get("scenario", ""), need_plan="plan" in one.wants,
                     sites=ask.person.sites)  # fmt: skip
    other = view.other(wanted["other"]) if "other" in wanted else None
    page = run_report(view, one.name, arguments, wanted["where"], other)
    return given(page, one.name, view, wanted["format"])


def report_of(ask: Ask) -> Report:
    """Give the report of the path, once it is clear that the person may see it."""
    name = ask.path["name"].replace("-", "_")
    ask.person.must(f"report:{name}")
    one = REPORTS.get(name)
    if one is None:
        raise ProblemError([REPORT_UNKNOWN.at(value=name)])
    if one.permission:
        ask.person.must(one.permission)
    return one


def given(page: Page, name: str, view: Any, form: str) -> Response | dict[str, Any]:
    """Give a page in the form that was asked for."""
    zone = view.settings.zone
    if form == "json":
        return as_json(page, name, view.number, zone)
    if form == "csv":
        return file_response(as_csv(page, zone).encode(), f"{name}.csv", "text/csv; charset=utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.xlsx"
        write_xlsx(page, path, zone)
        return file_response(path.read_bytes(), path.name, XLSX)


def file_response(data: bytes, name: str, media: str) -> Response:
    """Answer with a file that browsers keep under its name."""
    return Response(data, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
