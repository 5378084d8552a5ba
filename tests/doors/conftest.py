"""The command line as its users run it, on the sample plant, imported once and planned once."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import plantwright

SAMPLE = Path(plantwright.__file__).parent / "samples" / "pumps"


class Answer:
    """What a command said, and its exit status."""

    def __init__(self, result):
        self.status = result.exit_code
        self.out = result.stdout
        self.err = result.stderr
        self.failure = result.exception

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def codes(self):
        """The codes of the problems that were told as JSON."""
        return {problem["code"] for problem in self.json["problems"]}


@pytest.fixture(scope="session")
def run():
    """Run ``plantwright`` in this process, on a screen of 80 columns."""
    from plantwright.doors.cli.app import app

    runner = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1", "PLANTWRIGHT_USER": "tester"})

    def invoke(*arguments):
        result = runner.invoke(app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result)

    return invoke


@pytest.fixture
def empty(run, tmp_path):
    """The database of a plant without a row."""
    db = tmp_path / "plant.db"
    assert run("init", db).status == 0
    return db


@pytest.fixture(scope="session")
def imported_once(run, tmp_path_factory):
    db = tmp_path_factory.mktemp("imported") / "plant.db"
    assert run("init", db).status == 0
    assert run("import", db, SAMPLE).status == 0
    return db


@pytest.fixture(scope="session")
def planned_once(run, imported_once, tmp_path_factory):
    db = tmp_path_factory.mktemp("planned") / "plant.db"
    shutil.copy(imported_once, db)
    answer = run("plan", db)
    assert "Sales orders" in answer.out
    return db


@pytest.fixture
def imported(imported_once, tmp_path):
    """The sample plant in a database of the test's own."""
    return Path(shutil.copy(imported_once, tmp_path / "plant.db"))


@pytest.fixture
def planned(planned_once, tmp_path):
    """The sample plant with one plan, in a database of the test's own."""
    return Path(shutil.copy(planned_once, tmp_path / "plant.db"))
