"""Webhooks: what changes is sent to the addresses that an administrator has entered, signed, until it is received.

Each message has a number that stays the same however often it is sent, so that a receiver can tell a repetition.
The signature is HMAC-SHA256, with the secret of the webhook, of the time, a full stop and the body.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread

from plantwright.core.access import Webhook, webhooks
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.core.store.plain import plain
from plantwright.doors.http.watch import News, Watch

LOG = logging.getLogger("plantwright.webhooks")
PAUSES = (1.0, 4.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)
"""Seconds before each repetition; after the last a message is given up."""
SECONDS = 10.0
"""So long a receiver may take to answer."""
AT_ONCE = 4
WAITING = 10_000
"""Messages that wait for one address at most."""


@dataclass(frozen=True)
class Message:
    """One message to one address."""

    hook: Webhook
    number: str
    event: str
    body: bytes


def wanted(hook: Webhook, news: News) -> bool:
    """Tell whether a webhook is to hear of news: by the kind, the action or one of the tables."""
    names = {news.kind, *news.tables, str(news.values.get("action", ""))}
    return "*" in hook.events or bool(names.intersection(hook.events))


def message(hook: Webhook, news: News) -> Message:
    """Write the message that tells a webhook of news."""
    told = {"event": news.kind, **news.values, **({"tables": list(news.tables)} if news.kind == "change" else {})}
    share = f"-{news.values['state']}-{news.values['share']}" if news.kind == "job" else ""
    number = f"{news.kind}-{news.number}{share}"
    body = json.dumps({"id": number, **plain(told)}, ensure_ascii=False).encode()
    return Message(hook, number, news.kind, body)


def signature(secret: str, moment: int, body: bytes) -> str:
    """Sign a message.

    >>> signature("secret", 1700000000, b"{}")[:20]
    'sha256=b8569b78799ff'
    """
    signed = f"{moment}.".encode() + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def send(one: Message, moment: int) -> int:
    """Send a message; gives the status of the answer. A redirection is not followed: it could lead anywhere."""
    parts = urlsplit(one.hook.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise OSError("the address is none")
    if parts.scheme == "https":
        context = ssl.create_default_context()
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=SECONDS, context=context
        )
    else:
        line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Plantwright",
        "X-Plantwright-Event": one.event,
        "X-Plantwright-Delivery": one.number,
        "X-Plantwright-Timestamp": str(moment),
        "X-Plantwright-Signature": signature(one.hook.secret, moment, one.body),
    }
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request("POST", path, one.body, headers)
        return line.getresponse().status
    finally:
        line.close()


@dataclass
class Messenger:
    """Sends what happens to the webhooks: to each address in order, and to all at the same time."""

    store: Store
    watch: Watch
    pauses: tuple[float, ...] = PAUSES
    sender: Callable[[Message, int], int] = send
    queues: dict[str, asyncio.Queue[Message]] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))
    """Threads of its own: an address that does not answer must keep no request waiting."""

    async def run(self) -> None:
        """Listen and send until the server ends."""
        try:
            while not self.watch.closing.is_set():
                await self._listen()
        finally:
            for task in self.tasks:
                task.cancel()

    async def _listen(self) -> None:
        async with self.watch.listening() as news:
            while (one := await news.get()) is not None:
                try:
                    hooks = await to_thread.run_sync(webhooks, self.store)
                except ProblemError as error:
                    LOG.warning("The webhooks cannot be read: %s", error)
                    continue
                for hook in hooks:
                    if wanted(hook, one):
                        self._put(message(hook, one))

    def _put(self, one: Message) -> None:
        queue = self.queues.get(one.hook.name)
        if queue is None:
            queue = self.queues[one.hook.name] = asyncio.Queue(WAITING)
            self.tasks.append(asyncio.create_task(self._work(queue)))
        if queue.full():
            LOG.warning("Webhook %s does not keep up: %s is left out", one.hook.name, one.number)
        else:
            queue.put_nowait(one)

    async def _work(self, queue: asyncio.Queue[Message]) -> None:
        while True:
            await self._deliver(await queue.get())

    async def _deliver(self, one: Message) -> None:
        for pause in (*self.pauses, None):
            status = await to_thread.run_sync(self._tried, one, limiter=self.limiter)
            if 200 <= status < 300:
                return
            if status == 410 or pause is None:
                break
            LOG.info("Webhook %s did not take %s (%s); again in %g s", one.hook.name, one.number, status, pause)
            await asyncio.sleep(pause)
            if not await to_thread.run_sync(self._in_force, one.hook):
                return
        LOG.warning("Webhook %s never took %s; it is given up", one.hook.name, one.number)

    def _tried(self, one: Message) -> int:
        try:
            return self.sender(one, int(time.time()))
        except (OSError, http.client.HTTPException, ValueError):
            return 0

    def _in_force(self, hook: Webhook) -> bool:
        """Tell whether an address is still to be told: it may have been changed or deleted while a message waited."""
        try:
            return any(one.name == hook.name and one.url == hook.url for one in webhooks(self.store))
        except ProblemError:
            return True
