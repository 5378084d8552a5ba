"""Workbooks as people make them: dates, times, numbers, formulas, merged cells, notes; and what is written for them."""

import datetime as dt
import zipfile

import polars as pl
import pytest
import xlsxwriter

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exchange import importable, parse_source, read_source, write_workbook
from plantwright.core.problem import ProblemError

NOON = dt.datetime.fromisoformat("2026-01-05T12:00")
JUST_BEFORE = dt.datetime.fromisoformat("2026-01-05T11:59:59")


@pytest.fixture
def book(tmp_path):
    """Call it with sheets (each a function that fills one); it gives the source read from the saved workbook."""

    def made(**sheets):
        path = tmp_path / "plant.xlsx"
        with xlsxwriter.Workbook(path) as workbook:
            for name, fill in sheets.items():
                fill(workbook.add_worksheet(name), workbook)
        return read_source(path)

    return made


def rows_of(*rows):
    def fill(sheet, workbook):
        formats = {
            dt.datetime: "yyyy-mm-dd hh:mm:ss",
            dt.date: "yyyy-mm-dd",
            dt.time: "hh:mm",
            dt.timedelta: "[h]:mm",
        }
        for line, cells in enumerate(rows):
            for index, value in enumerate(cells):
                number_format = formats.get(type(value))
                extra = [workbook.add_format({"num_format": number_format})] if number_format else []
                sheet.write(line, index, value, *extra)

    return fill


def test_cells_are_read_as_what_they_mean(book):
    values = [
        0.1, 12, 1e-6, 123456789.123456, True, "0012", dt.date(2026, 1, 5), NOON,
        JUST_BEFORE, dt.time(7, 30), dt.timedelta(hours=30),
    ]  # fmt: skip
    source = book(item=rows_of([f"c{index}" for index in range(len(values))], values))
    assert source.tables["item"].texts.row(0)[1:] == (
        "0.1", "12", "1e-06", "123456789.123456", "yes", "0012", "2026-01-05", "2026-01-05 12:00",
        "2026-01-05 11:59:59", "07:30", "108000 s",
    )  # fmt: skip


def test_a_date_cell_means_the_whole_day_where_the_column_says_so(book):
    source = book(sales_order_line=rows_of(["order", "item", "quantity", "due"], ["S1", "A", 1, dt.date(1970, 1, 2)]))
    assert parse_source(source).tables["sales_order_line"]["due"].to_list() == [2 * 1440]


NOISY = [("0.30000000000000004", "0.3"), ("1E-06", "1e-06"), ("2.5E+15", "2.5e+15")]


@pytest.mark.parametrize(("stored", "read"), NOISY)
def test_a_number_is_read_with_the_digits_that_excel_shows(book, tmp_path, stored, read):
    book(item=rows_of(["code", "kind", "price"], ["A", "buy", 77]))
    edit_sheet(tmp_path / "plant.xlsx", b"<v>77</v>", f"<v>{stored}</v>".encode())
    assert read_source(tmp_path / "plant.xlsx").tables["item"].texts["price"].to_list() == [read]


def test_formulas_are_named_by_their_cell(book):
    def fill(sheet, _):
        rows_of(["code", "kind", "price"], ["A", "buy", 1])(sheet, _)
        sheet.write_formula("C3", "=C2*2", None, 2)
        sheet.write_array_formula("C4:C4", "{=SUM(C2:C3)}", None, 3)

    problems = book(item=fill).problems
    assert [(problem.code, problem.where) for problem in problems] == [
        ("cell-formula", "plant.xlsx sheet item cell C3"),
        ("cell-formula", "plant.xlsx sheet item cell C4"),
    ]
    assert problems[0].remedy == "Copy the cells and paste them as values."


def test_an_error_value_is_not_an_empty_cell(book, tmp_path):
    source = book(item=rows_of(["code", "kind", "price"], ["A", "buy", 77]))
    edit_sheet(tmp_path / "plant.xlsx", b'<c r="C2"><v>77</v></c>', b'<c r="C2" t="e"><v>#N/A</v></c>')
    assert source.problems == []
    (problem,) = read_source(tmp_path / "plant.xlsx").problems
    assert (problem.code, problem.where) == ("cell-error", "plant.xlsx sheet item cell C2")


