"""The template of translations: every text that the page may show, gathered from the program.

``python -m plantwright.doors.web.template plantwright.pot`` writes it, so that no copy is kept that could be old. A
translator makes a catalogue of it with any tool for gettext and puts that beside this module, see `language`. Three
kinds of texts are found: those that are marked where they are said (`say`, `plural`, `count`, `later`), those that are
handed to a part of the kit that translates, and those of the declarations: columns, actions, reports, settings,
problems, screens.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from plantwright.core.action import ACTIONS
from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES
from plantwright.core.parameters import Parameter
from plantwright.core.problem import KINDS
from plantwright.core.report import REPORTS
from plantwright.core.settings import SETTINGS
from plantwright.core.wording import titled
from plantwright.doors.web.language import DOMAIN
from plantwright.doors.web.screens import SCREENS
from plantwright.doors.web.script_words import script_texts
from plantwright.flows.catalog import load_actions, load_jobs, load_reports

ROOT = Path(__file__).parents[2]
KIT: Mapping[str, tuple[int | str, ...]] = {
    "say": (0,), "later": (0,), "kept": (0,), "aria": (0,), "head": (0, 1), "heading": (0,), "button": (0, "hint"),
    "tile": (1,), "chip": (0,), "empty": (0, 1, 2, 3), "facts": (0,), "problem_panel": (1, "title"), "tell": (0,),
    "drawer": (0,),
    "Filter": (1, 2), "tabs": (3,), "choice": (0, 1, 3), "segments": (0, 1), "preview": (0, 1, 2, 4), "act": (3,),
    "show_problems": (1, "title"), "undone": (2,), "follow": (2,), "Field": (1, 2, "help"), "secret": (0, 2),
    "tell_secrets": (0,), "chart_of": (2, "title"), "screen": (1, 3), "change_table": (1,), "act_form": ("label",),
    "table_bar": (1,), "_told": (1,), "_plan_again": (1,), "_part": (1,), "_one": (1,),
}  # fmt: skip
"""Functions that translate what they are given: the places and names of their English texts."""
HEADS = ("headerName", "headerTooltip", "name")
"""Keys of the dictionaries that describe columns of grids and series of charts."""
Found = dict[str | tuple[str, str], set[str]]


def template() -> Catalog:
    """Gather every text."""
    found: Found = {}
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        for text in said_in(ast.parse(path.read_text(encoding="utf-8")), web="doors/web" in where):
            found.setdefault(text, set()).add(where)
    for text, where in declared():
        if text:
            found.setdefault(text, set()).add(where)
    several = {one[0] for one in found if isinstance(one, tuple)}
    made = Catalog(project="Plantwright", domain=DOMAIN, fuzzy=False)
    for text, places in sorted(found.items(), key=lambda one: _order(one[0])):
        if text not in several:  # a text that also counts something stands there once, with its plural
            made.add(text, locations=[(place, 0) for place in sorted(places)])
    return made


def _order(text: str | tuple[str, str]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


# --- what is said in the program ------------------------------------------------------------------------------------


def said_in(tree: ast.Module, *, web: bool = True) -> Iterator[str | tuple[str, str]]:
    """Give the texts that stand in a module; those of the kit only where it is used."""
    known = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = called(node)
            if name in {"plural", "count"}:
                yield from _counted(name, node)
            elif name == "named":
                yield from _column(node)
            elif name in {"say", "later"} or (web and name in KIT):
                yield from (one for given in texts_given(node) for one in literals(given, known) if is_text(one))
        elif isinstance(node, (ast.For, ast.comprehension)):
            yield from (one for one in literals(node.iter, known) if is_text(one) and said_of(node, tree, web=web))
        elif web and isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in HEADS:
                    yield from (one for one in literals(value) if is_text(one))


def called(node: ast.Call) -> str:
    """Give the name of the function that is called."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Give what a module holds under names of its own."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = node.value
    return found


def said_of(loop: ast.For | ast.comprehension, tree: ast.Module, *, web: bool) -> bool:
    """Tell whether a loop over literals says any of them."""
    names = {one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)}
    inside = loop.body if isinstance(loop, ast.For) else [_around(loop, tree)]
    calls = (one for part in inside for one in ast.walk(part) if isinstance(one, ast.Call))
    saying = (one for one in calls if called(one) == "say" or (web and called(one) in KIT))
    return any(isinstance(arg, ast.Name) and arg.id in names for one in saying for arg in texts_given(one))


