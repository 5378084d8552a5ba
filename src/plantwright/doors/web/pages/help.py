"""Help: the guide, searchable, and the reference from the declarations."""

from __future__ import annotations

import html
import re
from functools import cache
from itertools import groupby

from nicegui import ui
from nicegui.elements.markdown import prepare_content

from plantwright.core import wording
from plantwright.core.reader import say
from plantwright.doors.web.kit import address, aria, box, button, empty, head, link, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.guide import GuidePage, guide_pages, search_guide, target_of

EXTRAS = "fenced-code-blocks tables header-ids"


@screen("/help", "Help", "help", "System")
async def start(seat: Seat) -> None:
    """Show the first page of the guide, or what a search found."""
    pages = await in_thread(_pages)
    text = seat.query.get("q", "")
    if text:
        await _found(seat, pages, text)
        return
    await _show(seat, pages, next(iter(pages), ""))


@screen("/help/{name:path}", "Help")
async def page(seat: Seat) -> None:
    """Show a page of the guide."""
    await _show(seat, await in_thread(_pages), seat.query["name"])


@cache
def _pages() -> dict[str, GuidePage]:
    return guide_pages()


async def _show(seat: Seat, pages: dict[str, GuidePage], name: str) -> None:
    one = pages.get(name)
    with head("Help"):
        _field(seat, "")
    with box("pw-help"):
        with box("pw-help-list pw-card", "nav").props(aria("Pages of the guide")):
            _list(seat, pages, name)
        with box("pw-card pw-guide", "article"):
            if one is None:
                empty(say("There is no page {name}.", name=name), ("The guide", address(seat, "/help")))
            else:
                ui.html(await in_thread(lambda: html_of(one, pages)), sanitize=True)


def _list(seat: Seat, pages: dict[str, GuidePage], here: str) -> None:
    shown = [one for one in pages.values() if one.part != "Columns"]
    for part, some in groupby(shown, key=lambda one: one.part):
        words("div", part, "pw-group")
        for one in some:
            made = link(one.title, address(seat, f"/help/{one.name}"), "here" if one.name == here else "")
            if one.name == here:
                made.props("aria-current=page")


def _field(seat: Seat, text: str) -> None:
    with ui.element("form").classes("pw-bar").props('method=get action="/help" role=search').style("margin: 0"):
        made = ui.element("input").classes("pw-input").props(f"name=q type=search {aria('Search the guide')}")
        made.props["placeholder"], made.props["defaultValue"] = say("Search the guide"), text
        words("button", say("Search"), "pw-btn").props("type=submit")
    del seat


async def _found(seat: Seat, pages: dict[str, GuidePage], text: str) -> None:
    found = await in_thread(lambda: search_guide(pages.values(), text))
    said = say("{pages} with “{text}”.", pages=wording.count(len(found), "page"), text=text)
    with head("Help", said if found else say("Nothing about “{text}”.", text=text)):
        _field(seat, text)
        button("The guide", to=address(seat, "/help"), icon="menu_book")
    if not found:
        empty("Try fewer or other words.", ("The guide", address(seat, "/help")))
    with box("pw-help-found"):
        for one in found:
            with box("pw-card").style("margin-bottom: 8px"):
                link(one.page.title, address(seat, f"/help/{one.page.name}"))
                words("span", f"  {one.page.part}", "pw-dim")
                words("p", one.excerpt).style("margin: 4px 0 0")


def html_of(one: GuidePage, pages: dict[str, GuidePage]) -> str:
    """Turn a page into HTML whose links lead to the pages of the help; pictures are left out.

    Links to what is not part of the help become plain text, those to the network stay.
    """
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", one.text)
    text = re.sub(r"\{[:#][^}]*\}", "", text)
    made = prepare_content(text, EXTRAS)

    def lead(match: re.Match[str]) -> str:
        old, label = html.unescape(match[1]), match[2]
        if old.startswith(("https://", "http://", "#")):
            return f'<a href="{html.escape(old)}">{label}</a>'
        target = target_of(one.name, old, pages)
        return f'<a href="/help/{html.escape(target)}">{label}</a>' if target else label

    return re.sub(r'<a href="([^"]*)"[^>]*>(.*?)</a>', lead, made, flags=re.DOTALL)
