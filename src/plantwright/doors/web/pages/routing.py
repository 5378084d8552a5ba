"""How an item is made: its operations as boxes, with arrows to those that wait for them."""

from __future__ import annotations

import html
from dataclasses import replace

from nicegui import ui

from plantwright.core import wording
from plantwright.core.pages import sheet
from plantwright.core.reader import say
from plantwright.doors.web.filters import tabs
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat
from plantwright.flows.routing_picture import Picture, Place, picture, sites_of_routing

WIDE, GAP, LINE = 196, 46, 17
"""Width of a box, room between boxes, and height of a line of text, in pixels."""
COLUMNS = (
    "sequence", "name", "work_center", "setup", "run", "run_per", "batch_size", "rate", "queue", "move", "yield_ratio",
    "transfer_batch", "setup_family", "skill", "people", "tool", "supplier", "lead_time", "cost",
)  # fmt: skip
DASHED = frozenset({"setup", "run", "rate", "queue", "move", "transfer_batch", "lead_time", "cost"})


@screen("/routing/{item:path}", "Routing")
async def routing(seat: Seat) -> None:
    """Show the operations of an item as a picture, and as a table."""
    code = seat.query["item"]
    seat.person.must("read:operation")
    view = await seat.view(need_plan=False)
    known = sites_of_routing(view.table("operation"), code)
    site = seat.query.get("site", known[0] if known else "")
    links, others = view.table("operation_link"), view.table("operation_alternate")
    drawn = picture(view.table("operation"), links, others, code, site)
    with head(say("Routing of {code}", code=code), _sentence(drawn)):
        button("Bill of material", to=address(seat, f"/bom/{code}"), icon="account_tree")
        button("Item", to=address(seat, f"/item/{code}"), icon="category")
    if not drawn.places:
        empty(say("{code} has no operations; they say how it is made, where, and how long it takes.", code=code),
              ("Operations", address(seat, "/tables/operation")))  # fmt: skip
        return
    if len(known) > 1:
        tabs(seat, f"/routing/{code}", "site", [(one, one or "Every site") for one in known], site)
    with box("pw-card pw-scroll"):
        ui.html(svg_of(drawn, code), sanitize=False)
    heading("Operations")
    rows = view.table("operation")
    rows = rows.filter((rows["item"] == code) & (rows["site"] == site)).sort("sequence")
    shown = replace(sheet(view, "Operations", "operation", rows, *COLUMNS), dashed=DASHED)
    sheet_grid(seat, shown, await seat.year(), view.settings.zone)
    words("p", say("Set-up is per order. Queue and move are elapsed time; set-up and run are working time."), "pw-dim")


def _sentence(drawn: Picture) -> str:
    if not drawn.places:
        return ""
    count = wording.count(len(drawn.places), "operation")
    how = (
        "one after the other"
        if drawn.rows == 1
        else say("side by side in {steps}", steps=wording.count(drawn.columns, "step"))
    )
    centers = {one.operation["work_center"] for one in drawn.places if one.operation["work_center"]}
    return say(
        "{count}, {how}, on {work_center}.",
        count=count,
        how=how,
        work_center=wording.count(len(centers), "work center"),
    )


def svg_of(drawn: Picture, code: str) -> str:
    """Draw the picture; every text in it is escaped."""
    texts = {one.operation["sequence"]: lines_of(one) for one in drawn.places}
    tall = LINE * max(len(lines) for lines in texts.values()) + 18
    spots = {
        one.operation["sequence"]: (one.column * (WIDE + GAP) + 4, one.row * (tall + 22) + 4) for one in drawn.places
    }
    width, height = drawn.columns * (WIDE + GAP) - GAP + 8, drawn.rows * (tall + 22) - 22 + 8
    parts = [_arrow(spots[first], spots[last], tall) for first, last in drawn.arrows]
    parts += [_box(texts[number], *spot, tall) for number, spot in spots.items()]
    label = html.escape(
        say("Routing of {code}: ", code=code) + "; ".join(" ".join(lines[:2]) for lines in texts.values()), quote=True
    )
    head = '<defs><marker id="pw-tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
    head += '<path d="M0,0 L8,4 L0,8 z"/></marker></defs>'
    return (
        f'<svg class="pw-net" role="img" aria-label="{label}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{head}{"".join(parts)}</svg>'
    )


def lines_of(one: Place) -> list[str]:
    """Say in lines what an operation is; the first two are its name and its place."""
    step, time = one.operation, wording.duration
    lines = [f"{step['sequence']} {step['name']}".strip()]
    if step["supplier"]:
        return [
            *lines,
            say("at {supplier}", supplier=step["supplier"]),
            say("away {lead_time}", lead_time=time(step["lead_time"])),
        ]
    lines.append(step["work_center"] or "no work center")
    run = {
        "unit": say("{run} each", run=time(step["run"])),
        "batch": say("{run} for {batch_size}", run=time(step["run"]), batch_size=wording.decimal(step["batch_size"])),
        "hour": say("{rate} an hour", rate=wording.decimal(step["rate"])),
    }[step["run_per"]]
    lines += [
        say("set-up {setup}", setup=time(step["setup"])) if step["setup"] else "no set-up",
        say("run {run}", run=run),
    ]
    waits = [f"{name} {time(step[name])}" for name in ("queue", "move") if step[name]]
    needs = [part for part in (step["skill"], step["tool"]) if part]
    lines += [", ".join(part) for part in (waits, needs) if part]
    return [*lines, *(say("or {work_center}", work_center=other["work_center"]) for other in one.alternates)]


def _arrow(first: tuple[int, int], last: tuple[int, int], tall: int) -> str:
    x1, y1, x2, y2 = first[0] + WIDE, first[1] + tall // 2, last[0] - 3, last[1] + tall // 2
    middle = (x1 + x2) // 2
    return f'<path class="pw-arrow" d="M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}" marker-end="url(#pw-tip)"/>'


def _box(lines: list[str], x: int, y: int, tall: int) -> str:
    parts = [f'<rect x="{x}" y="{y}" width="{WIDE}" height="{tall}" rx="7"/>']
    for number, text in enumerate(lines):
        shown = text if len(text) <= 27 else text[:26] + "…"
        style = ("pw-net-name", "pw-net-place")[number] if number < 2 else "pw-net-more"
        title = f"<title>{html.escape(text)}</title>"
        y_line = y + 20 + number * LINE
        parts.append(f'<text class="{style}" x="{x + 11}" y="{y_line}">{html.escape(shown)}{title}</text>')
    return "".join(parts)
