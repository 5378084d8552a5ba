"""One way to compile a hot loop, so that every kernel is cached on disk and typed for the checker.

The first call of a kernel compiles it (seconds) and keeps the machine code beside the source or, where that folder
cannot be written, in Numba's own cache folder; later processes load it (a fraction of a second).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile `function` with Numba in no-Python mode, cached, without the global lock."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))
