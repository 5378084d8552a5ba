"""Files in and out: a dry run tells what would change and every fault, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl
from nicegui import ui

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exchange import shipped_mappings
from plantwright.core.jobs import Job, ask_job
from plantwright.core.pages import Sheet, named
from plantwright.core.problem import Problem, ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.forms import take_back
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, aria, box, button, head, heading, link, problem_panel, tell, words
from plantwright.doors.web.replan import follow
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.parcels import lay_down, plant_workbook, plant_zip, take_away

MOST_MEGABYTES = 64
FAULTS = {
    "severity": "How bad it is", "where": "File and row", "column": "Column", "value": "What stands there",
    "message": "What is wrong", "remedy": "What cures it",
}  # fmt: skip


CHOOSE_FILES = """
<div class="pw-upload-head" @vue:mounted="({ el }) => el.querySelector('input')?.setAttribute('aria-label', 'FILES')"
  @vue:updated="({ el }) => el.querySelector('input')?.setAttribute('aria-label', 'FILES')">
  <button type="button" class="pw-btn" @click="props.pickFiles">FILES</button>
  <span class="pw-dim">{{ props.label }}</span>
  <q-uploader-add-trigger v-if="props.canAddFiles" />
</div>"""
"""Head of the field for files: a button that takes keys, and a name for the field behind it."""


@screen("/import", "Import, export", "upload", "Data")
async def bring(seat: Seat) -> None:
    """Offer to bring files in and to take them out."""
    head(
        "Import and export",
        "CSV files, a zip of them, or a workbook. Nothing is written before you have seen what it does.",
    )
    with box("pw-cols"):
        if seat.person.may("data.import"):
            with box("pw-card"):
                heading("Bring files in")
                result = _In(seat)
        with box("pw-card"):
            heading("Take files out")
            words("p", say("The same files come in again, after they were changed."), "pw-dim")
            _out(seat)
    if seat.person.may("data.import"):
        with box():
            result.place = box().props("aria-live=polite")


def _out(seat: Seat) -> None:
    ways: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
        ("Whole plant, Excel", "plant.xlsx", partial(plant_workbook, seat.store)),
        ("Whole plant, zip of CSV files", "plant.zip", partial(plant_zip, seat.store)),
        ("Template, Excel", "template.xlsx", partial(plant_workbook, seat.store, template=True)),
        ("Template, zip of CSV files", "template.zip", partial(plant_zip, seat.store, template=True)),
    )
    with box().style("display: grid; gap: 8px; justify-items: start"):
        for label, name, make in ways:
            button(label, partial(_send, name, make), icon="download")
        words("p", say("One table alone: open it and choose Excel."), "pw-dim")
        link(say("All tables"), address(seat, "/tables"))


async def _send(name: str, make: Callable[[], bytes]) -> None:
    ui.download.content(await in_thread(make), name)


class _In:
    """Files that were dropped, what they would do, and doing it."""

    def __init__(self, seat: Seat) -> None:
        self.seat, self.source, self.mapping = seat, "", ""
        self.place: Any = None
        self.waiting = box()
        words("p", say("Drop files here, or choose them. Their names say the table: item.csv, bom_line.csv."), "pw-dim")
        self.upload = ui.upload(
            multiple=True, auto_upload=True, max_file_size=MOST_MEGABYTES * 1024 * 1024, on_multi_upload=self._came,
            on_rejected=lambda: tell(say("A file may have at most {most} MB.", most=MOST_MEGABYTES), bad=True),
        ).props('accept=".csv,.gz,.zip,.xlsx" flat bordered hide-upload-btn label="CSV, zip or Excel"')  # fmt: skip
        self.upload.classes("pw-upload").add_slot("header", CHOOSE_FILES.replace("FILES", say("Choose files")))
        with box("pw-bar", "label").style("margin: 10px 0 0"):
            words("span", say("Export of another system, through the mapping"), "pw-dim")
            with ui.element("select").classes("pw-input").props(aria("Mapping")) as choice:
                for name in ("", *shipped_mappings()):
                    words("option", name or say("none")).props(f'value="{name}"')
            choice.on("change", self._mapped, js_handler="e => emit(e.target.value)")

    async def _mapped(self, event: Any) -> None:
        self.mapping = str(event.args or "")
        if self.source:
            await self._ask(dry_run=True)

    async def _came(self, event: Any) -> None:
        files = [(one.name, await one.read()) for one in event.files]
        self.upload.reset()
        self.place.clear()
        try:
            if self.source:
                old = self.source
                await in_thread(lambda: take_away(self.seat.store, old))
            self.source = await in_thread(lambda: lay_down(self.seat.store, files))
        except ProblemError as error:
            with self.place:
                problem_panel(error.problems)
            return
        await self._ask(dry_run=True)

    async def _ask(self, *, dry_run: bool) -> None:
        arguments = {"source": self.source, "mapping": self.mapping, "dry_run": dry_run}
        try:
            number = await in_thread(lambda: ask_job(self.seat.store, "import", arguments, self.seat.person.name))
        except ProblemError as error:
            with self.place:
                problem_panel(error.problems)
            return
        with self.waiting:  # not in the place of the answer, which is cleared while the job is looked at
            await follow(self.seat, number, "Trying the files" if dry_run else "Writing", self._done)

    async def _done(self, job: Job) -> None:
        found = job.result
        self.place.clear()
        with self.place:
            if found["written"]:
                await self._written(found)
            else:
                await self._tried(found)

    async def _tried(self, found: dict[str, Any]) -> None:
        problems = [Problem(**one) for one in found["problems"]]
        wrong = [one for one in problems if one.severity == "error"]
        changes = sum(count["inserted"] + count["updated"] for count in found["tables"].values())
        heading("What the files would do")
        with box("pw-bar"):
            words("span", self._sentence(len(wrong), changes, found["files"]))
            if not wrong and changes:
                button("Import now", lambda: self._ask(dry_run=False), icon="upload", main=True)
        await self._tables(found["tables"])
        await self._faults(problems)

    def _sentence(self, wrong: int, changes: int, files: list[str]) -> str:
        read = say("{files} read", files=wording.count(len(files), "file"))
        if wrong:
            return say(
                "{read}: {faults} to correct first. Nothing would be written.",
                read=read,
                faults=wording.count(wrong, "fault"),
            )
        if not changes:
            return say("{read}: everything stands in the plant as it is.", read=read)
        return say(
            "{read}: {rows} would be added or changed. Nothing is written yet.",
            read=read,
            rows=wording.count(changes, "row"),
        )

    async def _tables(self, counts: dict[str, dict[str, int]]) -> None:
        if not counts:
            return
        rows = pl.DataFrame(
            [
                {"table": name, "new": c["inserted"], "changed": c["updated"], "same": c["same"]}
                for name, c in counts.items()
            ]
        )
        numbers = {"new": "Rows that are added", "changed": "Rows that are changed", "same": "Rows that stay"}
        columns = {"table": named(Kind.TEXT, "table", "Table")}
        columns |= {name: named(Kind.WHOLE, name, said) for name, said in numbers.items()}
        sheet = Sheet("Tables", rows, columns, dashed=frozenset(numbers))
        sheet_grid(self.seat, sheet, await self.seat.year(), "UTC", mark="import-tables")

    async def _faults(self, problems: list[Problem]) -> None:
        if not problems:
            return
        heading("Faults and warnings")
        rows = pl.DataFrame([{name: getattr(one, name) for name in FAULTS} for one in problems])
        columns = {name: named(Kind.TEXT, name, said) for name, said in FAULTS.items()}
        sheet_grid(self.seat, Sheet("Faults", rows, columns), await self.seat.year(), "UTC", mark="import-faults")

    async def _written(self, found: dict[str, Any]) -> None:
        source, self.source = self.source, ""
        await in_thread(lambda: take_away(self.seat.store, source))
        heading("Imported")
        await self._tables(found["tables"])
        button("Look at the tables", to=address(self.seat, "/tables"))
        changes = sum(count["inserted"] + count["updated"] for count in found["tables"].values())
        tell(
            say("Imported: {rows}.", rows=wording.count(changes, "row")),
            undo=lambda: take_back(self.seat, found["entry"]),
        )
