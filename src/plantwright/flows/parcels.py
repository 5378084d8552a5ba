"""Files as they come from a browser, laid down for an import; and the plant as files that a browser takes."""

from __future__ import annotations

import io
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from plantwright.core.exchange.packed import DAMAGED, check_zip, wrong
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


def lay_down(store: Store, files: Sequence[tuple[str, bytes]]) -> str:
    """Lay files down for an import.

    Parameters
    ----------
    store : the plant that shall take them
    files : names with contents: CSV files, one zip of CSV files, or one workbook

    Returns
    -------
    The name by which the import finds them.

    Raises
    ------
    ProblemError : parcel-mixed, parcel-unknown, archive-wrong
    """
    folder = uploads(store)
    folder.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(6)
    books = [(name, data) for name, data in files if name.lower().endswith(".xlsx")]
    if books:
        if len(files) > 1:
            raise ProblemError([PARCEL_MIXED.at()])
        name = f"{token}-{_plain(books[0][0])}"
        (folder / name).write_bytes(books[0][1])
        return name
    target = folder / token
    target.mkdir()
    try:
        for name, data in files:
            _put(target, name, data)
    except ProblemError:
        shutil.rmtree(target)
        raise
    return token


def _plain(name: str) -> str:
    """Give a file's name without folders and without what no name should hold."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(sign if sign.isalnum() or sign in "._- " else "_" for sign in last).lstrip(".") or "file"


def _put(target: Path, name: str, data: bytes) -> None:
    if name.lower().endswith(".zip"):
        for inner, content in unpacked(name, data):
            (target / _plain(inner)).write_bytes(content)
    elif name.lower().endswith(_TABLES):
        (target / _plain(name)).write_bytes(data)
    else:
        raise ProblemError([PARCEL_UNKNOWN.at(value=name)])


def unpacked(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """Unpack the CSV files of a zip, once it is known that it does not grow without bounds.

    Parameters
    ----------
    name : name of the zip, for the problems
    data : its contents
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parcel:
            check_zip(parcel, name)
            files = (one for one in parcel.infolist() if one.filename.lower().endswith(_TABLES))
            return [(one.filename, parcel.read(one)) for one in files]
    except DAMAGED as error:
        raise ProblemError([wrong(name, "it is damaged")]) from error


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
