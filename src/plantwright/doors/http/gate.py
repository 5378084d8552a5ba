"""Who asks: every request and every socket gets its person here, or goes no further."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, quote, urlsplit

from anyio import to_thread
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plantwright.core.access import (
    Person,
    has_users,
    local_person,
    person_of_session,
    person_of_token,
    remember_local,
    remembered_local,
    remembered_person,
)
from plantwright.core.access.audit import ADDRESS
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.doors.http.told import FORGED, NOT_SIGNED_IN, refusal

COOKIE = "plantwright_session"
CSRF_HEADER, CSRF_FIELD = b"x-csrf-token", "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS = frozenset({"/sign-in", "/first", "/favicon.ico", "/api/v1/health"})
BY_ORIGIN = ("/_nicegui", "/_nicegui_ws")
"""Paths of NiceGUI, whose own scripts send no token: where they come from is told by the browser."""
FORM_LIMIT = 256 * 1024


@dataclass(frozen=True)
class Asked:
    """Who asks, and by what: a session, a token, or as the local person."""

    person: Person | None
    by: str = ""
    token: str = ""


def csrf_token(session: str) -> str:
    """Give the token that proves that a request comes from a page of this server: only its pages know the session."""
    return hmac.new(session.encode(), b"plantwright csrf", hashlib.sha256).hexdigest()


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Tell whether an address is that of the machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Gate:
    """Finds the person of each request and socket, and refuses those that have none or may be forged."""

    def __init__(self, app: ASGIApp, store: Store, *, local: bool) -> None:
        self.app, self.store, self.local = app, store, local
        self._users_known = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its person in ``scope["state"]``."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        ADDRESS.set(scope["client"][0] if scope.get("client") else "")
        try:
            asked = await self._asked(headers)
        except ProblemError as error:
            await _refused(scope, refusal(error.problems), receive, send)
            return
        state = scope.setdefault("state", {})
        state |= {"person": asked.person, "session": asked.token, "csrf": ""}
        if asked.by == "session":
            state["csrf"] = csrf_token(asked.token)
        if scope["path"] not in OPEN_PATHS:
            fault = self._fault(scope, asked)
            if fault is None and asked.by in {"session", "local"}:
                fault, receive = await _forged(scope, headers, receive, asked)
            if fault is not None:
                await _refused(scope, fault, receive, send)
                return
        await self.app(scope, receive, send)

    async def _asked(self, headers: dict[bytes, bytes]) -> Asked:
        kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() == "bearer":
            return Asked(await self._person(person_of_token, token.strip()), "token")
        session = _cookie(headers)
        if session:
            person = await self._person(person_of_session, session)
            if person is not None:
                return Asked(person, "session", session)
        person = await self._local_person() if self.local and _from_here(headers) else None
        return Asked(person, "local" if person else "")

    async def _person(self, look_up: Callable[[Store, str], Person | None], token: str) -> Person | None:
        """Look somebody up; who was a moment ago costs no thread."""
        return remembered_person(self.store, token) or await to_thread.run_sync(look_up, self.store, token)

    async def _local_person(self) -> Person | None:
        """Give the person at the machine, while the plant has no user; it never comes to be without users again."""
        if self._users_known:
            return None
        found = remembered_local(self.store)
        if found is None:
            self._users_known = await to_thread.run_sync(has_users, self.store)
            found = None if self._users_known else remember_local(self.store, local_person(_login()))
        return found

    def _fault(self, scope: Scope, asked: Asked) -> Response | None:
        path = scope["path"]
        if asked.person is None:
            if path.startswith("/api/") or scope["type"] == "websocket" or path.startswith(BY_ORIGIN):
                return refusal([NOT_SIGNED_IN.at()])
            whole = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            return RedirectResponse(f"/sign-in?next={quote(whole, safe='')}", 303)
        if (
            asked.person.must_change
            and not path.startswith(("/api/", "/_nicegui"))
            and path not in {"/password", "/sign-out"}
        ):
            return RedirectResponse("/password", 303)
        return None


async def _forged(
    scope: Scope, headers: dict[bytes, bytes], receive: Receive, asked: Asked
) -> tuple[Response | None, Receive]:
    """Look whether a request that a browser sends by itself comes from a page of this server."""
    if scope["type"] == "websocket" or scope["path"].startswith(BY_ORIGIN) or asked.by == "local":
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE
        wrong = unsafe and not _same_origin(headers)
        return (refusal([FORGED.at(what="its origin is another one")]) if wrong else None), receive
    if scope["method"] in SAFE:
        return None, receive
    wanted = csrf_token(asked.token)
    given = headers.get(CSRF_HEADER, b"").decode("latin-1")
    if not given and headers.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded"):
        given, receive = await _field(receive)
    if hmac.compare_digest(given.encode(), wanted.encode()):
        return None, receive
    return refusal([FORGED.at(what=f"{CSRF_FIELD} is {'wrong' if given else 'missing'}")]), receive


def _same_origin(headers: dict[bytes, bytes]) -> bool:
    """Tell whether a request comes from a page of this server; programs that are no browsers send no origin."""
    if headers.get(b"sec-fetch-site", b"same-origin") not in {b"same-origin", b"none"}:
        return False
    origin = headers.get(b"origin")
    return origin is None or urlsplit(origin.decode("latin-1")).netloc == headers.get(b"host", b"").decode("latin-1")


def _from_here(headers: dict[bytes, bytes]) -> bool:
    """Tell whether the address that was asked for is the machine's own: a foreign name may be led here by its owner."""
    host = headers.get(b"host", b"").decode("latin-1")
    name = host.rpartition(":")[0] if host.count(":") == 1 or ("]" in host and host[-1] != "]") else host
    return is_loopback(name)


async def _field(receive: Receive) -> tuple[str, Receive]:
    """Read a form, and give its token with a function that gives the form once more."""
    parts, more, size = [], True, 0
    while more and size <= FORM_LIMIT:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
    body = b"".join(parts)
    values = parse_qs(body.decode("utf-8", "replace")).get(CSRF_FIELD, [""])
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": more}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return values[0], again


async def _refused(scope: Scope, response: Response, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4401 if response.status_code == 401 else 4403})
        return
    await response(scope, receive, send)


def _cookie(headers: dict[bytes, bytes]) -> str:
    return cookie_parser(headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE, "")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
