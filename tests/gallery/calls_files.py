"""Files that cannot be read or written, and that text alone cannot show."""

import gzip
import zipfile

import polars as pl
import xlsxwriter
from provokes import provokes, raised, rows

from plantwright.core.entity import ENTITIES
from plantwright.core.exchange import parse_source, read_mapping, read_source, write_folder, write_workbook
from plantwright.flows import exchange


@provokes("file-missing")
def file_missing(folder):
    return read_source(folder / "plant.xlsx").problems


@provokes("file-unreadable")
def file_unreadable(folder):
    (folder / "plant.xlsx").write_bytes(b"this is no workbook")
    return read_source(folder / "plant.xlsx").problems


@provokes("file-unknown")
def file_unknown(folder):
    (folder / "plant.pdf").write_bytes(b"%PDF-1.7")
    return read_source(folder / "plant.pdf").problems


@provokes("table-twice")
def table_twice(folder):
    (folder / "item.csv").write_text("code,kind\nA,buy")
    with gzip.open(folder / "item.csv.gz", "wt") as file:
        file.write("code,kind\nB,buy")
    return read_source(folder).problems


@provokes("wrong-encoding")
def wrong_encoding(folder):
    (folder / "item.csv").write_bytes("code,kind,name\nA,buy,Schraubenschlüssel".encode("latin-1"))
    return read_source(folder).problems


@provokes("finer-than-a-millisecond")
def finer_than_a_millisecond(folder):
    (folder / "operation.csv").write_text("item,sequence,run\nA,10,0.0005s")
    return parse_source(read_source(folder)).problems


def _workbook(folder, write):
    with xlsxwriter.Workbook(folder / "plant.xlsx") as book:
        sheet = book.add_worksheet("item")
        for column, head in enumerate(("code", "kind", "price")):
            sheet.write(0, column, head)
        write(sheet)
    return read_source(folder / "plant.xlsx").problems


@provokes("cell-formula")
def cell_formula(folder):
    def write(sheet):
        sheet.write_row(1, 0, ["A", "buy"])
        sheet.write_formula(1, 2, "=3*4")

    return _workbook(folder, write)


@provokes("cell-merged")
def cell_merged(folder):
    def write(sheet):
        sheet.write_row(1, 0, ["A", "buy", 3])
        sheet.write_row(2, 0, ["B"])
        sheet.merge_range(2, 1, 2, 2, "buy")

    return _workbook(folder, write)


@provokes("cell-error")
def cell_error(folder):
    _workbook(folder, lambda sheet: sheet.write_row(1, 0, ["A", "buy", 3]))
    with zipfile.ZipFile(folder / "plant.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'<c r="C2"><v>3</v>', b'<c r="C2" t="e"><v>#N/A</v>')
    with zipfile.ZipFile(folder / "plant.xlsx", "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return read_source(folder / "plant.xlsx").problems


@provokes("mapping-unknown")
def mapping_unknown(folder):
    return read_mapping("sap-like", folder).problems


@provokes("mapping-faulty")
def mapping_faulty(folder):
    (folder / "mapping.toml").write_text("name = ")
    return read_mapping(folder, folder).problems


@provokes("query-failed")
def query_failed(folder):
    (folder / "mapping.toml").write_text('name = "ours"')
    (folder / "item.sql").write_text("SELECT number AS code, 'buy' AS kind FROM parts")
    return read_mapping(folder, folder).problems


@provokes("file-name-twice")
def file_name_twice(folder):
    (folder / "mapping.toml").write_text('name = "ours"')
    (folder / "item.sql").write_text("SELECT number AS code, 'buy' AS kind FROM parts")
    for part in ("north", "south"):
        (folder / part).mkdir()
        (folder / part / "parts.csv").write_text("number\nA")
    return read_mapping(folder, folder).problems


@provokes("cannot-write")
def cannot_write(folder):
    (folder / "out").write_text("a file, where the folder should be")
    return raised(lambda: write_folder({"item": ENTITIES["item"].empty()}, folder / "out", "UTC"))


@provokes("sheet-full")
def sheet_full(folder):
    customer = pl.DataFrame({"code": ["K"], "name": [""], "priority": [5]}).select(
        pl.all().repeat_by(1_048_576).explode()
    )
    return raised(lambda: write_workbook({"customer": customer}, folder / "plant.xlsx", "UTC"))


@provokes("cell-full")
def cell_full(folder):
    customer = rows("customer", {"code": "K", "name": "x" * 40_000})
    return raised(lambda: write_workbook({"customer": customer}, folder / "plant.xlsx", "UTC"))


@provokes("mapping-of-store")
def mapping_of_store(folder):
    (folder / "plant.db").write_bytes(b"SQLite format 3\0")
    return raised(lambda: exchange.load_plant(folder / "plant.db", mapping="gen_plant"))


@provokes("target-unknown")
def target_unknown(folder):
    (folder / "plant.pdf").write_bytes(b"%PDF-1.7")
    plant = exchange.load_plant(_one_item(folder))
    return raised(lambda: exchange.export_files(plant, folder / "plant.pdf"))


def _one_item(folder):
    (folder / "item.csv").write_text("code,kind\nA,buy")
    return folder / "item.csv"
