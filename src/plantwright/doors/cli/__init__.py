"""The command line: ``plantwright``."""

from __future__ import annotations

import signal
import sys
from types import FrameType

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 and the number of the signal."""


def main() -> None:
    """Run the command line and end the process with its exit status; Ctrl-C at any moment ends it in one line."""
    pressed: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    try:
        # Loading is inside, so that Ctrl-C while the program starts ends it calmly too.
        from plantwright.doors.cli.app import app  # noqa: PLC0415

        app()
    except KeyboardInterrupt:
        status: object = INTERRUPTED
    except SystemExit as end:
        status = end.code
    except Exception:
        if not pressed:
            raise
        status = INTERRUPTED  # compiled libraries turn an interruption at a bad moment into a fault of their own
    else:
        status = 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the rest only tidies up
    if status == INTERRUPTED:  # said here alone: the parser of the options ends with this status too, without a word
        sys.stderr.write("\nStopped. What was not finished left no trace.\n")
    sys.exit(status)  # type: ignore[arg-type]


__all__ = ["main"]
