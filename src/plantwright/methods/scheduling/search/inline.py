"""Small functions of hot loops, put into every kernel that uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from plantwright.methods.compiled import inside

Function = TypeVar("Function", bound=Callable[..., Any])


def inlined(function: Function) -> Function:
    """Compile a function that allocates nothing and is not called but put where it is used.

    A call that hands over tuples of many arrays costs more than the little work that is done with them.
    """
    return inside(function, _nrt=False, forceinline=True)
