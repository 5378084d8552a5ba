"""Charts of the page from the hints of a report: bars, lines and loads, in the colours of the theme."""

from __future__ import annotations

from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core.column import EXACT, Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Sheet
from plantwright.core.reader import say
from plantwright.doors.web.cells import axis_texts, column_label
from plantwright.doors.web.kit import box

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7a7a7a")
"""The set of Okabe and Ito, in which people with colour-blindness tell the colours apart."""
DRAWINGS = 12
WRITTEN = "value => value == null ? '' : pwNumber(value)"
"""Writes a number of an axis or a tooltip as the reader has it."""
QUIET = "#7c8694"
"""Grey of axes and legends, readable on light and on dark."""


def sheet_chart(sheet: Sheet, zone: str, year: int) -> None:
    """Draw a table as it says it may be drawn; at most a dozen drawings where it is parted."""
    chart = sheet.chart
    if chart is None or chart.kind == "gantt" or not sheet.rows.height:
        return
    if not chart.by:
        draw(sheet, zone, year)
        return
    with box("pw-cols"):
        for (name,), rows in list(sheet.rows.group_by([chart.by], maintain_order=True))[:DRAWINGS]:
            draw(Sheet(str(name), rows, sheet.columns, chart=chart), zone, year, str(name))


def plain(value: Any, kind: Kind) -> float | None:
    """Give a stored value as a number that can be drawn."""
    if value is None:
        return None
    return value / SCALE if kind in EXACT else value / 3_600_000 if kind is Kind.DURATION else float(value)


def draw(sheet: Sheet, zone: str, year: int, title: str = "") -> Element:
    """Draw one table."""
    chart = sheet.chart
    assert chart is not None  # noqa: S101 - the caller looked
    across = axis_texts(sheet.rows[chart.x].to_list(), sheet.columns[chart.x], zone, year)
    series = []
    for place, name in enumerate(chart.series):
        column = sheet.columns[name]
        values = [plain(value, column.kind) for value in sheet.rows[name]]
        series.append({"type": chart.kind, "name": column_label(name, column), "data": values, "symbolSize": 4,
                       "itemStyle": {"color": PALETTE[place % len(PALETTE)]}})  # fmt: skip
    return chart_of(across, series, title)


def _worded(series: dict[str, Any]) -> dict[str, Any]:
    """Give a series its name and the figures beside its bars as the reader has them."""
    found = series | {"name": say(series["name"])} if "name" in series else series
    if "label" in found:
        found = found | {"label": {":formatter": "bar => pwNumber(bar.value)", **found["label"]}}
    return found


def chart_of(
    across: list[str], series: list[dict[str, Any]], title: str = "", height: str = "240px", *, lying: bool = False
) -> Element:
    """Make a chart over names or days; `lying` bars leave room for long names."""
    quiet = {"color": QUIET}
    series = [_worded(one) for one in series]
    save = {"feature": {"saveAsImage": {"title": say("Picture")}}, "iconStyle": {"borderColor": QUIET}}
    legend = {"top": 0, "right": 0, "textStyle": quiet, "itemWidth": 14, "itemHeight": 8}
    options: dict[str, Any] = {
        "title": {"text": say(title), "left": 0, "top": 0, "padding": 2, "textStyle": {"fontSize": 13, "color": QUIET}},
        "grid": {"left": 8, "right": 12, "top": 42 if title else 34, "bottom": 6, "containLabel": True},
        "legend": legend if len(series) > 1 else None,
        "tooltip": {"trigger": "axis", "confine": True, ":valueFormatter": WRITTEN},
        "xAxis": {
            "type": "category", "data": across, "axisTick": {"show": False},
            "axisLabel": {**quiet, "hideOverlap": True},
        },
        "yAxis": {
            "type": "value", "axisLabel": {**quiet, ":formatter": WRITTEN},
            "splitLine": {"lineStyle": {"color": "rgba(128,138,150,.18)"}},
        },
        "series": series, "animation": False,
        "toolbox": {"right": 0, "bottom": 0, "itemSize": 11, **save},
    }  # fmt: skip
    if lying:
        names = {**options["xAxis"], "inverse": True, "axisLine": {"show": False}}
        options |= {"yAxis": names, "xAxis": options["yAxis"]}
    return ui.echart({key: value for key, value in options.items() if value is not None}).style(
        f"height: {height}; width: 100%"
    )


def curves(lines: dict[str, list[tuple[float, float]]], across: str, up: str, height: str = "300px") -> Element:
    """Make a chart of values that hold until the next one, over time; each line has its name at its end.

    Parameters
    ----------
    lines : points of each line by its name, time and value
    across, up : names of the axes with their units
    height : CSS height
    """
    quiet = {"color": QUIET}
    named = {"nameLocation": "middle", "nameTextStyle": quiet, "axisLabel": {**quiet, ":formatter": WRITTEN}}
    options = {
        "grid": {"left": 44, "right": 150, "top": 16, "bottom": 34, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True, ":valueFormatter": WRITTEN},
        "xAxis": {"type": "value", "name": say(across), "nameGap": 28, "splitLine": {"show": False}, **named},
        "yAxis": {"type": "value", "name": say(up), "nameGap": 44, "min": 0,
                  "splitLine": {"lineStyle": {"color": "rgba(128,138,150,.18)"}}, **named},
        "series": _steps(lines), "animation": False,
    }  # fmt: skip
    return ui.echart(options).style(f"height: {height}; width: 100%")


def _steps(lines: dict[str, list[tuple[float, float]]]) -> list[dict[str, Any]]:
    return [
        {"type": "line", "step": "end", "name": say(name), "data": [list(point) for point in points], "symbolSize": 5,
         "showSymbol": len(points) < 40, "lineStyle": {"width": 2}, "itemStyle": {"color": PALETTE[place]},
         "endLabel": {"show": True, "formatter": "{a}", "color": QUIET}}
        for place, (name, points) in enumerate(lines.items())
    ]  # fmt: skip


def redraw(chart: Any, lines: dict[str, list[tuple[float, float]]]) -> None:
    """Draw the lines of a chart anew, as they are now."""
    chart.options["series"] = _steps(lines)
    chart.update()
