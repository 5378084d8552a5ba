"""The commands shown in README.md and docs/ run, and print what the page says. CONTRIBUTING.md has the rules."""

import contextlib
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

import pytest
from typer.testing import CliRunner

from plantwright.doors.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console *(?P<mark>[^\n]*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
EXPECTED_STATUS = re.compile(r"\s+# exits (\d+)$")
PLAIN = re.compile(r"plantwright [^|&;<>`*?~\n]*")
"""A command that needs no shell."""


@dataclass
class Command:
    text: str
    status: int = 0
    lines: list[str] = field(default_factory=list)


def commands_of(page_text):
    """Every command of the page's console blocks, with the status and the lines of output that it shows."""
    found = []
    for block in BLOCK.finditer(page_text):
        if block["mark"].strip() != "no-run":
            found += commands_of_block(block["body"])
    return found


def commands_of_block(body):
    commands = []
    for line in body.splitlines():
        if line.startswith("$ "):
            status = EXPECTED_STATUS.search(line)
            commands.append(Command(EXPECTED_STATUS.sub("", line[2:]), int(status[1]) if status else 0))
        elif line.startswith("> ") and commands:
            commands[-1].text += "\n" + line[2:]
        elif line.strip() and commands:
            commands[-1].lines.append(line.rstrip())
    return commands


def run_in_shell(text, folder):
    """Run a command as it stands, as a reader does; gives its status and what it prints."""
    done = subprocess.run(
        ["sh", "-c", text],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout


def run_here(text, folder):
    """Run a command of the program in this process, which has it loaded; what needs a shell runs in one."""
    if not PLAIN.fullmatch(text):
        return run_in_shell(text, folder)
    words = shlex.split(Template(text).safe_substitute(environment()), comments=True)
    with contextlib.chdir(folder):
        done = CliRunner(env=environment()).invoke(app, words[1:])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def fault_of(command, folder, run=run_in_shell):
    """Run the command in `folder`; say what differs from the page, or nothing."""
    status, out = run(command.text, folder)
    told = f"\n$ {command.text}\n{out}"
    if status != command.status:
        return f"exits {status}, not {command.status}:{told}"
    printed = iter(line.rstrip() for line in out.splitlines())
    for line in command.lines:
        if "…" not in line and line not in printed:  # `in` moves on, so that the lines are held to their order
            return f"does not print, or not in this place: {line!r}{told}"
    return ""


def environment():
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    fixed = {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "PLANTWRIGHT_USER": "docs"}
    return os.environ | fixed | {"PATH": path, "SAMPLE": str(ROOT / "src" / "plantwright" / "samples" / "pumps")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_the_page_run_and_print_what_it_says(page, tmp_path):
    run = run_in_shell if page.name == "README.md" else run_here  # one page as its readers run it
    for command in commands_of(page.read_text(encoding="utf-8")):
        fault = fault_of(command, tmp_path, run)
        assert not fault, fault


GOOD = """
```console
$ echo one; echo two; echo three; echo four
one
…
three
$ false  # exits 1
$ printf '%s\\n' \\
>   five > kept.txt
$ cat kept.txt
five
```
```console no-run
$ exit 9
```
```sh
exit 9
```
"""


def test_reader_takes_statuses_continued_lines_left_out_lines_and_skips_other_blocks(tmp_path):
    commands = commands_of(GOOD)
    assert [command.status for command in commands] == [0, 1, 0, 0]
    assert [fault_of(command, tmp_path) for command in commands] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        ("$ exit 3", "exits 3, not 0"),
        ("$ true  # exits 1", "exits 0, not 1"),
        ("$ echo one\ntwo", "does not print"),
        ("$ echo one; echo two\ntwo\none", "does not print"),
    ],
)
def test_page_that_tells_otherwise_than_the_program_is_caught(shown, fault, tmp_path):
    (command,) = commands_of(f"```console\n{shown}\n```\n")
    assert fault in fault_of(command, tmp_path)
