"""Measures of pages that stay open: what people ask of them meanwhile, and how soon they show a plan."""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from _serving import DRAWN, Row, Server, chromium, part, posting, served

# --- pages that stay open -------------------------------------------------------------------------------------------

ALIVE = "() => !!window.socket?.connected && !!document.querySelector('.pw-main')"


def pages(name: str, database: Path, wanted: argparse.Namespace) -> list[Row]:
    """Keep pages open while something changes each second, and search on one of them."""
    with served(database) as server, chromium() as browser:
        given = posting(server)
        context = browser.new_context()
        opened = [context.new_page() for _ in range(wanted.pages)]
        for page in opened:
            page.goto(server.url)
            page.wait_for_function(DRAWN["/"], timeout=120_000, polling=100)
        loads: list[int] = []
        for page in opened:  # a page that lost its server loads itself anew
            page.on("framenavigated", lambda _frame: loads.append(1))
        before, taken, begun = server.memory(), server.cpu(), time.monotonic()
        times, late, memory = [], 0, [before]
        while (left := begun + wanted.minutes * 60 - time.monotonic()) > 0:
            since = time.monotonic()
            server.post("/actions/post_stock", given)
            times.append(search(opened[len(times) % len(opened)], len(times)))
            memory.append(server.memory())
            rest = 1.0 - (time.monotonic() - since)
            late += rest < 0
            opened[0].wait_for_timeout(max(min(rest, left), 0.001) * 1000)
        cpu = (server.cpu() - taken) / (time.monotonic() - begun)
        dropped = sum(not page.evaluate(ALIVE) for page in opened)
    what = f"{wanted.pages} pages for {wanted.minutes:g} min, {len(times)} changes"
    halves = part(memory[: len(memory) // 2 + 1], 0.5), part(memory[len(memory) // 2 :], 0.5)
    held = f"{before:.0f} MB at first, halves {halves[0]:.0f} and {halves[1]:.0f} MB, most {max(memory):.0f} MB"
    return [
        (name, f"{what}: dropped", f"{dropped} dropped, {len(loads)} loaded anew", "0"),
        (name, f"{what}: memory", held, "flat"),
        (name, f"{what}: p95 of a search", f"{part(times, 0.95) * 1000:.0f} ms", "500 ms"),
        (name, f"{what}: processor of the server", f"{cpu:.0%} of a core", ""),
        (name, f"{what}: seconds that were too short", str(late), "0"),
    ]


SEARCH = """(text) => new Promise((done) => {
  const begun = performance.now(), field = document.getElementById('pw-search');
  const look = new MutationObserver(() => {
    if (![...document.querySelectorAll('.q-menu')].some((menu) => menu.textContent.includes(text))) return;
    look.disconnect();
    done((performance.now() - begun) / 1000);
  });
  look.observe(document.body, { subtree: true, childList: true, characterData: true });
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
})"""
"""Types into the search; gives the seconds until the answer is there. It waits 0.15 for more letters."""


def search(page: Any, number: int) -> float:
    """Search for something that is not there; gives the seconds until the page says so."""
    page.bring_to_front()
    return float(page.evaluate(SEARCH, f"nothing-{number}"))


# --- plans that follow edits ----------------------------------------------------------------------------------------

TOLD = """() => {
  window.told = [];
  const state = document.getElementById('pw-state');
  const note = () => window.told.push([performance.timeOrigin + performance.now(), state.textContent]);
  new MutationObserver(note).observe(state, { childList: true, characterData: true, subtree: true });
}"""
"""Notes when the page says something else about the plan, in milliseconds since 1970."""


def replan(name: str, database: Path, wanted: argparse.Namespace) -> list[Row]:
    """Time the way from an edit to the pages that show its plan; the first plans warm the worker."""
    with served(database, workers=1) as server, chromium() as browser:
        given = posting(server)
        context = browser.new_context()
        opened = [context.new_page() for _ in range(wanted.followers)]
        for page in opened:
            page.goto(server.url)
            page.wait_for_function(DRAWN["/"], timeout=120_000, polling=100)
            page.evaluate(TOLD)
        server.post("/actions/set_replan_live", {"on": True})
        found = [_followed(server, opened, given) for _ in range(wanted.runs + 2)][2:]
    mark = "1 s" if name == "sample" else "3 s"
    shares = {what: part([one[what] for one in found], 0.5) for what in found[0]}
    last = shares.pop("all pages")
    said = ", ".join(f"{what} {seconds:.2f}" for what, seconds in shares.items())
    return [(name, f"`replan_live`, {wanted.followers} pages follow an edit", f"{last:.2f} s ({said})", mark)]


def _followed(server: Server, opened: list[Any], given: Any) -> dict[str, float]:
    """Edit, wait for the plan that knows it, and give the seconds since the edit of each step."""
    _quiet(server)
    number = server.get("/plans")["plans"][0]["number"]
    begun = time.time()
    server.post("/actions/post_stock", given)
    answered = time.time()
    while (newest := server.get("/plans")["plans"][0])["number"] == number:
        time.sleep(0.02)
    job = _quiet(server)
    words = f"Plan {newest['number']},"
    told = [_told(page, words) - begun for page in opened]
    began, ended = (_seconds(job[name]) - begun for name in ("began", "ended"))
    return {
        "edit": answered - begun,
        "job begins": began,
        "job ends": ended,
        "first page": min(told),
        "all pages": max(told),
    }


def _told(page: Any, words: str) -> float:
    """Give when a page first named a plan, in seconds since 1970."""
    while True:
        for at, text in page.evaluate("() => window.told"):
            if words in text:
                return float(at) / 1000
        page.wait_for_timeout(50)


def _quiet(server: Server) -> dict[str, Any]:
    """Wait until no plan is on its way; gives the last job."""
    while True:
        jobs: list[dict[str, Any]] = server.get("/jobs?limit=1")["jobs"]
        if jobs and jobs[0]["state"] not in {"waiting", "running"}:
            return jobs[0]
        time.sleep(0.05)


def _seconds(moment: Any) -> float:
    """Read a moment of the API: milliseconds since 1970, or a text."""
    return moment / 1000 if isinstance(moment, int) else datetime.fromisoformat(moment).timestamp()
