"""Files as they come from a browser, laid down for an import; and the plant as files that a browser takes."""

from __future__ import annotations

import io
import re
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from plantwright.core.exchange.packed import DAMAGED, check_zip, wrong
from plantwright.core.jobs import jobs
from plantwright.core.problem import ProblemError, problem_kind
from plantwright.core.store import Store
from plantwright.flows.exchange import export_files, read_plant
from plantwright.flows.jobs import uploads

PARCEL_MIXED = problem_kind(
    "parcel-mixed", "A workbook comes alone, not with other files.", "Drop the workbook alone, or CSV files alone."
)
PARCEL_UNKNOWN = problem_kind(
    "parcel-unknown",
    "{value} is neither a CSV file nor a zip of CSV files nor a workbook.",
    "Save it as .csv or .xlsx.",
)
_TABLES = (".csv", ".csv.gz")
_OWN_NAME = re.compile(r"upload-[0-9a-f]{16}(-.*)?")
"""Names that are given here; whatever else somebody has put into the folder of uploads is left alone."""
KEPT_SECONDS = 7 * 86_400
"""So long an upload is kept, for the job that reads it to be asked for again."""

Files = Sequence[tuple[str, bytes]]
"""Names with contents: CSV files and zips of CSV files, or one workbook."""


def lay_down(store: Store, files: Files) -> str:
    """Lay files down among the uploads for an import, and sweep away what lies there for too long.

    Parameters
    ----------
    store : the plant that shall take them
    files : CSV files and zips of CSV files, or one workbook

    Returns
    -------
    The name by which the import finds them.

    Raises
    ------
    ProblemError : parcel-mixed, parcel-unknown, archive-wrong
    """
    folder = uploads(store)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep_uploads(store)
    own = folder / f"upload-{secrets.token_hex(8)}"
    own.mkdir(mode=0o700)
    try:
        source = put_down(own, files)
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise
    if source != own:  # a workbook is read by its own name
        source = source.rename(folder / f"{own.name}-{source.name}")
        own.rmdir()
    return source.name


def put_down(folder: Path, files: Files) -> Path:
    """Put files into an empty folder under plain names; nothing in their names or inside them can lead elsewhere.

    Parameters
    ----------
    folder : where they shall be
    files : CSV files and zips of CSV files, or one workbook

    Returns
    -------
    What an import reads: the workbook, else the folder.

    Raises
    ------
    ProblemError : parcel-mixed, parcel-unknown, archive-wrong
    """
    books = [name for name, _ in files if name.lower().endswith(".xlsx")]
    if books and len(files) > 1:
        raise ProblemError([PARCEL_MIXED.at()])
    for given, data in files:
        name = PurePosixPath(given.replace("\\", "/")).name
        if not _is_plain(name) or not name.lower().endswith((*_TABLES, ".zip", ".xlsx")):
            raise ProblemError([PARCEL_UNKNOWN.at(value=name[:120] or "A file without a name")])
        if not name.lower().endswith(".zip"):
            _put(folder, name, data, given)
        if not name.lower().endswith(_TABLES):
            for inner, content in unpacked(name, data):
                _put(folder, inner, content, name)
    return folder / PurePosixPath(books[0].replace("\\", "/")).name if books else folder


def _is_plain(name: str) -> bool:
    """Tell whether a name is one of a file, not of a way to one."""
    return 0 < len(name) <= 120 and name.isprintable() and name[0] != "." and not set(name) & set('/\\:*?"<>|')


def _put(folder: Path, name: str, data: bytes, holder: str) -> None:
    if (folder / name).exists():
        raise ProblemError([wrong(holder, f"it holds {name!r} twice")])
    (folder / name).write_bytes(data)


def unpacked(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """Give the CSV files of a zip, without their folders, once it is known that it does not grow without bounds.

    Parameters
    ----------
    name : name of the zip; a workbook, which is a zip too, is looked at and gives nothing
    data : its contents

    Raises
    ------
    ProblemError : archive-wrong: it is damaged, swells, or holds something else than CSV files
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parcel:
            check_zip(parcel, name)
            if name.lower().endswith(".xlsx"):
                return []
            return [(own, parcel.read(one)) for one in parcel.infolist() if (own := _name_in(one, name))]
    except ProblemError:
        raise
    except (*DAMAGED, ValueError) as error:
        raise ProblemError([wrong(name, "it is damaged")]) from error


def _name_in(member: zipfile.ZipInfo, holder: str) -> str:
    """Give the plain name of a file in a zip; empty for folders and for what systems add by themselves."""
    own = PurePosixPath(member.filename.replace("\\", "/")).name
    if member.is_dir() or own.startswith((".", "_")):
        return ""
    if not _is_plain(own) or not own.lower().endswith(_TABLES):
        raise ProblemError([wrong(holder, f"it holds {own!r}, which is no CSV file")])
    return own


def sweep_uploads(store: Store) -> list[str]:
    """Remove uploads that are older than `KEPT_SECONDS`, and of which no job waits; gives their names."""
    folder, until = uploads(store), store.clock().timestamp() - KEPT_SECONDS
    if not folder.is_dir():
        return []
    old = [path for path in folder.iterdir() if _OWN_NAME.fullmatch(path.name) and path.stat().st_mtime < until]
    if old:
        wanted = {one.arguments.get("source") for state in ("waiting", "running") for one in jobs(store, 1000, state)}
        old = [path for path in old if path.name not in wanted]
    for path in old:
        take_away(store, path.name)
    return sorted(path.name for path in old)


def take_away(store: Store, name: str) -> None:
    """Remove what was laid down, when it is wanted no more."""
    path = uploads(store) / Path(name).name
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def plant_workbook(store: Store, *, template: bool = False) -> bytes:
    """Write the whole plant as a workbook, or its template to be filled in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plant.xlsx"
        export_files(read_plant(store), path, template=template)
        return path.read_bytes()


def plant_zip(store: Store, *, template: bool = False) -> bytes:
    """Write the whole plant as a zip of CSV files."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parcel:
        for path in export_files(read_plant(store), Path(folder) / "plant", template=template):
            parcel.write(path, path.name)
    return packed.getvalue()
