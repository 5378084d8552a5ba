"""Measure the server: requests a second, first views, the Gantt chart, open pages, and plans that follow edits.

    python benchmarks/web.py                            # all parts but demo, some minutes
    python benchmarks/web.py api gantt --seconds 5      # some of them
    python benchmarks/web.py views --plants S           # of one plant
    python benchmarks/web.py pages --pages 50 --minutes 10
    python benchmarks/web.py replan --plants sample S
    python benchmarks/web.py demo                       # a fresh clone, installed and compiled

api     lists of 50 rows and stock postings over HTTP, one server process on SQLite, with --clients connections
views   from navigation to drawn, of Today and Schedule, in a warm Chromium
gantt   frames a second while the chart of all operations is panned
pages   pages of Today that stay open while something changes each second: memory, dropped pages, answers to a search
replan  with `replan_live`: from an edit through the API until open pages name the plan that knows it, in steps
demo    a clone of this state of the repository, `make demo` in it until the page answers; --cold: no package cache

Everything runs on this machine: the server in a process of its own, the clients in this one. The sample plant is
looked at, and for views, chart and plans plant S as well, whose generator is looked for as in benchmarks/plants.py. A
Chromium without a graphics card draws in software, so that frames a second are those of the slowest machine. Answers
on a page are timed within it, the page in front: a browser looks at pages behind others about once a second. What the
server took of the processor stands beside, since it depends less on what else the machine does. The table is printed as
Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from _following import pages, replan
from _fresh import demo
from _serving import DRAWN, HOST, Row, Server, chromium, generated, part, posting, sample, served

PARTS = ("api", "views", "gantt", "pages", "replan")
OF = {"sample": PARTS, "S": ("views", "gantt", "replan")}
"""What is measured of each plant."""


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


@dataclass(frozen=True)
class Load:
    """What a server bore: requests a second, the p95 in seconds, how many were refused, the processor for one."""

    rate: float
    p95: float
    wrong: int
    cpu: float


def load(server: Server, request: bytes, clients: int, seconds: float) -> Load:
    """Ask with several clients at once."""

    async def all_of_them(span: float) -> tuple[list[float], list[int]]:
        times: list[float] = []
        wrong: list[int] = []
        until = time.perf_counter() + span
        await asyncio.gather(*(_client(server.port, request, until, times, wrong) for _ in range(clients)))
        return times, wrong

    asyncio.run(all_of_them(1))  # warm
    begun, taken = time.perf_counter(), server.cpu()
    times, wrong = asyncio.run(all_of_them(seconds))
    spent = time.perf_counter() - begun
    return Load(len(times) / spent, part(times, 0.95), len(wrong), (server.cpu() - taken) / max(len(times), 1))


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
            found = load(server, request, wanted.clients, wanted.seconds)
            refused = f", {found.wrong} refused" if found.wrong else ""
            said = (
                f"{found.rate:,.0f}/s, p95 {found.p95 * 1000:.0f} ms{refused}; {found.cpu * 1000:.2f} ms of processor"
            )
            rows.append((name, what, said, "300/s, p95 50 ms"))
    return rows


# --- in the browser -------------------------------------------------------------------------------------------------

NAMES = {"/": "Today", "/schedule": "Schedule"}


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


# --- all of it ------------------------------------------------------------------------------------------------------


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=", ".join((*PARTS, "demo")))
    parser.add_argument("--clients", type=int, default=20, help="connections at once")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each measure")
    parser.add_argument("--runs", type=int, default=5, help="views of a screen")
    parser.add_argument("--pages", type=int, default=50, help="pages that stay open")
    parser.add_argument("--minutes", type=float, default=0.5, help="how long they do")
    parser.add_argument("--followers", type=int, default=3, help="pages that follow plans")
    parser.add_argument("--plants", nargs="+", choices=tuple(OF), default=tuple(OF), help="plants that are looked at")
    parser.add_argument("--cold", action="store_true", help="demo without a package cache")
    parser.add_argument("--seed", type=int, default=1, help="seed of the generated plant")
    wanted = parser.parse_args()
    unknown = set(wanted.parts) - {*PARTS, "demo"}
    if unknown:
        parser.error(f"no part is called {', '.join(sorted(unknown))}")
    measures: dict[str, Callable[[str, Path, argparse.Namespace], list[Row]]] = {
        "api": api, "views": views, "gantt": gantt, "pages": pages, "replan": replan,
    }  # fmt: skip
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}\n")
    print("| plant | what | measured | mark |\n|---|---|--:|--:|", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for row in demo(folder, wanted) if "demo" in wanted.parts else ():
            print("| " + " | ".join(row) + " |", flush=True)
        for name, of_it in OF.items():
            if name not in wanted.plants:
                continue
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
