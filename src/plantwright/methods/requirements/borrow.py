"""Views that are not counted: the inner functions of a kernel use arrays that its entry keeps alive.

Numba counts the owners of an array with an atomic step at every call that the array is handed to. A planner that makes
many millions of small calls would spend half its time on that. `borrowed` gives a view without an owner; whoever makes
one must keep the array itself in use until the view is no longer needed, for instance by returning it at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.extending import intrinsic

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements.book import Book, Work
from plantwright.methods.requirements.tables import Calendars, Tables


def _borrowed(typing: Any, array: Any) -> Any:  # noqa: ARG001 - Numba hands both over

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.return_type)(context, builder, arguments[0])
        view.meminfo = ir.Constant(view.meminfo.type, None)
        return view._getvalue()  # noqa: SLF001 - the only way to the value of a structure

    return array(array), generate


borrowed = cast("Callable[[Any], Any]", intrinsic(_borrowed))
"""Give the same array without an owner; for compiled code alone."""


@compiled
def lend_inputs(t: Tables, times: Calendars) -> tuple[Tables, Calendars]:
    """Borrow the inputs."""
    lent = Tables(t.as_of, t.factor, t.nodes, borrowed(t.data), borrowed(t.real))
    return lent, Calendars(
        borrowed(times.begin), borrowed(times.start), borrowed(times.end), borrowed(times.before)
    )  # fmt: skip


@compiled
def lend_book(book: Book) -> Book:
    """Borrow what has been written so far; good until the book is given more room."""
    return Book(borrowed(book.need), borrowed(book.order), borrowed(book.byproduct), borrowed(book.state))


@compiled
def lend_work(work: Work) -> Work:
    """Borrow the scratch space; good until it grows."""
    return Work(
        borrowed(work.need),
        borrowed(work.row),
        borrowed(work.supply),
        borrowed(work.place),
        borrowed(work.spare),
        borrowed(work.net),
    )
