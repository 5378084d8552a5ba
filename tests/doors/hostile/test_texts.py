"""Texts that are SQL, HTML or formulas elsewhere: in every text column of every table they are texts and no more."""

import csv
import io
import re
import shutil
import zipfile

import pytest
from tests.core.strategies import good_text

import plantwright.plant  # noqa: F401 - it declares the tables
from plantwright.core.column import Kind
from plantwright.core.entity import plant_entities
from plantwright.flows.catalog import load_reports

TABLES = plant_entities()
TEXTS = (
    "'; DROP TABLE item; --", '" OR "1"="1', "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.example")', "+1+1", "-2+3", "@SUM(A1)", "{{7*7}}", "${7*7}", "'=1", "%s%n", "\u202egnp",
)  # fmt: skip
FORMULA = re.compile(r"^[=+\-@]")
FIXED = {"setting": "plant_name"}
"""Tables whose keys name things of the program: their texts are written into a row that is there."""


def texts_of(entity):
    """The columns of a table in which anything may be written: those of texts, and of codes that name nothing else."""
    columns = entity.columns.items()
    free = [name for name, column in columns if column.kind is Kind.TEXT and name not in entity.key]
    codes = [name for name in entity.key if entity.columns[name].kind is Kind.CODE]
    return free, codes if entity.name not in {"setting", "user_field"} else []


WITH_TEXTS = [name for name, entity in TABLES.items() if any(texts_of(entity))]


def key_of(entity, row):
    return {name: "" if row[name] is None else row[name] for name in entity.key}


def example(ask, entity):
    """A row of a table to write texts into; where it has none, the least that it takes."""
    where = f"name = {FIXED[entity.name]}" if entity.name in FIXED else ""
    rows = ask("GET", f"/tables/{entity.name}", params={"limit": 1, "where": where}).json()["rows"]
    if rows:
        return rows[0]
    needed = {name: column for name, column in entity.columns.items() if column.required}
    return {name: least(ask, column) for name, column in needed.items()}


def least(ask, column):
    """A value that a column takes; of a reference, the first row that it may name."""
    if column.kind is not Kind.REF:
        return good_text(column).replace(" ", "T")
    row = ask("GET", f"/tables/{column.target}", params={"limit": 1}).json()["rows"][0]
    return row[TABLES[column.target].key[0]]


def write(ask, entity, row, text):
    """Put a text into every column of a new row, or of the one that is there; gives the row and what was expected."""
    free, codes = texts_of(entity)
    wanted = dict.fromkeys([*free, *codes], text)
    if codes:
        given = {name: value for name, value in row.items() if name != "row_version"} | wanted
        return ask("POST", f"/tables/{entity.name}", json=given), wanted
    given = {**wanted, "row_version": row["row_version"]}
    return ask("PATCH", f"/tables/{entity.name}/row", params=key_of(entity, row), json=given), wanted


@pytest.mark.parametrize("name", WITH_TEXTS)
def test_every_text_comes_back_as_it_was_given(plant_of_texts, name):
    ask, entity = plant_of_texts.as_("ada"), TABLES[name]
    row = example(ask, entity)
    for text in TEXTS:
        answer, wanted = write(ask, entity, row, text)
        assert answer.status_code in {200, 201}, (text, answer.text)
        assert answer.headers["content-type"] == "application/json"
        row = made = answer.json()
        assert {column: made[column] for column in wanted} == wanted
        found = ask("GET", f"/tables/{name}/row", params=key_of(entity, made)).json()
        assert found == made


@pytest.fixture(scope="module")
def plant_of_texts(looked_at, people_once, tmp_path_factory):
    """The planned sample plant with people, shared by the tests that write texts into it."""
    db = shutil.copy(people_once[0], tmp_path_factory.mktemp("texts") / "plant.db")
    with type(looked_at)(db, people_once[1]) as made:
        yield made


def with_texts(ask):
    """Rows of customers and operations with each of the texts."""
    for number, text in enumerate(TEXTS):
        made = ask("POST", "/tables/customer", json={"code": f"X{number}", "name": text})
        assert made.status_code == 201, made.text


def exported(ask, form):
    return ask("GET", "/export", params={"format": form, "tables": ",".join(WITH_TEXTS)}).content


def test_no_cell_of_an_exported_file_is_a_formula(plant_of_texts):
    ask = plant_of_texts.as_("ada")
    with_texts(ask)
    archive = zipfile.ZipFile(io.BytesIO(exported(ask, "zip")))
    for name in archive.namelist():
        columns = TABLES[name.removesuffix(".csv")].columns
        for row in csv.DictReader(io.StringIO(archive.read(name).decode())):
            texts = {n: v for n, v in row.items() if n in columns and columns[n].kind in {Kind.TEXT, Kind.CODE}}
            assert not [cell for cell in texts.values() if FORMULA.match(cell)], name
    book = zipfile.ZipFile(io.BytesIO(exported(ask, "xlsx")))
    sheets = [book.read(part).decode() for part in book.namelist() if part.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not [sheet for sheet in sheets if re.search(r"<f[ >/]|<hyperlink", sheet)]


@pytest.mark.parametrize("form", ["zip", "xlsx"])
def test_every_text_goes_through_a_file_and_an_import_unchanged(plant_of_texts, tmp_path, form):
    ask = plant_of_texts.as_("ada")
    file = {"file": (f"plant.{form}", exported(ask, form))}
    told = ask("POST", "/import", files=file, params={"dry_run": "yes"}).json()
    assert not [one for one in told["problems"] if one["severity"] == "error" and one["table"] == "customer"]
    changed = {name: counts for name, counts in told["tables"].items() if counts["inserted"] or counts["updated"]}
    assert changed == {}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_reports_hold_texts_and_no_formulas(plant_of_texts, form):
    ask = plant_of_texts.as_("ada")
    item = ask("GET", "/tables/item", params={"limit": 1}).json()["rows"][0]
    given = {"name": "=1+1", "row_version": item["row_version"]}
    assert ask("PATCH", "/tables/item/row", params={"code": item["code"]}, json=given).status_code == 200
    names = [name for name, one in load_reports().items() if not any(p.required for p in one.parameters.values())]
    answers = [ask("GET", f"/reports/{name}", params={"format": form}) for name in names]
    assert sum(answer.status_code == 200 for answer in answers) > 5  # others look at two plans
    for answer in answers:
        if answer.status_code != 200:
            continue
        if form == "csv":
            assert not [
                cell for row in csv.reader(io.StringIO(answer.text)) for cell in row if cell[:1] in "=@" and cell
            ]
        else:
            book = zipfile.ZipFile(io.BytesIO(answer.content))
            assert not [part for part in book.namelist() if "sheet" in part and b"<f>" in book.read(part)]