def _around(loop: ast.comprehension, tree: ast.Module) -> ast.AST:
    return next(one for one in ast.walk(tree) if loop in getattr(one, "generators", ()))


def texts_given(node: ast.Call) -> list[ast.expr]:
    """Give the arguments of a call in which its texts stand."""
    places = KIT[called(node)]
    found = [node.args[place] for place in places if isinstance(place, int) and place < len(node.args)]
    return found + [one.value for one in node.keywords if one.arg in places]


def literals(node: ast.expr, known: Mapping[str, ast.expr] | None = None) -> Iterator[str]:
    """Give the literal texts of an expression: its own, those of its branches, of lists, pairs and known names."""
    known = known or {}
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in known:
        yield from literals(known[node.id])
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body, known)
        yield from literals(node.orelse, known)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from literals(value, known)
    elif isinstance(node, (ast.Tuple, ast.List)):
        for value in node.elts:
            yield from literals(value, known)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from literals(value, known)


def is_text(text: str) -> bool:
    """Tell whether a literal is something to read, not an address or an empty one."""
    return any(sign.isalpha() for sign in text) and not text.startswith(("/", "http"))


def _column(node: ast.Call) -> Iterator[str]:
    """Give the head and the help of a column that a report declares for itself."""
    given = [one.value for one in node.args[1:3] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    yield from (titled(text) if place == 0 else text for place, text in enumerate(given) if is_text(text))


def _counted(name: str, node: ast.Call) -> Iterator[tuple[str, str]]:
    given = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if name == "plural" and len(given) >= 2:
        yield given[0], given[1]
    elif name == "count" and given and len(node.args) >= 2 and isinstance(node.args[1], ast.Constant):
        yield "{n} " + given[0], "{n} " + (given[1] if len(given) > 1 else given[0] + "s")


# --- what is declared -----------------------------------------------------------------------------------------------


def declared() -> Iterator[tuple[str, str]]:
    """Give the texts of declarations, each with what it belongs to."""
    from plantwright.doors.web.mounting import load_screens  # noqa: PLC0415 - it draws with what is declared here

    load_actions()
    load_reports()
    load_jobs()
    load_screens()
    for name, entity in ENTITIES.items():
        yield from _all(f"table {name}", entity.title, entity.title.lower(), (entity.__doc__ or "").split("\n")[0])
        yield from _columns(f"table {name}", entity.columns)
    for name, action in ACTIONS.items():
        yield from _all(f"action {name}", action.label, action.help.split("\n")[0])
        yield from _parameters(f"action {name}", action.parameters.values())
    for name, report in REPORTS.items():
        yield from _all(f"report {name}", report.label, report.help.split("\n")[0])
        yield from _parameters(f"report {name}", report.parameters.values())
    yield from _columns("setting", SETTINGS)
    for code, kind in KINDS.items():
        yield from _all(f"problem {code}", kind.text, kind.remedy)
    for path, screen in SCREENS.items():
        yield from _all(f"screen {path}", screen.label, screen.group)
    for text, script in script_texts():
        yield text, f"script {script}"


def _all(where: str, *texts: str) -> Iterator[tuple[str, str]]:
    yield from ((text, where) for text in texts if is_text(text))


def _columns(where: str, columns: Mapping[str, Column]) -> Iterator[tuple[str, str]]:
    for name, column in columns.items():
        yield from _all(where, titled(name), column.help, *column.choices)


def _parameters(where: str, parameters: Iterable[Parameter]) -> Iterator[tuple[str, str]]:
    for one in parameters:
        yield from _all(where, titled(one.name), one.help, *map(str, one.choices))


def written() -> str:
    """Write the template as a file of gettext, without the moment at which it was made."""
    out = BytesIO()
    made = template()
    made.header_comment = "# Texts of Plantwright, for translation."
    write_po(out, made, width=120, omit_header=False, include_lineno=False, sort_output=False)
    lines = out.getvalue().decode().splitlines()
    return "\n".join(line for line in lines if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))) + "\n"


def main() -> None:
    """Write the template to the file that is named, or to the terminal."""
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(written(), encoding="utf-8")
    else:
        sys.stdout.write(written())


if __name__ == "__main__":
    main()
