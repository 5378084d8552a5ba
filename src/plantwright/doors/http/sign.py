"""The pages by which people come in and go: sign in, sign out, the first administrator, a new password."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from plantwright.core import access
from plantwright.core.problem import Problem, ProblemError
from plantwright.core.reader import later, say
from plantwright.core.store import Store
from plantwright.doors.http.gate import COOKIE, CSRF_FIELD
from plantwright.doors.http.html import Field, form_page
from plantwright.doors.http.told import status_of

NAME = Field("name", later("Name"), "username")
PASSWORD = Field("password", later("Password"), "current-password", secret=True)
OLD = Field("old", later("Password so far"), "current-password", secret=True)
NEW = Field("new", later("New password"), "new-password", secret=True)
FIRST = (
    Field("name", later("Name to sign in with"), "username"),
    Field("full_name", later("Full name"), "name", required=False),
    Field("password", later("Password"), "new-password", secret=True),
)


def mount(app: FastAPI, store: Store) -> None:
    """Put the pages on the application."""
    pages = Pages(store)
    for path, show, done in (
        ("/sign-in", pages.show_sign_in, pages.sign_in),
        ("/first", pages.show_first, pages.first),
        ("/password", pages.show_password, pages.password),
        ("/sign-out", pages.show_sign_out, pages.sign_out),
    ):
        app.add_api_route(path, show, methods=["GET"], include_in_schema=False, response_model=None)
        app.add_api_route(path, done, methods=["POST"], include_in_schema=False, response_model=None)


class Pages:
    """The pages, on one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def show_sign_in(self, request: Request) -> Response:
        """Show the form, or go on where somebody is signed in."""
        if request.state.person is not None:
            return RedirectResponse(_next(request.query_params.get("next", "")), 303)
        return _sign_in_page(request.query_params.get("next", ""))

    async def sign_in(self, request: Request) -> Response:
        """Begin a session."""
        form = await _form(request)
        agent, address = request.headers.get("user-agent", "")[:200], request.client.host if request.client else ""
        try:
            token = await run_in_threadpool(
                access.sign_in, self.store, form.get("name", ""), form.get("password", ""), agent, address
            )
        except ProblemError as error:
            return _sign_in_page(form.get("next", ""), form.get("name", ""), error.problems)
        return _with_session(request, token, _next(form.get("next", "")))

    async def show_first(self, request: Request) -> Response:
        """Show the form of the first administrator, where the link is good."""
        token = request.query_params.get("token", "")
        good = await run_in_threadpool(access.first_link_is_good, self.store, token)
        return _first_page(token) if good else _first_page("", [access.own.LINK_SPENT.at()])

    async def first(self, request: Request) -> Response:
        """Make the first administrator and sign in."""
        form = await _form(request)
        token, name, password = (form.get(part, "") for part in ("token", "name", "password"))
        try:
            user = await run_in_threadpool(
                access.use_first_link, self.store, token, name, password, form.get("full_name", "")
            )
            session = await run_in_threadpool(access.sign_in, self.store, user, password)
        except ProblemError as error:
            return _first_page(token, error.problems)
        return _with_session(request, session, "/")

    async def show_password(self, request: Request) -> Response:
        """Show the form for a new password."""
        return _password_page(request)

    async def password(self, request: Request) -> Response:
        """Change the password; the other sessions of the user end."""
        form, name = await _form(request), request.state.person.name
        try:
            await run_in_threadpool(access.change_password, self.store, name, form.get("old", ""), form.get("new", ""))
            token = await run_in_threadpool(access.sign_in, self.store, name, form.get("new", ""))
        except ProblemError as error:
            return _password_page(request, error.problems)
        return _with_session(request, token, "/")

    async def show_sign_out(self, request: Request) -> Response:
        """Ask whether to sign out: a link alone must not do it."""
        sentence = say("You are signed in as {name}.", name=request.state.person.name)
        return form_page(later("Sign out"), sentence, (), "Sign out", hidden={CSRF_FIELD: request.state.csrf})

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        await run_in_threadpool(access.sign_out, self.store, request.state.session)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE, path="/")
        return response


async def _form(request: Request) -> dict[str, str]:
    form = await request.form(max_files=0, max_fields=20)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _sign_in_page(goal: str, name: str = "", problems: list[Problem] | None = None) -> Response:
    fields = (Field(NAME.name, NAME.label, NAME.complete, value=name), PASSWORD)
    status = status_of(problems) if problems else 200
    sentence = say("Plan, record and learn on one model of the plant.")
    return form_page(
        later("Sign in"), sentence, fields, "Sign in", hidden={"next": goal}, problems=problems or (), status=status
    )


def _first_page(token: str, problems: list[Problem] | None = None) -> Response:
    status = status_of(problems) if problems else 200
    sentence = say("The plant has no user yet. The first one is its administrator.")
    return form_page(
        later("First administrator"), sentence, FIRST if token else (), later("Begin"), hidden={"token": token},
        problems=problems or (), status=status, action="/first",
    )  # fmt: skip


def _password_page(request: Request, problems: list[Problem] | None = None) -> Response:
    sentence = say("For {name}. All other sessions end.", name=request.state.person.name)
    return form_page(
        "New password", sentence, (OLD, NEW), later("Change it"), hidden={CSRF_FIELD: request.state.csrf},
        problems=problems or (), status=status_of(problems) if problems else 200,
    )  # fmt: skip


def _next(goal: str) -> str:
    """Give where to go on: a path of this server only, so that no link leads people elsewhere after it."""
    parts = urlsplit(goal)
    inside = goal.startswith("/") and not goal.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return goal if inside and goal.isprintable() and "\\" not in goal else "/"


def _with_session(request: Request, token: str, goal: str) -> Response:
    response = RedirectResponse(goal, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="lax", secure=secure)
    return response
