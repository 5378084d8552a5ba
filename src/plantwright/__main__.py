"""Lets ``python -m plantwright`` do what ``plantwright`` does."""

from __future__ import annotations

from plantwright.doors.cli import main

if __name__ == "__main__":
    main()
