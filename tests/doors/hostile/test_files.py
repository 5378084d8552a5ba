"""Files that would fill a disk or a memory once they are opened: refused with the reason, over HTTP and at home."""

import gzip
import io
import struct
import zipfile

import pytest

from plantwright.core.exchange import read_source

MB = 1024 * 1024
ZEROS = b"0" * (30 * MB)
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
"""Declares entities that grow eightfold at each step; ten steps would be a gigabyte."""
SHEET = "xl/worksheets/sheet1.xml"


def zipped(parts):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return memory.getvalue()


def lying(parts, liar, size):
    """A zip that says of one of its files that it is no larger than `size`."""
    data = bytearray(zipped(parts))
    name = liar.encode()
    at = data.rindex(name) - 46  # the entry of the directory at the end
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def parts_of(book):
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def parts(looked_at):
    """What a workbook is made of."""
    book = looked_at.as_("ada")("GET", "/export", params={"format": "xlsx", "tables": "site"})
    return parts_of(book.content)


def declaring(parts, name, encoding="utf-8"):
    """A workbook one of whose parts declares entities."""
    plain = parts[name].decode().partition("?>")[2]
    text = LAUGHS.decode().replace("?>", f' encoding="{encoding}"?>', 1) + plain
    return zipped({**parts, name: text.encode(encoding)})


HARMFUL = {
    "a sheet that grows a thousand times": lambda parts: zipped({**parts, SHEET: ZEROS}),
    "a part that nobody asked for": lambda parts: zipped({**parts, "docProps/more.bin": ZEROS}),
    "a sheet that is larger than it says": lambda parts: lying({**parts, SHEET: ZEROS}, SHEET, 900),
    "very many files": lambda parts: zipped({**parts, **{f"x{number}": b"" for number in range(600)}}),
    "entities in a sheet": lambda parts: declaring(parts, SHEET),
    "entities in the book": lambda parts: declaring(parts, "xl/workbook.xml"),
    "entities in UTF-16": lambda parts: declaring(parts, "xl/workbook.xml", "utf-16"),
    "entities in the texts": lambda parts: declaring(parts, "xl/sharedStrings.xml"),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_workbook_that_would_do_harm_is_refused_at_every_door(looked_at, run, imported_once, tmp_path, parts, what):
    data = HARMFUL[what]({"xl/sharedStrings.xml": b"<?xml version='1.0'?><sst/>", **parts})
    file = {"file": ("plant.xlsx", data)}
    refused = looked_at.as_("ada")("POST", "/import", files=file, params={"dry_run": "yes"})
    assert (refused.status_code, [one["code"] for one in refused.json()["problems"]]) == (422, ["archive-wrong"])
    path = tmp_path / "plant.xlsx"
    path.write_bytes(data)
    answer = run("import", imported_once, path, "--dry-run")
    assert answer.status != 0
    assert "archive-wrong" in answer.out + answer.err


def test_workbook_as_it_should_be_is_read(parts, tmp_path):
    path = tmp_path / "plant.xlsx"
    path.write_bytes(zipped(parts))
    assert list(read_source(path).tables) == ["site"]
    assert read_source(path).problems == []


def test_sheet_of_many_equal_rows_is_read_though_it_shrinks_much(looked_at, tmp_path):
    import xlsxwriter

    path = tmp_path / "plant.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("item")
        sheet.write_row(0, 0, ["code", "kind"])
        for row in range(1, 40_000):
            sheet.write_row(row, 0, [f"N{row}", "make"])
    source = read_source(path)
    assert source.problems == []
    assert source.tables["item"].texts.height == 39_999


def test_gzip_that_grows_without_bounds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("plantwright.core.exchange.packed.MOST_MEGABYTES", 1)
    path = tmp_path / "item.csv.gz"
    path.write_bytes(gzip.compress(b"code,kind\n" + b"N1,make\n" * 200_000))
    assert [one.code for one in read_source(path).problems] == ["archive-wrong"]
    path.write_bytes(gzip.compress(b"code,kind\nN1,make\n"))
    assert read_source(path).problems == []


def test_zip_that_lies_about_its_sizes_is_refused(looked_at):
    data = lying({"item.csv": b"code,kind\n" + b"0" * 900_000}, "item.csv", 18)
    refused = looked_at.as_("ada")("POST", "/import", files={"file": ("a.zip", data)})
    assert [one["code"] for one in refused.json()["problems"]] == ["archive-wrong"]
