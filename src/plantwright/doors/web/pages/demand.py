"""Demand: what is forecast and how well; of one item its past, what is to be expected, and what people know better."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from plantwright.areas.demand.forecasts import said_now
from plantwright.core import wording
from plantwright.core.column import Column
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, Sheet, View, as_known
from plantwright.core.problem import ProblemError
from plantwright.core.reader import later, say
from plantwright.doors.web.acts import act, preview
from plantwright.doors.web.cells import axis_texts, column_label, grid_rows
from plantwright.doors.web.charts import PALETTE, chart_of
from plantwright.doors.web.filters import Filter, filter_bar
from plantwright.doors.web.grid import definition, height_of, plain_grid, sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, facts, head, heading, link, tell, tile, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.doors.web.typed import plain_number

MEASURES = (
    ("wape", later("error one period ahead, of demand")), ("bias", later("too high on the whole")),
    ("coverage_80", later("within the limits of 80 %")),
)  # fmt: skip
"""Figures of the tiles."""
CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "new", "ending", "seasonal")
AHEAD = ("start", "end", "statistical", "lower_80", "upper_80", "lower_95", "upper_95", "override", "quantity")
PAST = ("start", "seen", "used", "backtest", "flag")
RIGHT = "demand.forecast"


@screen("/demand", "Demand", "trending_up", "Orders", right="report:forecasts")
async def demand(seat: Seat) -> None:
    """List what is forecast, with the class, the method, and how well it went."""
    if not await _has_plan(seat):
        return
    view = await seat.view()
    names = ("item", "site", "demand_class", "method")
    told: dict[str, Any] = {name: seat.query[name] for name in names if seat.query.get(name)}
    page = await seat.report("forecasts", **told)
    with head("Demand", page.sentence):
        button("Families, sites", to=address(seat, "/reports/forecast_levels"), icon="account_tree",
               hint="What is expected of families, of sites and of the whole, so that it adds up")  # fmt: skip
        button("Accuracy", to=address(seat, "/reports/accuracy"), icon="straighten")
        button("Value added", to=address(seat, "/reports/value_added"), icon="balance")
        button("Sales history", to=address(seat, "/tables/sales_history"), icon="table_chart")
        button("Events", to=address(seat, "/tables/demand_event"), icon="event")
    every = view.result("forecast_series")
    if not every.height:
        empty("What is computed from sales history stands here, once there is some and the plant was planned.",
              ("Import files", address(seat, "/import")),
              ("Sales history", address(seat, "/tables/sales_history")))  # fmt: skip
        return
    _tiles(seat, view.result("forecast_accuracy"), page)
    sites = tuple((one, one) for one in sorted(set(every["site"])))
    filter_bar(seat, "/demand", [
        Filter("item", "Item", known=sorted(set(every["item"]))),
        Filter("demand_class", "Class", (("", "all"), *((one, one) for one in CLASSES))),
        Filter("method", "Method", (("", "all"), *((one, one) for one in sorted(set(every["method"]))))),
        *([Filter("site", "Site", (("", "all"), *sites))] if len(sites) > 1 else []),
    ])  # fmt: skip
    if page.sheets[0].rows.height:
        sheet_grid(seat, page.sheets[0], await seat.year(), view.settings.zone, mark="forecasts",
                   height="calc(100vh - 310px)", opens={"item": "/demand/{}"})  # fmt: skip
    else:
        empty("No forecast is like that.", ("All of them", address(seat, "/demand")))


async def _has_plan(seat: Seat) -> bool:
    if any(one["scenario"] == seat.scenario for one in await in_thread(seat.store.plans)):
        return True
    head("Demand")
    empty("Plan again, at the top, computes the forecasts.")
    return False


def _tiles(seat: Seat, accuracy: pl.DataFrame, page: Page) -> None:
    ahead = accuracy.filter((pl.col("grouped") == "all") & (pl.col("horizon") == 1))
    row = ahead.row(0, named=True) if ahead.height else {}
    detail = address(seat, "/reports/accuracy", by="horizon")
    with box("pw-tiles"):
        tile(wording.number(page.figures["series"]), "series forecast", address(seat, "/tables/sales_history"))
        for name, label in MEASURES:
            value = row.get(name)
            if value is not None:
                low = name == "bias" and value < 0
                tile(wording.percent(abs(value)), "too low on the whole" if low else label, detail)
        tile(wording.number(page.figures["overridden"]), "periods changed by people",
             address(seat, "/tables/forecast_override"))  # fmt: skip


# --- one item -------------------------------------------------------------------------------------------------------


@screen("/demand/{code:path}", "Demand of an item", right="report:forecast")
async def item_demand(seat: Seat) -> None:
    """Show the past of an item, what is to be expected, how that is computed, and let people change it."""
    code = seat.query["code"]
    if not await _has_plan(seat):
        return
    view = await seat.view()
    series = view.result("forecast_series").filter(pl.col("item") == code)
    if not series.height:
        head(f"{code} {_of_item(view, code, 'name')}".strip())
        empty(say("Nothing is forecast of {code}: it has no sales history.", code=code), *_instead(seat, view, code))
        return
    told: dict[str, Any] = {name: seat.query[name] for name in ("site", "customer") if seat.query.get(name)}
    page = await seat.report("forecast", item=code, **told)
    with head(f"{code} {_of_item(view, code, 'name')}", page.sentence):
        button("Working", to=address(seat, "/reports/explain", what="forecast", of=code, **told), icon="functions")
        button(
            "Its error", to=address(seat, "/reports/explain", what="forecast-error", of=code, **told), icon="straighten"
        )
        button("Stock policy", to=address(seat, "/stock-policy", item=code, site=told.get("site", "")), icon="tune")
        button("Item", to=address(seat, f"/item/{code}"), icon="inventory_2")
    _choices(seat, code, series)
    zone, year = view.settings.zone, await seat.year()
    course = page.sheets[0]
    with box("pw-card"):
        _chart(course, _of_item(view, code, "unit"), zone, year)
    heading("Periods ahead")
    method = page.sheet(say("How it is forecast"))
    _ahead(seat, code, course, view.table("forecast_override"), zone, year, used=bool(method.rows["used"].any()))
    with box("pw-cols"):
        with box():
            heading("How it is forecast")
            _method(method, zone, year)
        with box():
            heading("Value added")
            await _value(seat, code, zone, year)
    for title in ("Overrides", "Events"):
        found = [one for one in page.sheets if one.title == say(title)]
        if found:
            heading(title)
            sheet_grid(seat, found[0], year, zone, mark=title.lower())
    heading("The past")
    rows = course.rows.filter(pl.col("statistical").is_null()).with_columns(as_known("backtest"))
    sheet_grid(
        seat, Sheet("The past", rows.reverse(), {one: course.columns[one] for one in PAST}), year, zone, mark="past"
    )


def _of_item(view: View, code: str, column: str) -> str:
    """Give a column of an item, empty where there is no such item."""
    return "".join(view.table("item").filter(pl.col("code") == code)[column])


def _instead(seat: Seat, view: View, code: str) -> list[tuple[str, str]]:
    """Give where to look for an item without a forecast: what it is needed for, or all forecasts."""
    ways = [("All forecasts", address(seat, "/demand"))]
    if view.table("item").filter(pl.col("code") == code).height:
        ways += [("What needs it", address(seat, "/reports/mrp", item=code)),
                 ("Stock policy", address(seat, "/stock-policy", item=code))]  # fmt: skip
    return ways


def _choices(seat: Seat, code: str, series: pl.DataFrame) -> None:
    fields = []
    for name, label in (("site", "Site"), ("customer", "Customer")):
        known = sorted(set(series[name]) - {""})
        if len(known) > 1:
            fields.append(Filter(name, label, (("", "all" if name == "customer" else "the main one"),
                                               *((one, one) for one in known))))  # fmt: skip
    if fields:
        filter_bar(seat, address(seat, f"/demand/{code}").split("?")[0], fields)


def _chart(course: Sheet, unit: str, zone: str, year: int) -> None:
    """Draw past and forecast as lines, the limits as bands."""
    rows = course.rows
    across = axis_texts(rows["start"].to_list(), course.columns["start"], zone, year)
    lines = [
        _line("Asked for", _numbers(rows["seen"]), PALETTE[7], width=1.5),
        _line("Forecast a period before", _numbers(rows["backtest"]), PALETTE[1], dashed=True),
        _line("Forecast", _numbers(rows["statistical"]), PALETTE[0]),
        *_band("80 %", rows, "lower_80", "upper_80", 0.22), *_band("95 %", rows, "lower_95", "upper_95", 0.12),
    ]  # fmt: skip
    if rows["override"].null_count() < rows.height:
        lines.append(
            {**_line("What people say", _numbers(rows["override"]), PALETTE[5]), "type": "scatter", "symbolSize": 9}
        )
    flagged = rows.filter(pl.col("flag").fill_null("") != "")
    if flagged.height:
        marks = [one if flag else None for one, flag in zip(_numbers(rows["seen"]), rows["flag"], strict=True)]
        lines.append({**_line("Unusual", marks, PALETTE[3]), "type": "scatter", "symbol": "diamond", "symbolSize": 8})
    words("b", say("Demand [{unit}]", unit=unit))
    chart_of(across, lines, "", "320px").mark("forecast-chart")


def _numbers(values: pl.Series) -> list[float | None]:
    return [None if value is None else value / SCALE for value in values]


def _line(name: str, data: list[float | None], color: str, *, dashed: bool = False, width: float = 2) -> dict[str, Any]:
    style: dict[str, Any] = {"width": width, "type": "dashed" if dashed else "solid"}
    return {"type": "line", "name": name, "data": data, "symbol": "circle", "symbolSize": 3, "lineStyle": style,
            "itemStyle": {"color": color}, "z": 3}  # fmt: skip


def _band(name: str, rows: pl.DataFrame, low: str, high: str, opacity: float) -> list[dict[str, Any]]:
    """Draw a band as its lower end and what lies above it, stacked; both have one entry in the legend."""
    bottom, top = _numbers(rows[low]), _numbers(rows[high])
    height = [None if a is None or b is None else b - a for a, b in zip(bottom, top, strict=True)]
    same: dict[str, Any] = {"type": "line", "name": name, "stack": name, "symbol": "none", "lineStyle": {"width": 0},
                            "itemStyle": {"color": PALETTE[0]}, "tooltip": {"show": False}, "z": 1}  # fmt: skip
    return [{**same, "data": bottom}, {**same, "data": height, "areaStyle": {"color": PALETTE[0], "opacity": opacity}}]


# --- what people know better ----------------------------------------------------------------------------------------


def _ahead(seat: Seat, code: str, course: Sheet, said: pl.DataFrame, zone: str, year: int, *, used: bool) -> None:
    """List the periods ahead; what is written into the column of overrides is asked for its reason and kept."""
    rows = course.rows.filter(pl.col("statistical").is_not_null())
    several = rows["customer"].n_unique() > 1
    shown: dict[str, Column] = {name: course.columns[name] for name in AHEAD}
    if several:
        shown = {"customer": course.columns["customer"], **shown}
    may = seat.person.may(RIGHT) and not seat.scenario and seat.plan is None
    rows = said_now(rows, said).with_columns(as_known(name) for name in AHEAD[2:7])
    data = grid_rows(rows, shown, zone, year)
    columns = [definition(name, column) | {"width": 128, "filter": False} for name, column in shown.items()]
    if may:
        place = list(shown).index("override")
        columns[place] |= {"editable": True, "cellClass": "pw-num pw-typed", "cellEditor": "agTextCellEditor",
                           ":cellEditorParams": "p => ({ value: p.data.override_shown || '' })",
                           "headerTooltip": "Write what you know better; emptied, what is computed counts"}  # fmt: skip
    grid: Any = plain_grid({"columnDefs": columns, "rowData": data, "stopEditingWhenCellsLoseFocus": True,
                       ":getRowId": "p => String(p.data._row)"},
                      height_of(len(data), 13))  # fmt: skip
    grid.mark("periods-ahead")
    if not may:
        return
    words("p", say("Write into Override what you know better about a period; you are asked why."), "pw-dim")
    raw = rows.to_dicts()

    async def changed(event: Any) -> None:
        """Ask for the reason of what was written into a cell; without one the cell shows again what it was."""
        at = event.args["data"]["_row"]

        def show(text: str) -> None:
            data[at] = {**data[at], "override_shown": text}
            grid.run_grid_method("applyTransaction", {"update": [data[at]]})

        show(data[at]["override_shown"])  # until there is a reason, it stands as it was
        _changed(seat, code, raw[at], str(event.args.get("newValue") or ""), show, used=used)

    grid.on("cellValueChanged", changed, args=["data", "newValue"])


def _changed(seat: Seat, code: str, row: dict[str, Any], text: str, show: Callable[[str], None], *, used: bool) -> None:
    """Ask for the reason of what was written, then keep it or take it back."""
    day = date.fromordinal(row["start"] + date(1970, 1, 1).toordinal())
    key = {"item": code, "start": day.isoformat(), "site": row["site"], "customer": row["customer"]}
    from_to = say("Computed: {computed}", computed=wording.decimal(row["statistical"], 1))
    if not text.strip():
        if row["override"] is not None:
            preview(say("Withdraw the override of {day}?", day=wording.day(row["start"])), [from_to], "Withdraw",
                    partial(_withdraw, seat, key, show), "Reason")  # fmt: skip
        return
    try:
        number = plain_number(text, "override")
    except ProblemError as error:
        tell(f"{error.problems[0].message} {error.problems[0].remedy}", bad=True)
        return
    lines = [
        from_to,
        say("From now on: {value}", value=text),
        say("The next plan uses it.") if used else say("It is kept, but the plan does not use this forecast."),
    ]
    preview(say("Override {item} from {day} on?", item=code, day=wording.day(row["start"])), lines, "Override",
            partial(_override, seat, {**key, "value": number}, show, text), "Reason")  # fmt: skip


async def _override(seat: Seat, told: dict[str, str], show: Callable[[str], None], text: str, reason: str) -> None:
    done = await act(seat, "override_forecast", {**told, "reason": reason}, "Overridden; plan again to use it.")
    if done:
        show(text)


async def _withdraw(seat: Seat, told: dict[str, str], show: Callable[[str], None], reason: str) -> None:
    if await act(seat, "withdraw_override", {**told, "reason": reason}, "Withdrawn; plan again to use it."):
        show("")


# --- how it is computed, and what that is worth ----------------------------------------------------------------------


def _method(sheet: Sheet, zone: str, year: int) -> None:
    row = sheet.rows.row(0, named=True)
    with box("pw-card"):
        facts([
            (column_label(name, column), _shown(row[name], column, zone, year))
            for name, column in sheet.columns.items() if row[name] not in (None, "")
        ])  # fmt: skip


def _shown(value: Any, column: Column, zone: str, year: int) -> str:
    if column.name in {"mase", "sigma", "level"}:
        return wording.decimal(value, 2)
    return wording.shown(value, column, zone, year) or say("no")


async def _value(seat: Seat, code: str, zone: str, year: int) -> None:
    page = await seat.report("value_added", item=code)
    words("p", page.sentence, "pw-dim").style("margin: 0 0 6px")
    for one in page.sheets:
        if one.rows.height:
            sheet_grid(seat, one, year, zone)
    link(say("All items"), address(seat, "/reports/value_added"))
