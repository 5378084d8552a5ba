"""What the threads of a search share: the best so far, the limits, and the record of improvement."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol


class Valued(Protocol):
    """Anything that is worth a number; less is better."""

    @property
    def value(self) -> float:
        """What it is worth."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: seconds since it began, its best objective, and the bound; of the first priority."""

    seconds: float
    objective: float
    bound: float


@dataclass
class Race:
    """The best plan of all threads and whether to go on."""

    clock: Callable[[], float]
    seconds: float
    iterations: float
    bound: float
    step: float
    on_progress: Callable[[Progress], object] | None
    stop: Callable[[], bool] | None
    begun: float = 0.0
    made: int = 0
    best: Any = None
    history: list[tuple[float, float, float]] = field(default_factory=list)
    stopped: bool = False
    told: float = -math.inf
    lock: Lock = field(default_factory=Lock)

    def elapsed(self) -> float:
        """Give the seconds since the search began."""
        return self.clock() - self.begun

    def share(self) -> float:
        """Give how much of the limits is used up, from 0 to 1."""
        return min(max(self.elapsed() / self.seconds, self.made / self.iterations), 1.0)

    def left(self, most: int, threads: int) -> int:
        """Give how many iterations a thread may make at once."""
        return int(min(most, max((self.iterations - self.made) // threads, 1)))

    def over(self) -> bool:
        """Tell whether a limit, the bound or the wish of the caller ends the search."""
        proved = self.best is not None and self.best.value <= self.bound
        self.stopped = self.stopped or proved or self.share() >= 1.0 or (self.stop is not None and bool(self.stop()))
        return self.stopped

    def guard(self, work: Callable[[], object]) -> None:
        """Do something; where it fails or is interrupted, the race is over for all."""
        try:
            work()
        except BaseException:
            self.stopped = True
            raise

    def report(self, plan: Valued | None, made: int) -> None:
        """Count iterations, take over a plan that is better, and tell of it."""
        with self.lock:
            self.made += made
            seconds = self.elapsed()
            if plan is not None and (self.best is None or plan.value < self.best.value - 1e-9):
                self.best = plan
                self.history.append((seconds, plan.value, self.bound))
                self.told = -math.inf
            if self.on_progress is not None and self.best is not None and seconds - self.told >= self.step:
                self.told = seconds
                self.on_progress(Progress(seconds, self.best.value, self.bound))
