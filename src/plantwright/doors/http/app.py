"""Put the server together: the API, the page, and what guards both."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from plantwright.core.access.sites import guard_sites
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.doors.http import sign
from plantwright.doors.http.gate import Gate, is_loopback
from plantwright.doors.http.limits import BODY_LIMIT, UPLOAD_LIMIT, Headers, Sizes
from plantwright.doors.http.shelf import Shelf
from plantwright.doors.http.threads import THREADS, new_threads
from plantwright.doors.http.told import BODY_WRONG, FAILED, METHOD_UNKNOWN, NO_SUCH_PATH, answer, refusal
from plantwright.doors.http.watch import Watch
from plantwright.flows.catalog import load_actions, load_reports
from plantwright.flows.parcels import sweep_uploads

TURN = 0.0005
"""Seconds that a thread may compute before others get a turn, a tenth of the usual: what is ready goes out sooner."""
LOG = logging.getLogger("plantwright.server")


def make_app(
    target: str, *, host: str = "127.0.0.1", web: bool = True, deliver: bool = True,
    body_limit: float = BODY_LIMIT, upload_limit: float = UPLOAD_LIMIT,
) -> FastAPI:  # fmt: skip
    """Make the application that serves a plant.

    Parameters
    ----------
    target : the plant: path of its SQLite file or address of PostgreSQL
    host : address on which the server will listen; on a loopback address a plant without users trusts the machine
    web : whether the page is served beside the API
    deliver : whether changes are sent to webhooks; one process of a plant does so
    body_limit, upload_limit : megabytes of a request, and of an import

    Raises
    ------
    ProblemError : the plant cannot be opened
    """
    load_actions()
    load_reports()
    store = guard_sites(Store.open(target))
    sweep_uploads(store)
    watch = Watch(store)
    app = FastAPI(
        title="Plantwright", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
        lifespan=_lifespan(store, watch, deliver=deliver),
    )  # fmt: skip
    app.state.store, app.state.watch, app.state.shelf = store, watch, Shelf(store)
    sign.mount(app, store)
    importlib.import_module("plantwright.doors.api").mount(app, store, watch)
    _tell_errors(app)
    if web and importlib.util.find_spec("plantwright.doors.web"):
        importlib.import_module("plantwright.doors.web").mount(app, store)
    else:
        app.add_api_route("/", _to_api, include_in_schema=False)
    # What is added last comes first: sizes and headers hold for refusals too.
    app.add_middleware(Gate, store=store, local=is_loopback(host))
    app.add_middleware(Sizes, body=body_limit, upload=upload_limit)
    app.add_middleware(Headers)
    return app


def _to_api() -> Response:
    return RedirectResponse("/api/v1/", 303)


def _lifespan(store: Store, watch: Watch, *, deliver: bool) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """Watch the plant, and deliver to webhooks if asked, while the server runs; then leave all as it was."""
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        usual = sys.getswitchinterval()
        sys.setswitchinterval(TURN)
        tasks = [asyncio.create_task(watch.run())]
        if deliver:
            webhooks = importlib.import_module("plantwright.doors.api.webhooks")
            app.state.messenger = webhooks.Messenger(store, watch)
            tasks.append(asyncio.create_task(app.state.messenger.run()))
        try:
            yield
        finally:
            watch.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            app.state.threads.shutdown(wait=False)
            app.state.threads = new_threads()
            store.close()
            sys.setswitchinterval(usual)

    return lifespan


def _tell_errors(app: FastAPI) -> None:
    """Let whatever goes wrong be told in the one shape of problems."""

    async def problems(_request: Request, error: Exception) -> Response:
        return refusal(error.problems if isinstance(error, ProblemError) else [])

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        kind = METHOD_UNKNOWN if status == 405 else NO_SUCH_PATH
        headers = getattr(error, "headers", None) or {}
        return answer({"problems": [kind.at(value=request.url.path).as_dict()]}, status, headers)

    async def failed(request: Request, error: Exception) -> Response:
        # The path and the kind of the fault tell where to look; what was sent may hold a secret.
        LOG.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
        return refusal([FAILED.at(value=type(error).__name__)])

    async def left(_request: Request, _error: Exception) -> Response:
        return refusal([BODY_WRONG.at(what="it ends in the middle", must="all of it")])  # nobody hears it

    app.add_exception_handler(ClientDisconnect, left)
    app.add_exception_handler(ProblemError, problems)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, failed)
