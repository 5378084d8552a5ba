"""What guards every answer and request: headers that tell browsers what not to do, and how much may be sent."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plantwright.doors.http.told import TOO_LARGE, refusal

MEGABYTE = 1024 * 1024
BODY_LIMIT, UPLOAD_LIMIT = 8, 64
"""Megabytes that a request may hold, and those of an import or another file."""
UPLOADS = ("/api/v1/import", "/_nicegui/")

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
FORMS = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
# NiceGUI puts the page's state into inline scripts, and Vue compiles templates in the browser, which needs eval.
PAGES = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
FORM_PATHS = ("/sign-in", "/sign-out", "/first", "/password")


def policy_of(path: str) -> str:
    """Give what a browser may load for a path."""
    if path.startswith("/api/"):
        return NOTHING
    return FORMS if path in FORM_PATHS else PAGES


class Headers:
    """Puts the headers of security on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_headers(scope)]
            await send(message)

        await self.app(scope, receive, sent)


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    path = scope["path"]
    found = [
        (b"content-security-policy", policy_of(path).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
    if scope.get("scheme") == "https":
        found.append((b"strict-transport-security", b"max-age=31536000"))
    if path.startswith("/api/") or path in FORM_PATHS:
        found.append((b"cache-control", b"no-store"))
    return found


class Sizes:
    """Refuses requests that hold too much, before they are read, and while they are read where they do not say."""

    def __init__(self, app: ASGIApp, body: float = BODY_LIMIT, upload: float = UPLOAD_LIMIT) -> None:
        self.app, self.body, self.upload = app, body, upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        megabytes = self.upload if scope["path"].startswith(UPLOADS) else self.body
        limit = int(megabytes * MEGABYTE)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > limit:
            await _too_large(megabytes)(scope, receive, send)
            return
        counted = _Counted(receive, limit)
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            if counted.over and not started:
                return  # what the application answers to a request that was cut off is of no interest
            started = True
            await send(message)

        try:
            await self.app(scope, counted, sent)
        except Exception:
            if not counted.over:
                raise
        if counted.over and not started:
            await _too_large(megabytes)(scope, receive, send)


class _Counted:
    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive, self.left, self.over = receive, limit, False

    async def __call__(self) -> Message:
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            self.over = True
            return {"type": "http.disconnect"}
        return message


def _too_large(megabytes: float) -> ASGIApp:
    response = refusal([TOO_LARGE.at(value=f"{megabytes:g}")])
    response.headers["connection"] = "close"
    return response
