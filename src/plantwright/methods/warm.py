"""Compile every kernel ahead of its first use: ``python -m plantwright.methods.warm``.

A compiled kernel costs seconds at its first call and a fraction of a second afterwards, because its machine code is
kept on disk (see `plantwright.methods.compiled`). A module with kernels therefore offers ``warm_up()``, a small call of
each with the types that the package uses; set-up calls them all, so that no person waits for a compiler.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType

import plantwright.methods
from plantwright.methods.stale import forget_stale_kernels


def method_modules() -> Iterator[ModuleType]:
    """Import and give every module below `plantwright.methods`, in the order of their names."""
    package = plantwright.methods
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield importlib.import_module(found.name)


def warm_ups(modules: Iterable[ModuleType]) -> list[tuple[str, Callable[[], object]]]:
    """Give the name and the ``warm_up`` of each module that defines one; an imported one is not counted again.

    Examples
    --------
    >>> warm_ups([sys])
    []
    """
    found = ((module.__name__, module.__dict__.get("warm_up")) for module in modules)
    return [(name, call) for name, call in found if callable(call) and call.__module__ == name]


def warm(calls: list[tuple[str, Callable[[], object]]], say: Callable[[str], object]) -> None:
    """Call each warm-up, and say which is at work before it and the seconds it took after it.

    Examples
    --------
    >>> warm([("plantwright.methods.stock", lambda: None)], sys.stdout.write)
    [1/1] stock ... 0.0 s
    """
    for number, (name, call) in enumerate(calls, start=1):
        say(f"[{number}/{len(calls)}] {name.removeprefix('plantwright.methods.')} ... ")
        begin = time.perf_counter()
        call()
        say(f"{time.perf_counter() - begin:.1f} s\n")


def main() -> None:
    """Compile the kernels of every module, one line of progress a module."""
    forget_stale_kernels()
    calls = warm_ups(method_modules())
    _say(f"Compiling the kernels of {len(calls)} modules\n")
    warm(calls, _say)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
