"""The guide: every page is there, is packed with the program, and leads only to pages that exist."""

import re
import tomllib
from pathlib import Path

import pytest

from plantwright.core.entity import ENTITIES
from plantwright.flows.guide import GuidePage, guide_pages, search_guide, target_of

MADE_LATER = ("screens.md", "reference/api.md")
"""Pages that scripts write for the documentation alone; in the help their links are plain text."""
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages():
    return guide_pages()


def test_every_page_of_the_guide_is_packed_with_the_program():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    files = {file.relative_to(ROOT).as_posix() for file in (ROOT / "docs").rglob("*.md")}
    assert {file for file in files if not file.startswith(("docs/reference/", "docs/screens"))} == set(packed)
    assert all(inside == f"plantwright/{file}" for file, inside in packed.items())


def test_guide_begins_with_its_first_page_and_has_the_reference_of_every_table(pages):
    assert next(iter(pages)) == "index"
    assert {f"reference/tables/{name}" for name, one in ENTITIES.items() if one.role != "system"} <= set(pages)
    assert {"planning", "methods/index", "reference/actions", "reference/errors"} <= set(pages)


def test_every_link_between_pages_leads_to_a_page(pages):
    lost = [
        (page.name, link)
        for page in pages.values()
        for link in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+\.md[^)\s]*)\)", page.text)
        if "://" not in link and link not in MADE_LATER and target_of(page.name, link, pages) is None
    ]
    assert lost == []


def test_title_counts_more_than_the_text():
    pages = [
        GuidePage("a", "Python", "Guide", "# Python\n\nScenarios are made here too. Scenarios."),
        GuidePage("b", "Scenarios", "Guide", "# Scenarios\n\nWhat if."),
    ]
    assert [found.page.name for found in search_guide(pages, "scenarios")] == ["b", "a"]
    assert search_guide(pages, "scenarios nowhere") == []
    assert search_guide(pages, "  ") == []


def test_excerpt_shows_what_was_found_without_marks():
    page = GuidePage("a", "A", "Guide", "# A\n\n" + "word " * 60 + "the **[needle](x.md)** is here " + "word " * 60)
    (found,) = search_guide([page], "needle")
    assert "the needle is here" in re.sub(r"\s+", " ", found.excerpt)
    assert found.excerpt.startswith("…")
    assert found.excerpt.endswith("…")


@pytest.mark.parametrize("link", ["https://example.org/a.md", "/etc/a.md", "../../secret.md", "other.py", "gone.md"])
def test_link_to_what_is_no_page_leads_nowhere(link):
    assert target_of("methods/index", link, {"planning": 1}) is None
