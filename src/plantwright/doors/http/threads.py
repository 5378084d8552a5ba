"""The threads in which requests are answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

THREADS = 12
"""How many: no more than the store has connections, or they wait for each other there."""


def new_threads() -> ThreadPoolExecutor:
    """Give threads for the API; an application that is started once more needs new ones."""
    return ThreadPoolExecutor(THREADS, "api")
