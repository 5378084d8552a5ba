"""What changes is told: as server-sent events, and to webhooks with a signature, until it is received."""

import hashlib
import hmac
import http.server
import json
import threading
from contextlib import contextmanager

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from plantwright.core import access
from plantwright.core.access import Person
from plantwright.doors.api import webhooks
from plantwright.doors.api.events import event
from plantwright.doors.http.watch import News


def events_of(lines):
    """Read server-sent events: dictionaries with id, event and data."""
    found = {}
    for line in lines:
        if not line:
            if "data" in found:
                yield {**found, "data": json.loads(found["data"])}
            found = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[name] = value


@contextmanager
def stream(plant, name, **headers):
    more = {"Authorization": f"Bearer {plant.tokens[name]}", **headers}
    with (
        httpx.Client(base_url=plant.base, timeout=20) as client,
        client.stream("GET", "/api/v1/events", headers=more) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events_of(answer.iter_lines())


def test_change_is_told_to_who_listens_and_what_was_missed_to_who_comes_again(plant):
    ask = plant.as_("paul")
    with stream(plant, "vera") as events:
        ask("POST", "/tables/item", json={"code": "N1", "kind": "make"})
        told = next(events)
    assert (told["event"], told["data"]["tables"]) == ("change", ["item"])
    assert "by" not in told["data"]  # that is for who audits
    ask("POST", "/tables/item", json={"code": "N2", "kind": "make"})
    with stream(plant, "ada", **{"Last-Event-ID": told["id"]}) as events:
        missed = next(events)
    assert int(missed["id"]) == int(told["id"]) + 1
    assert (missed["data"]["by"], missed["data"]["action"]) == ("paul", "create")


def test_job_and_plan_are_told(plant):
    with stream(plant, "paul") as events:
        asked = plant.as_("paul")("POST", "/jobs/plan", json={}).json()
        told = next(events)["data"]
        assert (told["job"], told["state"]) == (asked["number"], "waiting")
        plant.as_("paul")("POST", f"/jobs/{asked['number']}/stop")
        assert next(events)["data"]["state"] == "stopped"


def test_wrong_place_to_go_on_is_refused(looked_at):
    answer = looked_at.as_("ada")("GET", "/events", headers={"Last-Event-ID": "x"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("news", "seen"),
    [
        (News("change", 1, ("item",), {"entry": 1, "at": "", "by": "x", "action": "create"}), True),
        (News("change", 1, ("customer",), {"entry": 1, "at": "", "by": "x", "action": "create"}), False),
        (News("change", 1, (), {"entry": 1, "at": "", "by": "x", "action": "set_role"}), False),
        (News("plan", 1, (), {"plan": 1}), False),
        (News("job", 1, (), {"job": 1, "kind": "plan", "by": "x"}), False),
        (News("job", 1, (), {"job": 1, "kind": "plan", "by": "me"}), True),
    ],
)
def test_news_are_told_to_those_who_may_know_them(news, seen):
    assert bool(event(news, Person("me", frozenset({"read:item"})))) == seen


# --- webhooks -------------------------------------------------------------------------------------------------------


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it gets; refuses the first `refused` messages."""

    got: list
    refused = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        status = 500 if len(self.server.got) <= self.server.refused else 204
        self.send_response(status)
        self.end_headers()
        if len(self.server.got) > self.server.refused:
            self.server.done.set()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def receiver():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.refused, server.done = [], 2, threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_webhook_is_told_again_until_it_takes_the_message_and_can_prove_whence_it_comes(plant, receiver):
    url = f"http://127.0.0.1:{receiver.server_port}/hook?x=1"
    made = plant.as_("ada")("POST", "/actions/set_webhook", json={"name": "erp", "url": url, "events": ["item"]})
    secret = made.json()["answer"]["secret"]
    plant.app.state.messenger.pauses = (0.05,) * 5
    plant.as_("paul")("POST", "/tables/item", json={"code": "N1", "kind": "make"})
    assert receiver.done.wait(20)
    assert len(receiver.got) == 3
    assert len({headers["X-Plantwright-Delivery"] for headers, _ in receiver.got}) == 1
    headers, body = receiver.got[-1]
    signed = headers["X-Plantwright-Timestamp"].encode() + b"." + body
    right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Plantwright-Signature"] == f"sha256={right}"
    assert json.loads(body)["tables"] == ["item"]
    assert secret.encode() not in body


HOOK = access.Webhook("erp", "http://127.0.0.1:9/", ("*",), "secret")


def delivered(statuses, pauses=(0.0, 0.0)):
    """The messages that a receiver gets who answers with these statuses."""
    got = []

    def sender(message, _moment):
        got.append(message.number)
        status = statuses[len(got) - 1]
        if status is OSError:
            raise OSError
        return status

    class Always(webhooks.Messenger):
        def _in_force(self, hook):
            return True

    messenger = Always(None, None, pauses, sender)
    with start_blocking_portal() as aside:
        aside.call(messenger._deliver, webhooks.message(HOOK, News("plan", 7)))
    return got


@pytest.mark.parametrize(
    ("statuses", "times"),
    [([200], 1), ([500, 200], 2), ([OSError, 302, 200], 3), ([500, 500, 500, 500], 3), ([410, 200], 1)],
)
def test_message_is_repeated_until_it_is_taken_given_up_or_unwanted(statuses, times):
    assert delivered(statuses) == ["plan-7"] * times


@pytest.mark.parametrize(
    ("events", "heard"), [(("*",), True), (("item",), True), (("create",), True), (("customer", "plan"), False)]
)
def test_webhook_hears_what_it_asked_for(events, heard):
    hook = access.Webhook("erp", "http://127.0.0.1/", events, "secret")
    assert webhooks.wanted(hook, News("change", 1, ("item",), {"action": "create"})) == heard
