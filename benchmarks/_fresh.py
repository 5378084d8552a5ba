"""The way from a fresh clone to a page that answers."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from _serving import Row
from plants import ROOT


def demo(folder: Path, wanted: argparse.Namespace) -> list[Row]:
    """Clone this state, and time `make demo` in it until the page answers."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    made = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    made |= {"BROWSER": "true"} | ({"PIP_NO_CACHE_DIR": "1", "UV_NO_CACHE": "1"} if wanted.cold else {})
    begun = time.perf_counter()
    process = subprocess.Popen(
        ["make", "demo"], cwd=clone, env=made, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        address = next((line for line in process.stdout or () if " is open at " in line), "")
        if not address:
            sys.exit("make demo ended before its page was open")
        page = address.split(" is open at ")[1].split()[0]
        with urllib.request.urlopen(page, timeout=60) as answer:  # noqa: S310 - our own server
            answer.read()
        spent = time.perf_counter() - begun
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
    cache = "no package cache" if wanted.cold else "the package cache of this user"
    return [("sample", f"`make demo` from a fresh clone until the page answers, {cache}", f"{spent:.0f} s", "180 s")]
