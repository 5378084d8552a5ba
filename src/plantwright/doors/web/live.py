"""Open pages that follow the plant: how fresh the plan is stands in the frame, and screens load anew what has changed.

The server looks for news once for all pages (`plantwright.doors.http.watch`); here they are passed on.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import WeakSet

from nicegui import background_tasks, ui
from nicegui.client import Client
from nicegui.element import Element

from plantwright.core.problem import ProblemError
from plantwright.core.reader import PLAIN, READER, Reader, reading
from plantwright.core.store import Store
from plantwright.doors.http.watch import News, Watch
from plantwright.doors.web.kit import box, button, problem_panel, tell, words
from plantwright.doors.web.replan import replan_button
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.live import Freshness, freshness

LOG = logging.getLogger("plantwright.live")
Draw = Callable[[], Awaitable[None]]
GATHER_SECONDS = 0.05
"""So long news are gathered before pages are told, so that a plan and its messages are one."""
TELL_AGAIN_SECONDS = 60.0
"""So often the words of the frame are told anew though nothing has happened: minutes go by."""
LONGEST_PAUSE = 0.05
"""Seconds between two pages that are drawn anew, at most: what people ask of theirs gets its turn in between."""
SEEN = "pw-seen"
"""Event by which a page tells that it came to the front, or went behind others."""


@dataclass(eq=False)
class Place:
    """A part of an open page that follows the plant."""

    client: Client
    scenario: str
    tables: frozenset[str]
    show: Callable[[Freshness], Awaitable[None]]
    reader: Reader = PLAIN
    missed: bool = False
    """Whether something happened while nobody could see it."""

    def wants(self, news: Collection[News]) -> bool:
        """Tell whether some of the news concern it."""
        return any(
            (one.kind == "plan" and one.values.get("scenario", "") == self.scenario)
            or not self.tables.isdisjoint(one.tables)
            for one in news
        )


@dataclass(eq=False)
class Board:
    """All open pages of a server, and the news for them."""

    store: Store
    watch: Watch | None = None
    states: WeakSet[Place] = field(default_factory=WeakSet)
    places: WeakSet[Place] = field(default_factory=WeakSet)
    hidden: WeakSet[Client] = field(default_factory=WeakSet)
    """Pages that stand behind others; they follow once they are looked at again."""

    async def run(self) -> None:
        """Pass news on until the server ends."""
        if self.watch is None:
            return
        while not self.watch.closing.is_set():
            async with self.watch.listening() as queue:
                while (news := await _gathered(queue)) is not None:
                    await self._passed_on(news)

    async def _passed_on(self, news: list[News]) -> None:
        try:
            await self.pass_on(news)
        except ProblemError as error:  # a store that cannot be reached now may be there again in a moment
            LOG.warning("Open pages could not be told: %s", error)

    async def pass_on(self, news: list[News]) -> None:
        """Tell the frames how fresh the plan is, then let the screens that want it draw what has changed."""
        await self._show([*self.states, *(one for one in list(self.places) if one.wants(news))])

    async def _show(self, places: list[Place]) -> None:
        known: dict[str, Freshness] = {}
        for place in places:
            place.missed = place.client in self.hidden
            if place.missed:
                continue
            if place.scenario not in known:
                known[place.scenario] = await in_thread(partial(freshness, self.store, place.scenario))
            begun = time.monotonic()
            await _shown(place, known[place.scenario])
            await asyncio.sleep(min((time.monotonic() - begun) / 2, LONGEST_PAUSE))

    async def seen(self, client: Client, *, hidden: bool) -> None:
        """Note whether a page can be seen; one that can again shows what it has missed."""
        if hidden:
            self.hidden.add(client)
            return
        self.hidden.discard(client)
        await self._show([one for one in [*self.states, *self.places] if one.client is client and one.missed])


async def _gathered(queue: asyncio.Queue[News | None]) -> list[News] | None:
    """Give the news of a moment; none of them after a minute; None where the queue has ended."""
    try:
        found = [await asyncio.wait_for(queue.get(), TELL_AGAIN_SECONDS)]
    except TimeoutError:
        return []
    await asyncio.sleep(GATHER_SECONDS)
    while not queue.empty():
        found.append(queue.get_nowait())
    return None if None in found else [one for one in found if one is not None]


async def _shown(place: Place, fresh: Freshness) -> None:
    if place.client.id not in Client.instances:
        return
    try:
        with place.client, reading(place.reader):
            await place.show(fresh)
    except ProblemError as error:
        LOG.warning("A page could not follow: %s", error)
    except Exception:  # a page that was closed just now, or a fault of one screen: the others go on
        LOG.exception("A page could not follow")


_BOARDS: dict[int, Board] = {}


def board_of(store: Store, watch: Watch | None = None) -> Board:
    """Give the board of a store; with a watch it is made anew."""
    if watch is not None or id(store) not in _BOARDS:
        _BOARDS[id(store)] = Board(store, watch)
    return _BOARDS[id(store)]


async def live(seat: Seat, draw: Draw, tables: Collection[str] = ()) -> None:
    """Draw a part of a screen, and draw it anew whenever there is a new plan.

    Parameters
    ----------
    seat : who looks; a screen on which a certain plan was chosen does not follow
    draw : draws the part; it is called in its place
    tables : tables of the plant whose changes it shows too
    """
    with box().style("position: relative") as outer:
        first = box()
    with first:
        await draw()
    if seat.plan is not None:
        return

    async def again(_fresh: Freshness) -> None:
        # The old part stays until the new one is whole, so that nothing flickers and the page keeps its height.
        old = list(outer.default_slot.children)
        with outer:
            new = box().classes("pw-coming")
        try:
            with new:
                await draw()
        except ProblemError as error:
            with new:
                problem_panel(error.problems)
        for part in old:
            part.delete()
        new.classes(remove="pw-coming")

    _follow(seat, outer, again, board_of(seat.store).places, frozenset(tables))


class Parts:
    """The parts of a screen that show what is read together; of them only those are drawn anew whose share has changed.

    Parameters
    ----------
    seat : who looks; a screen on which a certain plan was chosen does not follow
    read : gives what each part shows, by its name, as values that can be compared
    tables : tables of the plant whose changes it shows too
    """

    def __init__(
        self, seat: Seat, read: Callable[[], Awaitable[Mapping[str, Any]]], tables: Collection[str] = ()
    ) -> None:
        self.seat, self.read, self.tables = seat, read, frozenset(tables)
        self.shown: Mapping[str, Any] = {}
        self.parts: dict[str, tuple[Element, Callable[[Any], None]]] = {}

    async def begin(self) -> None:
        """Read, and follow the plant from now on."""
        owner = box().style("display: none")
        self.shown = await self.read()
        if self.seat.plan is None:
            _follow(self.seat, owner, self._again, board_of(self.seat.store).places, self.tables)

    def part(self, name: str, draw: Callable[[Any], None], classes: str = "") -> None:
        """Draw a part here; `draw` is given what it shows."""
        with box(classes) as place:
            draw(self.shown[name])
        self.parts[name] = place, draw

    async def _again(self, _fresh: Freshness) -> None:
        before, self.shown = self.shown, await self.read()
        for name, (place, draw) in self.parts.items():
            if self.shown[name] != before[name]:
                # All within one turn: the browser hears of it in one message, so that nothing flickers.
                place.clear()
                with place:
                    draw(self.shown[name])
                await asyncio.sleep(0)


def _follow(
    seat: Seat, owner: Element, show: Callable[[Freshness], Awaitable[None]], where: WeakSet[Place],
    tables: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    place = Place(ui.context.client, seat.scenario, tables, show, READER.get())
    # The element keeps its place alive, and with the page both go.
    owner._plantwright_place = place  # type: ignore[attr-defined]  # noqa: SLF001
    where.add(place)


async def plan_state(seat: Seat) -> None:
    """Write how fresh the plan is, with the acts that make a new one; the words follow what happens."""
    fresh = await in_thread(partial(freshness, seat.store, seat.scenario))
    state: Any = words("span", fresh.words(), "pw-state").props("id=pw-state role=status aria-live=polite")
    replan_button(seat)
    switch = _switch(seat, live=fresh.live)

    board, client = board_of(seat.store), ui.context.client
    said = fresh.words()

    async def show(now: Freshness) -> None:
        nonlocal said
        text = now.words()
        if text != said:  # nothing goes to the browser where nothing is new
            said = text
            # A change of an element lets the browser compare the whole page; this is said too often for that.
            client.run_javascript(f"document.getElementById('pw-state').textContent = {json.dumps(text)}")
            with state.props.suspend_updates():
                state.props["innerHTML"] = html.escape(text)
        _set(switch, live=now.live)

    _follow(seat, state, show, board.states)
    ui.on(SEEN, lambda event: board.seen(client, hidden=event.args is True))


def _switch(seat: Seat, *, live: bool) -> Any:
    """Offer to let the plan follow the records; it is a setting of the plant."""
    if seat.scenario or not seat.person.may("planning.live"):
        return None

    async def turn() -> None:
        """Switch it over, and show how it stands only once the plant has it so."""
        on = made.props["aria-checked"] != "true"
        try:
            await seat.act("set_replan_live", {"on": on})
        except ProblemError as error:
            tell(str(error.problems[0].message), bad=True)
            return
        _set(made, live=on)
        tell("The plant is planned again whenever something changes." if on else "Plans are made when asked for.")

    made = button("Live", turn, icon="bolt", hint="Plan again by itself whenever something changes")
    made.classes("pw-live pw-wide-only").props("role=switch id=pw-live")
    _set(made, live=live)
    return made


def _set(made: Any, *, live: bool) -> None:
    word = "true" if live else "false"
    if made is not None and made.props.get("aria-checked") != word:
        made.props["aria-checked"] = word
        made.update()


def start(app: Any, store: Store, watch: Watch | None) -> None:
    """Begin to pass news on when the server starts; without a watch pages stay as they were drawn."""
    board = board_of(store, watch)
    if watch is not None and not app.is_started:
        app.on_startup(lambda: background_tasks.create(board.run(), name="live"))
