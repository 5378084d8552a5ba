"""Run the provoking examples: for every code of a problem, the small input that makes it.

An example is a table of files in ``plants/*.toml`` (the table's name is the code), or a function in a module
``calls_*.py`` that is marked with ``@provokes(code)`` and gives the problems of what it does. Adding one is one entry.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import sys
import textwrap
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import plantwright
from plantwright.core.problem import KINDS, Problem, ProblemError, errors
from plantwright.flows.check import check_plant
from plantwright.flows.exchange import faults_between, read_files
from plantwright.plant import make_plant

HERE = Path(__file__).resolve().parent
JUDGE = HERE.parent / "flows" / "judge" / "test_every_code.py"
AS_OF = 20_458 * 1440
"""The moment of every example: 2026-01-05 00:00 UTC."""
UNMADE = {"more-problems": "closes a list of more than a hundred problems"}
"""Codes that need no example of their own, and why."""


@dataclass(frozen=True)
class Example:
    """What provokes a problem: files, or a function with its text."""

    code: str
    files: dict[str, str] = field(default_factory=dict)
    call: Callable[[Path], list[Problem]] | None = None
    source: Callable[..., object] | None = None

    def run(self, folder: Path) -> list[Problem]:
        """Give the problems of the example; `folder` is empty and its own."""
        return self.call(folder) if self.call else problems_of_files(self.files, folder)

    def shown(self) -> list[tuple[str, str]]:
        """Give the example for people: titled texts."""
        if self.call is None:
            return [(f"{name}.csv", text) for name, text in self.files.items()] or [("an empty folder", "")]
        body = inspect.getsource(self.source or self.call).split("\n", 2)[2]
        return [("a change of a right plan" if self.source else "Python", textwrap.dedent(body).strip())]


def problems_of_files(files: dict[str, str], folder: Path) -> list[Problem]:
    """Bring a folder of CSV files in as an import does, then check the plant that comes of it."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    parsed = read_files(folder)
    problems = parsed.problems + faults_between(parsed, {})
    return problems if errors(problems) else problems + check_plant(make_plant(parsed.tables, AS_OF))


def import_everything() -> None:
    """Import every module of the package, so that every kind of problem is declared."""
    for module in pkgutil.walk_packages(plantwright.__path__, "plantwright."):
        if not module.name.endswith(".__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)


def examples() -> dict[str, Example]:
    """Give every example by its code."""
    cases = load(JUDGE)
    found: dict[str, Example] = {}
    for file in sorted((HERE / "plants").glob("*.toml")):
        for code, files in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found[code] = Example(code, files)
    for file in sorted(HERE.glob("calls_*.py")):
        for call in vars(load(file)).values():
            if hasattr(call, "provokes"):
                found[call.provokes] = Example(call.provokes, call=call)
    return judged(cases) | found


def judged(cases: Any) -> dict[str, Example]:
    """Give the examples of the judge: one small change of a right plan each, kept with its tests."""
    found: dict[str, Example] = {}
    for code, change in cases.CHANGES:
        found.setdefault(code, Example(code, call=partial(_judge, cases, change), source=change))
    return found


def _judge(cases: Any, change: Callable[[Any], None], _folder: Path) -> list[Problem]:
    draft = cases.Draft()
    change(draft)
    return draft.judged()


def load(file: Path) -> ModuleType:
    """Load a module by its file; the folder is no package, so what it shares lies on the path."""
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def problem_of(example: Example, folder: Path) -> Problem | None:
    """Run an example and give the problem that it is there for."""
    try:
        problems = example.run(folder)
    except ProblemError as error:
        problems = error.problems
    return next((problem for problem in problems if problem.code == example.code), None)


def codes() -> list[str]:
    """Give every code that is declared and must have an example."""
    import_everything()
    return [code for code in KINDS if code not in UNMADE]
