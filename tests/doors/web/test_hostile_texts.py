"""Texts that are HTML or scripts elsewhere stand on the page as they were written, and none of them runs."""

import sqlite3

import pytest
from playwright.sync_api import expect

EVIL = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>{{constructor}}'


@pytest.fixture
def harmed(planned):
    """Write the text into names that many screens show, as a plant may hold it."""
    with sqlite3.connect(planned) as connection:
        connection.execute("UPDATE item SET name = ?", (EVIL,))
        connection.execute("UPDATE customer SET name = ?", (EVIL,))
        connection.execute("UPDATE setting SET value = ? WHERE name = 'plant_name'", (EVIL,))
        return connection.execute("SELECT code FROM item ORDER BY code").fetchone()[0]


@pytest.mark.parametrize("path", ["/tables/item", "/item/{item}", "/stock"])
def test_text_of_html_is_shown_and_not_run(harmed, page, own_site, path):
    page.goto(path.format(item=harmed))
    expect(page.locator(".pw-main")).to_contain_text(EVIL)
    expect(page.locator(".pw-mark")).to_contain_text(EVIL)
    assert page.evaluate("window.harmed") is None
    assert page.locator("img[src=x]").count() == 0
