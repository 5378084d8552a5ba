"""One bad cell gives one problem with its place: every fault of every declared column, from files and workbooks."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from tests.core.strategies import bad_texts, good_text

import plantwright.plant
from plantwright.core.column import Kind
from plantwright.core.exchange import Source, SourceTable, importable, parse_source, read_source
from plantwright.core.exchange.csv_in import read_csv_bytes
from plantwright.core.exchange.workbook_in import column_letters
from plantwright.core.problem import ProblemKind
from plantwright.core.reading import CAP, CELL_FAULTS, Place, more

TABLES = list(importable())
CASES = [
    (name, column.name, code, text)
    for name in TABLES
    for column in importable()[name].columns.values()
    for code, text in bad_texts(column).items()
]
# One case for each kind of column and each fault: many tables, few tests.
ONE_OF_EACH = list({(importable()[case[0]].columns[case[1]].kind, case[2]): case for case in CASES}.values())


def good_rows(name, count=3):
    entity = importable()[name]
    rows = []
    for number in range(count):
        row = {column.name: good_text(column) for column in entity.columns.values()}
        for key in entity.key:
            column = entity.columns[key]
            if column.kind in {Kind.CODE, Kind.REF, Kind.TEXT}:
                row[key] = f"A{number}"
            if column.kind is Kind.WHOLE:
                row[key] = str(number % int(column.at_most or 100_000) + 1)
        rows.append(row)
    return rows


def as_csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parse_rows(name, rows):
    place = Place(f"{name}.csv")
    texts, problems = read_csv_bytes(as_csv(rows), place)
    assert problems == []
    return parse_source(Source(Path(), {name: SourceTable(name, place, texts)}))


@pytest.mark.parametrize("name", TABLES)
def test_good_rows_give_no_problem(name):
    assert parse_rows(name, good_rows(name)).problems == []


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=str)
def test_one_bad_cell_gives_exactly_its_problem(case):
    name, column, code, text = case
    rows = good_rows(name)
    rows[1][column] = text
    (problem,) = parse_rows(name, rows).problems
    place = (problem.code, problem.table, problem.column, problem.value, problem.where)
    assert place == (code, name, column, text, f"{name}.csv row 3")
    assert problem.remedy
    assert problem.severity == "error"


def all_faults(name):
    """A table with a bad cell in each row, one for every fault of every column; and what each problem must be."""
    faults = [(column, code, text) for table, column, code, text in CASES if table == name]
    rows = good_rows(name, len(faults))
    for row, (column, _, text) in zip(rows, faults, strict=True):
        row[column] = text
    return rows, [(code, column, line) for line, (column, code, _) in enumerate(faults, start=2)]


@pytest.mark.parametrize("name", TABLES)
def test_every_bad_cell_of_a_table_is_named_by_its_row(name):
    rows, expected = all_faults(name)
    found = [(problem.code, problem.column, problem.where) for problem in parse_rows(name, rows).problems]
    assert sorted(found) == sorted((code, column, f"{name}.csv row {line}") for code, column, line in expected)


@pytest.mark.parametrize("name", TABLES)
def test_every_bad_cell_of_a_workbook_is_named_by_its_address(name, tmp_path):
    rows, faults = all_faults(name)
    with xlsxwriter.Workbook(tmp_path / "plant.xlsx") as book:
        sheet = book.add_worksheet(name)
        for line, cells in enumerate([list(rows[0]), *(row.values() for row in rows)]):
            for index, text in enumerate(cells):
                sheet.write_string(line, index, text)
    problems = parse_source(read_source(tmp_path / "plant.xlsx")).problems
    letters = dict(zip(rows[0], map(column_letters, range(len(rows[0]))), strict=True))
    place = f"plant.xlsx sheet {name} cell"
    found = [(problem.code, problem.column, problem.where) for problem in problems]
    assert sorted(found) == sorted((code, column, f"{place} {letters[column]}{line}") for code, column, line in faults)


def test_every_fault_of_a_cell_is_provoked_by_some_column():
    unreachable = {"nonexistent-time"}  # needs a time zone that changes its clocks; tried below
    assert {code for _, _, code, _ in CASES} | unreachable == set(CELL_FAULTS)


def test_a_time_that_the_clocks_skip_is_a_fault():
    rows = good_rows("sales_order_line", 1)
    rows[0]["due"] = "2026-03-29 02:30"
    texts, _ = read_csv_bytes(as_csv(rows), Place("x.csv"))
    source = Source(Path(), {"sales_order_line": SourceTable("sales_order_line", Place("x.csv"), texts)})
    assert [problem.code for problem in parse_source(source, zone="Europe/Berlin").problems] == ["nonexistent-time"]


def test_a_message_says_what_must_be_what_it_is_and_what_to_do():
    rows = good_rows("bom_line")
    rows[1]["quantity"] = "1,5"
    (problem,) = parse_rows("bom_line", rows).problems
    assert str(problem) == (
        "bom_line.csv row 3: quantity must be a number at least 0; it is 1,5. "
        "Write a point before the decimals and nothing between thousands, such as 1234.5. [decimal-comma]"
    )
    assert problem.key == "A1 / A1 / 2 / 2026-01-05"


def test_a_key_that_is_there_twice_names_both_rows():
    rows = good_rows("item")
    rows[2]["code"] = " A0 "
    (problem,) = parse_rows("item", rows).problems
    assert (problem.code, problem.key, problem.where) == ("key-twice", "A0", "item.csv row 4")
    assert problem.message == "item A0 is there twice: item.csv row 2 and item.csv row 4."


def test_keys_are_the_same_by_value_and_not_by_spelling():
    rows = good_rows("sales_order_line", 2)
    rows[0] |= {"order": "S1", "line": "1"}
    rows[1] |= {"order": "S1", "line": "1.0"}
    assert [problem.code for problem in parse_rows("sales_order_line", rows).problems] == ["key-twice"]


def test_long_lists_of_one_fault_are_cut_and_counted():
    rows = good_rows("item", CAP + 23)
    for row in rows:
        row["kind"] = "neither"
    problems = parse_rows("item", rows).problems
    assert [problem.code for problem in problems] == ["not-a-choice"] * CAP + ["more-problems"]
    assert problems[-1].severity == "error"
    assert problems[-1].message == "And 23 more of the same: not-a-choice."


def test_what_closes_a_list_weighs_as_much_as_the_list():
    remark = ProblemKind("a-remark", "It is odd.", "Look at it.", "warning")
    assert [problem.severity for problem in more(CAP + 1, remark)] == ["warning"]
    assert more(CAP, remark) == []


def test_unknown_and_missing_columns_are_named_with_a_suggestion():
    rows = [{"code": "A", "knd": "make"}]
    problems = parse_rows("item", rows).problems
    assert [(problem.code, problem.column) for problem in problems] == [
        ("column-unknown", "knd"),
        ("column-missing", "kind"),
    ]
    assert problems[0].message == "item has no column knd. Did you mean kind?"
    assert problems[1].message == "The column kind is missing; it must hold one of make, buy, phantom."


def test_a_header_may_be_written_as_people_write_it():
    parsed = parse_rows("item", [{"Code": "A", "Kind": "Make", "Standard cost": "2"}])
    assert parsed.problems == []
    assert parsed.tables["item"].row(0, named=True)["standard_cost"] == 2_000_000
    twice = parse_rows("item", [{"Code": "A", "kind": "make", "code": "A"}])
    assert [problem.code for problem in twice.problems] == ["column-twice"]


def test_empty_cells_take_their_defaults():
    parsed = parse_rows("item", [{"code": "A", "kind": "buy", "unit": "", "active": "", "decimals": ""}])
    row = parsed.tables["item"].row(0, named=True)
    assert (row["unit"], row["active"], row["decimals"], row["price"]) == ("pcs", True, None, 0)


def test_rows_at_fault_stay_in_the_frame_with_an_empty_cell():
    rows = good_rows("item")
    rows[0]["standard_cost"] = "dear"
    frame = parse_rows("item", rows).tables["item"]
    assert frame["code"].to_list() == ["A0", "A1", "A2"]
    assert frame["standard_cost"].to_list() == [None, 250_000, 250_000]


def own_fields(rows):
    place = Place("user_field.csv")
    texts, _ = read_csv_bytes(as_csv(rows), place)
    return {"user_field": SourceTable("user_field", place, texts)}


def test_fields_of_the_plant_are_read_with_the_table():
    rows = [{**row, "colour": "red", "weight": "1.25"} for row in good_rows("item", 1)]
    fields = [
        {"entity": "item", "name": "colour", "kind": "text"},
        {"entity": "item", "name": "weight", "kind": "quantity"},
    ]
    texts, _ = read_csv_bytes(as_csv(rows), Place("item.csv"))
    tables = own_fields(fields) | {"item": SourceTable("item", Place("item.csv"), texts)}
    parsed = parse_source(Source(Path(), tables), plantwright.plant.columns_of)
    assert parsed.problems == []
    assert parsed.tables["item"].select("colour", "weight").row(0) == ("red", 1_250_000)


def test_a_field_that_the_plant_has_already_needs_no_second_declaration():
    known = {"user_field": pl.DataFrame({"entity": ["item"], "name": ["colour"], "kind": ["text"]})}
    known["user_field"] = known["user_field"].with_columns(unit=pl.lit(""), help=pl.lit(""))
    texts, _ = read_csv_bytes(b"code,kind,colour\nA,make,red\n", Place("item.csv"))
    source = Source(Path(), {"item": SourceTable("item", Place("item.csv"), texts)})
    parsed = parse_source(source, plantwright.plant.columns_of, known)
    assert parsed.problems == []
    assert parsed.tables["item"]["colour"].to_list() == ["red"]


def test_the_time_zone_of_the_source_holds_for_its_moments():
    setting, _ = read_csv_bytes(b"name,value\ntime_zone,Asia/Tokyo\n", Place("setting.csv"))
    order, _ = read_csv_bytes(b"order,item,quantity,due\nS1,A,1,1970-01-02 09:00\n", Place("x.csv"))
    tables = {
        "sales_order_line": SourceTable("sales_order_line", Place("x.csv"), order),
        "setting": SourceTable("setting", Place("setting.csv"), setting),
    }
    parsed = parse_source(Source(Path(), tables))
    assert parsed.zone == "Asia/Tokyo"
    assert parsed.tables["sales_order_line"]["due"].to_list() == [1440]


def test_a_table_that_is_none_or_computed_is_refused():
    texts, _ = read_csv_bytes(b"a\n1\n", Place("x.csv"))
    names = ["bom_lines", "planned_order", "_notes"]
    source = Source(Path(), {name: SourceTable(name, Place(f"{name}.csv"), texts) for name in names})
    problems = parse_source(source).problems
    assert [(problem.code, problem.value) for problem in problems] == [
        ("table-unknown", "bom_lines"),
        ("table-computed", "planned_order"),
    ]
    assert problems[0].message == "bom_lines is not a table of the plant. Did you mean bom_line?"


def test_a_table_may_be_called_as_people_call_it_but_not_twice():
    texts, _ = read_csv_bytes(b"parent,component\nA,B\n", Place("x.csv"))
    tables = {name: SourceTable(name, Place(f"sheet {name}"), texts) for name in ("BOM line", "bom_line")}
    parsed = parse_source(Source(Path(), tables))
    assert parsed.tables["bom_line"].height == 1
    (problem,) = parsed.problems
    assert problem.message == "The table bom_line is there twice: sheet BOM line and sheet bom_line."


@pytest.mark.slow
def test_one_bad_cell_among_a_million_rows_is_found():
    rows = [f"P{number},C,1.5" for number in range(1_000_000)]
    rows[654_321] = "P654321,C,1;5"
    texts, problems = read_csv_bytes("\n".join(["parent,component,quantity", *rows]).encode(), Place("bom_line.csv"))
    assert problems == []
    table = SourceTable("bom_line", Place("bom_line.csv"), texts)
    parsed = parse_source(Source(Path(), {"bom_line": table}))
    (problem,) = parsed.problems
    assert (problem.code, problem.where, problem.value) == ("not-a-number", "bom_line.csv row 654323", "1;5")
    assert parsed.tables["bom_line"].height == 1_000_000


def test_sources_are_parsed_without_any_area_loaded():
    code = "from plantwright.core.exchange import Source, parse_source; print(parse_source(Source(None)).problems)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
