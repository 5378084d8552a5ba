"""Where a program begins: what there is, who asks, whether the server is well, and the description of all of it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from plantwright.doors.api.endpoint import ENDPOINTS, Ask, endpoint
from plantwright.flows.catalog import load_actions, load_reports

OBJECT = {"type": "object"}


@endpoint("GET", "/", "Start", gives=OBJECT, example='.get("/")')
def start(ask: Ask) -> dict[str, Any]:
    """List the paths, tables, actions and reports, as far as you may use them."""
    may = ask.person.may
    return {
        "program": f"Plantwright {version('plantwright')}",
        "paths": sorted({f"{one.method} /api/v1{one.path}" for one in ENDPOINTS} | {"GET /api/v1/events"}),
        "actions": [name for name, one in load_actions().items() if may(one.permission)],
        "reports": [name for name in load_reports() if may(f"report:{name}")],
    }


@endpoint("GET", "/health", "Start", gives=OBJECT, example='.get("/health")')
def health(ask: Ask) -> dict[str, Any]:
    """Tell whether the server reaches its store; nobody needs to be signed in."""
    with ask.store.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    return {"well": True}


@endpoint("GET", "/me", "Start", gives=OBJECT, example='.get("/me")')
def me(ask: Ask) -> dict[str, Any]:
    """Tell who you are and what you may do; with a session, the token that changes must send as X-CSRF-Token."""
    person = ask.person
    sites = None if person.sites is None else sorted(person.sites)
    return {
        "name": person.name, "rights": sorted(person.permissions), "sites": sites, "must_change": person.must_change,
        "csrf": ask.csrf,
    }  # fmt: skip


@endpoint("GET", "/openapi.json", "Start", gives=OBJECT, example='.get("/openapi.json")')
def openapi(_ask: Ask) -> dict[str, Any]:
    """Describe all paths in the terms of OpenAPI 3.1."""
    from plantwright.doors.api.openapi import description  # noqa: PLC0415 - it reads all declarations

    return description()
