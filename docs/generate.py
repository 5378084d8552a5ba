"""Write the reference pages from the declarations, and the page of errors by provoking each of them.

Run by ``make docs``. The pages come to ``docs/reference/`` and are not kept in the repository.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from plantwright.core.action import ACTIONS
from plantwright.core.column import Column, Kind
from plantwright.core.entity import ENTITIES, Entity
from plantwright.core.frames import write_series
from plantwright.core.problem import KINDS, Problem, ProblemKind
from plantwright.core.report import REPORTS
from plantwright.core.settings import SETTINGS
from plantwright.methods.stale import forget_stale_kernels

DOCS = Path(__file__).resolve().parent
TARGET = DOCS / "reference"
ROLES = {
    "input": "Input: people enter or import it.",
    "record": "Record: it tells what happened.",
    "result": "Result: the planner computes it; it is kept with its plan.",
    "system": "System: the program keeps it itself.",
}
GRAVITY = {
    "error": "no plan can be made until it is put right",
    "warning": "the plan is made, but may not be what you want",
    "info": "worth knowing",
}


def main() -> None:
    """Write every page anew."""
    forget_stale_kernels()
    gallery = load_gallery()
    gallery.import_everything()
    shutil.rmtree(TARGET, ignore_errors=True)
    (TARGET / "tables").mkdir(parents=True)
    pages = {f"tables/{name}.md": entity_page(entity) for name, entity in ENTITIES.items()}
    pages |= {
        "index.md": index_page(),
        "settings.md": settings_page(),
        "reports.md": declared_page("Reports", "What people look at.", REPORTS),
        "actions.md": declared_page("Actions", "What people do; each is written to the journal.", ACTIONS),
        "api.md": api_page(),
        "errors.md": errors_page(gallery),
    }
    for name, text in pages.items():
        (TARGET / name).write_text(text, encoding="utf-8")
    print(f"{len(pages)} pages written to {TARGET.relative_to(DOCS.parent)}.")


def load_gallery() -> ModuleType:
    """Load the module that runs the provoking examples; tests are no package."""
    file = DOCS.parent / "tests" / "gallery" / "gallery.py"
    spec = importlib.util.spec_from_file_location("gallery", file)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["gallery"] = module
    spec.loader.exec_module(module)
    return module


# --- tables ---------------------------------------------------------------------------------------------------------


def index_page() -> str:
    """List the pages, the tables by area."""
    parts = [
        "# Reference",
        "",
        "Written from the declarations in the program itself.",
        "",
        "- [Settings](settings.md)",
        "- [Reports](reports.md)",
        "- [Actions](actions.md)",
        "- [API](api.md)",
        "- [Problems and what to do about them](errors.md)",
        "",
    ]
    areas = sorted({entity.area for entity in ENTITIES.values()}, key=lambda area: (area == "core", area))
    for area in areas:
        parts += [f"## {'The plant itself' if area == 'core' else area.capitalize()}", ""]
        own = [entity for entity in ENTITIES.values() if entity.area == area]
        rows = [(f"[{entity.name}](tables/{entity.name}.md)", summary(entity.__doc__), entity.role) for entity in own]
        parts += [*table(("Table", "Holds", "Role"), rows), ""]
    return "\n".join(parts)


def entity_page(entity: type[Entity]) -> str:
    """Describe one table: its key, its columns, and what refers to it."""
    columns = [column_row(entity, name, column) for name, column in entity.columns.items()]
    parts = [
        f"# {entity.name}",
        "",
        text_of(entity.__doc__),
        "",
        f"- {ROLES[entity.role]}",
        f"- Key: {', '.join(f'`{name}`' for name in entity.key)}. No two rows have the same.",
    ]
    if entity.ledger:
        parts.append("- Ledger: rows are only ever added; a wrong one is reversed by another.")
    if entity.role not in {"result", "system"}:
        parts.append(f"- File: `{entity.name}.csv`, or the sheet `{entity.name}` of a workbook.")
    parts += ["", "## Columns", "", *table(("Column", "Kind", "Meaning", "Default", "Must be"), columns), ""]
    users = [
        (f"[{user.name}]({user.name}.md)", f"`{column}`")
        for user in ENTITIES.values()
        for column, target in user.references().items()
        if target == entity.name
    ]
    parts += ["## Named by", "", *(table(("Table", "Column"), users) if users else ["No other table."]), ""]
    return "\n".join(parts)


def column_row(entity: type[Entity], name: str, column: Column) -> tuple[str, ...]:
    """Describe one column."""
    kind = str(column.kind) + (f" ({column.unit})" if column.unit else "")
    if column.kind is Kind.REF:
        kind = f"row of [{column.target}]({column.target}.md)"
    mark = " (key)" if name in entity.key else ""
    return f"`{name}`{mark}", kind, column.help, default_of(column), must_be(column)


def default_of(column: Column) -> str:
    """Write the default as it stands in a file."""
    if column.required:
        return "required"
    text = written(column)
    return f"`{text}`" if text else "empty"


def written(column: Column) -> str:
    """Write the default of a column as a text."""
    import polars as pl  # noqa: PLC0415

    if column.raw_default is None:
        return ""
    text = write_series(pl.Series([column.raw_default], dtype=column.dtype), column, "UTC")[0]
    return f"{text} {column.unit}" if column.kind is Kind.DURATION and text != "0" else str(text)


def must_be(column: Column) -> str:
    """Say what a value must be beyond its kind."""
    words = [", ".join(f"`{word}`" for word in column.choices), column.describe_bounds()]
    return "; ".join(word for word in words if word)


# --- settings, reports, actions -------------------------------------------------------------------------------------


def settings_page() -> str:
    """Describe the settings of a plant."""
    rows = [
        (f"`{name}`", str(column.kind), column.help, default_of(column), must_be(column))
        for name, column in SETTINGS.items()
    ]
    head = ("Setting", "Kind", "Meaning", "Default", "Must be")
    return "\n".join(
        [
            "# Settings",
            "",
            "Rows of the table [setting](tables/setting.md), each with a name and a value.",
            "",
            *table(head, rows),
            "",
        ]
    )


def api_page() -> str:
    """Describe every endpoint of the API, with a call in Python for each."""
    from plantwright.doors.api.serving import declared  # noqa: PLC0415

    parts = ["# API", "", *API_BEGIN]
    tag = ""
    for one in sorted(declared(), key=lambda one: TAGS.index(one.tag)):
        if one.tag != tag:
            tag = one.tag
            parts += [f"## {tag}", ""]
        parts += endpoint_part(one)
    return "\n".join([*parts, "## Events", "", "### GET /events", "", *API_EVENTS])


TAGS = ("Start", "Tables", "Actions", "Reports", "Plans", "Jobs", "Journal", "Files", "Plant")
API_BEGIN = [
    "Every path begins with `/api/v1`. The description for programs is `/api/v1/openapi.json`; the guide is",
    "[over HTTP](../api.md). In the calls below, `client` is:",
    "",
    "```python",
    "import httpx",
    "",
    'client = httpx.Client(base_url="http://127.0.0.1:8321/api/v1", headers={"Authorization": f"Bearer {token}"})',
    "```",
    "",
]
API_EVENTS = [
    "Tell what changes as it happens, as server-sent events: `change` with the tables of an entry of the journal,",
    "`plan`, `job`. The header `Last-Event-ID` gives what was missed since that entry.",
    "",
    "```python",
    'with client.stream("GET", "/events", timeout=None) as events:',
    "    for line in events.iter_lines():",
    "        print(line)",
    "```",
    "",
]


def endpoint_part(one: Any) -> list[str]:
    """Describe one endpoint; a family, such as that of the tables, has one text and a call for each member."""
    members = list(one.operations())
    said, _, more = (one.function.__doc__ or "").partition("\n\n")
    parts = [f"### {one.method} {one.path}", "", text_of(said), ""]
    if more.strip():
        parts += [text_of(more), ""]
    if one.keyed:
        parts += ["With the header `Idempotency-Key` it is done once, however often it is sent.", ""]
    if not members:
        return parts
    alone = members[0].path == one.path
    if members[0].query and (alone or one.path == "/tables/{table}"):
        rows = [(f"`{name}`", cell(p.help), f"`{p.default}`" if p.default not in (None, "") else "") for name, p in
                members[0].query.items()]  # fmt: skip
        parts += [*table(("Query", "Meaning", "Default"), rows), ""]
    if alone:
        right = [f"Needs the right `{members[0].right}`.", ""] if members[0].right else []
        return [*parts, *right, "```python", f"client{members[0].example}", "```", ""]
    rows = [(f"`{m.path}`", f"`{m.right}`", f"`client{m.example}`") for m in members]
    return [*parts, *table(("Path", "Right", "In Python"), rows), ""]


def declared_page(title: str, sentence: str, declared: Mapping[str, Any]) -> str:
    """Describe reports or actions: name, text, parameters, permission."""
    parts = [f"# {title}", "", sentence, ""]
    for name, one in declared.items():
        parts += [f"## {name}", "", f"**{cell(one.label)}.** {text_of(summary(one.help))}", ""]
        if one.permission:
            parts += [f"Needs the permission `{one.permission}`.", ""]
        rows = [
            (f"`{key}`", cell(part.help or ""), "required" if part.required else f"`{part.default}`", part.must)
            for key, part in one.parameters.items()
        ]
        parts += [*table(("Parameter", "Meaning", "Default", "Must be"), rows), ""] if rows else []
    if not declared:
        parts += ["None are declared.", ""]
    return "\n".join(parts)


# --- errors ---------------------------------------------------------------------------------------------------------


def errors_page(gallery: ModuleType) -> str:
    """Run every example and show what it gives."""
    examples = gallery.examples()
    parts = [
        "# Problems and what to do about them",
        "",
        "Every message ends with the code of its kind in brackets. Here each kind is provoked by a small example, and",
        "what the program says to it is shown.",
        "",
        *(f"- **{severity}**: {meaning}." for severity, meaning in GRAVITY.items()),
        "",
    ]
    for code in sorted(KINDS):
        if code not in examples:  # a test sees to it that there are few, each with its reason
            parts += bare_part(KINDS[code], gallery.UNMADE.get(code, "has no example so far"))
            continue
        with tempfile.TemporaryDirectory() as folder:
            problem = gallery.problem_of(examples[code], Path(folder))
            parts += error_part(KINDS[code], examples[code], problem, folder)
    return "\n".join(parts)


def bare_part(kind: ProblemKind, why: str) -> list[str]:
    """Show one kind of problem by its wording alone."""
    wording = f"`{kind.text} {kind.remedy}`"
    return [f"## {kind.code}", "", f"*{kind.severity.capitalize()}.* It {why}.", "", wording, ""]


def error_part(kind: ProblemKind, example: Any, problem: Problem | None, folder: str) -> list[str]:
    """Show one kind of problem with its example, message and remedy."""
    if problem is None:
        raise SystemExit(f"The example of {kind.code} does not provoke it.")
    parts = [f"## {kind.code}", "", f"*{problem.severity.capitalize()}.*", ""]
    for title, text in example.shown():
        fence = "text" if title.endswith(".csv") else "python"
        parts += [f"`{title}`" if title.endswith(".csv") else f"{title.capitalize()}:", ""]
        parts += [f"```{fence}", text.strip("\n"), "```", ""] if text else []
    place = problem.where or " ".join(part for part in (problem.table, problem.key) if part)
    place = hidden(place, folder)
    said = f"{place}: {problem.message}" if place else problem.message
    return [*parts, f"> {cell(hidden(said, folder))}", "", f"{cell(hidden(problem.remedy, folder))}", ""]


def hidden(text: str, folder: str) -> str:
    """Leave out the passing folder that an example ran in."""
    return re.sub(r"\d+\.new", "new", text.replace(f"{folder}/", "").replace(folder, "folder"))


# --- words ----------------------------------------------------------------------------------------------------------


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Lay out a table."""
    titles = list(head)
    return [
        "| " + " | ".join(titles) + " |",
        "|" + " --- |" * len(titles),
        *("| " + " | ".join(cell(value) for value in row) + " |" for row in rows),
    ]


def cell(text: str) -> str:
    """Keep a text on one line and its signs as they are."""
    plain = " ".join(text.split()).replace("|", "\\|")
    # What stands in backquotes or is a link is meant as such; stray signs are not.
    return plain.replace("<", "&lt;") if "`" not in plain else plain


def summary(text: str | None) -> str:
    """Give the first paragraph of a docstring."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


def text_of(text: str | None) -> str:
    """Give a docstring without its indentation."""
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())


if __name__ == "__main__":
    main()
