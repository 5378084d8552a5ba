"""Measure the server: requests a second, first views in a browser, the Gantt chart, and pages that stay open.

    python benchmarks/web.py                            # all parts, some minutes
    python benchmarks/web.py api gantt --seconds 5      # some of them
    python benchmarks/web.py live --open 50 --live-seconds 600

api    lists of 50 rows and stock postings over HTTP, one server process on SQLite, with --clients connections
views  from navigation to drawn, of Today and Schedule, in a warm Chromium
gantt  frames a second while the chart of all operations is panned
live   pages of Today that stay open while something changes each second: memory, dropped pages, answers to a search

Everything runs on this machine: the server in a process of its own, the clients in this one. The sample plant is
looked at, and for views and chart plant S as well, whose generator is looked for as in benchmarks/plants.py. A Chromium
without a graphics card draws in software, so that frames a second are those of the slowest machine. The table is
printed as Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from plants import PLANTS, ROOT, tools

PARTS = ("api", "views", "gantt", "live")
OF = {"sample": PARTS, "S": ("views", "gantt")}
"""What is measured of each plant."""
HOST = "127.0.0.1"
Row = tuple[str, str, str, str]


# --- plants and servers ---------------------------------------------------------------------------------------------


def plantwright(*arguments: object) -> None:
    """Run a command of the program."""
    command = [sys.executable, "-m", "plantwright", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def sample(folder: Path) -> Path:
    """Make the sample plant with a plan."""
    database = folder / "pumps.db"
    plantwright("init", database)
    plantwright("import", database, ROOT / "src" / "plantwright" / "samples" / "pumps")
    plantwright("plan", database)
    return database


def generated(name: str, folder: Path, seed: int) -> Path:
    """Make a generated plant with a plan."""
    files, database = folder / name, folder / f"{name}.db"
    command = [sys.executable, str(tools() / "gen_plant.py"), *PLANTS[name].split(), "--seed", str(seed)]
    subprocess.run([*command, "--out", str(files)], check=True, capture_output=True)
    plantwright("init", database)
    plantwright("import", database, files, "--mapping", "gen_plant")
    plantwright("plan", database)
    return database


@dataclass(frozen=True)
class Server:
    """A server that runs: its port and its process."""

    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def get(self, path: str) -> Any:
        """Ask the API."""
        with urllib.request.urlopen(f"{self.url}/api/v1{path}", timeout=60) as answer:  # noqa: S310 - our own server
            return json.load(answer)

    def post(self, path: str, given: Any) -> Any:
        """Send to the API."""
        data, headers = json.dumps(given).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def memory(self) -> float:
        """Give the megabytes that its process holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))


@contextmanager
def served(database: Path, *options: str) -> Iterator[Server]:
    """Run a server until the block ends."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "plantwright", "serve", str(database), "--host", HOST, "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workers-for-jobs", "0", *options], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        if "is open at" not in str(process.stdout and process.stdout.readline()):
            sys.exit("the server did not start")
        yield Server(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def part(times: list[float], share: float) -> float:
    """Give the time within which a share of all was done."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)] if times else float("nan")


# --- api ------------------------------------------------------------------------------------------------------------


