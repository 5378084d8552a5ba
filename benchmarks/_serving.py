"""What the measures of the page share: plants, a server in a process of its own, and a Chromium."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plants import PLANTS, ROOT, tools

HOST = "127.0.0.1"
Row = tuple[str, str, str, str]
DRAWN = {
    "/": "document.querySelectorAll('.pw-tile').length > 0 && document.querySelectorAll('.ag-row').length > 0",
    "/schedule": "!!document.querySelector('.pw-gantt-wait') && document.querySelector('.pw-gantt-wait').hidden",
}
"""What is true of a screen once it is drawn."""


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

    def cpu(self) -> float:
        """Give the seconds of the processor that its process has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Give the megabytes that its process holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))


@contextmanager
def served(database: Path, *options: str, workers: int = 0) -> Iterator[Server]:
    """Run a server until the block ends."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "plantwright", "serve", str(database), "--host", HOST, "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workers-for-jobs", str(workers), *options],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
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


def posting(server: Server) -> dict[str, Any]:
    """Give an action that adds one piece to a stock."""
    item = server.get("/tables/item?limit=1")["rows"][0]["code"]
    places = server.get("/tables/location?limit=50")["rows"]
    place = next((one["code"] for one in places if one.get("kind") in {None, "stock"}), places[0]["code"])
    return {"item": item, "quantity": "1", "location": place}


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
