"""``plantwright work``: do the long work of a plant until the process is told to end."""

from __future__ import annotations

import logging
import os
import signal
import threading

from plantwright.core.store import Store
from plantwright.core.worker import work
from plantwright.doors.cli.output import say_aside
from plantwright.flows.catalog import load_jobs
from plantwright.flows.live import follower
from plantwright.methods.warm import compile_planner

PARENT_SECONDS = 0.5
"""So often a worker looks whether the server that began it is still there."""


def run(db: str, *, once: bool, parent: int = 0) -> None:
    """Work; a first SIGTERM or Ctrl-C lets the job at hand end where it next tells how far it is.

    With the number of its `parent` given, the worker ends when that process has ended, and the job at hand with it.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    load_jobs()
    Store.open(db).close()  # what is wrong with it is told before the compiler works for a minute
    ending = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda _number, _frame: ending.set())
    if parent:
        threading.Thread(target=_end_with, args=(parent, ending), daemon=True).start()
    compile_planner(say_aside)
    work(db, once=once, ending=ending, follow=follower)


def _end_with(parent: int, ending: threading.Event) -> None:
    """Let the worker end once the server that began it is gone: nobody would be there to end it later."""
    while os.getppid() == parent and not ending.wait(PARENT_SECONDS):
        pass
    ending.set()
