"""Problems over HTTP: one shape of every refusal, and the status that goes with each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from plantwright.core.problem import Problem, errors, problem_kind
from plantwright.doors.http.exact_json import to_bytes

NOT_SIGNED_IN = problem_kind(
    "not-signed-in", "Nobody is signed in.", "Sign in, or send a token: Authorization: Bearer TOKEN."
)
NO_SUCH_PATH = problem_kind("path-unknown", "There is nothing at {value}.", "See the list of paths: /api/v1/.")
METHOD_UNKNOWN = problem_kind(
    "method-unknown", "{value} cannot be asked for in this way.", "See the methods of the path: /api/v1/."
)
FORGED = problem_kind(
    "request-forged",
    "The request does not prove that it comes from a page of this server: {what}.",
    "Send the header X-CSRF-Token, as /api/v1/me gives it; programs use a token instead of a session.",
)
TOO_LARGE = problem_kind(
    "request-too-large", "What was sent is larger than {value} MB.", "Send it in parts, or import it on the server."
)
BODY_WRONG = problem_kind("body-wrong", "What was sent cannot be read: {what}.", "Send {must}.")
FAILED = problem_kind(
    "server-failed", "The server could not do this; the fault is its own.", "Try again; if it stays, report {value}."
)

STATUS = {
    "not-signed-in": 401,
    "sign-in-refused": 401,
    "not-allowed": 403,
    "site-not-allowed": 403,
    "password-must-change": 403,
    "request-forged": 403,
    "first-link-spent": 403,
    "method-unknown": 405,
    "request-too-large": 413,
    "sign-in-too-many": 429,
    "body-wrong": 400,
    "server-failed": 500,
    "store-locked": 503,
    "store-full": 503,
    "store-unreachable": 503,
    "store-read-only": 503,
    "store-damaged": 503,
    "cannot-write": 503,
    **dict.fromkeys(
        ("not-there", "path-unknown", "store-row-missing", "report-unknown", "action-unknown", "store-plan-missing",
         "journal-entry-missing", "scenario-unknown", "job-unknown", "job-missing", "user-missing", "access-missing",
         "upload-missing"), 404),
    **dict.fromkeys(
        ("changed-meanwhile", "store-row-exists", "store-still-used", "store-key-reused", "store-ledger", "user-exists",
         "journal-reversed", "journal-changed-since", "journal-nothing", "journal-no-reversal", "job-over",
         "last-administrator"), 409),
}  # fmt: skip
"""The status of a kind of problem by its code; all others say that the values do not fit: 422."""
UNFIT = 422


def status_of(problems: Sequence[Problem]) -> int:
    """Give the status of a refusal: that of its first error."""
    found = errors(problems) or list(problems)
    return STATUS.get(found[0].code, UNFIT) if found else UNFIT


def as_list(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Give problems in the terms of JSON, as the command line does."""
    return [problem.as_dict() for problem in problems]


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(to_bytes(value), status, headers, "application/json")


def refusal(problems: Sequence[Problem], status: int | None = None) -> Response:
    """Answer with problems."""
    status = status or status_of(problems)
    more = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "1"} if status == 503 else None
    return answer({"problems": as_list(problems)}, status, more)
