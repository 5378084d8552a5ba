"""What the modules of calls share: how a function is marked, and small things to begin with."""

import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.problem import Problem, ProblemError
from plantwright.core.store import Store

Call = Callable[[Path], list[Problem]]


def provokes(code: str) -> Callable[[Call], Call]:
    """Mark a function as the example of a code; it may give problems or raise them."""

    def mark(call: Call) -> Call:
        call.provokes = code
        return call

    return mark


def raised(call: Callable[[], object]) -> list[Problem]:
    """Give the problems that a call raises."""
    try:
        call()
    except ProblemError as error:
        return error.problems
    return []


def rows(table: str, *given: dict[str, object]):
    """Build raw rows of a table."""
    return raw_frame(ENTITIES[table], list(given))


def new_store(folder: Path) -> Store:
    """Make the store of a plant that has the items A and B."""
    store = Store.open(shutil.copy(_empty_store(), folder / "plant.db"), busy_seconds=0.1)
    with store.begin("anna", "import") as tx:
        tx.insert("item", rows("item", {"code": "A", "kind": "make"}, {"code": "B", "kind": "buy"}))
    return store


@cache
def _empty_store() -> Path:
    """Make an empty plant once: to make one takes a second, to copy it does not."""
    path = Path(tempfile.mkdtemp(prefix="plantwright-gallery-")) / "plant.db"
    Store.create(path).close()
    return path
