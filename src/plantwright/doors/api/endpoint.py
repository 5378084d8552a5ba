"""How an endpoint is declared: once, for the server, the OpenAPI description and the page of documentation."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from plantwright.core.access import Person
from plantwright.core.parameters import Parameter, read_arguments
from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.core.store import Store
from plantwright.doors.http.exact_json import read_json
from plantwright.doors.http.shelf import Shelf
from plantwright.doors.http.told import BODY_WRONG
from plantwright.doors.http.watch import Watch

Body = Literal["", "json", "file"]
KEY_LENGTH = 200
"""Characters of an idempotency key at most."""


@dataclass(frozen=True)
class Desk:
    """What all requests share: the store, tables as last read, what is new, and the right to write.

    One thread writes at a time: SQLite lets no more write anyway, and lets those that wait sleep longer than need be.
    """

    store: Store
    shelf: Shelf
    watch: Watch
    writing: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Upload:
    """A file that was sent."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Ask:
    """One request, as a function of an endpoint sees it."""

    desk: Desk
    person: Person
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    file: Upload | None = None
    csrf: str = ""

    @property
    def store(self) -> Store:
        """The plant."""
        return self.desk.store

    def read(self, parameters: Mapping[str, Parameter], of: str = "this path") -> dict[str, Any]:
        """Read the values after the question mark; raises every fault of them at once."""
        return _bounded(read_arguments(of, parameters, self.query))

    def json(self) -> Any:
        """Read the body; nothing is an empty object."""
        try:
            return read_json(self.body) if self.body.strip() else {}
        except ValueError as error:
            raise ProblemError([BODY_WRONG.at(what=str(error), must="JSON in UTF-8")]) from error

    def object(self) -> dict[str, Any]:
        """Read the body as a JSON object."""
        found = self.json()
        if not isinstance(found, dict):
            raise ProblemError([BODY_WRONG.at(what="it is no object", must='a JSON object: {"name": value}')])
        return found

    def number(self, name: str = "number") -> int:
        """Give the number in the path."""
        text = self.path[name]
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise ProblemError([BAD_ARGUMENT.at(column=name, value=text, must="a whole number")])
        return int(text)

    @property
    def key(self) -> str | None:
        """The idempotency key, None where none was sent."""
        key = self.headers.get("idempotency-key", "").strip()
        if len(key) > KEY_LENGTH:
            raise ProblemError([BAD_ARGUMENT.at(column="Idempotency-Key", value=key[:20], must="at most 200 signs")])
        return key or None


def _bounded(values: dict[str, Any]) -> dict[str, Any]:
    """Refuse whole numbers that no database can hold."""
    wrong = [
        BAD_ARGUMENT.at(column=name, value=value, must="a whole number of at most 18 digits")
        for name, value in values.items()
        if isinstance(value, int) and abs(value) >= 10**18
    ]
    if wrong:
        raise ProblemError(wrong)
    return values


@dataclass(frozen=True)
class Operation:
    """One endpoint as the description tells it; a family, such as that of all tables, has one for each member."""

    path: str
    name: str
    summary: str
    help: str = ""
    right: str = ""
    query: Mapping[str, Parameter] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)
    media: tuple[str, ...] = ("application/json",)
    example: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One declared endpoint: the function that answers, and how it is described."""

    method: str
    path: str
    tag: str
    function: Callable[[Ask], Any]
    body: Body
    status: int
    keyed: bool
    each: Callable[[Endpoint], Iterable[Operation]]

    def operations(self) -> Iterable[Operation]:
        """Give what is described: one operation, or that of each member of a family."""
        return self.each(self)


ENDPOINTS: list[Endpoint] = []
"""Every declared endpoint."""


def endpoint(
    method: str, path: str, tag: str, *, query: Mapping[str, Parameter] | None = None, right: str = "",
    body: Body = "", takes: Mapping[str, Any] | None = None, gives: Mapping[str, Any] | None = None,
    status: int = 200, keyed: bool = False, example: str = "", media: tuple[str, ...] = ("application/json",),
    each: Callable[[Endpoint], Iterable[Operation]] | None = None,
) -> Callable[[Callable[[Ask], Any]], Callable[[Ask], Any]]:  # fmt: skip
    """Declare the function that answers an endpoint.

    Parameters
    ----------
    method, path : how it is asked for; names in braces are parts of the path
    tag : heading under which it is listed
    query : what may stand after the question mark
    right : what a person must hold; the function asks for it where it depends on what is asked
    body, takes : what is sent, and its JSON schema
    gives, media : JSON schema of the answer, and its types
    status : status of a good answer
    keyed : whether it heeds an idempotency key
    example : what follows ``client`` in the example, such as ``.get("/plans")``
    each : gives the operations of a family
    """

    def declare(function: Callable[[Ask], Any]) -> Callable[[Ask], Any]:
        summary, _, more = (inspect.getdoc(function) or "").partition("\n\n")
        if not summary:
            raise TypeError(f"{method} {path} needs a docstring")

        def one(_made: Endpoint) -> list[Operation]:
            return [
                Operation(
                    path, function.__name__, summary.replace("\n", " "), more, right, query or {}, takes, gives or {},
                    media, example,
                )
            ]  # fmt: skip

        ENDPOINTS.append(Endpoint(method, path, tag, function, body, status, keyed, each or one))
        return function

    return declare


def option(
    name: str, help: str, type: type = str, default: Any = "", choices: tuple[Any, ...] = (), *, required: bool = False
) -> Parameter:
    """Declare one value after the question mark."""
    return Parameter(name, type, required, default, choices, default is None, "", help)


def options(*declared: Parameter) -> dict[str, Parameter]:
    """Give declared values by name."""
    return {one.name: one for one in declared}
