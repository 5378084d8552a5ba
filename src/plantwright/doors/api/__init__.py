"""The API under /api/v1: every table, action, report, plan and job, from the declarations."""

from __future__ import annotations

from plantwright.doors.api.serving import mount

__all__ = ["mount"]
