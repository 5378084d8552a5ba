"""Stock policy: classes, policies and services of the items, what service costs, where to hold stock, and its age."""

from __future__ import annotations

from functools import partial
from typing import Any

from nicegui import ui

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, Sheet
from plantwright.core.problem import ProblemError
from plantwright.core.reader import later, say
from plantwright.doors.web.acts import act, preview
from plantwright.doors.web.charts import PALETTE, chart_of, sheet_chart
from plantwright.doors.web.choices import choice
from plantwright.doors.web.filters import Filter, filter_bar, tabs
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import (
    address,
    box,
    button,
    empty,
    facts,
    head,
    heading,
    link,
    problem_panel,
    tile,
    words,
)
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat

PATH = "/stock-policy"
SHOWS = (
    ("", later("Items")), ("curve", later("Service against money")), ("tree", later("Where to hold stock")),
    ("buffers", later("Buffers")), ("age", later("Age and turns")),
)  # fmt: skip
REPORTS = {"curve": "exchange_curve", "tree": "multi_echelon", "buffers": "buffers", "age": "ageing_turns"}
STATES = (("", "all"), ("active", "active"), ("slow", "slow"), ("dead", "dead"), ("no issues yet", "no issues yet"))
ABC, XYZ = "ABC", "XYZ"
TOPICS = {
    "safety-stock": later("Safety stock"), "reorder-point": later("Reorder point"), "lot-size": later("Lot size"),
    "abc-class": later("Class by value"), "buffer": later("Buffer"),
}  # fmt: skip
HEIGHT = "calc(100vh - 330px)"


@screen("/stock-policy", "Stock policy", "tune", "Plan", right="report:policy")
async def stock_policy(seat: Seat) -> None:
    """Show all items, or one of them."""
    try:
        if seat.query.get("item"):
            await _one(seat, seat.query["item"], seat.query.get("site", ""))
        else:
            await _all(seat, seat.query.get("show", ""))
    except ProblemError as error:
        problem_panel(error.problems)


# --- all items ------------------------------------------------------------------------------------------------------


async def _all(seat: Seat, show: str) -> None:
    told: dict[str, Any]
    show = show if show in REPORTS else ""
    if show:
        names = ("site", "state", "family") if show == "age" else ("site", "family") if show == "curve" else ("site",)
        told = {name: seat.query[name] for name in names if seat.query.get(name)}
        page = await seat.report(REPORTS[show], **told)
        head("Stock policy", page.sentence)
        tabs(seat, PATH, "show", SHOWS, show)
        await _filters(seat, show, names)
        await _report(seat, page, show)
        return
    told = {name: seat.query[name] for name in ("group", "site", "family") if seat.query.get(name)}
    page = await seat.report("stock_policies", **told)
    within: dict[str, Any] = {name: told[name] for name in ("site", "family") if name in told}
    classes = await seat.report("abc_xyz", **within)
    head("Stock policy", page.sentence)
    tabs(seat, PATH, "show", SHOWS, "")
    await _filters(seat, "", ("site", "family"))
    words("p", classes.sentence, "pw-dim")
    _nine(seat, classes.sheets[0], told)
    await _items(seat, page)


async def _filters(seat: Seat, show: str, names: tuple[str, ...]) -> None:
    view = await seat.view()
    sites = tuple((one, one) for one in view.table("site")["code"])
    families = sorted({*view.table("item")["family"]} - {""})
    known = {
        "site": Filter("site", "Site", (("", "all"), *sites)), "state": Filter("state", "State", STATES),
        "family": Filter("family", "Family", known=families),
    }  # fmt: skip
    filter_bar(seat, PATH, [known[name] for name in names], show=show, group=seat.query.get("group", ""))


def _nine(seat: Seat, classes: Sheet, told: dict[str, str]) -> None:
    """Draw the nine classes: value falls downwards, steadiness to the right; each field opens its items."""
    rows = {row["class"]: row for row in classes.rows.iter_rows(named=True)}
    with box("pw-nine").props(f'role=group aria-label="{say("Classes by value and variation")}"'):
        for a in ABC:
            for x in XYZ:
                row = rows[a + x]
                there = address(seat, PATH, **{**told, "group": "" if told.get("group") == a + x else a + x})
                share = wording.percent(row["share"])
                tile(f"{a}{x} · {wording.number(row['items'])}", say("{share} of the value", share=share), there,
                     "empty" if not row["items"] else "here" if told.get("group") == a + x else "")  # fmt: skip


async def _items(seat: Seat, page: Page) -> None:
    view, sheet = await seat.view(), page.sheets[0]
    if not sheet.rows.height:
        empty("No item is like that.", ("All of them", PATH))
        return

    def opened(row: dict[str, Any]) -> None:
        ui.navigate.to(address(seat, PATH, item=row["item"], site=row["site"]))

    sheet_grid(seat, sheet, await seat.year(), view.settings.zone, mark="stock-policies", height=HEIGHT, on_row=opened)


async def _report(seat: Seat, page: Page, show: str) -> None:
    view, year = await seat.view(), await seat.year()
    if not page.sheets:
        empty("There is nothing to show yet: bring in the sales history of some weeks, or forecasts.",
              ("Import files", "/import"))  # fmt: skip
        return
    for place, sheet in enumerate(page.sheets):
        if len(page.sheets) > 1:
            heading(sheet.title)
        if show == "curve" and not place:
            with box("pw-card"):
                _curve(sheet, view.settings["currency"])
        elif sheet.chart:
            sheet_chart(sheet, view.settings.zone, year)
        sheet_grid(seat, sheet, year, view.settings.zone, mark=f"policy-{show}-{place}")
        for note in () if place else page.notes:  # they are about the first table
            words("p", note, "pw-dim")


