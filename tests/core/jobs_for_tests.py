"""Kinds of jobs for the tests, and a worker process that knows them: ``python jobs_for_tests.py PLANT [--once]``."""

import sys
import time
from decimal import Decimal

import plantwright.plant  # noqa: F401 - declares the tables
from plantwright.core.jobs import JOBS, job
from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.core.store import Store
from plantwright.core.worker import work


def declare():
    """Declare the kinds once in a process."""
    if "count_up" in JOBS:
        return

    @job(name="count_up", help="Counts and takes its time")
    def count_up(store: Store, by: str, tell, to: int = 3, pause: Decimal = Decimal("0.01")):
        for number in range(to):
            tell(f"at {number}", number / to)
            time.sleep(float(pause))
        return {"counted": to, "for": by}

    @job(name="search_on", help="Finds more the longer it is let")
    def search_on(store: Store, by: str, tell):
        found = 0
        while not tell(f"found {found}", 0.5):
            found += 1
            time.sleep(0.01)
        return {"found": found}

    @job(name="fail", help="Finds a fault")
    def fail(store: Store, by: str, tell):
        raise ProblemError([BAD_ARGUMENT.at(column="hours", value=-1, must="above 0")])

    @job(name="break_down", help="Meets a fault of the program")
    def break_down(store: Store, by: str, tell):
        return 1 // 0

    @job(name="write_long", help="Writes, and tells within the open act")
    def write_long(store: Store, by: str, tell, seconds: Decimal):
        with store.begin(by, "import") as tx:
            until = time.monotonic() + float(seconds)
            while time.monotonic() < until:
                tell("writing", 0.5)
                time.sleep(0.02)
            tx.answer("written")


if __name__ == "__main__":
    declare()
    work(sys.argv[1], once="--once" in sys.argv)
