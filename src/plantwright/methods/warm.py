"""Compile every kernel ahead of its first use: ``python -m plantwright.methods.warm``.

A compiled kernel costs seconds at its first call and a fraction of a second afterwards, because its machine code is
kept on disk (see `plantwright.methods.compiled`). A module with kernels therefore offers ``warm_up()``, a small call of
each with the types that the package uses; set-up calls them all, so that no person waits for a compiler.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import active_children, get_context, parent_process
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
    calls = {name: importlib.import_module(name).warm_up for name in reversed(names)}
    for number, done in enumerate(call_aside(calls, processes), start=1):
        name = done.removeprefix("plantwright.methods.")
        say(f"[{number}/{len(names)}] {name}: after {time.perf_counter() - begin:.1f} s\n")


def call_aside(calls: Mapping[str, Callable[[], object]], processes: int) -> Iterator[str]:
    """Make calls in processes of their own, the first ones first, and give the name of each when it is done.

    Parameters
    ----------
    calls
        By name, functions of a module, so that another process finds them.
    processes
        How many work at a time. Numba compiles in one thread of a process only.

    Raises
    ------
    Exception
        What a call raises. Whatever ends the work early, as Ctrl-C does, ends the processes too.

    Examples
    --------
    >>> list(call_aside({}, processes=2))
    []
    """
    others = set(active_children())
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _end_with_parent)
    try:
        at_work = {pool.submit(call): name for name, call in calls.items()}
        for done in as_completed(at_work):
            done.result()
            yield at_work[done]
    except BaseException:
        for child in set(active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Leave Ctrl-C to the parent, and end with it, however it ends: nobody would wait for the kernels any longer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)


def small_shop() -> Shop:
    """Give a shop of two operations, one after the other; the first one is fixed."""
    from plantwright.methods.scheduling import build_shop  # noqa: PLC0415
    from plantwright.methods.working_time import working_time  # noqa: PLC0415

    return build_shop(
        working_time([([0], [600])]), unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[10, 10],
        due=[20, 20], pred_pointer=[0, 0, 1], pred_op=[0], fixed_start=[0, -1], fixed_unit=[0, -1],
    )  # fmt: skip


def dispatch_a_little() -> None:
    """Compile the kernels that schedule a plan."""
    from plantwright.methods.scheduling import dispatch  # noqa: PLC0415

    dispatch(small_shop())


def defer_a_little() -> None:
    """Compile the kernels that push the operations of a schedule later; the schedule is given, not dispatched."""
    import numpy as np  # noqa: PLC0415

    from plantwright.methods.scheduling import Schedule, defer  # noqa: PLC0415

    shop, none = small_shop(), np.zeros(2, np.int64)
    begin, end, mode = np.array([0, 10]), np.array([10, 20]), np.array([0, 1])
    crew = np.zeros(3, np.int64), np.zeros(0, np.int64)
    defer(shop, Schedule(begin, end, none, mode, none, *crew, np.zeros(len(shop.sinks.due), np.int64), "complete"))


def warm_up() -> None:
    """Compile every kernel of scheduling, whose package has no warm-up of its own."""
    from plantwright.methods.scheduling import blame, construct, dispatch, lower_bounds  # noqa: PLC0415

    shop = small_shop()
    construct(shop, passes=2)
    blame(shop, dispatch(shop))
    lower_bounds(shop)


def planner_parts() -> list[Part]:
    """Give what a plan needs compiled, what takes longest first, so that no process is left alone with it."""
    from plantwright.methods import capacity  # noqa: PLC0415 - they load Numba
    from plantwright.methods.forecasting import cleaning_kernel, combining, selection  # noqa: PLC0415
    from plantwright.methods.requirements import consumption, kernel, plan, projection  # noqa: PLC0415
    from plantwright.methods.scheduling import deferring  # noqa: PLC0415
    from plantwright.methods.scheduling import kernel as dispatching  # noqa: PLC0415

    return [
        ("forecasts", selection.forecast_chunk, combining.warm_up),
        ("requirements", kernel.plan_all, plan.warm_up),
        ("schedule", dispatching.run, dispatch_a_little),
        ("later starts", deferring._defer, defer_a_little),  # noqa: SLF001
        ("sales history", cleaning_kernel.expect_all, cleaning_kernel.warm_up),
        ("orders on forecasts", consumption._consume, consumption.warm_up),  # noqa: SLF001
        ("projection", projection._project, projection.warm_up),  # noqa: SLF001
        ("loads", capacity._spread_load, capacity.warm_up),  # noqa: SLF001
    ]


def is_kept(kernel: Any) -> bool:
    """Tell whether the machine code of a kernel is on disk, in whatever folder Numba keeps it."""
    source = Path(kernel.py_func.__code__.co_filename)
    kept = Path(kernel.stats.cache_path).glob(f"{source.stem}.{kernel.py_func.__name__}-*.nbi")
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in kept)


def compile_planner(say: Callable[[str], object], parts: Callable[[], list[Part]] = planner_parts) -> None:
    """Compile what a plan needs and the disk does not hold yet, some parts at a time, saying how far it is.

    Nothing is said where all is kept.

    Parameters
    ----------
    say
        Is told ``Compiling the planner, once: 2/8 requirements`` when that part is the second one done.
    parts
        Gives the parts: a name, a kernel by which a part is known to be compiled, and its warm-up, a function of a
        module; what takes longest first.

    Examples
    --------
    >>> compile_planner(print, lambda: [])
    """
    cold = {name: call for name, kernel, call in parts() if not is_kept(kernel)}
    if not cold:
        return
    processes = min(len(cold), os.cpu_count() or 1)
    say(f"Compiling the planner, once: 0/{len(cold)}, {processes} at a time")
    for number, name in enumerate(call_aside(cold, processes), start=1):
        say(f"Compiling the planner, once: {number}/{len(cold)} {name}")


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
