"""The chart of the schedule as an element of the page; its drawing stands in static/gantt."""

from __future__ import annotations

from nicegui import ui

from plantwright.core.reader import later

ZOOMS = {
    "shift": later("Shift"), "day": later("Day"), "week": later("Week"), "month": later("Month"), "all": later("All"),
}  # fmt: skip
GROUPS = {"center": later("Work centers"), "order": later("Orders")}
COLOURS = {
    "order": later("order"), "lateness": later("lateness"), "family": later("set-up family"), "item": later("item"),
}  # fmt: skip


class Gantt(ui.element, component="static/gantt/gantt.js", esm={"plantwright-gantt": "static/gantt"}):
    """A Gantt chart on a canvas.

    It asks for its bars with the event `ready`, and tells `chosen` and `opened` (an order and operation), and `moved`
    (with the wanted start and work center), which changes nothing by itself.

    Parameters
    ----------
    label : what it is, for those who cannot see it
    zoom, group, colour : how it is looked at: see `ZOOMS`, `GROUPS`, `COLOURS`
    movable : whether operations can be dragged
    """

    def __init__(
        self, label: str, *, zoom: str = "week", group: str = "center", colour: str = "order", movable: bool = False
    ) -> None:
        super().__init__()
        self._props |= {"label": label, "zoom": zoom, "group": group, "colour": colour, "movable": movable}

    def load(self, drawn: str, *, keep: bool = False) -> None:
        """Show a schedule, see `flows.gantt`, given as JSON; `keep` stays where people look."""
        self.run_method("load", drawn, keep)

    def preview(self, drawn: str) -> None:
        """Show a tried schedule, with what differs from the one that is shown."""
        self.run_method("preview", drawn)

    def back(self) -> None:
        """Show again what was loaded last."""
        self.run_method("back")
