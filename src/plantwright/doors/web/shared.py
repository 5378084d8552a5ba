"""What several open pages show alike is worked out once: by what they look at, by what it is, and by their reader."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from plantwright.core.reader import READER

Found = TypeVar("Found")
MOST = 16
"""Things that are kept of one view; what was made first goes first."""


@dataclass(eq=False)
class _Cell:
    """One thing, worked out by whoever asks first; others wait for it rather than do the same again."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    done: bool = False
    found: Any = None


_KEPT: WeakKeyDictionary[Any, OrderedDict[Hashable, _Cell]] = WeakKeyDictionary()
_LOCK = threading.Lock()


def once(view: Any, key: Hashable, work: Callable[[], Found]) -> Found:
    """Give what follows from a view, worked out when it is first asked for.

    Parameters
    ----------
    view : what is looked at; what was worked out goes with it, so that nothing outlives a change of the plant
    key : what is wanted; the reader for whom it is written belongs to it without being named
    work : works it out, from the view and the key alone; what it gives is shared and must not be changed
    """
    cell = _cell(view, key)
    if cell.done:  # most times; nobody need wait for that
        return cell.found  # type: ignore[no-any-return]
    with cell.lock:
        if not cell.done:
            cell.found = work()
            cell.done = True
        return cell.found  # type: ignore[no-any-return]


def is_there(view: Any, key: Hashable) -> bool:
    """Tell whether `once` would give it without work."""
    return _cell(view, key).done


def _cell(view: Any, key: Hashable) -> _Cell:
    with _LOCK:
        cells = _KEPT.setdefault(view, OrderedDict())
        found = cells.setdefault((READER.get(), key), _Cell())
        while len(cells) > MOST:
            cells.popitem(last=False)
        return found
