"""The command line as its users run it, on the sample plant, imported once and planned once."""

import json
import shutil
import socket
import threading
import time
from pathlib import Path

import httpx
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


@pytest.fixture(scope="session")
def sample():
    """The folder of the sample plant."""
    return SAMPLE


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


# --- over HTTP ------------------------------------------------------------------------------------------------------

SESAME = "correct-horse-battery-7"
ROLES = {"ada": "administrator", "paul": "planner", "vera": "viewer", "sid": "planner", "quinn": "quality"}


class Plant:
    """A plant with people, a server that serves it in a thread, and a client for each person."""

    def __init__(self, db, tokens, **wanted):
        import uvicorn

        from plantwright.doors.http import make_app

        self.db, self.tokens = db, tokens
        self.app = make_app(str(db), web=False, **wanted)
        self.store = self.app.state.store
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        # A line that is kept as long as a client may wait is never closed under its next question.
        patience = {"timeout_graceful_shutdown": 2, "timeout_keep_alive": 60}
        config = uvicorn.Config(self.app, log_level="error", access_log=False, **patience)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],))
        self.client = httpx.Client(base_url=self.base, timeout=60)

    def __enter__(self):
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *error):
        self.client.close()
        self.app.state.watch.close()
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()

    def as_(self, name):
        """A function that asks the API in the name of a person: ask("GET", "/tables")."""

        def ask(method, path, **more):
            headers = {"Authorization": f"Bearer {self.tokens[name]}", **more.pop("headers", {})}
            return self.client.request(method, "/api/v1" + path, headers=headers, **more)

        return ask

    def browser(self):
        """A client that keeps cookies, as a browser does."""
        return httpx.Client(base_url=self.base, timeout=60)


def add_people(db):
    """Give a plant its people; gives a token of the API for each."""
    from plantwright.core import access
    from plantwright.core.action import run_action
    from plantwright.core.store import Store
    from plantwright.flows.catalog import load_actions

    load_actions()
    with Store.open(db) as store:
        access.use_first_link(store, access.first_link(store), "ada", SESAME)
        for name, role in ROLES.items():
            if name != "ada":
                sites = ["SPARES"] if name == "sid" else []
                made = run_action(store, "make_user", {"name": name, "roles": [role], "sites": sites}, "ada")
                access.change_password(store, name, made["password"], SESAME)
        return {name: access.make_token(store, name, "tests", ["*"], 30, "ada") for name in ROLES}


@pytest.fixture(scope="session")
def people_once(planned_once, tmp_path_factory):
    db = tmp_path_factory.mktemp("people") / "plant.db"
    shutil.copy(planned_once, db)
    return db, add_people(db)


@pytest.fixture(scope="session")
def looked_at(people_once):
    """The planned sample plant with people over HTTP, for tests that change nothing."""
    with Plant(*people_once) as made:
        yield made


@pytest.fixture
def plant(people_once, tmp_path):
    """The planned sample plant with people over HTTP, of the test's own."""
    db = Path(shutil.copy(people_once[0], tmp_path / "plant.db"))
    with Plant(db, people_once[1]) as made:
        yield made
