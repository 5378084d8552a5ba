"""Parts of long kernels: told as functions, compiled as if they stood where they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def spliced(function: Function) -> Function:
    """Compile a part of a kernel into each kernel that calls it, like `primitive`, but without a call.

    To hand over dozens of arrays costs more than the little that is done with each, so that a kernel could not be
    told in parts otherwise. A part that is called from several places is compiled into each of them.
    """
    compile_bare = cast("Any", numba.njit)  # the options are not among the declared ones
    return cast("Function", compile_bare(nogil=True, inline="always", _nrt=False)(function))
