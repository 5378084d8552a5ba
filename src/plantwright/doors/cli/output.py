"""What commands print: plain JSON on stdout for programs; sentences, problems and progress for people."""

from __future__ import annotations

import json
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

from plantwright.core.problem import Problem
from plantwright.core.store.plain import plain
from plantwright.core.wording import count
from plantwright.doors.cli.grid import Strip, fitting, show_grid

SHOWN = 10
"""So many problems of one kind are listed on the screen; --json gives all."""
_MARKS = {"error": ("✗", "red"), "warning": ("!", "yellow"), "info": ("·", "cyan")}


def screen() -> Console:
    """Give the console for results."""
    return Console(highlight=False, soft_wrap=False)


def aside() -> Console:
    """Give the console for what is said beside the result."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Print one JSON value."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2 if sys.stdout.isatty() else None) + "\n")


def say(text: str, style: str = "") -> None:
    """Print a sentence."""
    screen().print(Text(text, style=style))


def say_aside(text: str) -> None:
    """Print a sentence beside the result."""
    aside().print(Text(text))


def list_rows(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> None:
    """Print rows of texts under their headers, as many columns as fit."""
    strips = [
        Strip(head, [row[place] for row in rows], head in right, head not in right, fold_to=16)
        for place, head in enumerate(heads)
    ]
    console = screen()
    shown = fitting(strips, console.width)
    show_grid(console, [strips[place] for place in shown], console.width)


# --- problems -------------------------------------------------------------------------------------------------------


def tell_problems(problems: Sequence[Problem], console: Console | None = None) -> None:
    """Print problems on stderr, by kind: errors first, each with its place, value and remedy."""
    console = console or aside()
    for severity in ("error", "warning", "info"):
        groups: dict[str, list[Problem]] = defaultdict(list)
        for problem in problems:
            if problem.severity == severity:
                groups[problem.code].append(problem)
        for code, group in groups.items():
            _tell_group(console, code, group)
    console.print(Text(summary(problems), style="bold"))


def _tell_group(console: Console, code: str, group: list[Problem]) -> None:
    mark, style = _MARKS[group[0].severity]
    remedies = {problem.remedy for problem in group}
    head = Text.assemble((f"{mark} {code}", f"bold {style}"), f"  {len(group)}" if len(group) > 1 else "")
    console.print(head)
    for problem in group[:SHOWN]:
        words = _place(problem) + problem.message + ("" if len(remedies) == 1 else f" {problem.remedy}")
        _tell_line(console, words)
    if len(group) > SHOWN:
        _tell_line(console, f"… and {len(group) - SHOWN} more (--json lists all)", "dim")
    if len(remedies) == 1:
        _tell_line(console, f"→ {group[0].remedy}", "italic")
    console.print()


def _tell_line(console: Console, words: str, style: str = "") -> None:
    for line in textwrap.wrap(words, console.width - 2, break_on_hyphens=False):
        console.print(Text(f"  {line}", style=style), soft_wrap=True)


def _place(problem: Problem) -> str:
    # The message of some problems names the place itself.
    place = problem.where or " ".join(part for part in (problem.table, problem.key) if part)
    return f"{place}: " if place and place not in problem.message else ""


def summary(problems: Sequence[Problem]) -> str:
    """Say how many problems there are."""
    number = {s: sum(1 for p in problems if p.severity == s) for s in ("error", "warning", "info")}
    parts = [count(number["error"], "fault")] if number["error"] else []
    parts += [count(number["warning"], "warning")] if number["warning"] else []
    parts += [count(number["info"], "remark")] if number["info"] else []
    return (", ".join(parts) or "No faults") + "."


# --- progress -------------------------------------------------------------------------------------------------------


@contextmanager
def progress(*, shown: bool = True) -> Iterator[Callable[[str, float], None]]:
    """Show how far a long work is, on a terminal only and only once it has taken a second."""
    console = aside()
    if not (shown and console.is_terminal):
        yield lambda _stage, _share: None
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, visible=False)

        def step(stage: str, share: float) -> None:
            elapsed = bar.tasks[0].elapsed or 0.0
            bar.update(task, description=stage, completed=share, visible=elapsed > 1.0)

        yield step
