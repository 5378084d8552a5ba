"""The page: a frame, a kit to draw with, and a file for each screen that is made by hand."""

from __future__ import annotations

from plantwright.doors.web.mounting import mount

__all__ = ["mount"]
