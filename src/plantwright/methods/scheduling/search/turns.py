"""Which stretch of an order each thread works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Turns:
    """One stretch after the other, from the front to the end, then again, half a stretch on.

    `plan` is the best plan of all threads, `busy` lists the stretches that threads work on now.
    """

    plan: Any = None
    at: int = 0
    rounds: int = 0
    busy: list[tuple[int, int]] = field(default_factory=list)

    def take(self, n: int, size: int) -> tuple[int, int]:
        """Give a stretch of at most one and a half times `size` of `n` operations; an empty one where all are taken.

        Examples
        --------
        >>> turns = Turns()
        >>> [turns.take(10, 4), turns.take(10, 4)]
        [(0, 4), (4, 10)]
        >>> turns.busy.clear()
        >>> [turns.take(10, 4), turns.take(10, 4)]
        [(0, 2), (2, 6)]
        """
        found, last = (n, n), self.rounds + 2
        while found[0] == n and self.rounds < last:
            if self.at >= n:
                self.at, self.rounds = 0, self.rounds + 1
            found = self._from(self.at, n, size)
            self.at = found[1]
        self.busy.append(found)
        return found

    def _from(self, low: int, n: int, size: int) -> tuple[int, int]:
        """Give the next stretch from a place on that is not worked on."""
        while own := [stop for first, stop in self.busy if first <= low < stop]:
            low = own[0]
        half = low == 0 and self.rounds % 2 == 1
        stop = low + max(size // 2 if half else size, 1)
        stop = n if n - stop <= size // 2 else stop
        return low, min([stop, n, *(first for first, _ in self.busy if first > low)])