def edit_sheet(path, old, new):
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert old in files[name]
    files[name] = files[name].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def test_merged_cells_are_named(book):
    def fill(sheet, workbook):
        rows_of(["code", "kind"], ["A", "buy"], ["B", "buy"])(sheet, workbook)
        sheet.merge_range("B2:B3", "buy")

    problems = book(item=fill).problems
    assert [(problem.code, problem.value, problem.where) for problem in problems] == [
        ("cell-merged", "B2:B3", "plant.xlsx sheet item cell B2")
    ]


def test_notes_are_left_alone_and_unknown_sheets_are_named(book):
    def hidden(sheet, _):
        sheet.write(0, 0, "anything")
        sheet.hide()

    source = book(item=rows_of(["code", "kind"], ["A", "buy"]), Remarks=hidden, _todo=rows_of(["x"]), Itms=rows_of("x"))
    problems = parse_source(source).problems
    assert [(problem.code, problem.where) for problem in problems] == [("table-unknown", "plant.xlsx sheet Itms")]


def test_an_empty_sheet_and_rows_and_columns_without_values_are_left_alone(book):
    rows = rows_of(["code", "kind", "", None], ["A", "buy"], [None, None], ["B", "make"])
    source = book(item=rows, Sheet2=lambda *_: None)
    assert source.problems == []
    assert source.tables["item"].texts.rows() == [(2, "A", "buy"), (4, "B", "make")]


def test_values_below_no_name_are_a_problem(book):
    (problem,) = book(item=rows_of(["code", "", "kind"], ["A", 1, "buy"])).problems
    assert (problem.code, problem.where) == ("header-empty", "plant.xlsx sheet item cell B1")


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_a_file_that_is_no_workbook_is_a_problem(tmp_path, content):
    (tmp_path / "plant.xlsx").write_bytes(content)
    (problem,) = read_source(tmp_path / "plant.xlsx").problems
    assert (problem.code, problem.value) == ("file-unreadable", "plant.xlsx")


# --- written ----------------------------------------------------------------------------------------------------


def test_every_table_fits_the_name_of_a_sheet():
    assert all(len(name) <= 31 for name in ENTITIES)


def test_numbers_and_days_are_written_as_such_and_texts_never_as_formulas(tmp_path):
    rows = [{"code": "=1+1", "name": "@x", "kind": "buy", "standard_cost": 12_500_000, "price": 10**15 + 1}]
    bom = [{"parent": "A", "component": "+B", "effective_from": 20_458}]
    tables = {"item": raw_frame(ENTITIES["item"], rows), "bom_line": raw_frame(ENTITIES["bom_line"], bom)}
    path = write_workbook(tables, tmp_path / "plant.xlsx", "UTC")
    with zipfile.ZipFile(path) as archive:
        item = archive.read("xl/worksheets/sheet1.xml").decode()
        lines = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<v>12.5</v>" in item
    assert "<t>1000000000.000001</t>" in item  # sixteen digits: a cell keeps fifteen
    assert "<v>46027</v>" in lines
    assert "<f>" not in item + lines
    assert parse_source(read_source(path)).tables["item"].to_dicts() == tables["item"].to_dicts()


def test_a_template_has_headers_with_help_and_no_rows(tmp_path):
    tables = {name: entity.empty() for name, entity in importable().items()}
    tables["item"] = raw_frame(ENTITIES["item"], [{"code": "A", "kind": "buy"}])
    path = write_workbook(tables, tmp_path / "template.xlsx", "UTC", template=True)
    source = read_source(path)
    assert source.problems == []
    assert {name: table.texts.height for name, table in source.tables.items()} == dict.fromkeys(importable(), 0)
    with zipfile.ZipFile(path) as archive:
        files = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "Must be one of make, buy, phantom." in files
    assert '"make,buy,phantom"' in files


def test_a_text_longer_than_a_cell_holds_is_refused_before_anything_is_written(tmp_path):
    rows = raw_frame(ENTITIES["item"], [{"code": "A", "kind": "buy", "name": "x" * 32_768}])
    with pytest.raises(ProblemError) as raised:
        write_workbook({"item": rows}, tmp_path / "plant.xlsx", "UTC")
    assert [(problem.code, problem.column) for problem in raised.value.problems] == [("cell-full", "name")]
    assert list(tmp_path.iterdir()) == []


def test_a_table_longer_than_a_sheet_is_refused(tmp_path):
    frame = pl.DataFrame({"code": ["A"], "name": [""]}).sample(1_048_576, with_replacement=True)
    with pytest.raises(ProblemError) as raised:
        write_workbook({"skill": frame}, tmp_path / "plant.xlsx", "UTC")
    assert [problem.code for problem in raised.value.problems] == ["sheet-full"]
