"""Who comes in: sessions, tokens, the local person; what is forged, too large, or not allowed."""

import re

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from plantwright.core import access
from plantwright.core.entity import plant_entities
from plantwright.core.store import Store
from plantwright.doors.api.openapi import description
from plantwright.doors.http import make_app
from plantwright.doors.http.gate import COOKIE, csrf_token
from plantwright.flows.catalog import load_actions, load_reports

SESAME = "correct-horse-battery-7"
ACTIONS, REPORTS = load_actions(), load_reports()


def codes(response):
    return {problem["code"] for problem in response.json()["problems"]}


def signed_in(plant, word=SESAME, name="paul"):
    browser = plant.browser()
    answer = browser.post("/sign-in", data={"name": name, "password": word, "next": "/late?x=1"})
    return browser, answer


# --- signing in -----------------------------------------------------------------------------------------------------


def test_nobody_gets_in_without_a_name(looked_at):
    ask = looked_at.client
    assert ask.get("/api/v1/tables/item").status_code == 401
    assert ask.get("/api/v1/health").status_code == 200
    assert ask.get("/late?x=1").headers["location"] == "/sign-in?next=%2Flate%3Fx%3D1"
    for token in (b"", b" x", b" \xc4", b" " + b"x" * 5000):
        assert ask.get("/api/v1/me", headers={"Authorization": b"Bearer" + token}).status_code == 401


