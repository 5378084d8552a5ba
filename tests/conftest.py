"""What tests of every area share: a real PostgreSQL, the reference data beside the checkout, no clock in Hypothesis."""

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import hypothesis
import psycopg
import pytest

from plantwright.methods.stale import forget_stale_kernels

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
IS_ROOT = os.geteuid() == 0

# A deadline would be a timing assertion. CI draws the same examples for the same code: a red run can be repeated.
hypothesis.settings.register_profile("plantwright", deadline=None, derandomize=IN_CI, print_blob=True)
hypothesis.settings.load_profile("plantwright")

POSTGRES_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 40
"""


def pytest_configure(config: pytest.Config) -> None:
    """Let no test run a kernel that was compiled before its callees were edited; xdist's workers start after this."""
    if not hasattr(config, "workerinput"):
        forget_stale_kernels()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data in ``../shared``, which comes with CI and not with the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the reference data is not there: this test reads the folder shared beside the checkout")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of a throw-away PostgreSQL server, one a pytest worker, started when first asked for."""
    programs = postgres_programs()
    if programs is None:
        missing = "PostgreSQL's server is missing: install it (Debian: apt-get install postgresql)"
        pytest.fail(missing) if IN_CI else pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="plantwright-postgres-"))
    try:
        port = start_postgres(programs, folder)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        run_as_postgres(folder, programs / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_database_numbers = count(1)


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database, dropped after the test."""
    name = f"test_{next(_database_numbers)}"
    server = postgres_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres_url.removesuffix("postgres") + name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the PATH, or Debian's newest; installed first in CI on Debian as root."""
    found = find_postgres_programs()
    if found is None and IN_CI and IS_ROOT and shutil.which("apt-get"):
        install_postgres()
        found = find_postgres_programs()
    return found


def find_postgres_programs() -> Path | None:
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    candidates = [Path(on_path).resolve(), *debian] if on_path else debian
    folders = [path.parent for path in candidates if (path.parent / "pg_ctl").exists()]
    return folders[-1] if folders else None


def install_postgres() -> None:
    """Install Debian's package once, however many workers ask for it; its own cluster is of no use here."""
    with (Path(tempfile.gettempdir()) / "plantwright-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if find_postgres_programs() is not None:
            return
        common = Path("/etc/postgresql-common")
        common.mkdir(exist_ok=True)
        if not (common / "createcluster.conf").exists():
            (common / "createcluster.conf").write_text("create_main_cluster = false\n")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        keep = ("-o", "Dpkg::Options::=--force-confold")
        for arguments in (("update",), ("install", "-y", "--no-install-recommends", *keep, "postgresql")):
            subprocess.run(("apt-get", "-q", *arguments), check=True, env=environment, stdin=subprocess.DEVNULL)


def start_postgres(programs: Path, folder: Path) -> int:
    """Make a cluster in `folder`, start it on a free loopback port and give that port."""
    data = folder / "data"
    if IS_ROOT:
        os.chown(folder, *postgres_account()[1:])
    how = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    run_as_postgres(folder, programs / "initdb", "-D", data, *how)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(POSTGRES_SETTINGS)
    for _ in range(3):  # another process may take the port between the look and the start
        port = free_port()
        options = f"-p {port}"
        started = run_as_postgres(
            folder, programs / "pg_ctl", "start", "-D", data, "-w", "-o", options, "-l", folder / "log", check=False
        )
        if started.returncode == 0:
            return port
    raise RuntimeError(f"PostgreSQL did not start: {started.stdout}{(folder / 'log').read_text()}")


def run_as_postgres(folder: Path, *command: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs in `folder`, as an unprivileged user when this is root, which it refuses."""
    user = {}
    if IS_ROOT:
        name, _, group = postgres_account()
        user = {"user": name, "group": group, "extra_groups": []}
    # Output goes to a file, since the server would hold a pipe open after pg_ctl has ended.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **user,
        )
        output.seek(0)
        done.stdout = output.read()
    if check and done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stdout}")
    return done


def postgres_account() -> tuple[str, int, int]:
    """Name, user and group number of the account that runs the server when the tests run as root."""
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return account.pw_name, account.pw_uid, account.pw_gid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
