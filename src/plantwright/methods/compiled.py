"""One way to compile a hot loop, so that every kernel is cached on disk and typed for the checker.

The first call of a kernel compiles it (seconds) and keeps the machine code beside the source or, where that folder
cannot be written, in Numba's own cache folder; later processes load it (a fraction of a second).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile `function` with Numba in no-Python mode, cached, without the global lock."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def whole_row(values: ArrayLike) -> NDArray[np.int64]:
    """Give whole numbers as one row that a kernel takes as it is.

    A read-only array, as frames give it, would be another type to the compiled kernel, and compiled once more.

    Examples
    --------
    >>> whole_row(3), whole_row([1.0, 2.0])
    (array([3]), array([1, 2]))
    """
    return np.atleast_1d(np.require(values, np.int64, ("C", "W")))
