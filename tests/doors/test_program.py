"""The program as a process: start, exit statuses, Ctrl-C, `python -m plantwright`, the Python API."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import polars as pl
import pytest

import plantwright
from plantwright.core.problem import ProblemError

SAMPLE = Path(plantwright.__file__).parent / "samples" / "pumps"


def program(*arguments, **more):
    command = [sys.executable, "-m", "plantwright", *map(str, arguments)]
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, **more)


def test_help_lists_the_commands_and_loads_nothing_heavy():
    listing = (
        "import sys\n"
        "from plantwright.doors.cli.app import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'polars', 'numba', 'numpy', 'sqlalchemy', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    assert "Make the database of a new plant." in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_import_of_the_package_is_light():
    text = "import sys, plantwright; print(sorted({'polars', 'numpy', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "left_out"),
    [
        (["show", "DB", "summary"], {"numba", "numpy", "psycopg", "xlsxwriter"}),
        (["check", "DB"], {"numba", "psycopg", "xlsxwriter"}),
        (["journal", "DB"], {"numba", "psycopg", "xlsxwriter"}),
    ],
)
def test_command_loads_only_what_it_needs(empty, planned_once, arguments, left_out):
    db = planned_once if "show" in arguments else empty
    given = [str(db) if one == "DB" else one for one in arguments]
    running = (
        "import sys\n"
        "from plantwright.doors.cli.app import app\n"
        f"try:\n    app({given})\nexcept SystemExit:\n    pass\n"
        f"print(sorted({left_out} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", running], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_usage_faults_exit_2(tmp_path):
    assert program("bogus").returncode == 2
    assert program("import", tmp_path / "x.db").returncode == 2
    assert program("show", tmp_path / "x.db", "no-such-report").returncode == 2


def test_faults_exit_1_on_stderr_and_leave_stdout_to_the_result(tmp_path):
    done = program("check", tmp_path / "no.db")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "store-missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_version_is_told():
    assert program("--version").stdout.startswith("plantwright 0.")


def test_demo_runs_once_and_keeps_nothing(tmp_path):
    done = program("demo", "--once", cwd=tmp_path)
    assert "Sales orders" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_interruption_that_a_library_turned_into_its_own_fault_ends_as_an_interruption():
    running = (
        "import signal\n"
        "from plantwright.doors import cli\n"
        "from plantwright.doors.cli import app\n"
        "def disturbed():\n"
        "    try:\n        signal.raise_signal(signal.SIGINT)\n"
        "    except KeyboardInterrupt:\n        raise TypeError('not a data type')\n"
        "app.app = disturbed\n"
        "cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", running], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (130, "Stopped. What was not finished left no trace.")


@pytest.mark.parametrize("moment", ["while it reads", "while it writes"])
def test_interrupted_import_is_kept_whole_or_not_at_all(imported, tmp_path, moment):
    rows = 200_000
    lines = "".join(f"C{number},Customer {number}\n" for number in range(rows))
    (tmp_path / "customer.csv").write_text("code,name\n" + lines)
    before = customers(imported)
    command = [sys.executable, "-m", "plantwright", "import", str(imported), str(tmp_path / "customer.csv")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if moment == "while it writes":
        wait_for_write(imported, process)
    else:
        wait_for_polars(process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    if process.returncode in {130, -signal.SIGINT}:  # the interpreter may end itself by the signal; shells show 130
        assert said.strip() == "Stopped. What was not finished left no trace."
    else:  # it was faster than the signal
        assert process.returncode == 0
    assert customers(imported) in {before, before + rows}


def test_killed_import_leaves_a_database_that_opens(run, imported, tmp_path):
    (tmp_path / "customer.csv").write_text("code,name\n" + "".join(f"C{n},Customer\n" for n in range(200_000)))
    before = customers(imported)
    command = [sys.executable, "-m", "plantwright", "import", str(imported), str(tmp_path / "customer.csv")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_for_write(imported, process)
    process.kill()
    process.wait(timeout=60)
    assert customers(imported) in {before, before + 200_000}
    assert run("check", imported).status == 0


def customers(db):
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute("SELECT count(*) FROM customer").fetchone()[0]


def wait_for_polars(process):
    """Wait until the process has loaded what reads CSV, so that the command has begun."""
    maps = Path(f"/proc/{process.pid}/maps")
    while process.poll() is None and "polars" not in maps.read_text():
        time.sleep(0.01)


def wait_for_write(db, process):
    """Wait until the process has begun to write: its log beside the database is there."""
    log = Path(f"{db}-wal")
    for _ in range(2400):
        if process.poll() is not None or (log.exists() and log.stat().st_size > 0):
            return
        time.sleep(0.05)


# --- the Python API -------------------------------------------------------------------------------------------------


def test_load_check_plan_from_a_folder():
    plant = plantwright.load(SAMPLE)
    assert plant["item"].schema["standard_cost"] == pl.Decimal(38, 6)
    assert not [problem for problem in plantwright.check(plant) if problem.severity == "error"]
    plan = plantwright.plan(plant, schedule=False, horizon_days=60)
    assert isinstance(plan["planned_order"], pl.DataFrame)
    assert plan["planned_order"].height > 100


def test_load_from_a_store_is_the_same_plant(imported):
    assert plantwright.load(imported).hash() == plantwright.load(SAMPLE).hash()


def test_load_as_of_another_day():
    plant = plantwright.load(SAMPLE, as_of="2026-03-09")
    assert plant.as_of == plantwright.load(SAMPLE).as_of + 7 * 1440 - 6 * 60


def test_faults_of_files_are_raised_all_at_once(tmp_path):
    (tmp_path / "item.csv").write_text("code,kind\nA,mke\n")
    (tmp_path / "bom_line.csv").write_text("parent,component\nA,B\n")
    with pytest.raises(ProblemError) as raised:
        plantwright.load(tmp_path)
    assert {problem.code for problem in raised.value.problems} >= {"not-a-choice", "reference-missing"}


def test_mapping_of_a_store_is_refused(imported):
    with pytest.raises(ProblemError, match="mapping-of-store"):
        plantwright.load(imported, mapping="gen_plant")


def test_plan_of_an_unknown_scenario_is_refused():
    with pytest.raises(ProblemError, match="scenario-unknown"):
        plantwright.plan(plantwright.load(SAMPLE), scenario="nothing")


def test_demo_opens_the_plant_in_the_browser(tmp_path):
    environment = {**os.environ, "BROWSER": "true", "PLANTWRIGHT_DEMO_ONCE": ""}
    command = [sys.executable, "-m", "plantwright", "demo"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = next(line for line in process.stdout if "is open at" in line)
            address = line.split(" is open at ")[1].split(" ")[0]
            assert httpx.get(f"{address}api/v1/plans", timeout=20).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
    assert (tmp_path / "demo" / "plant.db").exists()
