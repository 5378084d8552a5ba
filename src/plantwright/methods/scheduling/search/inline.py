"""Small functions of hot loops, put into every kernel that uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def inlined(function: Function) -> Function:
    """Compile a function that allocates nothing and is not called but put where it is used.

    A call that hands over tuples of many arrays costs more than the little work that is done with them.
    """
    compile_inside = cast("Any", numba.njit)  # the options are not among the declared ones
    return cast("Function", compile_inside(cache=True, nogil=True, _nrt=False, forceinline=True)(function))
