"""Put the screens on a server."""

from __future__ import annotations

import importlib
import pkgutil
import secrets
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from nicegui import app as pages
from nicegui import ui

from plantwright.core.access import own_settings
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.core.store import Store
from plantwright.doors.web import live
from plantwright.doors.web import pages as drawn
from plantwright.doors.web.frame import frame
from plantwright.doors.web.kit import problem_panel
from plantwright.doors.web.language import Readers, keep_reader
from plantwright.doors.web.screens import SCREENS, Screen
from plantwright.doors.web.seat import Seat, Views, in_thread
from plantwright.flows.catalog import load_actions, load_reports

STATIC = Path(__file__).with_name("static")


def mount(app: FastAPI, store: Store) -> None:
    """Put every screen on the application; who asks stands in the state of each request as `person`."""
    load_reports()
    load_actions()
    load_screens()
    app.add_middleware(Readers, store=store)
    views = Views(store, getattr(app.state, "shelf", None))
    live.start(pages, store, getattr(app.state, "watch", None))
    pages.add_static_files("/static", STATIC)
    for one in SCREENS.values():
        _page(one, store, views)
    ui.run_with(
        app, title="Plantwright", favicon=STATIC / "favicon.svg", dark=None, tailwind=False,
        storage_secret=secrets.token_hex(16), show_welcome_message=False, reconnect_timeout=30,
    )  # fmt: skip


def load_screens() -> None:
    """Import every module of screens, so that all are declared."""
    for module in pkgutil.iter_modules(drawn.__path__):
        importlib.import_module(f"{drawn.__name__}.{module.name}")


def _page(one: Screen, store: Store, views: Views) -> None:
    async def show(request: Request) -> None:
        """Draw the screen for the person who asks, or say why it is refused."""
        query = {**request.query_params, **request.path_params}
        person = _person(request)
        seat = Seat(store, person, views, query, await in_thread(lambda: own_settings(store, person.name)))
        keep_reader(ui.context.client)
        ui.page_title(f"{say(one.label)} · Plantwright")
        with await frame(seat, one):
            try:
                if one.right:
                    seat.person.must(one.right)
                await one.draw(seat)
            except ProblemError as error:
                problem_panel(error.problems)

    ui.page(one.path, response_timeout=30)(show)


def _person(request: Request) -> Any:
    return request.state.person
