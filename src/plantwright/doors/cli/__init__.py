"""The command line: ``plantwright``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its exit status."""
    try:
        # Loading is inside, so that Ctrl-C while the program starts ends it calmly too.
        from plantwright.doors.cli.app import app  # noqa: PLC0415

        app()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was not finished left no trace.\n")
        sys.exit(130)


__all__ = ["main"]