async def _one(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Send a request on an open connection and read its answer; gives the status."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    return int(head[9:12])


async def _client(port: int, request: bytes, until: float, times: list[float], wrong: list[int]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        status = await _one(request, reader, writer)
        times.append(time.perf_counter() - begun)
        if status != 200:
            wrong.append(status)
    writer.close()


def load(server: Server, request: bytes, clients: int, seconds: float) -> tuple[float, float, int]:
    """Ask with several clients at once; gives requests a second, the p95 in seconds, and how many were refused."""

    async def all_of_them(span: float) -> tuple[list[float], list[int]]:
        times: list[float] = []
        wrong: list[int] = []
        until = time.perf_counter() + span
        await asyncio.gather(*(_client(server.port, request, until, times, wrong) for _ in range(clients)))
        return times, wrong

    asyncio.run(all_of_them(1))  # warm
    begun = time.perf_counter()
    times, wrong = asyncio.run(all_of_them(seconds))
    return len(times) / (time.perf_counter() - begun), part(times, 0.95), len(wrong)


def message(method: str, path: str, given: Any = None) -> bytes:
    """Write a request."""
    body = b"" if given is None else json.dumps(given).encode()
    head = f"{method} /api/v1{path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def api(name: str, database: Path, wanted: argparse.Namespace) -> list[Row]:
    """Measure lists and actions."""
    with served(database, "--no-web") as server:
        asked = {"lists of 50 rows": message("GET", "/tables/item?limit=50"),
                 "postings of stock": message("POST", "/actions/post_stock", posting(server))}  # fmt: skip
        rows = []
        for what, request in asked.items():
            rate, p95, wrong = load(server, request, wanted.clients, wanted.seconds)
            refused = f", {wrong} refused" if wrong else ""
            rows.append((name, what, f"{rate:,.0f}/s, p95 {p95 * 1000:.0f} ms{refused}", "300/s, p95 50 ms"))
    return rows


def posting(server: Server) -> dict[str, Any]:
    """Give an action that adds one piece to a stock."""
    item = server.get("/tables/item?limit=1")["rows"][0]["code"]
    places = server.get("/tables/location?limit=50")["rows"]
    place = next((one["code"] for one in places if one.get("kind") in {None, "stock"}), places[0]["code"])
    return {"item": item, "quantity": "1", "location": place}


# --- in the browser -------------------------------------------------------------------------------------------------

DRAWN = {
    "/": "document.querySelectorAll('.pw-tile').length > 0 && document.querySelectorAll('.ag-row').length > 0",
    "/schedule": "!!document.querySelector('.pw-gantt-wait') && document.querySelector('.pw-gantt-wait').hidden",
}
"""What is true of a screen once it is drawn."""
NAMES = {"/": "Today", "/schedule": "Schedule"}


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the Chromium of the system."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        sys.exit("Chromium is missing: install it (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def view(page: Any, address: str, path: str) -> float:
    """Open a screen; gives the seconds until it is drawn."""
    begun = time.perf_counter()
    page.goto(address + path, wait_until="commit")
    page.wait_for_function(DRAWN[path], timeout=120_000, polling="raf")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.perf_counter() - begun


def views(name: str, database: Path, wanted: argparse.Namespace) -> list[Row]:
    """Measure the first views: the best and the middle of several, once server and browser are warm."""
    with served(database) as server, chromium() as browser:
        rows = []
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for path, label in NAMES.items():
            cold = view(page, server.url, path)
            times = [view(page, server.url, path) for _ in range(wanted.runs)]
            found = f"{part(times, 0.5):.2f} s (best {min(times):.2f}, the very first {cold:.2f})"
            rows.append((name, f"first view of {label}", found, "1.5 s"))
    return rows


PAN = """async (seconds) => {
  const canvas = document.querySelector('.pw-gantt canvas'), box = canvas.getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 3, bubbles: true, cancelable: true };
  const gaps = [];
  let last = performance.now(), way = 1, moved = 0;
  const begun = last;
  while (last - begun < seconds * 1000) {
    canvas.dispatchEvent(new WheelEvent('wheel', { ...at, deltaX: 40 * way, shiftKey: true }));
    moved += 1;
    if (moved % 60 === 0) way = -way;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  return gaps;
}"""
"""Pans the chart at every frame; gives the milliseconds between frames."""


def gantt(name: str, database: Path, wanted: argparse.Namespace) -> list[Row]:
    """Count frames while the chart is panned, with a week in view and with all of it."""
    with served(database) as server, chromium() as browser:
        plan = server.get("/plans")["plans"][0]["number"]
        bars = server.get(f"/plans/{plan}/tables/scheduled_operation?limit=1")["total"]
        rows = []
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for zoom in ("week", "all"):
            page.goto(f"{server.url}/schedule?zoom={zoom}")
            page.wait_for_function(DRAWN["/schedule"], timeout=120_000)
            gaps = page.evaluate(PAN, wanted.seconds)
            rate, p95 = 1000 * len(gaps) / sum(gaps), part(gaps, 0.95)
            what = f"Gantt of {bars:,} bars, {zoom} in view"
            rows.append((name, what, f"{rate:.0f} frames/s, 95 % within {p95:.0f} ms", "30 frames/s"))
    return rows


# --- pages that stay open -------------------------------------------------------------------------------------------

ALIVE = "() => !!window.socket?.connected && !!document.querySelector('.pw-main')"


def live(name: str, database: Path, wanted: argparse.Namespace) -> list[Row]:
    """Keep pages open while something changes each second, and search on one of them."""
    with served(database) as server, chromium() as browser:
        given = posting(server)
        context = browser.new_context()
        pages = [context.new_page() for _ in range(wanted.open)]
        for page in pages:
            view(page, server.url, "/")
        loads: list[int] = []
        for page in pages:  # a page that lost its server loads itself anew
            page.on("framenavigated", lambda _frame: loads.append(1))
        before, times, late = server.memory(), [], 0
        until = time.monotonic() + wanted.live_seconds
        while time.monotonic() < until:
            begun = time.monotonic()
            server.post("/actions/post_stock", given)
            times.append(search(pages[len(times) % len(pages)], len(times)))
            rest = 1.0 - (time.monotonic() - begun)
            late += rest < 0
            pages[0].wait_for_timeout(max(rest, 0.001) * 1000)
        dropped = sum(not page.evaluate(ALIVE) for page in pages)
        after = server.memory()
    what = f"{wanted.open} pages for {wanted.live_seconds:g} s, {len(times)} changes"
    return [
        (name, f"{what}: dropped", f"{dropped} dropped, {len(loads)} loaded anew", "0"),
        (name, f"{what}: memory", f"{before:.0f} MB, then {after:.0f} MB", "flat"),
        (name, f"{what}: p95 of a search", f"{part(times, 0.95) * 1000:.0f} ms", "500 ms"),
        (name, f"{what}: seconds that were too short", str(late), "0"),
    ]


def search(page: Any, number: int) -> float:
    """Search for something that is not there; gives the seconds until the page says so."""
    text = f"nothing-{number}"
    begun = time.perf_counter()
    page.fill("#pw-search", text)
    page.wait_for_function(f"() => document.body.textContent.includes('Nothing is called {text}')", timeout=60_000)
    return time.perf_counter() - begun


# --- all of it ------------------------------------------------------------------------------------------------------


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--clients", type=int, default=20, help="connections at once")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each measure")
    parser.add_argument("--runs", type=int, default=5, help="views of a screen")
    parser.add_argument("--open", type=int, default=20, help="pages that stay open")
    parser.add_argument("--live-seconds", type=float, default=30.0, help="how long they do")
    parser.add_argument("--seed", type=int, default=1, help="seed of the generated plant")
    wanted = parser.parse_args()
    unknown = set(wanted.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part is called {', '.join(sorted(unknown))}")
    measures: dict[str, Callable[[str, Path, argparse.Namespace], list[Row]]] = {
        "api": api, "views": views, "gantt": gantt, "live": live,
    }  # fmt: skip
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}\n")
    print("| plant | what | measured | mark |\n|---|---|--:|--:|", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, of_it in OF.items():
            chosen = [one for one in of_it if not wanted.parts or one in wanted.parts]
            if not chosen:
                continue
            database = sample(folder) if name == "sample" else generated(name, folder, wanted.seed)
            for one in chosen:
                own = Path(shutil.copy(database, folder / f"{one}-{database.name}"))
                for row in measures[one](name, own, wanted):
                    print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
