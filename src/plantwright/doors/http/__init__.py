"""What the API and the page share: the server, who asks, sign-in, headers, limits."""

from __future__ import annotations

from plantwright.doors.http.app import make_app

__all__ = ["make_app"]
