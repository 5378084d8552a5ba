"""All tables of the plant, by area."""

from __future__ import annotations

from plantwright.core import wording
from plantwright.core.entity import Entity, plant_entities
from plantwright.core.reader import later, say
from plantwright.doors.web.kit import address, box, button, head, heading, link, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread

AREAS = {
    "core": later("The plant"), "product": later("Products"), "process": later("Process"),
    "inventory": later("Stock"), "demand": later("Demand"), "supply": later("Supply"),
    "production": later("Production"), "people": later("People"), "planning": later("Planning"),
}  # fmt: skip
"""What people call the areas, in the order in which a plant is filled."""


@screen("/tables", "Tables", "table_chart", "Data")
async def tables(seat: Seat) -> None:
    """List the tables with what they hold."""
    view = await seat.view(need_plan=False)
    shown = {name: entity for name, entity in plant_entities().items() if seat.person.may(f"read:{name}")}
    counts = await in_thread(lambda: {name: view.table(name).height for name in shown})
    filled = sum(1 for count in counts.values() if count)
    total = wording.number(sum(counts.values()))
    with head(
        "Tables",
        say(
            "{total} rows in {filled} of {shown} tables. Each can be looked at, filtered and edited.",
            total=total,
            filled=filled,
            shown=len(shown),
        ),
    ):
        button("Import and export", to=address(seat, "/import"), icon="upload")
    for area in [*AREAS, *dict.fromkeys(entity.area for entity in shown.values() if entity.area not in AREAS)]:
        of_area = {name: entity for name, entity in shown.items() if entity.area == area}
        if of_area:
            heading(AREAS.get(area, area.capitalize()))
            with box("pw-card pw-list"):
                for name, entity in of_area.items():
                    _line(seat, entity, counts[name])


def _line(seat: Seat, entity: type[Entity], count: int) -> None:
    with box("pw-list-row"):
        link(say(entity.title), address(seat, f"/tables/{entity.name}"))
        words("span", wording.number(count) if count else wording.NONE, "pw-num")
        words("span", say((entity.__doc__ or "").splitlines()[0]), "pw-dim")
