"""What moves when an operation is laid elsewhere, in words and lines of a list."""

from __future__ import annotations

from collections.abc import Callable

from plantwright.core import wording
from plantwright.core.reader import say
from plantwright.core.wording import SPACE
from plantwright.doors.web.kit import facts, words

ARROW = " \N{RIGHTWARDS ARROW} "


def figure(value: float) -> str:
    """Write a figure with a decimal only where it has one."""
    return wording.number(value, 1 if value % 1 else 0)


def change(before: float, after: float, unit: str) -> str:
    """Say how a figure changes, so that no colour is needed to read it.

    Examples
    --------
    >>> change(3, 5, "orders late")
    '3 → 5 orders late, 2 more'
    >>> change(3, 3, "orders late")
    '3 → 3 orders late, the same'
    """
    said = {"before": figure(before), "after": figure(after), "unit": unit, "difference": figure(abs(after - before))}
    if before == after:
        return say("{before} → {after} {unit}, the same", **said)
    if after > before:
        return say("{before} → {after} {unit}, {difference} more", **said)
    return say("{before} → {after} {unit}, {difference} fewer", **said)


def shift(moment: Callable[[int], str], before: int | None, after: int | None) -> str:
    """Say from when to when something moves, and by how many days; `moment` writes a moment."""
    times = ARROW.join(moment(one) if one else say("never") for one in (before, after))
    if before is None or after is None:
        return times
    days = (after - before) / 1440
    return f"{times} ({'+' if days > 0 else ''}{wording.number(days, 1)}{SPACE}d)"


def lines(rows: list[tuple[str, str, str]]) -> None:
    """List what moves: name, what happens, item."""
    if not rows:
        words("p", say("None."), "pw-dim")
    facts((f"{name} · {item}", text) for name, text, item in rows)


def more(told: int, count: int) -> None:
    """Say how many more there are than are listed."""
    if count > told:
        words("p", say("and {count} more.", count=wording.number(count - told)), "pw-dim")
