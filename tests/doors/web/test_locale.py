"""Dates and numbers by the locale: as the browser asks for it, or as the person has chosen."""

import sqlite3

import pytest
from playwright.sync_api import expect


@pytest.fixture
def german(browser, own_site):
    """A page of a German browser, on a plant of its own."""
    opened = browser.new_context(base_url=own_site.url, viewport={"width": 1440, "height": 900}, locale="de-DE")
    faults = []
    page = opened.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    opened.close()
    assert not faults


def cell(page, key, column):
    return page.locator(f".ag-row[row-id='{key}'] .ag-cell[col-id={column}]")


def test_a_german_browser_reads_and_writes_numbers_with_a_comma(german, own_site):
    page, pump = german, "B-100"
    page.goto("/tables/item?f.code=B-1")
    expect(cell(page, pump, "standard_cost")).to_have_text("700,37")
    cell(page, pump, "standard_cost").dblclick()
    expect(cell(page, pump, "standard_cost").locator("input")).to_have_value("700,37")
    page.keyboard.press("Control+A")
    page.keyboard.type("712.5")  # of another country: refused, not guessed
    page.keyboard.press("Enter")
    expect(cell(page, pump, "standard_cost")).to_have_text("712.5")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".pw-problems")).to_contain_text("Write it like 1.234,5")
    cell(page, pump, "standard_cost").dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("1.712,5")
    page.keyboard.press("Enter")
    expect(cell(page, pump, "standard_cost")).to_have_text("1.712,50")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".pw-told").last).to_contain_text("1 row changed")
    with sqlite3.connect(own_site.db) as connection:
        stored = connection.execute("SELECT standard_cost FROM item WHERE code = 'B-100'").fetchall()
    assert stored == [(1_712_500_000,)]


def test_a_person_chooses_another_locale_than_the_browser_has(page, own_site):
    page.goto("/late")
    due = page.locator("[col-id=due].ag-cell").first
    expect(due).to_have_text("Thu 16 Apr")
    page.locator(".pw-top button").last.click()
    page.get_by_label("Dates and numbers").select_option("fr-FR")
    expect(due).to_have_text("jeu. 16 avr.")
