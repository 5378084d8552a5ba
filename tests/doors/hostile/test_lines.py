"""Slow clients, uploads that are too large, connections that break, two people on one row, and a server that dies."""

import json
import shutil
import socket
import threading
import time

import httpx
import pytest

from plantwright.core.jobs import one_job
from plantwright.core.store import Store

MB = 1024 * 1024


def line(plant):
    return socket.create_connection(plant.socket.getsockname(), timeout=60)


def head(plant, method, path, length=None, **more):
    """The beginning of a request as it stands on the line."""
    lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {plant.tokens['ada']}"]
    lines += [f"Content-Length: {length}"] if length is not None else []
    return "\r\n".join([*lines, *(f"{name.replace('_', '-')}: {value}" for name, value in more.items())]).encode()


# --- slow and large -------------------------------------------------------------------------------------------------


def test_slow_clients_keep_nobody_waiting(plant):
    begun = [head(plant, "GET", "/tables/item"), head(plant, "POST", "/tables/item", 1000) + b"\r\n\r\n{"]
    lines = [(line(plant), begun[number % 2]) for number in range(60)]
    for each, text in lines:
        each.sendall(text)
    ask = plant.as_("vera")
    for _ in range(5):
        for each, _ in lines:
            each.sendall(b" ")
        assert ask("GET", "/tables/item", params={"limit": 50}).status_code == 200
        assert ask("GET", "/health").status_code == 200
    for each, _ in lines:
        each.close()
    assert ask("GET", "/health").status_code == 200


def test_upload_of_100_megabytes_is_refused_before_it_is_sent(plant):
    with line(plant) as sent:
        sent.sendall(head(plant, "POST", "/import", 100 * MB, Content_Type="multipart/form-data; boundary=x"))
        sent.sendall(b"\r\n\r\n--x\r\n")
        answer = sent.recv(64 * 1024)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"request-too-large" in answer
    assert b"connection: close" in answer


class Endless:
    """A file that is made while it is sent, and counts how much of it was."""

    def __init__(self, size):
        self.size, self.sent = size, 0

    def __iter__(self):
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="item.csv"\r\n\r\n'
        while self.sent < self.size:
            self.sent += MB
            yield b"x" * MB


@pytest.mark.parametrize("told", [True, False])
def test_client_that_sends_100_megabytes_all_the_same_hears_the_reason(plant, told):
    content = Endless(100 * MB)
    headers = {"Content-Type": "multipart/form-data; boundary=x"} | ({"Content-Length": str(100 * MB)} if told else {})
    refused = plant.as_("ada")("POST", "/import", content=content, headers=headers)
    assert refused.status_code == 413
    assert refused.json()["problems"][0]["code"] == "request-too-large"


# --- lines that break -----------------------------------------------------------------------------------------------


def entries(plant):
    return plant.as_("ada")("GET", "/journal", params={"limit": 1000}).json()["entries"]


def until(fits):
    for _ in range(600):
        found = fits()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(fits)


def test_half_of_an_edit_is_no_edit(plant):
    ask, before = plant.as_("ada"), len(entries(plant))
    row = ask("GET", "/tables/item", params={"limit": 1}).json()["rows"][0]
    body = json.dumps({"name": "Half", "row_version": row["row_version"]}).encode()
    whole = head(plant, "PATCH", f"/tables/item/row?code={row['code']}", len(body)) + b"\r\n\r\n" + body
    for end in (1, 20, len(whole) - len(body), len(whole) - 1):
        with line(plant) as broken:
            broken.sendall(whole[:end])
    assert ask("GET", "/tables/item/row", params={"code": row["code"]}).json() == row
    assert len(entries(plant)) == before


def test_edit_whose_answer_was_lost_is_asked_for_again_and_done_once(plant):
    ask, before = plant.as_("ada"), len(entries(plant))
    given = json.dumps({"code": "LOST-1", "kind": "make"}).encode()
    with line(plant) as broken:
        begun = head(plant, "POST", "/tables/item", len(given), Idempotency_Key="lost-1")
        broken.sendall(begun + b"\r\n\r\n" + given)
        until(lambda: len(entries(plant)) > before)
    again = ask("POST", "/tables/item", content=given, headers={"Idempotency-Key": "lost-1"})
    assert (again.status_code, again.json()["code"]) == (201, "LOST-1")
    assert len(entries(plant)) == before + 1
    without = ask("POST", "/tables/item", content=given)
    assert [one["code"] for one in without.json()["problems"]] == ["store-row-exists"]


