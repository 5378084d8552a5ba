"""Put the declared endpoints on the server."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.doors.api.endpoint import ENDPOINTS, Ask, Desk, Endpoint, Upload
from plantwright.doors.http.told import BODY_WRONG, answer, refusal
from plantwright.doors.http.watch import Watch

ROOT = "/api/v1"
PARTS = ("start", "tables", "acts", "looks", "plans", "history", "work", "files", "events")


def declared() -> list[Endpoint]:
    """Give every endpoint."""
    for part in PARTS:
        importlib.import_module(f"plantwright.doors.api.{part}")
    return ENDPOINTS


def mount(app: FastAPI, store: Store, watch: Watch) -> None:
    """Put every endpoint on the application."""
    desk = Desk(store, app.state.shelf, watch)
    app.state.desk = desk
    for one in declared():
        # Plain routes: the declarations read and describe what is sent, so that FastAPI need not do it again.
        app.add_route(ROOT + one.path, _answering(desk, one), methods=[one.method], include_in_schema=False)
    events = importlib.import_module("plantwright.doors.api.events")
    app.add_route(f"{ROOT}/events", events.stream(desk), methods=["GET"], include_in_schema=False)


def _answering(desk: Desk, one: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def work(request: Request) -> Response:
        try:
            file = await _file(request) if one.body == "file" else None
            body = await request.body() if one.body == "json" else b""
            ask = Ask(
                desk, request.state.person, request.path_params, _query(request), request.headers, body, file,
                request.state.csrf,
            )  # fmt: skip
            return await run_in_threadpool(_done, one, ask)
        except ProblemError as error:
            return refusal(error.problems)

    return work


def _done(one: Endpoint, ask: Ask) -> Response:
    ask.desk.shelf.refresh()
    found: Any = one.function(ask)
    return found if isinstance(found, Response) else answer(found, one.status)


def _query(request: Request) -> dict[str, str]:
    """Read what stands after the question mark; a name that comes twice is a list, as forms send it."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


async def _file(request: Request) -> Upload:
    must = "a form (multipart/form-data) with the field file"
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise ProblemError([BODY_WRONG.at(what="there is no file", must=must)])
            return Upload(file.filename or "", await file.read())
    except HTTPException as error:
        raise ProblemError([BODY_WRONG.at(what=str(error.detail), must=must)]) from error
