"""The data doctor: what is wrong with the records, by kind, with place and remedy, and the cure where one is known."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from plantwright.core import wording
from plantwright.core.entity import ENTITIES
from plantwright.core.problem import Problem, ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.acts import act, preview, show_problems
from plantwright.doors.web.filters import Filter, filter_bar
from plantwright.doors.web.kit import address, box, button, chip, empty, head, link, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.check import check_plant
from plantwright.flows.doctor import Group, changes_of, grouped, lines_of
from plantwright.flows.exchange import read_plant

SEVERITIES = (("error", "Errors", "late"), ("warning", "Warnings", "risk"), ("info", "Remarks", ""))
LABELS = {"error": "error", "warning": "warning", "info": "remark"}
SHOWN = 8
"""Problems of a group that are listed at once; the others unfold."""


@screen("/doctor", "Data doctor", "healing", "Data")
async def doctor(seat: Seat) -> None:
    """Show what is wrong with the records."""
    await _Doctor(seat).again()


class _Doctor:
    """The screen: what it found last, and how it is drawn."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.place = box()

    async def again(self) -> None:
        """Look anew."""
        self.place.clear()
        with self.place:
            await self.draw()

    async def draw(self) -> None:
        """Check the plant and show what was found."""
        self.plant = await in_thread(lambda: read_plant(self.seat.store))
        problems = await in_thread(lambda: check_plant(self.plant))
        may = self.seat.person.may
        groups = grouped([one for one in problems if not one.table or may(f"read:{one.table}")])
        with head("Data doctor", _sentence(groups)):
            button("Check again", self.again, icon="refresh")
        if not groups:
            empty("Nothing is wrong with the records. What contradicts itself, lacks or cannot be stands here.")
            return
        self._filters(groups)
        for one in self._chosen(groups):
            self._group(one)

    def _filters(self, groups: list[Group]) -> None:
        tables = sorted({one.table for one in groups if one.table})
        fields = (
            Filter("severity", "Show", (("", "all"), *((code, label.lower()) for code, label, _ in SEVERITIES))),
            Filter("table", "Table", (("", "all"), *((one, one.replace("_", " ")) for one in tables))),
            Filter("cure", "Cure", (("", "known or not"), ("yes", "known"))),
        )
        filter_bar(self.seat, "/doctor", fields)

    def _chosen(self, groups: list[Group]) -> list[Group]:
        asked = self.seat.query.get
        found = [
            one
            for one in groups
            if asked("severity", "") in {"", one.severity}
            and asked("table", "") in {"", one.table}
            and (not asked("cure") or one.fix)
            and asked("code", "") in {"", one.code}
        ]
        if not found:
            empty("Nothing of this kind is wrong.", ("Show all", "/doctor"))
        return found

    def _group(self, one: Group) -> None:
        mood = {code: mood for code, _, mood in SEVERITIES}[one.severity]
        with box("pw-card pw-ill", "section"):
            with box("pw-bar"):
                chip(LABELS[one.severity], mood)
                words("h2", one.title, "pw").style("margin: 0")
                words("span", _count(one), "pw-dim")
                if one.fix and self._may(one) and len(one.cases) > 1:
                    box("pw-space")
                    button(
                        say("{label}: all {cases}", label=one.fix.label, cases=len(one.cases)),
                        partial(self._cure, one, one.cases),
                        icon="healing",
                    )
            for problem in one.problems[:SHOWN]:
                self._line(one, problem)
            if len(one.problems) > SHOWN:
                with box(tag="details"):
                    words("summary", say("{problems} more", problems=len(one.problems) - SHOWN))
                    for problem in one.problems[SHOWN:]:
                        self._line(one, problem)

    def _may(self, one: Group) -> bool:
        return self.seat.person.may("data.fix") and self.seat.person.may(f"write:{one.table}")

    def _line(self, one: Group, problem: Problem) -> None:
        with box("pw-ill-row"):
            to = place_of(self.seat, problem)
            name = " ".join(part for part in (problem.table.replace("_", " "), problem.key.rstrip(" /")) if part)
            if to:
                link(name, to)
            else:
                words("span", name)
            with box():
                words("span", problem.message + " ")
                words("span", problem.remedy, "pw-dim")
            if one.fix and problem.key and self._may(one):
                button(one.fix.label, partial(self._cure, one, (problem,)), hint=f"{one.fix.label}: {name}")

    async def _cure(self, one: Group, problems: tuple[Problem, ...]) -> None:
        """Show what the cure would do; do it when it is confirmed."""
        keys = [problem.key for problem in problems]
        try:
            plant = self.plant
            changes = await in_thread(lambda: changes_of(one.code, one.table, keys, plant.raw, plant.as_of))
        except ProblemError as error:
            show_problems(error.problems)
            return
        assert one.fix is not None  # noqa: S101 - the button stands only where there is one
        given = {"code": one.code, "table": one.table, "keys": keys}
        said = say("{label}: {rows} changed.", label=one.fix.label, rows=wording.count(len(changes), "row"))

        async def do(_note: str) -> None:
            await act(self.seat, "fix_problem", given, said, self.again)

        preview(f"{one.title}: {one.fix.label.lower()}?", lines_of(changes, plant.raw), one.fix.label, do)


def place_of(seat: Seat, problem: Problem) -> str:
    """Give the address of the row that a problem is about; empty where it is about none."""
    entity = ENTITIES.get(problem.table)
    if entity is None or entity.role in {"result", "system"}:
        return ""
    parts = problem.key.split(" / ") if problem.key else []
    # Circles name several things; then the first one is looked up.
    names = entity.key if len(parts) == len(entity.key) else entity.key[:1]
    query = {f"f.{name}": f"={part}" for name, part in zip(names, parts, strict=False) if part.strip()}
    return address(seat, f"/tables/{quote(problem.table)}", **query)


def _count(one: Group) -> str:
    more = one.problems[-1].message if not one.problems[-1].key and len(one.problems) > 1 else ""
    counted = wording.count(len(one.cases), "row") if one.cases else ""
    return (
        say("{counted} in {table}. {more}", counted=counted, table=one.table.replace("_", " "), more=more).strip()
        if counted and one.table
        else more
    )


def _sentence(groups: list[Group]) -> str:
    if not groups:
        return "The records fit each other."
    counts = {code: sum(len(one.cases) or 1 for one in groups if one.severity == code) for code in LABELS}
    parts = [wording.count(number, LABELS[code]) for code, number in counts.items() if number]
    known = sum(len(one.cases) for one in groups if one.fix)
    start = ", ".join(parts) + (
        say("; for {known} of them the cure is known", known=wording.number(known)) if known else ""
    )
    end = " With errors no plan can be made." if counts["error"] else " None of it stops a plan."
    return f"{start}.{end}"
