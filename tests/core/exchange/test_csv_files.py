"""Files as they come: encodings, separators, quotes, ragged rows, empty headers; each fault with its row."""

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.exchange import parse_source, read_source
from plantwright.core.exchange.csv_in import read_csv_bytes
from plantwright.core.reading import CAP, ROW, Place

PLACE = Place("item.csv")


def read(data):
    return read_csv_bytes(data.encode() if isinstance(data, str) else data, PLACE)


def one_problem(data):
    _, (problem,) = read(data)
    return problem


def texts_of(data):
    texts, problems = read(data)
    assert problems == []
    return texts


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_byte_order_marks_and_line_ends_make_no_difference(mark, line_end, last):
    texts = texts_of(mark + f"code,name\nA,Größe\nB,x{last}".replace("\n", line_end).encode())
    assert texts.rows() == [(2, "A", "Größe"), (3, "B", "x")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_told_by_the_header(separator):
    texts = texts_of(f'code;name\nA;"x{separator}y"\n'.replace(";", separator))
    assert texts.rows() == [(2, "A", f"x{separator}y")]


def test_a_comma_in_the_header_settles_the_separator():
    assert texts_of("code,a;b;c;d\nA,1\n").columns == [ROW, "code", "a;b;c;d"]


def test_a_decimal_comma_stays_a_fault_in_a_file_with_semicolons(tmp_path):
    (tmp_path / "item.csv").write_text("code;kind;price\nA;buy;1,50\n", encoding="utf-8")
    (problem,) = parse_source(read_source(tmp_path)).problems
    assert (problem.code, problem.value, problem.where) == ("decimal-comma", "1,50", "item.csv row 2")


def test_quotes_keep_separators_quotes_and_line_ends():
    texts = texts_of('code,name\nA,"a,""b""\nc"\nB,"\r\n"\n')
    assert texts.rows() == [(2, "A", 'a,"b"\nc'), (3, "B", "\n")]


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    texts = texts_of('code,name\nA,"1\n2\n3"\n\n,\nB,x\n')
    assert texts[ROW].to_list() == [2, 5]


# An apostrophe before a formula is ours: it is put there by an export, and taken away again.
cells = st.text(st.one_of(st.sampled_from(',;"\n\t '), st.characters(codec="utf-8", exclude_characters="\r\0'")))


@given(st.lists(st.tuples(cells, cells, cells.filter(lambda cell: cell != "")), max_size=20))
def test_every_file_of_pythons_writer_is_read_as_python_reads_it(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    assert [row[1:] for row in texts_of(text.getvalue()).rows()] == rows


def test_a_file_of_another_encoding_names_the_byte_and_its_line():
    problem = one_problem("code,name\nA,x\nB,Größe\n".encode("cp1252"))
    assert (problem.code, problem.value, problem.where) == ("wrong-encoding", "0xF6", "item.csv row 3")
    assert "byte 0xF6 in line 3" in problem.message
    assert one_problem("code\nA\n".encode("utf-16")).code == "wrong-encoding"


@pytest.mark.parametrize("data", ["", "\n", " \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_problem(data):
    assert one_problem(data).code == "file-empty"


def test_a_header_alone_is_a_table_without_rows():
    assert texts_of("code,kind\n").shape == (0, 3)


@pytest.mark.parametrize(("row", "count"), [("B", 1), ("B,x,1,2", 4)])
def test_a_ragged_row_is_named_and_the_others_are_read(row, count):
    texts, (problem,) = read(f"code,name,price\nA,x,1\n{row}\nC,y,2\n")
    assert (problem.code, problem.where) == ("row-ragged", "item.csv row 3")
    assert problem.message == f"The row has {count} cells; the header has 3."
    assert texts.rows() == [(2, "A", "x", "1"), (4, "C", "y", "2")]


def test_many_ragged_rows_are_counted():
    _, problems = read("a,b\n" + "x\n" * (CAP + 5))
    assert len(problems) == CAP + 1
    assert problems[-1].message == "And 5 more of the same: row-ragged."


def test_a_quote_that_never_closes_names_the_row_where_it_opens():
    problem = one_problem('code,name\nA,x\nB,"y\nC,z\n')
    assert (problem.code, problem.where) == ("quote-open", "item.csv row 3")


@pytest.mark.parametrize("row", ['A,5" pipe', 'A,5" pipe 6"', 'A,"x"y', 'A"B"'])
def test_a_quote_in_the_middle_of_a_cell_names_its_row(row):
    problem = one_problem(f"code,name\nZ,x\n{row}\n")
    assert (problem.code, problem.where) == ("quote-stray", "item.csv row 3")


def test_a_column_without_a_name_is_a_problem_only_with_values():
    texts, (problem,) = read("code,,name\nA,1,x\n")
    assert (problem.code, problem.column, problem.where) == ("header-empty", "2", "item.csv row 1")
    assert texts.columns == [ROW, "code", "name"]
    assert texts_of("code,name,,\nA,x,,\n").columns == [ROW, "code", "name"]


def test_a_column_that_is_there_twice_is_a_problem():
    problem = one_problem("code,name,code\nA,x,B\n")
    assert (problem.code, problem.column) == ("column-twice", "code")


def test_compressed_files_are_read_and_broken_ones_are_named(tmp_path):
    (tmp_path / "item.csv.gz").write_bytes(gzip.compress(b"code,kind\nA,buy\n"))
    (tmp_path / "site.csv.gz").write_bytes(gzip.compress(b"code\nA\n")[:-6])
    (tmp_path / "unit.csv.gz").write_bytes(b"not compressed")
    source = read_source(tmp_path)
    assert source.tables["item"].texts.rows() == [(2, "A", "buy")]
    assert [(problem.code, problem.where) for problem in source.problems] == [
        ("file-unreadable", "site.csv.gz"),
        ("file-unreadable", "unit.csv.gz"),
    ]


def test_a_missing_path_an_empty_folder_and_another_kind_of_file_are_problems(tmp_path):
    (tmp_path / "plant.txt").write_text("code\n", encoding="utf-8")
    codes = [read_source(path).problems[0].code for path in (tmp_path / "no", tmp_path, tmp_path / "plant.txt")]
    assert codes == ["file-missing", "nothing-found", "file-unknown"]


def test_hidden_files_and_notes_are_left_alone(tmp_path):
    for name in (".item.csv", "~item.csv", "_old.csv", "notes.md"):
        (tmp_path / name).write_text("x\n", encoding="utf-8")
    (tmp_path / "item.csv").write_text("code,kind\nA,buy\n", encoding="utf-8")
    source = read_source(tmp_path)
    assert (source.files, source.problems) == (["item.csv"], [])


def test_two_files_of_one_table_are_a_problem(tmp_path):
    (tmp_path / "item.csv").write_text("code,kind\nA,buy\n", encoding="utf-8")
    (tmp_path / "item.csv.gz").write_bytes(gzip.compress(b"code,kind\nB,buy\n"))
    (problem,) = read_source(tmp_path).problems
    assert problem.message == "The table item is there twice: item.csv and item.csv.gz."


def test_one_file_can_be_read_alone(tmp_path):
    (tmp_path / "item.csv").write_text("code,kind\nA,buy\n", encoding="utf-8")
    assert list(read_source(tmp_path / "item.csv").tables) == ["item"]
