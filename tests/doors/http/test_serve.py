"""``plantwright serve`` as its users run it: a process with a worker beside it, on a file and on PostgreSQL."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import plantwright

SAMPLE = Path(plantwright.__file__).parent / "samples" / "pumps"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - as a server in a network


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(db, *options, host="127.0.0.1"):
    """A server in a process of its own; gives a client, and the lines that it said."""
    port = free_port()
    command = (sys.executable, "-m", "plantwright", "serve", str(db), "--port", str(port), *options)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = [process.stdout.readline()]
    try:
        with httpx.Client(base_url=f"http://{host}:{port}/api/v1", timeout=60) as client:
            client.process, client.said = process, said
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=40)
        said += [out, err]
    assert process.returncode == 0, err
    assert "Traceback" not in err


def ended(ask, number):
    """The job, once it is over."""
    for _ in range(1200):
        job = ask.get(f"/jobs/{number}").json()
        if job["state"] in {"done", "failed", "stopped"}:
            return job
        time.sleep(0.1)
    raise TimeoutError(job)


def socket_opens(base, origin):
    """Tell whether a page of an origin can open the socket of the page."""
    address = base.replace("http", "ws") + "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    try:
        with connect(address, origin=origin):
            return True
    except InvalidStatus:
        return False


def test_plan_is_asked_for_made_by_a_worker_and_looked_at_while_the_server_answers(imported):
    with served(imported) as ask:
        assert ask.get("/me").json()["rights"] == ["*"]
        base = str(ask.base_url).removesuffix("/api/v1/")
        page = httpx.get(f"{base}/", timeout=60)
        assert page.status_code == 200
        assert "script-src" in page.headers["content-security-policy"]
        for origin, opened in ((base, True), ("http://evil.example", False)):
            assert socket_opens(base, origin) == opened
        job = ask.post("/jobs/plan", json={}).json()
        while ask.get(f"/jobs/{job['number']}").json()["state"] in {"waiting", "running"}:
            assert ask.get("/tables/item", params={"limit": 50}).status_code == 200
            time.sleep(0.1)
        done = ended(ask, job["number"])
        assert (done["state"], done["share"]) == ("done", 1.0), done
        assert ask.get("/reports/late_orders").json()["plan"] == done["result"]["plan"]
        file = {"file": ("item.csv", b"code,kind\nN1,make\n")}
        asked = ask.post("/import", files=file, params={"job": "yes"})
        assert asked.status_code == 202
        assert ended(ask, asked.json()["number"])["state"] == "done"
        assert ask.get("/tables/item/row", params={"code": "N1"}).status_code == 200
    assert "is open at" in ask.said[0]


def test_stopped_job_leaves_nothing_and_open_streams_end_with_the_server(imported):
    with served(imported, "--no-web") as ask:
        job = ask.post("/jobs/plan", json={"seconds": 300}).json()["number"]
        with ask.stream("GET", "/events") as events:
            lines = events.iter_lines()
            assert next(lines) == "retry: 2000"
            ask2 = httpx.Client(base_url=ask.base_url, timeout=60)
            while ask2.get(f"/jobs/{job}").json()["state"] == "waiting":
                time.sleep(0.05)
            ask2.post(f"/jobs/{job}/stop")
            assert ended(ask2, job)["state"] == "stopped"
            assert ask2.get("/plans").json()["plans"] == []
            again = ask2.post(f"/jobs/{job}/again").json()["number"]
            assert again == job + 1
            ask2.close()
            ask.process.send_signal(signal.SIGTERM)
            assert list(lines) is not None  # the stream ends


def test_open_address_without_users_gives_one_link(imported):
    with served(imported, "--host", EVERYWHERE, "--workers-for-jobs", "0", "--no-web") as ask:
        link = [ask.process.stdout.readline() for _ in range(2)][1].strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/first\?token=[\w-]{43}", link)
        assert ask.get("/me").status_code == 401
        assert "First administrator" in httpx.get(link).text


def test_what_cannot_be_served_is_told(tmp_path, run):
    answer = run("serve", tmp_path / "nothing.db")
    assert answer.status == 1
    assert "store-missing" in answer.err


def test_plant_on_postgresql_is_served_by_two_processes(postgres_database, run):
    db = postgres_database.replace("+psycopg", "")
    assert run("init", db).status == 0
    assert run("import", db, SAMPLE).status == 0
    with served(db, "--no-web") as first, served(db, "--no-web", "--workers-for-jobs", "0") as second:
        job = second.post("/jobs/plan", json={}).json()
        row = first.post("/tables/item", json={"code": "N1", "kind": "make", "price": "0.1"}).json()
        assert second.get("/tables/item/row", params={"code": "N1"}).json() == row
        change = {"params": {"code": "N1"}, "json": {"name": "Mine", "row_version": row["row_version"]}}
        assert [ask.patch("/tables/item/row", **change).status_code for ask in (first, second)] == [200, 409]
        key = {"Idempotency-Key": "k-1"}
        made = [ask.post("/tables/item", json={"code": "N2", "kind": "make"}, headers=key) for ask in (first, second)]
        assert [one.status_code for one in made] == [201, 201]
        assert first.get("/tables/item", params={"where": "code = N2"}).json()["total"] == 1
        assert ended(second, job["number"])["state"] == "done"
        assert second.get("/reports/late_orders").status_code == 200
        assert first.get("/journal").json()["entries"]
    assert "postgres" in first.said[0]


def test_worker_that_dies_is_begun_again(imported):
    with served(imported, "--no-web") as ask:
        time.sleep(0.5)
        workers = subprocess.run(
            ("pgrep", "-P", str(ask.process.pid)), capture_output=True, text=True, check=False
        ).stdout.split()
        if not workers:
            pytest.skip("the system does not tell the children of a process")
        os.kill(int(workers[0]), signal.SIGKILL)
        job = ask.post("/jobs/plan", json={"schedule": False}).json()["number"]
        assert ended(ask, job)["state"] == "done"
