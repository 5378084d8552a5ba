"""Aggregate plan: families by month, the hours they take and what one more would be worth, edited and solved again."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import polars as pl
from nicegui import ui
from nicegui.element import Element

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.journal import entries
from plantwright.core.pages import Page, Sheet
from plantwright.core.problem import ProblemError
from plantwright.core.reader import later, say
from plantwright.doors.web.acts import preview, show_problems
from plantwright.doors.web.charts import sheet_chart
from plantwright.doors.web.choices import choice, segments
from plantwright.doors.web.forms import take_back
from plantwright.doors.web.grid import height_of, plain_grid, sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading, link, tell, tile, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.doors.web.typed import plain_number
from plantwright.flows.aggregate.pivot import EDITED, by_month, count_edits, overtime_shares, with_edit

STRATEGIES = {"mixed": later("Mixed"), "chase": later("Chase"), "level": later("Level")}
MONTHS = {"6": later("6 months"), "12": later("12 months"), "18": later("18 months"), "24": later("24 months")}
OF_FAMILY = {
    "demand": later("Demand"), "made": later("Made"), "overtime": later("In overtime"),
    "subcontracted": later("Subcontracted"), "stock": later("Stock"), "back_order": later("Back-orders"),
    "production": later("Money made"), "stock_value": later("Money in stock"),
}  # fmt: skip
OF_GROUP = {
    "shadow_price": later("Worth of an hour"), "used": later("Hours used"), "available": later("Hours there are"),
    "overtime_limit": later("Overtime at most"), "overtime": later("Overtime"), "lacking": later("Hours lacking"),
}  # fmt: skip
HOUR = 3_600_000
WORKING = {"family": "aggregate", "group": "shadow-price"}
"""What the working of a line shows, by the column that it leads from."""


@screen("/aggregate-plan", "Aggregate plan", "stacked_bar_chart", "Plan", right="report:aggregate")
async def aggregate_plan(seat: Seat) -> None:
    """Show the plan by the strategy, months and changes that stand in the address."""
    place = box()
    await _Screen(seat, place).draw()


class _Screen:
    """The screen with what is chosen on it; everything below the head is drawn anew when that changes."""

    def __init__(self, seat: Seat, place: Element) -> None:
        self.seat, self.place = seat, place
        self.told = {name: seat.query.get(name, "") for name in ("strategy", "months", "edits", "show", "group")}
        self.page: Page | None = None

    async def draw(self) -> None:
        """Draw all anew from what is chosen; what cannot be planned is told instead, with a way to start anew."""
        self.place.clear()
        with self.place:
            try:
                self.page = await self._asked()
            except ProblemError as error:
                self._failed(error)
                return
            if not self.page.sheets:
                head("Aggregate plan", self.page.sentence)
                empty("It plans what is made by family and month, from orders, forecasts, routings and calendars.",
                      ("Forecasts", address(self.seat, "/tables/forecast")))  # fmt: skip
                return
            await self._all(self.page)

    def _failed(self, error: ProblemError) -> None:
        head("Aggregate plan")
        words("p", "; ".join(str(problem.message) for problem in error.problems), "pw-late")
        button("Start anew", to=address(self.seat, "/aggregate-plan"), icon="refresh")

    async def _asked(self) -> Page:
        return await self.seat.report("aggregate", **self._arguments())

    def _arguments(self) -> dict[str, Any]:
        """Give what is chosen as the reports ask for it."""
        asked: dict[str, Any] = {name: self.told[name] for name in ("strategy", "edits") if self.told[name]}
        if self.told["months"].isdigit():
            asked["months"] = int(self.told["months"])
        return asked

    def _choose(self, **told: str) -> None:
        """Open the screen with another choice."""
        ui.navigate.to(address(self.seat, "/aggregate-plan", **(self.told | told)))

    async def _change(self, edits: str) -> None:
        """Solve the plan again with other numbers, which go into the address."""
        self.told["edits"] = edits
        here = address(self.seat, "/aggregate-plan", **self.told)
        ui.run_javascript(f"history.replaceState(null, '', {json.dumps(here)})")
        await self.draw()

    # --- the parts --------------------------------------------------------------------------------------------------

    async def _all(self, page: Page) -> None:
        view, year = await self.seat.view(need_plan=False), await self.seat.year()
        zone, money = view.settings.zone, str(view.settings["currency"])
        with head("Aggregate plan", page.sentence):
            self._acts(page)
        self._chosen(page)
        with box("pw-tiles"):
            self._tiles(page, money)
        self._notes(page)
        sheets = {one.title: one for one in page.sheets}
        heading("Month by family")
        self._families(sheets[say("Plan")])
        heading("Capacity")
        capacity = sheets[say("Capacity")]
        with box("pw-card"):
            sheet_chart(_busiest(capacity), zone, year)
        self._groups(capacity)
        for title in (say("Costs"), say("Budget")):
            if title in sheets:
                heading(title)
                sheet_grid(self.seat, sheets[title], year, zone, mark=title)
        heading("Strategies")
        ui.timer(0.05, partial(self._strategies, box().props("aria-live=polite")), once=True)

    async def _strategies(self, place: Element) -> None:
        """Solve the plan by each strategy after the page is there, and set them side by side."""
        with place:
            words("p", say("The plan is solved by each strategy …"), "pw-dim")
        asked = {name: value for name, value in self._arguments().items() if name != "strategy"}
        page = await self.seat.report("strategies", **asked)
        view, year = await self.seat.view(need_plan=False), await self.seat.year()
        place.clear()
        with place:
            words("p", page.sentence)
            for found in page.sheets:
                sheet_grid(self.seat, found, year, view.settings.zone, mark=found.title)

    def _acts(self, page: Page) -> None:
        if self.seat.person.may("planning.aggregate") and not self.seat.scenario and self.seat.plan is None:
            button("Accept", partial(self._accept, page), icon="done", main=True,
                   hint="Plan material after it from the next plan on")  # fmt: skip
        asked = {name: self.told[name] for name in ("strategy", "months", "edits")}
        button("As a report", to=address(self.seat, "/reports/aggregate", **asked), icon="table_view")
        button("Rough-cut", to=address(self.seat, "/reports/rough_cut"), icon="speed")
        button("Product mix", to=address(self.seat, "/reports/mix"), icon="pie_chart")

    def _chosen(self, page: Page) -> None:
        with box("pw-bar"):
            strategy = str(page.figures["strategy"])
            segments("Strategy", STRATEGIES, strategy, lambda value: self._choose(strategy=value))
            months = str(page.figures["months"])
            options = dict(sorted({months: say("{n} months", n=months), **MONTHS}.items(), key=lambda one: int(one[0])))
            choice("Months", options, months, "", lambda value: self._choose(months=value))
            number = count_edits(self.told["edits"])
            if number:
                words("span", say("{changes} to the numbers", changes=wording.count(number, "change")), "pw-risk")
                button("Undo all", lambda: self._change(""), icon="undo")

    def _tiles(self, page: Page, money: str) -> None:
        figures, costs = page.figures, page.figures["costs"]
        tile(wording.number(figures["cost"]), say("{money} in all", money=money))
        tile(wording.number(figures["overtime_hours"]), say("hours of overtime, {cost} {money}",
             cost=wording.number(costs["overtime"]), money=money))  # fmt: skip
        tile(wording.number(costs["holding"]), say("{money} to hold stock", money=money))
        late = costs["back-orders"] + costs["owed at the end"]
        tile(wording.number(late), say("{money} for lateness", money=money), mood="late" if late else "")
        short = len(figures["lacking"])
        tile(wording.number(short), "limits that cannot be kept", mood="late" if short else "")

    def _notes(self, page: Page) -> None:
        if not page.notes:
            return
        with box("pw-card"), box(tag="ul").style("margin: 0; padding-left: 18px"):
            for note in page.notes:
                words("li", note, "pw-late" if note in page.figures["lacking"] else "")
        with box(tag="p"):
            link(say("How an hour's worth is worked out"), self._working())

    def _working(self) -> str:
        """Give the address of the working of the dearest hour."""
        assert self.page is not None  # noqa: S101 - it has been drawn
        rows = self.page.sheet(say("Capacity")).rows.sort("shadow_price", descending=True)
        name = str(rows["group"][0]) if rows.height else ""
        return address(self.seat, "/reports/explain", what="shadow-price", of=name)

    def _families(self, sheet: Sheet) -> None:
        shown = self.told["show"] if self.told["show"] in OF_FAMILY else "demand"
        segments("Shown of families", OF_FAMILY, shown, lambda value: self._choose(show=value))
        self._grid(sheet, ("family", "site"), shown, "families")

    def _groups(self, sheet: Sheet) -> None:
        shown = self.told["group"] if self.told["group"] in OF_GROUP else "shadow_price"
        segments("Shown of groups", OF_GROUP, shown, lambda value: self._choose(group=value))
        self._grid(sheet, ("group", "site"), shown, "groups")

    def _grid(self, sheet: Sheet, names: tuple[str, str], shown: str, mark: str) -> None:
        """Draw months as columns; what can be edited is solved again as soon as a number is changed."""
        column = sheet.columns[shown]
        part = HOUR if column.kind is Kind.DURATION else SCALE
        rows = by_month(sheet.rows, names, shown)
        months = [name for name in rows.columns if name not in names]
        editable = shown in EDITED and self.seat.person.may("report:aggregate")
        if editable:
            words("p", say("These numbers can be changed; the plan is solved again at once."), "pw-dim")
        definitions: list[dict[str, Any]] = [
            {
                "field": name,
                "headerName": say(name.capitalize()),
                "pinned": "left",
                "width": 170 if name != "site" else 90,
                **(self._opened(name) if name in WORKING and not self.told["edits"] else {}),
            }
            for name in names
        ]
        definitions += [
            {"field": month, "headerName": wording.month_of_year(_day(month)), "width": 92,
             "editable": editable, "cellClass": "pw-num", "headerClass": "pw-num",
             ":valueFormatter": "p => p.value == null ? '' : p.value === 0 ? '\u2013' : pwNumber(p.value)"}
            for month in months
        ]  # fmt: skip
        lines = [
            {name: value if name in names or value is None else round(value / part, 2) for name, value in row.items()}
            for row in rows.iter_rows(named=True)
        ]
        grid = plain_grid(
            {"columnDefs": definitions, "rowData": lines, "singleClickEdit": False}, height_of(len(lines), 14)
        )
        grid.mark(mark)
        if editable:
            grid.on("cellValueChanged", partial(self._edited, shown, names[0]), args=["data", "colId", "newValue"])

    def _opened(self, name: str) -> dict[str, Any]:
        """Lead from the name of a line to the working of its numbers at its site, of the plan without changes."""
        opens = f"/reports/explain?what={WORKING[name]}&of={{}}&site="
        kept = address(self.seat, "")
        renderer = f"p => pwLink(p.value, {opens!r} + encodeURIComponent(p.data.site || ''), {kept!r}, p)"
        return {"cellClass": "pw-link", ":cellRenderer": renderer}

    async def _edited(self, shown: str, name: str, event: Any) -> None:
        row, month, text = event.args["data"], event.args["colId"], str(event.args["newValue"] or "0")
        try:
            value = float(plain_number(text, shown))
        except (ProblemError, ValueError):
            tell(say("{text} is no number.", text=text), bad=True)
            await self.draw()
            return
        edits = with_edit(self.told["edits"], EDITED[shown], row[name], row["site"], month, value)
        await self._change(edits)

    # --- accepting --------------------------------------------------------------------------------------------------

    def _accept(self, page: Page) -> None:
        strategy, months = str(page.figures["strategy"]), int(page.figures["months"])
        shares = overtime_shares(self.told["edits"], page.sheet(say("Capacity")).rows)
        lines = [
            say("The strategy of the aggregate plan is {strategy}, over {months} months.",
                strategy=say(STRATEGIES[strategy]), months=months),
            *(say("Overtime at most: {share}", share=one) for one in shares),
            say("Changed demand is not kept: it belongs into the forecast."),
        ]  # fmt: skip

        async def work(_note: str) -> None:
            arguments = {"strategy": strategy, "months": months, "overtime": shares}
            try:
                await self.seat.act("accept_aggregate", arguments)
            except ProblemError as error:
                show_problems(error.problems)
                return
            latest = await in_thread(lambda: entries(self.seat.store, 1, self.seat.person.name, "accept_aggregate"))
            tell("Accepted. The next plan is made with it.", undo=partial(take_back, self.seat, latest[0].number))

        preview("Accept the aggregate plan", lines, "Accept", work)


def _busiest(sheet: Sheet) -> Sheet:
    """Keep the six groups whose hours are worth most, then those that are fullest."""
    order = sheet.rows.group_by("group", maintain_order=True).agg(
        price=pl.col("shadow_price").max(), full=(pl.col("used") / pl.col("available").clip(1)).max()
    ).sort(["price", "full"], descending=True).head(6)  # fmt: skip
    rows = order.select("group").join(sheet.rows, on="group", how="left", maintain_order="left")
    return Sheet(sheet.title, rows, sheet.columns, chart=sheet.chart)


def _day(text: str) -> int:
    return int(pl.Series([text]).str.to_date().cast(pl.Int32)[0])
