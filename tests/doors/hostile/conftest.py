"""What the tests of hostile use share: the server in a process of its own, which may be killed."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def served():
    """Start the server of a plant; gives its address and its process."""

    @contextmanager
    def start(db, *options):
        port = free_port()
        command = (sys.executable, "-W", "ignore", "-m", "plantwright", "serve", str(db), "--port", str(port), *options)
        # NiceGUI would take what pytest leaves in the environment for a test of its own.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
        try:
            assert "is open at" in process.stdout.readline()
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()  # that it ends calmly is for the tests of ``serve`` to see; its worker ends with it
            process.communicate(timeout=40)

    return start
