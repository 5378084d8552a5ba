"""The pages say what there is: their Python runs, every method is named, every page can be found."""

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import plantwright.methods

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if DOCS / "reference" not in page.parents]
PYTHON = re.compile(r"^```python\n(>>>.*?)^```", re.MULTILINE | re.DOTALL)
TOOLS = {"compiled", "primitive", "stale", "warm", "warm_up"}
"""Modules and functions of `methods` that are no mathematics."""


def name_of(page):
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize(
    "page", [page for page in PAGES if PYTHON.search(page.read_text(encoding="utf-8"))], ids=name_of
)
def test_python_of_the_page_gives_what_it_says(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    examples = "\n".join(PYTHON.findall(page.read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(examples, {}, name_of(page), str(page), 0)
    told = []
    found = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert found.attempted
    assert not found.failed, "".join(told)


def public_methods():
    """The functions that a package of methods offers, and those of modules that stand alone."""
    for found in pkgutil.iter_modules(plantwright.methods.__path__):
        if found.name in TOOLS:
            continue
        module = importlib.import_module(f"plantwright.methods.{found.name}")
        names = module.__all__ if found.ispkg else [name for name in vars(module) if not name.startswith("_")]
        for name in names:
            function = getattr(module, name)
            own = found.ispkg or getattr(function, "__module__", "") == module.__name__
            if inspect.isfunction(function) and own and name not in TOOLS:
                yield name
    yield "consume_forecast"


@pytest.mark.parametrize("name", sorted(public_methods()))
def test_methods_page_names(name):
    pages = [page.read_text(encoding="utf-8") for page in sorted((DOCS / "methods").glob("*.md"))]
    assert any(re.search(rf"\b{name}\b", text) for text in pages)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_navigation_leads_to(page):
    assert f" {name_of(page)}\n" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
