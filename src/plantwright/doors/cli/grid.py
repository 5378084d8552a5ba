"""A table of texts that fits the width of a screen: columns as wide as they need, headers and long texts folded."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

GAP = 2
FOLDED = 26
"""A text that is longer than this may be folded to this width, unless its column says otherwise."""
MOST_LINES, FEW_ROWS = 2, 12
"""In a table of more than a few rows, a text is cut after so many lines."""


@dataclass(frozen=True)
class Strip:
    """One column: its header, cells, which side they are set to, whether they may be folded, and their styles."""

    head: str
    cells: Sequence[str]
    right: bool = False
    folds: bool = False
    styles: Sequence[str] = field(default=())
    fold_to: int = FOLDED

    @property
    def widest(self) -> int:
        """Width of the widest cell."""
        return max((len(cell) for cell in self.cells), default=0)

    @property
    def least(self) -> int:
        """Width that it needs: its cells, folded where that may be, and the longest word of its header."""
        cells = min(self.widest, self.fold_to) if self.folds else self.widest
        return max([cells, *(len(word) for word in self.head.split())])


def fitting(strips: Sequence[Strip], width: int) -> list[int]:
    """Choose the columns that fit, in their order; the first always does."""
    chosen: list[int] = []
    used = 0
    for place, strip in enumerate(strips):
        if not chosen or used + GAP + strip.least <= width:
            used += strip.least + (GAP if chosen else 0)
            chosen.append(place)
    return chosen


def widths(strips: Sequence[Strip], width: int) -> list[int]:
    """Give each column its width: what is left over goes to the texts that are folded."""
    found = [strip.least for strip in strips]
    left = width - sum(found) - GAP * (len(strips) - 1)
    for place, strip in enumerate(strips):
        more = min(max(strip.widest - found[place], 0), max(left, 0))
        found[place] += more
        left -= more
    return found


def show_grid(console: Console, strips: Sequence[Strip], width: int) -> None:
    """Print columns side by side, headers above in grey."""
    room = widths(strips, width)
    heads = [_folded(strip.head, room[place]) for place, strip in enumerate(strips)]
    for line in range(tallest := max(len(head) for head in heads)):
        # Headers of several lines stand on the first row of cells.
        parts = [head[line - tallest + len(head)] if line >= tallest - len(head) else "" for head in heads]
        console.print(_line(parts, strips, room, ["dim"] * len(strips)), soft_wrap=True)
    for row in range(len(strips[0].cells)):
        _show_row(console, strips, room, row)


def _show_row(console: Console, strips: Sequence[Strip], room: Sequence[int], row: int) -> None:
    most = MOST_LINES if len(strips[0].cells) > FEW_ROWS else 99
    cells = [_clipped(_folded(strip.cells[row], room[place]), most, room[place]) for place, strip in enumerate(strips)]
    styles = [strip.styles[row] if strip.styles else "" for strip in strips]
    for line in range(max(len(cell) for cell in cells)):
        parts = [cell[line] if line < len(cell) else "" for cell in cells]
        console.print(_line(parts, strips, room, styles), soft_wrap=True)


def _folded(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [text]
    # Indentation of a tree is kept on every line.
    indent = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True) or [""]


def _clipped(lines: list[str], most: int, width: int) -> list[str]:
    """Keep the first lines of a long text, with dots for the rest."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1][: width - 2].rstrip(' ,')} …"]


def _line(parts: Sequence[str], strips: Sequence[Strip], room: Sequence[int], styles: Sequence[str]) -> Text:
    line = Text()
    for place, part in enumerate(parts):
        text = part.rjust(room[place]) if strips[place].right else part.ljust(room[place])
        line.append(text, style=styles[place])
        line.append(" " * GAP)
    line.rstrip()
    return line