def test_session_begins_and_ends(plant):
    browser, answer = signed_in(plant)
    assert (answer.status_code, answer.headers["location"]) == (303, "/late?x=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    me = browser.get("/api/v1/me").json()
    assert me["name"] == "paul"
    assert me["csrf"]
    assert browser.post("/sign-out", data={"X-CSRF-Token": me["csrf"]}).status_code == 303
    assert browser.get("/api/v1/me").status_code == 401
    browser.close()


@pytest.mark.parametrize(
    "goal", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_sign_in_leads_nowhere_else(looked_at, goal):
    with looked_at.browser() as browser:
        answer = browser.post("/sign-in", data={"name": "vera", "password": SESAME, "next": goal})
        assert answer.headers["location"] == "/"


def test_wrong_password_is_told_in_words_and_five_lock_the_account(plant):
    for _ in range(5):
        browser, answer = signed_in(plant, word='"><script>')
        browser.close()
        assert answer.status_code == 401
        assert "The name or the password is wrong" in answer.text
        assert "<script" not in answer.text
    browser, answer = signed_in(plant)
    browser.close()
    assert answer.status_code == 401


def test_too_many_tries_from_one_address_are_refused(plant):
    found = set()
    with plant.browser() as browser:
        for number in range(32):
            form = {"name": f"nobody{number}", "password": "x"}
            found.add(browser.post("/sign-in", data=form).status_code)
    assert found == {401, 429}


def test_first_link_makes_the_administrator_once(imported, tmp_path):
    with Store.open(imported) as store:
        token = access.first_link(store)
    app = make_app(str(imported), host="0.0.0.0", web=False)  # noqa: S104 - as a server in a network
    ask = client_of(app, "http://plant.example")

    async def walk():
        async with ask as browser:
            assert (await browser.get("/api/v1/me")).status_code == 401
            assert "was used" in (await browser.get("/first?token=x")).text
            assert 'name="password"' in (await browser.get(f"/first?token={token}")).text
            weak = await browser.post("/first", data={"token": token, "name": "ada", "password": "short"})
            assert weak.status_code == 422
            form = {"token": token, "name": "ada", "password": SESAME}
            assert (await browser.post("/first", data=form)).status_code == 303
            assert (await browser.get("/api/v1/me")).json()["rights"] == ["*"]
            assert (await browser.post("/first", data=form)).status_code == 403

    run(walk)


def test_temporary_password_must_be_changed_first(plant):
    password = plant.as_("ada")("POST", "/actions/set_password", json={"user": "paul"}).json()["answer"]["password"]
    browser, _ = signed_in(plant, word=password)
    assert codes(browser.get("/api/v1/tables/item")) == {"password-must-change"}
    assert browser.get("/late").headers["location"] == "/password"
    csrf = re.search(r'name="X-CSRF-Token" value="(\w+)"', browser.get("/password").text)[1]
    form = {"old": password, "new": "another-horse-battery-8", "X-CSRF-Token": csrf}
    assert browser.post("/password", data={**form, "X-CSRF-Token": "x"}).status_code == 403
    assert browser.post("/password", data={**form, "old": "x"}).status_code == 422
    assert browser.post("/password", data=form).headers["location"] == "/"
    assert browser.get("/api/v1/tables/item").status_code == 200
    browser.close()


# --- forged requests ------------------------------------------------------------------------------------------------


def test_session_alone_changes_nothing(plant):
    browser, _ = signed_in(plant)
    row = {"code": "N1", "kind": "make"}
    assert codes(browser.post("/api/v1/tables/item", json=row)) == {"request-forged"}
    wrong = browser.post("/api/v1/tables/item", json=row, headers={"X-CSRF-Token": "wrong"})
    assert codes(wrong) == {"request-forged"}
    right = {"X-CSRF-Token": csrf_token(browser.cookies[COOKIE])}
    assert browser.post("/api/v1/tables/item", json=row, headers=right).status_code == 201
    browser.close()


def run(work):
    with start_blocking_portal() as aside:
        aside.call(work)


def client_of(app, base, **more):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=base, **more)


@pytest.mark.parametrize(
    ("base", "headers", "status"),
    [
        ("http://127.0.0.1:8321", {}, 201),
        ("http://localhost:8321", {"Origin": "http://localhost:8321"}, 201),
        ("http://[::1]:8321", {}, 201),
        ("http://127.0.0.1:8321", {"Origin": "http://evil.example"}, 403),
        ("http://127.0.0.1:8321", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("http://127.0.0.1:8321", {"Origin": "null"}, 403),
        ("http://evil.example:8321", {}, 401),
        ("http://127.0.0.1.evil.example", {}, 401),
    ],
)
def test_local_person_is_only_who_asks_from_here(imported, base, headers, status):
    app = make_app(str(imported), web=False)

    async def walk():
        async with client_of(app, base, headers=headers) as browser:
            answer = await browser.post("/api/v1/tables/item", json={"code": "N1", "kind": "make"})
            assert answer.status_code == status, answer.text

    run(walk)
    app.state.store.close()


def test_nobody_is_local_once_there_are_users(plant):
    assert plant.client.get("/api/v1/me").status_code == 401


# --- rights ---------------------------------------------------------------------------------------------------------


def asked():
    """Every endpoint that asks for a right, with a person who lacks it."""
    for path, methods in description()["paths"].items():
        for method, one in methods.items():
            if one.get("x-right"):
                yield pytest.param(path, method, one["x-right"], id=f"{method} {path}")


@pytest.fixture(scope="module")
def stranger(people_once, tmp_path_factory):
    """A token that may do nothing at all."""
    with Store.open(people_once[0]) as store:
        return access.make_token(store, "paul", "nothing", ["nothing"], 30, "ada")


def test_every_endpoint_refuses_who_lacks_its_right(looked_at, stranger):
    wrong = []
    for case in asked():
        path, method, _ = case.values
        url = path.replace("{number}", "1")
        more = {"files": {"file": ("item.csv", b"x")}} if path.endswith("/import") else {}
        answer = looked_at.client.request(method, url, headers={"Authorization": f"Bearer {stranger}"}, **more)
        if answer.status_code != 403 or codes(answer) != {"not-allowed"}:
            wrong.append((method, path, answer.status_code, answer.text[:200]))
    assert not wrong


def test_role_that_looks_cannot_write(looked_at):
    ask = looked_at.as_("vera")
    for name in plant_entities():
        assert ask("POST", f"/tables/{name}", json={}).status_code == 403
    for name in ACTIONS:
        assert ask("POST", f"/actions/{name}", json={}).status_code == 403
    assert ask("POST", "/jobs/plan", json={}).status_code == 403


# --- sizes, headers, secrets ----------------------------------------------------------------------------------------


def test_too_much_is_refused_whether_it_says_so_or_not(people_once):
    app = make_app(str(people_once[0]), web=False, body_limit=0.001, upload_limit=0.01)
    headers = {"Authorization": f"Bearer {people_once[1]['ada']}"}

    async def parts():
        for _ in range(20):
            yield b"x" * 1000

    async def walk():
        async with client_of(app, "http://127.0.0.1", headers=headers) as ask:
            for more in ({"content": b"x" * 2000}, {"content": parts()}):
                answer = await ask.post("/api/v1/tables/item", **more)
                assert (answer.status_code, codes(answer)) == (413, {"request-too-large"})
            answer = await ask.post("/api/v1/import", files={"file": ("a.csv", b"x" * 20_000)})
            assert answer.status_code == 413
            answer = await ask.post(
                "/api/v1/import", files={"file": ("item.csv", b"x" * 2000)}, params={"dry_run": "yes"}
            )
            assert answer.status_code == 200

    run(walk)
    app.state.store.close()


def test_every_answer_carries_the_headers_of_security(looked_at):
    for path in ("/api/v1/health", "/sign-in", "/nothing", "/api/v1/nothing"):
        headers = looked_at.client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


def test_pages_behind_tls_keep_to_it(imported):
    app = make_app(str(imported), web=False)

    async def walk():
        async with client_of(app, "https://127.0.0.1") as browser:
            assert "max-age" in (await browser.get("/sign-in")).headers["strict-transport-security"]

    run(walk)
    app.state.store.close()


def test_secrets_are_in_no_log(plant, caplog):
    caplog.set_level(0)
    browser, _ = signed_in(plant, word="a-wrong-secret-1")
    browser.close()
    browser, _ = signed_in(plant)
    session = browser.cookies[COOKIE]
    browser.close()
    made = plant.as_("ada")("POST", "/actions/add_token", json={"user": "paul", "name": "t", "rights": ["*"]}).json()
    plant.as_("ada")("POST", "/tables/item", content=b"{broken")
    own = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]  # those of the client
    told = "".join(one.getMessage() + str(one.exc_info or "") for one in own)
    for secret in ("a-wrong-secret-1", SESAME, session, made["answer"]["token"], plant.tokens["ada"]):
        assert secret not in told
        assert secret.encode() not in plant.db.read_bytes()


def test_fault_of_the_server_tells_nothing_of_its_inside(plant, monkeypatch):
    def broken(*_arguments, **_more):
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("plantwright.doors.api.looks.run_report", broken)
    answer = plant.as_("ada")("GET", "/reports/late_orders")
    assert answer.status_code == 500
    assert codes(answer) == {"server-failed"}
    assert "inside" not in answer.text
