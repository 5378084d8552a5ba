"""The page as its users see it: a server of its own process on a planned sample plant, and a real Chromium.

`page` looks at a plant that all tests share and only read. A test that writes asks for `own_site` too: then its page
looks at a copy of its own, whose file is ``own_site.db``.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
IS_ROOT = os.geteuid() == 0
START_SECONDS = 120
WAIT = 20_000
"""Milliseconds for which a page waits for what it expects: plenty, for a machine that does much else."""
expect.set_options(timeout=WAIT)


@dataclass(frozen=True)
class Site:
    """A server that runs: its address, and the database that it shows."""

    url: str
    db: Path


@pytest.fixture(scope="session")
def chromium():
    """Path of Debian's Chromium: installed first in CI on Debian as root, and missed only there."""
    found = find_chromium()
    if found is None and IN_CI and IS_ROOT and shutil.which("apt-get"):
        install_chromium()
        found = find_chromium()
    if found is None:
        missing = "Chromium is missing: install it (Debian: apt-get install chromium)"
        pytest.fail(missing) if IN_CI else pytest.skip(missing)
    return found


def find_chromium():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def install_chromium():
    """Install Debian's package once, however many workers ask for it."""
    with (Path(tempfile.gettempdir()) / "plantwright-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if find_chromium() is not None:
            return
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (("update",), ("install", "-y", "--no-install-recommends", "chromium")):
            subprocess.run(("apt-get", "-q", *arguments), check=True, env=environment, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def browser(chromium):
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def serve():
    """Serve a plant of any kind of database: ``with serve(target, folder) as site``."""
    nursery = Nursery()
    yield partial(serving, nursery.begin)
    nursery.close()


@pytest.fixture(scope="session")
def site(serve, planned_once, tmp_path_factory):
    """A server for tests that only read, on a copy of the planned sample plant."""
    folder = tmp_path_factory.mktemp("site")
    db = Path(shutil.copy(planned_once, folder / "plant.db"))
    with serve(db, folder) as found:
        yield found


@pytest.fixture
def own_site(serve, planned, tmp_path):
    """A server for one test that writes, on a plant of its own."""
    with serve(planned, tmp_path) as found:
        yield found


def window(browser, site):
    """Open a window of the browser on a site; paths are taken from its address."""
    opened = browser.new_context(
        base_url=site.url, viewport={"width": 1440, "height": 900}, locale="en-GB", accept_downloads=True
    )
    opened.set_default_timeout(WAIT)
    return opened


@pytest.fixture(scope="session")
def reading_window(browser, site):
    """The window of the tests that only read: what the browser has loaded for one, it has for all."""
    opened = window(browser, site)
    yield opened
    opened.close()


@pytest.fixture
def context(request, browser):
    """A window of the browser on the site of the test."""
    if "own_site" not in request.fixturenames:
        yield request.getfixturevalue("reading_window")
        return
    opened = window(browser, request.getfixturevalue("own_site"))
    yield opened
    opened.close()


@pytest.fixture
def new_page(context):
    """Open further pages of the same person; what goes wrong in any of them fails the test."""
    faults, pages = [], []

    def make():
        made = context.new_page()
        pages.append(made)
        made.on("pageerror", lambda error: faults.append(str(error)))
        made.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        return made

    yield make
    for one in pages:
        one.close()
    assert not faults, f"the page had faults: {faults}"


@pytest.fixture
def page(new_page):
    return new_page()


@contextmanager
def serving(begin, db, folder):
    """Run a server, and a worker for its jobs, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / "server.log"
    log.touch()
    # The worker is begun beside the server, not by it: so that it need not load the program either.
    processes = [
        begin(log, "serve", str(db), "--port", str(port), "--workers-for-jobs", "0"),
        begin(log, "work", str(db)),
    ]
    try:
        wait_for(url, processes, log)
        yield Site(url, Path(db))
    finally:
        for number in processes:
            end(number)


class Nursery:
    """A process that has loaded the program, of which servers and workers are forks."""

    def __init__(self):
        # pytest marks the environment, and NiceGUI would take that for a test of its own and wait for a screen.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
        command = (sys.executable, "-W", "ignore", str(Path(__file__).with_name("nursery.py")))
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )

    def begin(self, log, *arguments):
        """Begin the program with arguments; gives the number of its process, which leads a group of its own."""
        self.process.stdin.write(json.dumps([str(log), arguments]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def runs(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def end(number):
    """End a process with its children, at once: that it ends calmly is for the tests of ``serve`` to see."""
    with suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)
    until = time.monotonic() + 10
    while runs(number) and time.monotonic() < until:
        time.sleep(0.005)


def wait_for(url, processes, log):
    """Wait until the server answers; what it said is told where it ends instead."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if not all(map(runs, processes)):
            break
        try:
            urllib.request.urlopen(f"{url}/static/plantwright.css", timeout=5).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server did not start: {log.read_text()}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- the schedule, whose chart is a picture ------------------------------------------------------------------------

FREE_OPERATION = """() => {
    const chart = getElement(+document.querySelector('.pw-gantt').id.slice(1));
    const { model, view, painter } = chart;
    for (const row of painter.inSight(view)) for (const op of row.ops) {
        const x = view.label + (model.start[op] - view.left) * view.scale;
        const width = (model.finish[op] - model.start[op]) * view.scale;
        const y = 42 + row.top - view.top + row.height / 2;
        const free = row.kind === 'unit' && model.stateOf(op) === 'waiting' && model.centers[row.center].own;
        if (free && x > view.label + 150 && x + width < view.width - 150 && width > 30 && y < view.body
            && model.data.orders.state[model.order[op]] === 'released') {
            return { x: x + 8, y, order: model.orderName(model.order[op]), sequence: model.seq[op] };
        }
    }
}"""
"""Finds a bar that may be dragged: where it is in the picture, and what it stands for."""


@pytest.fixture
def free_operation():
    """Find a bar that may be dragged."""
    return lambda page: page.evaluate(FREE_OPERATION)


@pytest.fixture
def drag_operation():
    """Drag a free operation of the schedule to a later time; gives what was dragged."""

    def drag(page, by=90):
        expect(page.locator(".pw-gantt-wait")).to_be_hidden()
        found, place = page.evaluate(FREE_OPERATION), page.locator(".pw-gantt canvas").bounding_box()
        x, y = place["x"] + found["x"], place["y"] + found["y"]
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + by, y, steps=4)
        page.mouse.up()
        return found

    return drag
