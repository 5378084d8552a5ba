"""Files in and out, the check of the whole plant, and its settings."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from starlette.responses import Response

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, Entity, raw_frame
from plantwright.core.exchange import write_folder, write_workbook
from plantwright.core.frames import write_series
from plantwright.core.jobs import ask_job, one_job
from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError, stop_on_errors
from plantwright.core.reading import must_be, read_texts
from plantwright.core.settings import SETTINGS
from plantwright.doors.api import sites
from plantwright.doors.api.endpoint import Ask, Upload, endpoint, option, options
from plantwright.doors.api.looks import XLSX, file_response
from plantwright.doors.api.rows import as_text
from plantwright.doors.api.work import job_told
from plantwright.doors.http.told import answer, as_list, status_of
from plantwright.flows.check import check_plant
from plantwright.flows.exchange import exported, import_files, read_plant
from plantwright.flows.jobs import MAPPING_FOREIGN, told
from plantwright.flows.parcels import lay_down, put_down
from plantwright.plant import columns_of

OBJECT = {"type": "object"}

IMPORT = options(
    option("dry_run", "Tell what would change, and write nothing", bool, default=False),
    option("mapping", "Name of a mapping, with the export of another system"),
    option("job", "Let a worker do it and answer with the job at once", bool, default=False),
)
EXPORT = options(
    option("format", "A zip of CSV files, or a workbook", default="zip", choices=("zip", "xlsx")),
    option("tables", "Tables, apart by commas; all that you may read where none is named", list, None),
    option("template", "Headers only, to be filled in", bool, default=False),
)
UPLOAD = {
    "type": "object", "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary", "description": "A .csv, .xlsx or .zip file"}},
}  # fmt: skip


# --- in -------------------------------------------------------------------------------------------------------------


@endpoint("POST", "/import", "Files", query=IMPORT, body="file", takes=UPLOAD, gives=OBJECT, right="data.import",
          example='.post("/import", params={"dry_run": "yes"}, files={"file": ("item.csv", data)})')  # fmt: skip
def import_file(ask: Ask) -> Response | dict[str, Any]:
    """Bring a CSV file, a zip of CSV files or a workbook in: all of it, or nothing with every fault told at once.

    Each table that is written needs its own right, such as write:item. What a dry run tells, an import would do.
    """
    ask.person.must("data.import")
    wanted, file = ask.read(IMPORT), ask.file
    if file is None:
        raise TypeError("a file is always given")
    if wanted["mapping"] and not wanted["mapping"].replace("_", "").isalnum():
        raise ProblemError([MAPPING_FOREIGN.at(value=wanted["mapping"])])
    if wanted["job"]:
        return _as_job(ask, file, wanted)
    with tempfile.TemporaryDirectory() as folder:
        source = put_down(Path(folder), [(file.name, file.data)])
        done = import_files(
            ask.store, source, wanted["mapping"] or None, by=ask.person.name, dry_run=wanted["dry_run"],
            may_write=lambda table: ask.person.may(f"write:{table}"),
        )  # fmt: skip
    found = told(done)
    wrong = [problem for problem in done.problems if problem.severity == "error"]
    return answer(found, status_of(wrong)) if wrong and not wanted["dry_run"] else found


def _as_job(ask: Ask, file: Upload, wanted: Mapping[str, Any]) -> Response:
    source = lay_down(ask.store, [(file.name, file.data)])
    arguments = {"source": source, "mapping": wanted["mapping"], "dry_run": wanted["dry_run"]}
    number = ask_job(ask.store, "import", arguments, ask.person.name)
    return answer(job_told(one_job(ask.store, number)), 202)


# --- out ------------------------------------------------------------------------------------------------------------


@endpoint("GET", "/export", "Files", query=EXPORT, media=("application/zip", XLSX),
          example='.get("/export", params={"format": "xlsx"})')  # fmt: skip
def export_file(ask: Ask) -> Response:
    """Give tables as a zip of CSV files or as a workbook; what stands in them can be imported again.

    Texts that a spreadsheet would take for formulas are kept from being such; an import gives them back as they were.
    """
    wanted = ask.read(EXPORT)
    plant = read_plant(ask.store)
    tables = exported(plant, template=wanted["template"])
    _check_tables(ask, wanted["tables"] or ())
    names = wanted["tables"] or [name for name in tables if ask.person.may(f"read:{name}")]
    kept = {name: sites.seen(ask, name, tables[name], plant.raw.__getitem__) for name in names if name in tables}
    with tempfile.TemporaryDirectory() as folder:
        return _written(ask, kept, wanted, plant.raw, Path(folder))


def _check_tables(ask: Ask, names: Any) -> None:
    for name in names:
        ask.person.must(f"read:{name}")
    unknown = [name for name in names if name not in ENTITIES or ENTITIES[name].role in {"result", "system"}]
    stop_on_errors(BAD_ARGUMENT.at(column="tables", value=name, must="names of tables") for name in unknown)


def _written(
    ask: Ask, tables: dict[str, pl.DataFrame], wanted: Mapping[str, Any], raw: Mapping[str, pl.DataFrame], folder: Path
) -> Response:
    zone = ask.desk.shelf.settings.zone

    def columns(entity: type[Entity], _tables: Mapping[str, pl.DataFrame]) -> Mapping[str, Column]:
        return columns_of(entity, raw)

    if wanted["format"] == "xlsx":
        path = write_workbook(tables, folder / "plant.xlsx", zone, columns, template=wanted["template"])
        return file_response(path.read_bytes(), path.name, XLSX)
    shown = {name: rows.clear() for name, rows in tables.items()} if wanted["template"] else tables
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in write_folder(shown, folder, zone, columns):
            archive.write(file, file.name)
    return file_response(memory.getvalue(), "plant.zip", "application/zip")


# --- check and settings ---------------------------------------------------------------------------------------------


@endpoint("GET", "/check", "Plant", gives=OBJECT, right="report:summary", example='.get("/check")')
def check(ask: Ask) -> dict[str, Any]:
    """Check the whole plant: everything that is odd, with its place and remedy."""
    ask.person.must("report:summary")
    return {"found": as_list(check_plant(read_plant(ask.store))), "problems": []}


@endpoint("GET", "/settings", "Plant", gives=OBJECT, right="read:setting", example='.get("/settings")')
def get_settings(ask: Ask) -> dict[str, Any]:
    """List the settings of the plant with value, default and meaning."""
    ask.person.must("read:setting")
    given = dict(ask.desk.shelf.table("setting").select("name", "value").iter_rows())
    return {
        "settings": [
            {"name": name, "value": given.get(name) or _default(one), "given": bool(given.get(name)),
             "kind": str(one.kind), "unit": one.unit, "help": one.help}
            for name, one in SETTINGS.items()
        ]
    }  # fmt: skip


def _default(column: Column) -> str:
    if column.raw_default in (None, ""):
        return ""
    return str(write_series(pl.Series([column.raw_default], dtype=column.dtype), column, "UTC")[0])


@endpoint("PATCH", "/settings", "Plant", body="json", takes={"type": "object", "additionalProperties": True},
          gives=OBJECT, right="write:setting", example='.patch("/settings", json={"plant_name": "Pumps"})')  # fmt: skip
def change_settings(ask: Ask) -> dict[str, Any]:
    """Change settings, named in an object; null gives one its default again."""
    ask.person.must("write:setting")
    given = {name: as_text(value) for name, value in ask.object().items()}
    zone = given.get("time_zone") or ask.desk.shelf.settings.zone
    stop_on_errors(fault for name, text in given.items() for fault in _faults(name, text, zone))
    rows = raw_frame(ENTITIES["setting"], [{"name": name, "value": text} for name, text in given.items()])
    with ask.desk.writing, ask.store.begin(ask.person.name, "settings", {"names": sorted(given)}, ask.key) as tx:
        if not tx.replayed:
            tx.upsert("setting", rows)
    ask.desk.shelf.refresh()
    return get_settings(ask) if ask.person.may("read:setting") else {"settings": []}


def _faults(name: str, text: str, zone: str) -> list[Problem]:
    if name not in SETTINGS:
        return [BAD_ARGUMENT.at("setting", column=name, value=text, must="a setting; see GET /settings")]
    if name == "time_zone" and text:
        from plantwright.core.exact import check_zone  # noqa: PLC0415

        check_zone(text)
        return []
    fault = read_texts(pl.Series([text]), SETTINGS[name], zone).fault[0] if text else None
    return [BAD_ARGUMENT.at("setting", name, name, text, must=must_be(SETTINGS[name]))] if fault else []
