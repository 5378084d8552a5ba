"""A mapping is SQL over files: what it can read, and what it says when something is wrong."""

import gzip

import pytest
import xlsxwriter

from plantwright.core.exchange import parse_source, read_mapping, shipped_mappings


@pytest.fixture
def mapping(tmp_path):
    """Call it with queries by table; it gives the folder of a mapping."""

    def made(settings="", **queries):
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "mapping.toml").write_text(f'name = "mine"\nreads = "a test"\n{settings}', encoding="utf-8")
        for name, query in queries.items():
            (folder / f"{name}.sql").write_text(query, encoding="utf-8")
        return folder

    return made


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    (folder / "below").mkdir(parents=True)
    (folder / "dbo.Parts.csv").write_text("no,price\nA,0.1\nB,2\n", encoding="utf-8")
    (folder / "below" / "sites.csv.gz").write_bytes(gzip.compress(b"id\nS\n"))
    (folder / "about.json").write_text('{"day": "2026-01-05", "zone": "Asia/Tokyo"}', encoding="utf-8")
    with xlsxwriter.Workbook(folder / "more.xlsx") as book:
        sheet = book.add_worksheet("stores")
        for index, value in enumerate(("id", "size")):
            sheet.write(0, index, value)
            sheet.write(1, index, f"{value}1")
    return folder


def test_files_of_every_kind_are_tables_of_texts(mapping, export):
    folder = mapping(
        item="""select no as code, 'buy' as kind, price + 0.2 as price from "dbo.Parts" """,
        site="select id as code from sites union all select id from stores",
        setting="select 'as_of' as name, json_extract(json, '$.day') as value from about",
    )
    source = read_mapping(folder, export)
    assert source.problems == []
    assert sorted(source.files) == ["about.json", "below/sites.csv.gz", "dbo.Parts.csv", "more.xlsx"]
    parsed = parse_source(source)
    assert parsed.problems == []
    assert parsed.tables["item"]["price"].to_list() == [300_000, 2_200_000]
    assert parsed.tables["site"]["code"].to_list() == ["S", "id1"]


def test_settings_of_the_mapping_and_of_a_query_hold_together(mapping, export):
    query = "select 'time_zone' as name, json_extract(json, '$.zone') as value from about"
    parsed = parse_source(read_mapping(mapping('[settings]\ncurrency = "USD"\nkeep_plans = 5', setting=query), export))
    assert parsed.tables["setting"].rows() == [("currency", "USD"), ("keep_plans", "5"), ("time_zone", "Asia/Tokyo")]
    assert parsed.zone == "Asia/Tokyo"


def test_settings_need_no_query(mapping, export):
    parsed = parse_source(
        read_mapping(mapping('[settings]\ncurrency = "USD"', site="select id as code from sites"), export)
    )
    assert parsed.tables["setting"].rows() == [("currency", "USD")]


def test_a_bad_value_is_placed_by_query_and_row(mapping, export):
    source = read_mapping(mapping(item="""select no as code, price as kind from "dbo.Parts" """), export)
    problems = parse_source(source).problems
    assert [(problem.code, problem.key, problem.where) for problem in problems] == [
        ("not-a-choice", "A", "mine/item.sql row 1"),
        ("not-a-choice", "B", "mine/item.sql row 2"),
    ]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select code from void", "no such table: void"),
        ("select void from sites", "no such column: void"),
        ("selct 1", 'near "selct": syntax error'),
        ("", "it selects nothing"),
        ("attach 'x.db' as x", "not authorized"),
        ("delete from sites", "not authorized"),
    ],
)  # fmt: skip
def test_a_query_that_fails_names_its_file_and_the_message(mapping, export, query, message):
    source = read_mapping(mapping(item=query, site="select id as code from sites"), export)
    (problem,) = source.problems
    assert (problem.code, problem.where) == ("query-failed", "mine/item.sql")
    assert message in problem.message
    assert "below/sites.csv.gz" in problem.remedy
    assert list(source.tables) == ["site"]


def test_a_fault_of_a_file_is_a_problem_of_the_import(mapping, export):
    (export / "dbo.Parts.csv").write_text("no,price\nA\n", encoding="utf-8")
    (export / "about.json").write_bytes(b"\xff\xfe{}")
    folder = mapping(item="""select no as code, json from "dbo.Parts", about""")
    problems = read_mapping(folder, export).problems
    assert [problem.code for problem in problems] == ["row-ragged", "file-unreadable", "query-failed"]


def test_two_files_of_one_name_are_a_problem_only_when_they_are_used(mapping, export):
    (export / "sites.csv").write_text("id\nT\n", encoding="utf-8")
    (export / "below" / "dbo.Parts.csv").write_text("no\nX\n", encoding="utf-8")
    (problem,) = read_mapping(mapping(site="select id as code from sites"), export).problems
    assert problem.message == "Two files are called sites: below/sites.csv.gz and sites.csv."


def test_an_unknown_mapping_and_a_missing_export_are_problems(mapping, export, tmp_path):
    (problem,) = read_mapping("no_such", export).problems
    assert (problem.code, problem.remedy) == (
        "mapping-unknown", "Use one of: adventureworks, gen_plant; or name a folder with a mapping.toml.",
    )  # fmt: skip
    problems = read_mapping("gen_plant", tmp_path / "nowhere").problems
    assert [problem.code for problem in problems] == ["file-missing"]


def test_a_mapping_that_is_no_toml_is_a_problem(mapping, export):
    (problem,) = read_mapping(mapping("this is no toml"), export).problems
    assert problem.code == "mapping-faulty"


def test_shipped_mappings_are_listed():
    assert shipped_mappings() == ["adventureworks", "gen_plant"]