def test_of_two_people_on_one_row_the_second_is_told_what_differs(plant):
    paul, ada = plant.as_("paul"), plant.as_("ada")
    row = ada("GET", "/tables/item", params={"limit": 1}).json()["rows"][0]
    key, version = {"code": row["code"]}, row["row_version"]
    done = paul("PATCH", "/tables/item/row", params=key, json={"name": "Paul's", "row_version": version})
    assert done.status_code == 200
    given = {"name": "Ada's", "family": row["family"], "row_version": version}
    refused = ada("PATCH", "/tables/item/row", params=key, json=given)
    assert refused.status_code == 409
    told = refused.json()
    assert "paul" in told["problems"][0]["message"]
    assert told["differs"] == {"name": {"yours": "Ada's", "now": "Paul's"}}
    assert told["now"] == done.json()
    given["row_version"] = told["now"]["row_version"]
    assert ada("PATCH", "/tables/item/row", params=key, json=given).json()["name"] == "Ada's"


# --- a server that dies ---------------------------------------------------------------------------------------------


def test_what_was_answered_outlives_the_server_and_what_was_not_is_whole_or_absent(imported_once, served, tmp_path):
    db, answered = shutil.copy(imported_once, tmp_path / "plant.db"), []

    def write(url):
        with httpx.Client(base_url=f"{url}/api/v1", timeout=10) as ask:
            for number in range(100_000):
                rows = [{"code": f"K{number}-{part}", "kind": "make"} for part in range(3)]
                try:
                    assert ask.post("/tables/item/rows", json={"rows": rows}).status_code == 200
                except httpx.TransportError:
                    return
                answered.append(number)

    with served(db, "--no-web", "--workers-for-jobs", "0") as (url, process):
        thread = threading.Thread(target=write, args=(url,))
        thread.start()
        until(lambda: len(answered) > 20)
        process.kill()
        thread.join(60)
    with Store.open(db) as store:
        codes = [code for code in store.read("item")["code"] if code.startswith("K") and "-" in code]
    there = {code.partition("-")[0] for code in codes if code.partition("-")[0][1:].isdigit()}
    assert {f"K{number}" for number in answered} <= there <= {f"K{number}" for number in range(len(answered) + 1)}
    assert all({f"{one}-{part}" for part in range(3)} <= set(codes) for one in there)


def test_plan_of_a_killed_server_is_told_as_interrupted_and_asked_for_again(imported_once, served, tmp_path):
    db = shutil.copy(imported_once, tmp_path / "plant.db")
    with served(db, "--no-web") as (url, process):
        number = httpx.post(f"{url}/api/v1/jobs/plan", json={"seconds": 300}, timeout=60).json()["number"]
        until(lambda: httpx.get(f"{url}/api/v1/jobs/{number}", timeout=60).json()["state"] == "running")
        process.kill()
        process.wait()
    with served(db, "--no-web") as (url, _), httpx.Client(base_url=f"{url}/api/v1", timeout=60) as ask:
        job = until(lambda: (found := ask.get(f"/jobs/{number}").json())["state"] == "failed" and found)
        assert [one["code"] for one in job["problems"]] == ["job-interrupted"]
        assert ask.get("/plans").json()["plans"] == []
        again = ask.post(f"/jobs/{number}/again")
        assert again.status_code == 202
        until(lambda: ask.get(f"/jobs/{again.json()['number']}").json()["state"] == "running")
        ask.post(f"/jobs/{again.json()['number']}/stop")
        until(lambda: ask.get(f"/jobs/{again.json()['number']}").json()["state"] == "stopped")
    with Store.open(db) as store:
        assert one_job(store, number).arguments["seconds"] is not None
