"""The working behind a computed number: each step with its symbol, meaning, formula and value, and the source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a working.

    Parameters
    ----------
    symbol
        As the textbook writes it.
    meaning
        What it is, in words.
    value
        What it is here, in the unit that the caller's arguments have.
    formula
        How it follows from the lines above; empty where it was given.
    """

    symbol: str
    meaning: str
    value: float
    formula: str = ""

    def __str__(self) -> str:
        """Give the step in one line."""
        how = f" = {self.formula}" if self.formula else ""
        return f"{self.symbol}{how} = {self.value:.6g} ({self.meaning})"


@dataclass(frozen=True, slots=True)
class Working:
    """How a number came about: what was given, what follows, and where the formulas stand.

    Examples
    --------
    >>> print(Working("Harris 1913", (Step("D", "demand", 1300.0), Step("n", "orders", 5.0, "D / 260"))))
    D = 1300 (demand)
    n = D / 260 = 5 (orders)
    Source: Harris 1913
    """

    source: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        """Give one line a step, and the source."""
        return "\n".join([*(str(step) for step in self.steps), f"Source: {self.source}"])


def given(**values: tuple[str, float]) -> tuple[Step, ...]:
    """Give the steps of what the caller stated, by symbol."""
    return tuple(Step(symbol, meaning, float(value)) for symbol, (meaning, value) in values.items())
