"""Connections that stand still are ended, so that those who say nothing take no place from those who do."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any, ClassVar

from uvicorn.protocols.http.auto import AutoHTTPProtocol

GONE_SECONDS = 60
"""So long the other machine may leave unanswered what it was sent, or whether it is still there."""


class Patience(AutoHTTPProtocol):  # type: ignore[misc,valid-type]
    """HTTP as uvicorn speaks it, with limits that it lacks; what is idle between requests it ends by itself."""

    header_seconds: ClassVar[float] = 20.0
    """So long the head of a request may take as a whole, however often a byte of it comes."""
    body_seconds: ClassVar[float] = 60.0
    """So long nothing of the body of a request may come."""

    _stage = ""
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        notice_absence(transport.get_extra_info("socket"))
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what has come, and wait for what is still to come."""
        super().data_received(data)
        self._wait()

    def handle_websocket_upgrade(self, *event: Any) -> None:
        """Leave the connection to the socket, which asks by itself whether the other one is there."""
        self._begin("upgraded", None)
        super().handle_websocket_upgrade(*event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._begin("lost", None)
        super().connection_lost(exc)

    def _wait(self) -> None:
        busy = self.cycle is not None and not self.cycle.response_complete
        if self._stage in {"upgraded", "lost"}:
            return
        if busy:
            more = self.cycle.more_body
            self._begin("body" if more else "answer", self.body_seconds if more else None)
        elif self._stage != "header":  # a byte now and then wins no time
            self._begin("header", self.header_seconds)

    def _begin(self, stage: str, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._stage = stage
        self._timer = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def notice_absence(connection: socket.socket | None) -> None:
    """Let the system end a connection whose other side is gone without a word; where it cannot, nothing is lost."""
    options = {"TCP_KEEPIDLE": GONE_SECONDS // 2, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3,
               "TCP_USER_TIMEOUT": GONE_SECONDS * 1000}  # fmt: skip
    if connection is None:
        return
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in options.items():
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
