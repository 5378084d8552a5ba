"""Requests over HTTP that are refused."""

import httpx
from anyio.from_thread import start_blocking_portal
from provokes import new_store, provokes

from plantwright.core.problem import Problem
from plantwright.doors.http import make_app


def _refused(folder, method, path, base="http://127.0.0.1", **more):
    """Give the problems of a request to a plant without users, asked from the machine itself."""
    new_store(folder).close()
    app = make_app(str(folder / "plant.db"), web=False, body_limit=0.001)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)

    async def ask():
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **more)

    with start_blocking_portal() as aside:  # a browser test before this one may have left a loop running in this thread
        answer = aside.call(ask)
    app.state.store.close()
    return [Problem(**problem) for problem in answer.json()["problems"]]


@provokes("not-signed-in")
def not_signed_in(folder):
    return _refused(folder, "GET", "/api/v1/tables/item", base="http://plant.example")


@provokes("path-unknown")
def path_unknown(folder):
    return _refused(folder, "GET", "/api/v1/tables/colour")


@provokes("method-unknown")
def method_unknown(folder):
    return _refused(folder, "PUT", "/api/v1/tables/item")


@provokes("request-forged")
def request_forged(folder):
    return _refused(folder, "POST", "/api/v1/jobs/plan", headers={"Origin": "http://elsewhere.example"})


@provokes("request-too-large")
def request_too_large(folder):
    return _refused(folder, "POST", "/api/v1/tables/item", content=b"x" * 2000)


@provokes("body-wrong")
def body_wrong(folder):
    return _refused(folder, "POST", "/api/v1/tables/item", content=b"{code: A}")


@provokes("server-failed")
def server_failed(folder):
    from plantwright.doors.api import looks

    right, looks.run_report = looks.run_report, None  # a fault of the program
    try:
        return _refused(folder, "GET", "/api/v1/reports/where_used", params={"item": "B"})
    finally:
        looks.run_report = right


@provokes("archive-wrong")
def archive_wrong(folder):
    return _refused(folder, "POST", "/api/v1/import", files={"file": ("plant.zip", b"no archive")})
