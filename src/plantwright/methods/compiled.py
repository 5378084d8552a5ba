"""One way to compile a hot loop, so that every kernel is cached on disk and typed for the checker.

The first call of a kernel compiles it (seconds) and keeps the machine code beside the source or, where that folder
cannot be written, in Numba's own cache folder; later processes load it (a fraction of a second).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core.registry import CPUDispatcher
from numpy.typing import ArrayLike, NDArray

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile `function` with Numba in no-Python mode, cached, without the global lock."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


class Inside(CPUDispatcher):
    """A function for use inside kernels, compiled without what a call from Python needs.

    To unpack dozens of arrays that Python hands over is a quarter of the work of compiling such a function. Where
    Python calls it nevertheless, it is compiled once more, as a kernel of its own, and kept under its own name.
    """

    def __call__(self, *values: Any) -> Any:
        """Call the kernel of its own: there is nothing here that Python could call."""
        return self.from_python(*values)

    @cached_property
    def from_python(self) -> Callable[..., Any]:
        """The same function as a kernel that Python can call."""
        options = {key: value for key, value in self.targetoptions.items() if key not in {*_BARE, "nopython"}}
        whole = cast("Any", self.py_func).__wrapped__
        return cast("Callable[..., Any]", numba.njit(cache=True, **options)(whole))


_BARE = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inside(function: Function, **options: bool) -> Function:
    """Compile `function` for use inside kernels; the options are Numba's."""
    own = cast("Any", function)
    if cast("Any", numba.config).DISABLE_JIT:
        return function
    # Numba names what it keeps on disk by the qualified name, and what Python can call is kept beside it.
    bare = FunctionType(own.__code__, own.__globals__, own.__name__, own.__defaults__, own.__closure__)
    update_wrapper(bare, own).__qualname__ = f"{own.__qualname__}.inside"
    part = Inside(bare, targetoptions={"nopython": True, "boundscheck": None, "nogil": True, **options, **_BARE})
    part.enable_caching()
    return cast("Function", part)


def whole_row(values: ArrayLike) -> NDArray[np.int64]:
    """Give whole numbers as one row that a kernel takes as it is.

    A read-only array, as frames give it, would be another type to the compiled kernel, and compiled once more.

    Examples
    --------
    >>> whole_row(3), whole_row([1.0, 2.0])
    (array([3]), array([1, 2]))
    """
    return np.atleast_1d(np.require(values, np.int64, ("C", "W")))
