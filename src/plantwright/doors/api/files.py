"""Files in and out, the check of the whole plant, and its settings."""

from __future__ import annotations

import io
import secrets
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
from starlette.responses import Response

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, Entity, raw_frame
from plantwright.core.exchange import write_folder, write_workbook
from plantwright.core.exchange.packed import DAMAGED, check_zip, wrong
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
from plantwright.flows.jobs import MAPPING_FOREIGN, told, uploads
from plantwright.plant import columns_of

OBJECT = {"type": "object"}
SUFFIXES = (".csv", ".xlsx", ".zip")

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
    sites.must_have_all_sites(ask.person)
    wanted, file = ask.read(IMPORT), ask.file
    if file is None:
        raise TypeError("a file is always given")
    if wanted["mapping"] and not wanted["mapping"].replace("_", "").isalnum():
        raise ProblemError([MAPPING_FOREIGN.at(value=wanted["mapping"])])
    if wanted["job"]:
        return _as_job(ask, file, wanted)
    with tempfile.TemporaryDirectory() as folder:
        source = unpacked(file, Path(folder))
        done = import_files(
            ask.store, source, wanted["mapping"] or None, by=ask.person.name, dry_run=wanted["dry_run"],
            may_write=lambda table: ask.person.may(f"write:{table}"),
        )  # fmt: skip
    found = told(done)
    wrong = [problem for problem in done.problems if problem.severity == "error"]
    return answer(found, status_of(wrong)) if wrong and not wanted["dry_run"] else found


def _as_job(ask: Ask, file: Upload, wanted: Mapping[str, Any]) -> Response:
    folder = uploads(ask.store)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = folder / f"upload-{secrets.token_hex(8)}"
    own.mkdir(mode=0o700)
    unpacked(file, own)
    # A job reads the folder of a CSV file as well as the file; a workbook is read by its own name.
    book = next(own.glob("*.xlsx"), None)
    if book is not None:
        own = book.rename(folder / f"{own.name}-{book.name}")
    arguments = {"source": own.name, "mapping": wanted["mapping"], "dry_run": wanted["dry_run"]}
    number = ask_job(ask.store, "import", arguments, ask.person.name)
    return answer(job_told(one_job(ask.store, number)), 202)


def unpacked(file: Upload, folder: Path) -> Path:
    """Put what was sent into a folder under a plain name; nothing in its name or inside it can lead elsewhere."""
    name = PurePosixPath(file.name.replace("\\", "/")).name
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES or not plain(name):
        raise ProblemError(
            [BAD_ARGUMENT.at(column="file", value=name or "without a name", must="a .csv, .xlsx or .zip")]
        )
    if suffix == ".csv":
        path = folder / name
        path.write_bytes(file.data)
        return path
    with _archive(file.data, name) as archive:
        if suffix == ".zip":
            _extract(archive, folder, name)
            return folder
    path = folder / name
    path.write_bytes(file.data)
    return path


def plain(name: str) -> bool:
    """Tell whether a name is one of a file, not of a way to one."""
    return bool(name) and len(name) <= 120 and name.isprintable() and not name.startswith(".") and name != ".." \
        and not set(name) & set('/\\:*?"<>|')  # fmt: skip


@contextmanager
def _archive(data: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip, which a workbook is too, once it is clear that it does not grow without bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_zip(archive, name)
            yield archive
    except (*DAMAGED, ValueError) as error:
        if isinstance(error, ProblemError):
            raise
        raise ProblemError([wrong(name, "it is damaged")]) from error


def _extract(archive: zipfile.ZipFile, folder: Path, name: str) -> None:
    for member in archive.infolist():
        own = PurePosixPath(member.filename.replace("\\", "/")).name
        if member.is_dir() or own.startswith((".", "_")):
            continue
        if not plain(own) or Path(own).suffix.lower() != ".csv":
            raise ProblemError([wrong(name, f"it holds {own!r}, which is no CSV file")])
        if (folder / own).exists():
            raise ProblemError([wrong(name, f"it holds {own!r} twice")])
        with archive.open(member) as source:
            data = source.read(member.file_size + 1)
        (folder / own).write_bytes(data)


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
    main = ask.desk.shelf.main_site
    kept = {
        name: sites.seen(tables[name], sites.site_column(ENTITIES[name]), ask.person, main)
        for name in names
        if name in tables
    }
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
