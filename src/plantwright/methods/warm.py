"""Compile every kernel ahead of its first use: ``python -m plantwright.methods.warm``.

A compiled kernel costs seconds at its first call and a fraction of a second afterwards, because its machine code is
kept on disk (see `plantwright.methods.compiled`). A module with kernels therefore offers ``warm_up()``, a small call of
each with the types that the package uses; set-up calls them all, so that no person waits for a compiler.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import plantwright.methods
from plantwright.methods.stale import forget_stale_kernels

if TYPE_CHECKING:
    from plantwright.methods.scheduling import Shop

Part = tuple[str, Any, Callable[[], object]]
"""A name, a kernel by which the part is known to be compiled, and the warm-up that compiles it."""


def method_modules() -> Iterator[ModuleType]:
    """Import and give every module below `plantwright.methods`, in the order of their names."""
    package = plantwright.methods
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield importlib.import_module(found.name)


def warm_ups(modules: Iterable[ModuleType]) -> list[str]:
    """Give the name of each module that defines a ``warm_up``; an imported one is not counted again.

    Examples
    --------
    >>> warm_ups([sys])
    []
    """
    found = ((module.__name__, module.__dict__.get("warm_up")) for module in modules)
    return [name for name, call in found if callable(call) and call.__module__ == name]


def warm(names: list[str], say: Callable[[str], object], processes: int) -> None:
    """Call the warm-up of each module, some at a time, and say what is done after how many seconds.

    The last names come first: schedules, which take longest to compile, so that no process is left alone with them.

    Examples
    --------
    >>> warm([], print, processes=2)
    """
    begin = time.perf_counter()
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        at_work = {pool.submit(warm_up_of, name): name for name in reversed(names)}
        for number, done in enumerate(as_completed(at_work), start=1):
            done.result()
            name = at_work[done].removeprefix("plantwright.methods.")
            say(f"[{number}/{len(names)}] {name}: after {time.perf_counter() - begin:.1f} s\n")


def warm_up_of(name: str) -> None:
    """Import a module and call its warm-up."""
    importlib.import_module(name).warm_up()


def small_shop() -> Shop:
    """Give a shop of two operations, one after the other; the first one is fixed."""
    from plantwright.methods.scheduling import build_shop  # noqa: PLC0415
    from plantwright.methods.working_time import working_time  # noqa: PLC0415

    return build_shop(
        working_time([([0], [600])]), unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[10, 10],
        due=[20, 20], pred_pointer=[0, 0, 1], pred_op=[0], fixed_start=[0, -1], fixed_unit=[0, -1],
    )  # fmt: skip


def schedule_a_little() -> None:
    """Compile the kernels of scheduling that a plan needs."""
    from plantwright.methods.scheduling import defer, dispatch  # noqa: PLC0415

    shop = small_shop()
    defer(shop, dispatch(shop))


def warm_up() -> None:
    """Compile every kernel of scheduling, whose package has no warm-up of its own."""
    from plantwright.methods.scheduling import blame, construct, dispatch, lower_bounds  # noqa: PLC0415

    shop = small_shop()
    construct(shop, passes=2)
    blame(shop, dispatch(shop))
    lower_bounds(shop)


def planner_parts() -> list[Part]:
    """Give what a plan needs compiled, in the order in which it needs it."""
    from plantwright.methods import capacity  # noqa: PLC0415 - they load Numba
    from plantwright.methods.forecasting import cleaning_kernel, combining, selection  # noqa: PLC0415
    from plantwright.methods.requirements import consumption, kernel, plan, projection  # noqa: PLC0415
    from plantwright.methods.scheduling import kernel as scheduling  # noqa: PLC0415

    return [
        ("sales history", cleaning_kernel.expect_all, cleaning_kernel.warm_up),
        ("forecasts", selection.forecast_chunk, combining.warm_up),
        ("orders on forecasts", consumption._consume, consumption.warm_up),  # noqa: SLF001
        ("requirements", kernel.plan_all, plan.warm_up),
        ("projection", projection._project, projection.warm_up),  # noqa: SLF001
        ("schedule", scheduling.run, schedule_a_little),
        ("loads", capacity._spread_load, capacity.warm_up),  # noqa: SLF001
    ]


def is_kept(kernel: Any) -> bool:
    """Tell whether the machine code of a kernel is on disk, in whatever folder Numba keeps it."""
    source = Path(kernel.py_func.__code__.co_filename)
    kept = Path(kernel.stats.cache_path).glob(f"{source.stem}.{kernel.py_func.__name__}-*.nbi")
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in kept)


def compile_planner(say: Callable[[str], object], parts: Callable[[], list[Part]] = planner_parts) -> None:
    """Compile what a plan needs and the disk does not hold yet, with a line before each part; else say nothing.

    Parameters
    ----------
    say
        Is told ``Compiling the planner, once: 2/4 requirements``.
    parts
        Gives the parts: a name, a kernel by which a part is known to be compiled, and its warm-up.

    Examples
    --------
    >>> compile_planner(print, lambda: [])
    """
    cold = [(name, call) for name, kernel, call in parts() if not is_kept(kernel)]
    for number, (name, call) in enumerate(cold, start=1):
        say(f"Compiling the planner, once: {number}/{len(cold)} {name}")
        call()


def main() -> None:
    """Compile the kernels of every module, one line of progress a module."""
    forget_stale_kernels()
    names = warm_ups(method_modules())
    _say(f"Compiling the kernels of {len(names)} modules\n")
    warm(names, _say, os.cpu_count() or 1)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
