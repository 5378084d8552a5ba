"""The worker: a process of its own that does the jobs that are waiting, one after the other.

Several workers may serve one plant; a job is given to one of them. While it works, a thread of the worker notes each
second that it lives. A job whose worker is dead is told as failed by whoever looks next.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from plantwright.core.access.sites import guard_sites
from plantwright.core.job_schedules import ask_due
from plantwright.core.jobs import (
    ENOUGH,
    JOBS,
    KEPT_SECONDS,
    Job,
    Stopped,
    checked_arguments,
    milliseconds,
    one_job,
    run,
)
from plantwright.core.parameters import read_arguments
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.stage import figures_of
from plantwright.core.store import Store
from plantwright.core.store.driver import JOBS_LOCK
from plantwright.core.store.plain import to_json

INTERRUPTED = problem_kind("job-interrupted", "The worker ended before job {value} was done.", "Ask for the job again.")
BROKEN = problem_kind(
    "job-broken",
    "Job {value} met a fault of the program: {why}.",
    "Ask for it again; if that does not help, report it with what the worker has written.",
)

LOG = logging.getLogger("plantwright.worker")
LOOK_SECONDS = 0.05
"""Seconds between two looks for a waiting job."""
CARE_SECONDS = 5.0
"""Seconds between two looks for dead workers and for what is due by the clock."""
TELL_SECONDS = 0.2
BEAT_SECONDS = 1.0
DEAD_SECONDS = 15
"""A worker on another machine that gave no sign for so long is dead."""
STUCK_SECONDS = 600
"""So long a process that is there on this machine may give no sign: SQLite lets it write nothing during an import."""


# --- who works ------------------------------------------------------------------------------------------------------


def identity() -> str:
    """Name this process so that others can tell whether it still lives: machine, number, and when it began."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def _began(process: int) -> str:
    """Give when a process began, as Linux counts it; empty where the system does not say."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def lives(worker: str, silent_seconds: float) -> bool:
    """Tell whether a worker lives: by its process where it is of this machine, else by its last sign."""
    host, number, began = worker.rsplit(":", 2)
    if host != socket.gethostname() or not number.isdecimal() or sys.platform == "win32":
        return silent_seconds <= DEAD_SECONDS
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is there, and somebody else's
    return _began(int(number)) == began and silent_seconds <= STUCK_SECONDS


def tell_dead(store: Store) -> list[int]:
    """Tell the jobs of dead workers as failed; gives their numbers. Any process may do it."""
    now = milliseconds(store)
    with store.reading() as connection:
        statement = "SELECT number, worker, beat FROM job WHERE state = 'running'"
        rows = run(store, connection, statement).fetchall()
    dead = [row for row in rows if not lives(row[1], (now - row[2]) / 1000)]
    told = []
    for number, worker, beat in dead:
        problems = to_json([INTERRUPTED.at("job", number, value=number).as_dict()])
        with store.writing() as connection:
            statement = (
                "UPDATE job SET state = 'failed', problems = ?, ended = ?"
                " WHERE number = ? AND state = 'running' AND worker = ? AND beat = ?"
            )
            if run(store, connection, statement, problems, now, number, worker, beat).rowcount:
                told.append(number)
    return told


# --- taking and doing -----------------------------------------------------------------------------------------------


def take_job(store: Store, worker: str) -> Job | None:
    """Take the oldest waiting job for a worker; None where none waits. No two workers get the same one."""
    look = "SELECT number FROM job WHERE state = 'waiting' ORDER BY number LIMIT 1"
    with store.reading() as connection:
        if run(store, connection, look).fetchone() is None:
            return None
    with store.writing() as connection:
        store.driver.lock(connection, JOBS_LOCK)
        found = run(store, connection, look).fetchone()
        if found is None:
            return None
        now = milliseconds(store)
        statement = "UPDATE job SET state = 'running', worker = ?, began = ?, beat = ? WHERE number = ?"
        run(store, connection, statement, worker, now, now, found[0])
        run(store, connection, "DELETE FROM job WHERE ended < ?", now - KEPT_SECONDS * 1000)
    return one_job(store, found[0])


class Pulse:
    """Notes each second that the worker of a job lives and how far it is, and hears when it is to stop."""

    def __init__(self, store: Store, number: int, worker: str, ending: threading.Event) -> None:
        self._store, self._number, self._worker = store, number, worker
        self._ending = ending
        self._now: tuple[str, float] = ("", 0.0)
        self._stop, self._enough = threading.Event(), threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pulse of job {number}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def tell(self, stage: str, share: float) -> bool:
        """Say how far the job is: costs nothing, since the thread writes it; raises `Stopped`.

        Gives whether somebody wants what the job has found by now.
        """
        self._now = (stage, min(max(float(share), 0.0), 1.0))
        if self._stop.is_set() or self._ending.is_set():
            raise Stopped
        return self._enough.is_set()

    def _run(self) -> None:
        noted, at = ("", 0.0), time.monotonic()
        while not self._over.wait(TELL_SECONDS):
            now = self._now
            due = now != noted or time.monotonic() - at >= BEAT_SECONDS
            # Where the job itself writes just now, SQLite refuses: then the next time will do.
            with suppress(ProblemError):
                if due:
                    self._note(now)
                    noted, at = now, time.monotonic()
                self._listen()

    def _note(self, now: tuple[str, float]) -> None:
        statement = (
            "UPDATE job SET stage = ?, share = ?, result = ?, beat = ?"
            " WHERE number = ? AND state = 'running' AND worker = ?"
        )
        with self._store.writing(patient=False) as connection:
            figures = dict(figures_of(now[0]))
            told = to_json(figures) if figures else None
            values = (
                str(now[0]),
                round(now[1] * 1_000_000),
                told,
                milliseconds(self._store),
                self._number,
                self._worker,
            )
            run(self._store, connection, statement, *values)

    def _listen(self) -> None:
        statement = "SELECT stop_by, state, worker FROM job WHERE number = ?"
        with self._store.reading() as connection:
            found = run(self._store, connection, statement, self._number).fetchone()
        if found is not None and found[0].startswith(ENOUGH):
            self._enough.set()
            found = ("", *found[1:])
        # A job that was told as failed meanwhile is nobody's any more.
        if found is None or found[0] or found[1] != "running" or found[2] != self._worker:
            self._stop.set()


def do_job(store: Store, job: Job, worker: str, ending: threading.Event | None = None) -> str:
    """Do a job that was taken, and keep what came of it; gives its state: done, failed or stopped.

    With `ending` set, because the worker is to end, it stops where it next tells how far it is, and is told as
    interrupted.
    """
    ending = ending or threading.Event()
    result: Any = None
    problems: list[Problem] = []
    try:
        with Pulse(store, job.number, worker, ending) as pulse:
            kept = checked_arguments(job.kind, job.arguments)
            values = read_arguments(job.kind, JOBS[job.kind].parameters, kept)
            result = to_json(JOBS[job.kind].function(store, job.by, pulse.tell, **values))
        state = "done"
    except Stopped:
        state = "failed" if ending.is_set() else "stopped"
        problems = [INTERRUPTED.at("job", job.number, value=job.number)] if ending.is_set() else []
    except ProblemError as error:
        state, problems = "failed", error.problems
    except Exception as error:  # a fault of one job must not end the worker
        LOG.exception("Job %s (%s) broke", job.number, job.kind)
        why = f"{type(error).__name__}: {error}"[:500]
        state, problems = "failed", [BROKEN.at("job", job.number, value=job.number, why=why)]
    except BaseException:
        _keep(store, job.number, worker, "failed", None, [INTERRUPTED.at("job", job.number, value=job.number)])
        raise
    _keep(store, job.number, worker, state, result, problems)
    return state


def _keep(store: Store, number: int, worker: str, state: str, result: str | None, problems: list[Problem]) -> None:
    told = to_json([problem.as_dict() for problem in problems])
    statement = (
        "UPDATE job SET state = ?, result = ?, problems = ?, ended = ?, share = CASE WHEN ? = 'done' THEN 1000000"
        " ELSE share END WHERE number = ? AND state = 'running' AND worker = ?"
    )
    for _ in range(60):  # another writer may take its time; what came of the job must not be lost for that
        try:
            with store.writing() as connection:
                values = (state, result, told, milliseconds(store), state, number, worker)
                run(store, connection, statement, *values)
        except ProblemError as error:
            if error.problems[0].code not in {"store-locked", "store-unreachable"}:
                raise
            time.sleep(1)
        else:
            return


def work(
    target: str | Path, *, once: bool = False, ending: threading.Event | None = None,
    is_wanted: Callable[[], bool] = lambda: True, follow: Callable[[Store], Callable[[], object]] | None = None,
) -> int:  # fmt: skip
    """Do the jobs of a plant until the process is to end.

    Parameters
    ----------
    target : the plant
    once : end when no job waits any more
    ending : set it to let the worker end; the job that it does is told as interrupted
    is_wanted : asked now and then; the worker ends when it says no, such as when the server that began it is gone
    follow : is given the store and gives what is called before each look for a job; it may ask for one

    Returns
    -------
    How many jobs were done.
    """
    ending, worker, count = ending or threading.Event(), identity(), 0
    cared = float("-inf")
    with Store.open(target) as store:
        guard_sites(store)  # a job may write what the one who asked for it may
        look = follow(store) if follow and not once else None
        while not ending.is_set() and is_wanted():
            try:
                if look:
                    look()
                if time.monotonic() - cared >= CARE_SECONDS:
                    tell_dead(store)
                    ask_due(store)
                    cared = time.monotonic()
                taken = take_job(store, worker)
                if taken is not None:
                    do_job(store, taken, worker, ending)
                    count += 1
            except ProblemError as error:
                if error.problems[0].code not in {"store-locked", "store-unreachable"}:
                    raise
                LOG.warning("%s", error.problems[0])
                ending.wait(1)
                continue
            if taken is None:
                if once:
                    break
                ending.wait(LOOK_SECONDS)
    return count
