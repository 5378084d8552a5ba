"""What long work tells of how far it is: words for people, and beside them figures for programs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self


class Stage(str):
    """Words of a stage that carry figures; whoever wants only the words takes it as the text that it is.

    Examples
    --------
    >>> stage = Stage("searching", objective=120.0, bound=45.6)
    >>> stage, dict(stage.figures)
    ('searching', {'objective': 120.0, 'bound': 45.6})
    """

    __slots__ = ("figures",)
    figures: Mapping[str, float]

    def __new__(cls, words: str, **figures: float) -> Self:
        """Make a stage of its words and figures."""
        made = super().__new__(cls, words)
        made.figures = MappingProxyType(figures)
        return made


def figures_of(stage: str) -> Mapping[str, float]:
    """Give the figures that a stage carries; empty where it is words alone."""
    return stage.figures if isinstance(stage, Stage) else {}
