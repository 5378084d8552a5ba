"""``plantwright serve``: the API and the page in one process, and a worker for long work beside it."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from plantwright.core.access import first_link, has_users
from plantwright.doors.cli.output import say_aside
from plantwright.doors.http import make_app
from plantwright.doors.http.gate import is_loopback
from plantwright.doors.http.patience import Patience

LOG = logging.getLogger("plantwright.server")
PATIENCE = 10.0
"""Seconds that a worker may take to end by itself."""


@dataclass(frozen=True)
class Wanted:
    """How the server was asked for."""

    host: str = "127.0.0.1"
    port: int = 8321
    workers: int = 1
    web: bool = True
    open: bool = False
    certificate: str = ""
    key: str = ""


class Server(uvicorn.Server):
    """A server that lets open streams of events go when it is told to end; else it would wait for them for ever."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self.plant = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End calmly; a second Ctrl-C does not wait any longer.

        Unlike the base, the signal is not raised again at the end: the workers are to be ended first.
        """
        del frame
        self.plant.state.watch.close()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: Any = None) -> None:
        """Say where the server is, once it listens."""
        await super().startup(sockets)
        if self.started:
            self.plant.state.tell()


def serve(db: str, wanted: Wanted) -> int:
    """Serve a plant until Ctrl-C or SIGTERM; gives the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    app = make_app(db, host=wanted.host, web=wanted.web, deliver=wanted.web)
    store = app.state.store
    app.state.tell = lambda: _tell(app, wanted)
    with Workers(db, wanted.workers):
        config = uvicorn.Config(
            app, host=wanted.host, port=wanted.port, log_level="warning", access_log=False, server_header=False,
            timeout_graceful_shutdown=5, ssl_certfile=wanted.certificate or None, ssl_keyfile=wanted.key or None,
            ws="websockets-sansio", timeout_keep_alive=30, http=Patience,
        )  # fmt: skip
        server = Server(config, app)
        with suppress(KeyboardInterrupt):
            server.run()
    store.close()
    return 0 if server.started else 1


def free_port(host: str = "127.0.0.1", first: int = Wanted.port) -> int:
    """Give the first port from one on at which nobody listens, of twenty; else that one."""
    for port in range(first, first + 20):
        with socket.socket() as tried:
            if tried.connect_ex((host, port)):
                return port
    return first


def _tell(app: FastAPI, wanted: Wanted) -> None:
    """Say where the plant can be opened, and how the first administrator comes to be."""
    scheme = "https" if wanted.certificate else "http"
    host = "127.0.0.1" if wanted.host in {"0.0.0.0", "::"} else wanted.host  # noqa: S104 - a name for "everywhere"
    base = f"{scheme}://{f'[{host}]' if ':' in host else host}:{wanted.port}"
    # Written as they are: an address that is broken at the width of the screen cannot be clicked.
    lines = [f"{app.state.store.target} is open at {base}/ (API: {base}/api/v1/). Ctrl-C ends it."]
    if not is_loopback(wanted.host) and not has_users(app.state.store):
        lines += [
            "There is no user yet. This link makes the administrator, once, within a day:",
            f"{base}/first?token={first_link(app.state.store)}",
        ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    if not is_loopback(wanted.host) and not wanted.certificate:
        say_aside("Passwords travel unencrypted: give --certificate and --key, or stand behind a proxy with TLS.")
    if wanted.open:
        webbrowser.open(f"{base}/")


class Workers:
    """The processes that do long work; one that ends by itself is begun again."""

    def __init__(self, db: str, count: int) -> None:
        self.db, self.count = db, count
        self.processes: list[subprocess.Popen[bytes]] = []
        self.ending = threading.Event()
        self.keeper = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> None:
        self.processes = [self._begin() for _ in range(self.count)]
        if self.count:
            self.keeper.start()

    def __exit__(self, *_error: object) -> None:
        self.ending.set()
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        for process in self.processes:
            try:
                process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _begin(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C on the terminal reaches the server alone, which then ends its workers.
        command: Sequence[str] = (sys.executable, "-m", "plantwright", "work", self.db, "--with-parent")
        return subprocess.Popen(  # noqa: S603 - this program itself
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )

    def _keep(self) -> None:
        while not self.ending.wait(2.0):
            for place, process in enumerate(self.processes):
                if process.poll() is not None and not self.ending.is_set():
                    LOG.warning("A worker ended with status %s; another one begins", process.returncode)
                    self.processes[place] = self._begin()
