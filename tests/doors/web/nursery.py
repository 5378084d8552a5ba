"""Begins servers and workers that need not load the program: it is loaded once here, and each of them is a fork.

Reads lines of JSON, ``[file for what it says, [arguments of plantwright]]``, and answers each with the number of the
process that has begun. Nothing is computed here, since the threads of a library that works would not be in a fork.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
from contextlib import suppress

from plantwright.doors.cli import main
from plantwright.doors.web.mounting import load_screens
from plantwright.flows.catalog import load_actions, load_jobs, load_reports

LOADED = ("doors.api", "doors.cli.app", "doors.cli.serve", "doors.cli.work", "flows.plan", "methods.warm")


def load():
    load_actions(), load_reports(), load_jobs(), load_screens()
    for name in LOADED:
        importlib.import_module(f"plantwright.{name}")


def end_with_parent():
    """Let the system end this process when the one that began it has ended, however that came."""
    with suppress(AttributeError):  # Linux alone has it
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def begin(log, arguments):
    """Fork; the process that has begun leads a group of its own, and goes on as the program."""
    number = os.fork()
    if number:
        with suppress(ProcessLookupError):  # it may have ended already
            os.setpgid(number, number)
        return number
    end_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing, said = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for old, new in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(old, new)
    sys.argv = ["plantwright", *arguments]
    return main()


if __name__ == "__main__":
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended is gone, though nobody waits for it
    for line in sys.stdin:
        sys.stdout.write(f"{begin(*json.loads(line))}\n")
        sys.stdout.flush()
