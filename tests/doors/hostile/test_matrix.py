"""Who may do what: every endpoint and every screen for every built-in role and for nobody, from the declarations."""

import html
import re
import shutil
from dataclasses import dataclass
from functools import partial

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from plantwright.core import access
from plantwright.core.access.person import allows
from plantwright.core.access.roles import BUILT_IN_ROLES, known_rights
from plantwright.core.action import ACTIONS, run_action
from plantwright.core.store import Store
from plantwright.doors.api.openapi import description
from plantwright.doors.api.serving import declared
from plantwright.doors.http import make_app
from plantwright.doors.web.mounting import load_screens
from plantwright.doors.web.screens import SCREENS
from plantwright.flows.catalog import load_actions, load_jobs, load_reports

SESAME = "correct-horse-battery-7"
STRANGER = "stranger"
"""A role of no right that is asked for anywhere: what needs none is all that it sees."""
ROLES = (*BUILT_IN_ROLES, STRANGER)
load_actions(), load_reports(), load_jobs(), declared(), load_screens()


@dataclass(frozen=True)
class Staff:
    """A plant with one person of each role, and their tokens."""

    db: str
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def staff(planned_once, tmp_path_factory):
    db = str(shutil.copy(planned_once, tmp_path_factory.mktemp("staff") / "plant.db"))
    with Store.open(db) as store:
        access.use_first_link(store, access.first_link(store), "chief", SESAME)
        tokens = {STRANGER: access.make_token(store, "chief", STRANGER, ["nothing"], 30, "chief")}
        for role in BUILT_IN_ROLES:
            made = run_action(store, "make_user", {"name": role, "roles": [role]}, "chief")
            access.change_password(store, role, made["password"], SESAME)
            tokens[role] = access.make_token(store, role, "tests", ["*"], 30, "chief")
    return Staff(db, tokens)


def may(role, right):
    return role != STRANGER and allows(frozenset(BUILT_IN_ROLES[role].rights), right)


RIGHTS = {role: frozenset(filter(partial(may, role), known_rights())) for role in ROLES}


def headers(staff, role):
    return {"Authorization": f"Bearer {staff.tokens[role]}"} if role else {}


# --- endpoints ------------------------------------------------------------------------------------------------------

UNFIT = {"limit": "x", "format": "x", "dry_run": "x", "row_version": "x"}
"""Values that no endpoint takes: who may do something is told so, and nothing is done."""


def operations():
    for path, methods in description()["paths"].items():
        for method, one in methods.items():
            if not path.endswith("/events"):  # it never ends
                yield path, method, one.get("x-right", "")


async def asked(client, path, method, who):
    more = {"json": {"no_such_name": 1}} if method in {"post", "patch"} else {}
    if path.endswith("/import"):
        more = {"files": {"file": ("item.csv", b"x")}}
    return await client.request(method, path.replace("{number}", "1"), params=UNFIT, headers=who, **more)


def faults_of(staff, role):
    """Every endpoint that answers a role otherwise than its declaration says."""
    app = make_app(staff.db, web=False, deliver=False)
    wrong = []

    async def walk():
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=60) as client:
            for path, method, right in operations():
                answer = await asked(client, path, method, headers(staff, role))
                codes = {one["code"] for one in answer.json().get("problems", ())} if answer.status_code > 399 else {}
                if not _fits(role, right, answer.status_code, codes, path):
                    wrong.append((method, path, right, answer.status_code, codes))

    with start_blocking_portal() as aside:
        aside.call(walk)
    app.state.store.close()
    return wrong


def _fits(role, right, status, codes, path):
    if role is None:
        return status == 200 if path.endswith("/health") else (status, codes) == (401, {"not-signed-in"})
    if right and not may(role, right):
        return (status, codes) == (403, {"not-allowed"})
    # What declares no right may still ask for one that depends on what is asked for.
    return status < 500 and (not right or status not in {401, 403})


@pytest.mark.parametrize("role", [None, *ROLES])
def test_every_endpoint_lets_a_role_in_exactly_when_it_has_the_right(staff, role):
    assert faults_of(staff, role) == []


# --- screens --------------------------------------------------------------------------------------------------------

EXAMPLES = {"demand": "SO-1", "number": "SO-1", "code": "P-100", "action": "add_token", "entity": "user", "name": "x"}


@pytest.fixture(scope="module")
def pages(staff, served):
    """A client of the served pages, and texts of the plant that only those who may look at it shall see."""
    with Store.open(staff.db) as store:
        known = {*store.read("item")["name"], *store.read("customer")["name"], *store.read("supplier")["name"]}
        orders = store.read("sales_order_line")["order"].unique().to_list()
        code = store.read("item")["code"][0]
    EXAMPLES.update(demand=f"{orders[0]}/1", number=orders[0], code=code, item=code)
    with served(staff.db, "--workers-for-jobs", "0") as (url, _), httpx.Client(base_url=url, timeout=60) as client:
        yield client, {text for text in known if len(text) > 4} | set(orders)


def shown(text):
    """What a page says: the text without the marks of HTML and JSON around it."""
    return html.unescape(html.unescape(text)).encode().decode("unicode_escape", "replace")


def filled(path, **given):
    """An address with values in the place of its parts."""
    return re.sub(r"{(\w+)(:path)?}", lambda part: {**EXAMPLES, **given}.get(part[1], "x"), path)


def variants(screen):
    """Addresses of a screen, each with the rights that it needs beside that of the screen."""
    if screen.path == "/do/{action}":
        for name, one in ACTIONS.items():
            yield filled(screen.path, action=name), one.permission
    elif screen.path == "/tables/{entity}":
        for name in ("item", "exchange_rate", "sales_order_line"):
            yield filled(screen.path, entity=name), f"read:{name}"
    elif screen.path == "/reports/{name}":
        yield filled(screen.path, name="late_orders"), "report:late_orders"
    else:
        yield filled(screen.path), ""


def opens_for_less(role, wanted):
    """Whether a role with fewer rights may open what asks for these: what it is refused there, nobody else is."""
    return any(wanted <= RIGHTS[other] < RIGHTS[role] for other in ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_every_screen_opens_for_a_role_exactly_when_it_has_the_right(staff, pages, role):
    client, secret = pages
    wrong = []
    for screen in SCREENS.values():
        for path, more in variants(screen):
            wanted = {right for right in (screen.right, more) if right}
            if not wanted and role not in {"viewer", STRANGER}:
                continue  # it asks for no right of its own: two roles tell as much as ten
            allowed = all(may(role, right) for right in wanted)
            if wanted and allowed and opens_for_less(role, wanted):
                continue
            answer = client.get(path, headers=headers(staff, role))
            refused = "not-allowed" in answer.text
            if answer.status_code != 200 or (wanted and refused is allowed):
                wrong.append((path, answer.status_code, allowed, refused))
            if role == STRANGER:
                wrong += [(path, text) for text in secret if text in shown(answer.text) and text not in path]
    assert wrong == []


def test_every_screen_sends_nobody_to_sign_in(pages):
    client, _ = pages
    for screen in SCREENS.values():
        for path, _ in variants(screen):
            answer = client.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in?next=")
