"""A date as a curve: the probability that something is complete by each day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.core import wording
from plantwright.core.buckets import local_day
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.frames import present
from plantwright.core.pages import Chart, Sheet, named
from plantwright.core.reader import say
from plantwright.core.store.plain import plain
from plantwright.methods.working_time import NEVER

LEVELS = (0.5, 0.8, 0.95)
"""Probabilities whose dates are told."""
MOST_DAYS = 90
"""Days that the curve lists; of a longer one it lists as many, evenly by probability."""


@dataclass(frozen=True)
class Curve:
    """When something is complete, in each replication of the plan.

    Parameters
    ----------
    moments : int64[r], sorted; `NEVER` where it never is
    planned : when the plan has it complete
    due : moment by which it is wanted, None where there is none
    zone : time zone of the plant
    year : year that is left out of dates
    seed : of the chance
    notes : what the spread rests on
    """

    moments: NDArray[np.int64]
    planned: int
    due: int | None
    zone: str
    year: int
    seed: int
    notes: tuple[str, ...] = ()

    def by(self, moment: int) -> float:
        """Give the probability that it is complete by a moment."""
        return float(np.searchsorted(self.moments, moment, side="right")) / len(self.moments)

    def date(self, level: float) -> int:
        """Give the first moment by which it is complete with a probability."""
        place = int(np.ceil(level * len(self.moments) - 1e-9)) - 1
        return int(self.moments[min(max(place, 0), len(self.moments) - 1)])

    def points(self) -> list[tuple[int, float]]:
        """Give the days on which it may become complete, each with the probability that it is by its end."""
        there = self.moments[self.moments < NEVER // 2]
        if not len(there):
            return []
        days = pl.DataFrame({"moment": np.maximum(there - 1, 0)}).select(local_day(pl.col("moment"), self.zone))
        every, counts = np.unique(days.to_series().to_numpy(), return_counts=True)
        chance = np.cumsum(counts) / len(self.moments)
        if len(every) > MOST_DAYS:
            wanted = np.linspace(chance[0], chance[-1], MOST_DAYS)
            kept = np.unique(np.searchsorted(chance, wanted - 1e-12))
            every, chance = every[kept], chance[kept]
        return [(int(day), float(share)) for day, share in zip(every, chance, strict=True)]

    def sheet(self) -> Sheet:
        """Give the curve as a table that may be drawn."""
        points = self.points()
        rows = pl.DataFrame(
            {"day": [day for day, _ in points], "chance": [round(share * SCALE) for _, share in points],
             "mark": self._marks(points)},
            schema={"day": pl.Int64, "chance": pl.Int64, "mark": pl.String},
        )  # fmt: skip
        columns = {
            column.name: column
            for column in (
                named(Kind.DAY, "day", "Day by whose end it is complete"),
                named(Kind.RATIO, "chance", "Probability that it is"),
                named(Kind.TEXT, "mark", "First day with such a probability; the day that the plan has"),
            )
        }
        return Sheet(say("How sure the date is"), rows, columns, chart=Chart("line", "day", ("chance",)))

    def _marks(self, points: list[tuple[int, float]]) -> list[str]:
        """Name the first day of each level, and the planned one."""
        marks: list[list[str]] = [[] for _ in points]
        for level in LEVELS:
            place = next((at for at, (_, share) in enumerate(points) if share >= level - 1e-12), None)
            if place is not None:
                marks[place].append(wording.percent(round(level * SCALE)))
        day = int(pl.select(local_day(pl.lit(self.planned - 1, pl.Int64), self.zone)).item())
        for at, (one, _) in enumerate(points):
            if one == day:
                marks[at].append(say("plan"))
        return [", ".join(some) for some in marks]

    def sentence(self) -> str:
        """Say how sure the date is."""
        first = "" if self.due is None else say(
            "It is in time with a chance of {chance}.", chance=wording.percent(round(self.by(self.due) * SCALE))
        ) + " "  # fmt: skip
        likely, sure = self.date(LEVELS[1]), self.date(LEVELS[2])
        if likely >= NEVER // 2:
            return first + say("In many of the replications it is never complete.")
        if self._day(likely) == self._day(sure):
            return first + say("It is there by {day} with 95 %.", day=self._day(sure))
        return first + say(
            "It is there by {likely} with 80 %, by {sure} with 95 %.", likely=self._day(likely), sure=self._day(sure)
        )

    def _day(self, moment: int) -> str:
        return wording.moment(moment, self.zone, self.year, ends=True) if moment < NEVER // 2 else say("no day")

    def figures(self) -> dict[str, Any]:
        """Give the curve's figures by name, for programs."""
        return {
            "chance_in_time": None if self.due is None else round(self.by(self.due), 4), **self._dates(),
            "replications": len(self.moments), "seed": self.seed,
        }  # fmt: skip

    def _dates(self) -> dict[str, Any]:
        """Give the dates of the levels as `date_50` and so on, None where it is never complete so often."""
        names = [f"date_{round(level * 100)}" for level in LEVELS]
        columns = {name: named(Kind.MOMENT, name, "") for name in names}
        found = [self.date(level) for level in LEVELS]
        values = pl.DataFrame(
            [[None if one >= NEVER // 2 else one for one in found]], schema=dict.fromkeys(names, pl.Int64), orient="row"
        )
        told: dict[str, Any] = plain(present(values, columns, self.zone).row(0, named=True))
        return told

    def told(self) -> dict[str, Any]:
        """Give the curve in the terms of JSON: its figures, and the probability by the end of each day."""
        days = self.sheet().presented(self.zone).select("day", "chance")
        return {**self.figures(), "by_day": plain(days.to_dicts())}