def _curve(sheet: Sheet, money: str) -> None:
    """Draw the money in stock by service, for each item alike and shared out best."""
    names = [wording.percent(value, 1) for value in sheet.rows["service"]]
    lines = (("total", later("Each item alike")), ("total_shared", later("Shared out best")))
    series = [
        {"type": "line", "name": label, "data": [round(value / SCALE) for value in sheet.rows[name]],
         "itemStyle": {"color": PALETTE[place]}, "symbolSize": 6}
        for place, (name, label) in enumerate(lines)
    ]  # fmt: skip
    chart_of(names, series, say("Stock by service [{money}]", money=money), "280px").mark("exchange-curve")


# --- one item -------------------------------------------------------------------------------------------------------


async def _one(seat: Seat, item: str, site: str) -> None:
    told: dict[str, Any] = {
        "item": item,
        "site": site,
        "service": seat.query.get("service", ""),
        "kind": seat.query.get("kind", ""),
    }
    told = {name: value for name, value in told.items() if value}
    page = await seat.report("policy", **told)
    view, year = await seat.view(), await seat.year()
    with head(page.title or item, page.sentence):
        button("All items", to=address(seat, PATH), icon="arrow_back")
        button("Item", to=address(seat, f"/item/{item}"), icon="category")
    kinds = (("", "as the item says"), ("fill", "share of the demand"), ("cycle", "share of the cycles"))
    fields = (Filter("service", "Service wanted", hint="as the item says"), Filter("kind", "Measured as", kinds))
    filter_bar(seat, PATH, fields, item=item, site=site)
    if not page.sheets:
        empty("Nothing tells what is asked of this item: bring in its sales history, its forecast or its issues.",
              ("Import files", "/import"))  # fmt: skip
        return
    if seat.person.may("inventory.policies") and not seat.scenario and seat.plan is None:
        _accepting(seat, page, item, site)
    heading("Policies")
    sheet_grid(seat, page.sheets[0], year, view.settings.zone, mark="policies")
    with box("pw-cols"):
        with box():
            heading("What goes in")
            with box("pw-card"):
                facts(list(page.sheets[1].rows.iter_rows()))
        with box():
            heading("How it is computed")
            with box("pw-card pw-lines"):
                for topic, label in TOPICS.items():
                    with box().style("padding: 4px 0"):
                        link(say(label), address(seat, "/reports/explain", what=topic, of=item, site=site))
    for note in page.notes:
        words("p", note, "pw-dim")
    await _replay(seat, told)


def _accepting(seat: Seat, page: Page, item: str, site: str) -> None:
    """Offer to take over one of the policies; what will be written is shown first."""
    chosen = {"policy": str(page.figures["best"])}
    options = {name: name.capitalize() for name in page.figures["fields"]}
    with box("pw-bar"):
        words("span", say("Take over"))
        choice("Policy", options, chosen["policy"], "", partial(chosen.__setitem__, "policy"))
        button("Accept …", lambda: _preview(seat, page, item, site, chosen["policy"]), icon="check", main=True)


def _preview(seat: Seat, page: Page, item: str, site: str, policy: str) -> None:
    fields = page.figures["fields"][policy]
    told = {**fields, "service_level": page.figures["service"], "service_kind": page.figures["kind"]}
    written = {name: value if isinstance(value, str) else f"{value:.6f}".rstrip("0").rstrip(".")
               for name, value in told.items()}  # fmt: skip
    told = written | {"service_level": wording.percent(round(page.figures["service"] * SCALE), 1)}
    lines = [say("{name}: {value}", name=say(wording.titled(name)), value=value) for name, value in told.items()]

    async def work(reason: str) -> None:
        arguments = {"item": item, "policy": policy, "site": site, "reason": reason, **written}
        await act(seat, "accept_policy", arguments, say("{policy} accepted for {item}.", policy=policy, item=item))

    title = say("Take over {policy} for {item}?", policy=policy, item=item)
    preview(title, [*lines, say("The next plan keeps it.")], "Accept", work, note="Reason")


async def _replay(seat: Seat, told: dict[str, Any]) -> None:
    page = await seat.report("replay", **told)
    view, year = await seat.view(), await seat.year()
    heading("The last year replayed")
    words("p", page.sentence, "pw-dim")
    if not page.sheets:
        return
    best = str(page.figures["best"])
    course = page.sheets[1]
    weeks = [wording.day_of_month(day) for day in course.rows["week"]]
    bars = {"type": "bar", "name": "Asked for in the week", "data": [v / SCALE for v in course.rows["demand"]],
            "itemStyle": {"color": PALETTE[1]}, "barMaxWidth": 10}  # fmt: skip
    lines = [
        {"type": "line", "step": "end", "name": name, "data": [value / SCALE for value in course.rows[name]],
         "symbolSize": 3, "itemStyle": {"color": PALETTE[place]}}
        for place, name in ((0, best), (7, "as it is")) if name in course.columns
    ]  # fmt: skip
    with box("pw-card"):
        chart_of(weeks, [bars, *lines], say("Stock at the end of each week"), "260px").mark("replay")
    sheet_grid(seat, page.sheets[0], year, view.settings.zone, mark="replayed")
    for note in page.notes:
        words("p", note, "pw-dim")
