"""The guide: the pages of docs/, and a reference from the declarations, as texts in Markdown that can be searched."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import plantwright
from plantwright.core.column import Column, Kind
from plantwright.core.entity import ENTITIES, Entity
from plantwright.core.problem import KINDS
from plantwright.core.reading import must_be
from plantwright.core.settings import SETTINGS
from plantwright.flows.catalog import load_actions, load_reports

ORDER = (
    "index", "web", "data-model", "importing", "planning", "scenarios", "command-line", "api", "python",
    "adventureworks",
)  # fmt: skip
"""Pages in the order of a reader; the others follow."""
INSIDE = ("design", "doors", "benchmarks")
"""Pages for those who work on the program itself."""
PICTURES = "screens"
"""A page that is pictures only, which do not come along."""
NEAR = 90
"""Letters that are shown before and after what was found."""


@dataclass(frozen=True)
class GuidePage:
    """One page: its name in addresses, its title, the part it belongs to, and its text in Markdown."""

    name: str
    title: str
    part: str
    text: str


@dataclass(frozen=True)
class Found:
    """A page in which something was found, and the line around it."""

    page: GuidePage
    excerpt: str
    weight: int


def guide_folder() -> Path | None:
    """Give the folder of the guide: in the installed package, or beside the source; None where there is none."""
    inside = Path(plantwright.__file__).parent / "docs"
    beside = Path(plantwright.__file__).parents[2] / "docs"
    return next((folder for folder in (inside, beside) if (folder / "index.md").is_file()), None)


def guide_pages() -> dict[str, GuidePage]:
    """Give every page by its name, in the order of a reader: the guide, the methods, the reference."""
    pages = [*_written(guide_folder()), *reference_pages()]
    return {page.name: page for page in pages}


def _written(folder: Path | None) -> list[GuidePage]:
    if folder is None:
        return []
    files = {str(file.relative_to(folder).with_suffix("").as_posix()): file for file in folder.rglob("*.md")}
    files = {name: file for name, file in files.items() if not name.startswith("reference/") and name != PICTURES}
    return [_page(name, files[name].read_text(encoding="utf-8")) for name in sorted(files, key=_rank)]


def _rank(name: str) -> tuple[int, int, str]:
    place = ORDER.index(name) if name in ORDER else len(ORDER)
    return (2 if name in INSIDE else 1 if "/" in name else 0), place, name


def _page(name: str, text: str) -> GuidePage:
    title = next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), name)
    part = "Inside the program" if name in INSIDE else "Methods" if name.startswith("methods/") else "Guide"
    return GuidePage(name, title, part, text)


# --- searching ------------------------------------------------------------------------------------------------------


def search_guide(pages: Iterable[GuidePage], text: str, most: int = 40) -> list[Found]:
    r"""Find the pages that hold all words of a text, those with the words in title and headings first.

    Examples
    --------
    >>> page = GuidePage("planning", "How the plan is made", "Guide", "# How the plan is made\n\nLots are sized.")
    >>> [found.excerpt for found in search_guide([page], "lots sized")]
    ['Lots are sized.']
    """
    words = [word for word in re.split(r"\s+", text.lower()) if word]
    if not words:
        return []
    found = []
    for page in pages:
        plain = _plain(page.text)
        low = plain.lower()
        if all(word in low or word in page.title.lower() for word in words):
            heads = " ".join(line for line in page.text.lower().splitlines() if line.startswith("#"))
            weight = sum(
                100 * (word in page.title.lower()) + 20 * (word in heads) + min(low.count(word), 10) for word in words
            )
            found.append(Found(page, _excerpt(plain, words), weight))
    return sorted(found, key=lambda one: -one.weight)[:most]


def _plain(text: str) -> str:
    """Leave out the marks of Markdown, and the title."""
    text = re.sub(r"\A# .*\n", "", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^[-:| ]+$", " ", text, flags=re.MULTILINE)
    text = re.sub(r"[`*|#>]+", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def _excerpt(plain: str, words: Sequence[str]) -> str:
    places = [place for word in words if (place := plain.lower().find(word)) >= 0]
    if not places:
        return plain[: 2 * NEAR]
    first = max(0, min(places) - NEAR)
    last = min(len(plain), min(places) + NEAR)
    return ("…" if first else "") + plain[first:last].strip() + ("…" if last < len(plain) else "")


def target_of(here: str, link: str, known: Mapping[str, Any]) -> str | None:
    """Give the name of the page to which a link of a page leads, with its anchor; None where it leads elsewhere.

    Examples
    --------
    >>> target_of("methods/index", "../planning.md#lots", {"planning": 1})
    'planning#lots'
    """
    path, _, anchor = link.partition("#")
    if "://" in path or path.startswith("/") or not path.endswith(".md"):
        return None
    parts: list[str] = []
    for part in (PurePosixPath(here).parent / path).with_suffix("").parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    name = "/".join(parts)
    return (f"{name}#{anchor}" if anchor else name) if name in known else None


# --- the reference --------------------------------------------------------------------------------------------------


def reference_pages() -> list[GuidePage]:
    """Write the reference from what is declared: tables, settings, reports, actions, problems."""
    reports, actions = load_reports(), load_actions()  # with them all tables are declared
    entities = {name: one for name, one in ENTITIES.items() if one.role != "system"}
    rows = [(f"[{name}](tables/{name}.md)", summary(one.__doc__), one.role) for name, one in entities.items()]
    index = ["# Tables", "", *table(("Table", "Holds", "Role"), rows)]
    settings = [(f"`{name}`", one.help, must_be(one)) for name, one in SETTINGS.items()]
    problems = [(f"`{code}`", _blank(kind.text), _blank(kind.remedy)) for code, kind in sorted(KINDS.items())]
    pages = {
        "index": index,
        "settings": ["# Settings", "", *table(("Setting", "Meaning", "Must be"), settings)],
        "reports": _declared("Reports", reports),
        "actions": _declared("Actions", actions),
        "errors": ["# Problems and what to do about them", "", *table(("Code", "What is wrong", "Remedy"), problems)],
        **{f"tables/{name}": _entity(one) for name, one in entities.items()},
    }
    return [_reference(name, lines) for name, lines in pages.items()]


def _reference(name: str, lines: list[str]) -> GuidePage:
    part = "Columns" if "/" in name else "Reference"
    return GuidePage(f"reference/{name}", lines[0].removeprefix("# "), part, "\n".join(lines))


def _entity(entity: type[Entity]) -> list[str]:
    rows = []
    for name, column in entity.columns.items():
        kind = f"row of [{column.target}]({column.target}.md)" if column.kind is Kind.REF else str(column.kind)
        key = " (key)" if name in entity.key else ""
        rows.append((f"`{name}`{key}", kind, column.help, _must(column)))
    text = inspect.cleandoc(entity.__doc__ or "")
    return [f"# {entity.title}", "", text, "", f"File: `{entity.name}.csv`.", "",
            *table(("Column", "Kind", "Meaning", "Must be"), rows)]  # fmt: skip


def _must(column: Column) -> str:
    return ", ".join(f"`{one}`" for one in column.choices) or column.describe_bounds()


def _declared(title: str, known: Mapping[str, Any]) -> list[str]:
    lines = [f"# {title}", ""]
    for one in known.values():
        text = inspect.cleandoc(one.help).split("\n\nParameters\n")[0]
        rows = [(f"`{name}`", part.help, part.must) for name, part in one.parameters.items()]
        lines += [f"## {one.label}", "", f"`{one.name}`: {text}", ""]
        lines += [*table(("Told", "Meaning", "Must be"), rows), ""] if rows else []
    return lines


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Write a table in Markdown."""
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *cells)]


def summary(text: str | None) -> str:
    """Give the first paragraph of a docstring in one line."""
    return " ".join(inspect.cleandoc(text or "").split("\n\n")[0].split())


def _blank(text: str) -> str:
    """Put dots where a problem names its case."""
    return re.sub(r"\{\w+\}", "…", text)


__all__ = ["Found", "GuidePage", "guide_folder", "guide_pages", "reference_pages", "search_guide", "target_of"]
