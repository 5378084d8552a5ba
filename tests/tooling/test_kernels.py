"""Kernels are compiled ahead of use, and never run on with a callee as it was before an edit."""

import importlib
import os
import subprocess
import sys

import numpy as np

from plantwright.methods import warm
from plantwright.methods.compiled import compiled
from plantwright.methods.stale import forget_stale_kernels
from plantwright.methods.working_time import primitive

CALLEE = "import numba\n@numba.njit(cache=True)\ndef add(x):\n    return x + 1\n"
CALLER = (
    "import numba\nfrom family.callee import add\n@numba.njit(cache=True)\ndef tenfold(x):\n    return add(x) * 10\n"
)
ALONE = "import numba\n@numba.njit(cache=True)\ndef twice(x):\n    return x * 2\n"
CALLS = "def of_whole():\n    twice(1)\ndef of_parts():\n    twice(1.5)\n"
RUN = "from family import alone, caller; alone.twice(1); print(caller.tenfold(1))"


def run_in(folder):
    done = subprocess.run([sys.executable, "-c", RUN], cwd=folder, check=True, capture_output=True, text=True)
    return int(done.stdout)


def test_caller_is_compiled_anew_after_its_callee_in_another_module_is_edited(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    family = tmp_path / "family"
    family.mkdir()
    for name, text in {"__init__": "", "callee": CALLEE, "caller": CALLER, "alone": ALONE}.items():
        (family / f"{name}.py").write_text(text)
        os.utime(family / f"{name}.py", (1e9, 1e9))
    assert run_in(tmp_path) == 20
    assert forget_stale_kernels(family, "family") == []
    (family / "callee.py").write_text(CALLEE.replace("x + 1", "x + 2"))
    forgotten = forget_stale_kernels(family, "family")
    assert sorted(path.name.split("-")[0] for path in forgotten) == ["callee.add", "caller.tenfold"]
    assert run_in(tmp_path) == 30


def test_warm_up_of_each_module_is_called_once_with_its_progress(tmp_path, monkeypatch):
    source = (
        "from pathlib import Path\ndef warm_up():\n    with open(Path(__file__).with_suffix('.log'), 'a') as log:\n"
    )
    (tmp_path / "made_up.py").write_text(source + "        log.write('warm ')\n")
    (tmp_path / "importer.py").write_text("from made_up import warm_up\n")
    monkeypatch.syspath_prepend(tmp_path)
    names, said = warm.warm_ups(importlib.import_module(name) for name in ("made_up", "importer")), []
    warm.warm(names, said.append, 2)
    assert names == ["made_up"]
    assert (tmp_path / "made_up.log").read_text() == "warm "
    assert [line.split(":")[0] for line in said] == ["[1/1] made_up"]


def test_planner_is_compiled_part_by_part_where_the_disk_does_not_hold_it(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    (tmp_path / "alone.py").write_text(ALONE + CALLS)
    os.utime(tmp_path / "alone.py", (1e9, 1e9))
    monkeypatch.syspath_prepend(tmp_path)
    alone = importlib.import_module("alone")
    kernel = alone.twice
    said, parts = [], [("doubles", kernel, alone.of_whole), ("again", kernel, alone.of_parts)]
    warm.compile_planner(said.append, lambda: parts)
    begun, *done = (line.removeprefix("Compiling the planner, once: ") for line in said)
    assert begun.startswith("0/2, ")
    assert [line.split()[0] for line in done] == ["1/2", "2/2"]
    assert {line.split()[1] for line in done} == {"doubles", "again"}
    warm.compile_planner(said.append, lambda: parts)
    assert len(said) == 3, "nothing is said when all is compiled"
    os.utime(tmp_path / "alone.py")
    assert not warm.is_kept(kernel), "its source is newer"


def test_each_part_of_the_planner_is_known_by_a_kernel_that_its_warm_up_keeps(capsys):
    for _, kernel, call in warm.planner_parts():
        call()
        assert warm.is_kept(kernel)
    warm.compile_planner(print)
    assert capsys.readouterr().out == ""


def test_function_for_use_inside_kernels_can_be_called_from_python_too():
    @compiled
    def summed(values):
        return square_sum(values, 3)

    values = np.array([1, 2])
    assert summed(values) == square_sum(values, 3) == 15
    assert square_sum(np.array([0.5]), 2) == 0.5
    assert square_sum.__name__ == "square_sum"


@primitive
def square_sum(values, times):
    """Give the sum of squares, some times."""
    total = values[0] * 0
    for value in values:
        total += value * value
    return total * times


def test_every_module_below_methods_is_looked_at():
    names = {module.__name__ for module in warm.method_modules()}
    assert {"plantwright.methods.compiled", "plantwright.methods.stale", "plantwright.methods.warm"} <= names
