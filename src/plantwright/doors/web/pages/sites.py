"""The sites: work centers with their load, open hours of the weeks ahead, people, places of stock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.kit import address, box, button, empty, head, heading, link, problem_panel, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.site_view import DAYS, SiteView, open_hours, sites, today

FULL, CLOSE = 0.95, 0.85
EPOCH = date(1970, 1, 1).toordinal()


@screen("/sites", "Sites", "factory", "Data")
async def show_sites(seat: Seat) -> None:
    """Show every site."""
    seat.person.must("read:site")
    planned = any(one["scenario"] == seat.scenario for one in await in_thread(seat.store.plans))
    view = await seat.view(need_plan=planned)
    found = await in_thread(lambda: sites(view))
    allowed = getattr(seat.person, "sites", None)
    found = [one for one in found if allowed is None or one.row["code"] in allowed]
    with head("Sites", _sentence(found)):
        button("Work centers", to=address(seat, "/tables/work_center"), icon="precision_manufacturing")
        button("Calendars", to=address(seat, "/tables/calendar"), icon="calendar_month")
    if not found:
        empty("A site is a plant or warehouse with an address of its own. There is none yet.",
              ("Add one", address(seat, "/tables/site")), ("Import files", "/import"))  # fmt: skip
        return
    try:
        hours = await in_thread(lambda: open_hours(view))
    except ProblemError as error:
        problem_panel(error.problems, "The calendars cannot be opened")
        hours = {}
    names = dict(view.table("calendar").select("code", "name").iter_rows())
    for one in found:
        _site(seat, one, hours, names, today(view), str(view.settings["currency"]), planned=planned)


def _sentence(found: list[SiteView]) -> str:
    centers = sum(len(one.centers) for one in found)
    people = sum(len(one.people) for one in found)
    parts = [wording.count(len(found), "site"), wording.count(centers, "work center")]
    parts += [wording.count(people, "person", "people")] if people else []
    loads = [
        say("{code} {load} full", code=one.row["code"], load=wording.percent(round(one.load * SCALE)))
        for one in found
        if one.load
    ]
    return (
        say("{parts}. In the next four weeks: {loads}.", parts=", ".join(parts), loads=", ".join(loads))
        if loads
        else f"{', '.join(parts)}."
    )


def _site(
    seat: Seat, one: SiteView, hours: Mapping[str, list[float]], names: Mapping[str, str], first: date, currency: str,
    *, planned: bool,
) -> None:  # fmt: skip
    with box("pw-card", "section").style("margin-bottom: 14px"):
        heading(f"{one.row['code']} {one.row['name']}".strip())
        _strips(seat, one, hours, names, first)
        with box("pw-cols"):
            with box().style("overflow-x: auto"):
                _centers(seat, one, planned=planned)
            with box():
                _people(seat, one)
                _places(seat, one, currency)


def _strips(
    seat: Seat, one: SiteView, hours: Mapping[str, list[float]], names: Mapping[str, str], first: date
) -> None:  # fmt: skip
    if not one.calendars:
        words("p", say("No calendar: always open."), "pw-dim")
        return
    words("h3", say("Open hours, the next four weeks"), "pw-sub")
    with box("pw-scroll"), box("pw-hours"):
        words("span", "")
        for number in range(DAYS):
            day = first + timedelta(number)
            words("small", f"{day.day}", "pw-hour-head" + " pw-monday" * (day.weekday() == 0))
        for code in one.calendars:
            link(names.get(code) or code, address(seat, "/tables/calendar_shift", **{"f.calendar": f"={code}"}))
            for number, open_hours_ in enumerate(hours.get(code, [])):
                _hour(open_hours_, first + timedelta(number), code)


def _hour(hours: float, day: date, code: str) -> None:
    cell = box("pw-hour" + " pw-monday" * (day.weekday() == 0) + " pw-shut" * (hours == 0))
    said = say("{hours} h open", hours=wording.number(hours, 1).removesuffix(".0")) if hours else "closed"
    told = f"{code}, {wording.day(day.toordinal() - EPOCH, day.year)}: {said}"
    cell.props["title"] = cell.props["aria-label"] = told
    cell.props["role"] = "img"
    with cell:
        box("pw-hour-bar").style(f"height: {min(hours / 24, 1):.0%}")
        words("small", wording.number(round(hours)) if hours else "–")  # noqa: RUF001 - a dash for closed


def _centers(seat: Seat, one: SiteView, *, planned: bool) -> None:
    words("h3", say("Work centers"), "pw-sub")
    if not one.centers:
        words("p", say("None."), "pw-dim")
        return
    with box("pw-table", "table"):
        with box(tag="thead"), box(tag="tr"):
            for label in ("Work center", "Name", "Units", "Calendar", *(("Load, four weeks",) if planned else ())):
                words("th", say(label), "pw-num" if label == "Units" else "")
        with box(tag="tbody"):
            for row in one.centers:
                with box(tag="tr"):
                    with box(tag="td"):
                        link(row["code"], address(seat, f"/work-center/{row['code']}"))
                    words("td", row["name"])
                    words("td", wording.number(row["units"]), "pw-num")
                    words("td", row["calendar"] or say("always open"))
                    if planned:
                        _load(row)


def _load(row: Mapping[str, Any]) -> None:
    share = row["load"] / row["capacity"] if row["capacity"] else None
    with box(tag="td"), box("pw-load"):
        if share is None:
            words("span", say("no load"), "pw-dim")
            return
        mood = "late" if share >= FULL else "risk" if share >= CLOSE else ""
        with box("pw-load-back"):
            box(f"pw-load-bar {mood}").style(f"width: {min(share, 1):.0%}")
        words(
            "span",
            f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%") + (" full" if mood else ""),
            f"pw-{mood}" * bool(mood),
        )


def _people(seat: Seat, one: SiteView) -> None:
    words("h3", say("People"), "pw-sub")
    if not one.people:
        words("p", say("None."), "pw-dim")
    with box("pw-bar"):
        for row in one.people:
            made = link(row["name"] or row["code"], address(seat, "/tables/person", row=row["code"]), "pw-chip")
            made.props["title"] = f"{row['code']}, {row['calendar'] or 'always there'}"


def _places(seat: Seat, one: SiteView, currency: str) -> None:
    words("h3", say("Places of stock"), "pw-sub")
    if not one.places:
        words("p", say("None."), "pw-dim")
        return
    with box("pw-table", "table"):
        with box(tag="thead"), box(tag="tr"):
            for label in ("Place", "Name", "Kind", "Items", say("Value [{currency}]", currency=currency)):
                words("th", say(label), "pw-num" if label == "Items" or label.startswith("Value") else "")
        with box(tag="tbody"):
            for row in one.places:
                with box(tag="tr"):
                    with box(tag="td"):
                        link(row["code"], address(seat, "/stock", location=row["code"]))
                    words("td", row["name"])
                    words("td", row["kind"] + ("" if row["nettable"] else ", not planned with"))
                    words("td", wording.number(row["items"]) if row["items"] else "–", "pw-num")  # noqa: RUF001 - a dash
                    words("td", wording.number(row["value"] / SCALE) if row["value"] else "–", "pw-num")  # noqa: RUF001
