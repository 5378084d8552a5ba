"""Open pages that follow the plant: an edit through another door, the plan that it asks for, and what pages show."""

import re

import httpx
from playwright.sync_api import expect

STATE = "#pw-state"


def correct_stock(site):
    given = {"item": "MOT-040", "quantity": "1", "location": "WH-A"}
    httpx.post(f"{site.url}/api/v1/actions/post_stock", json=given, timeout=60).raise_for_status()


def test_an_edit_elsewhere_makes_the_plan_old_on_every_open_page(new_page, own_site):
    first, second = new_page(), new_page()
    first.goto("/")
    second.goto("/tables")
    correct_stock(own_site)
    for page in (first, second):
        expect(page.locator(STATE)).to_contain_text("1 change since: plan again")


def test_plan_follows_an_edit_and_the_page_follows_the_plan(page, own_site):
    page.goto("/")
    switch = page.get_by_role("switch", name="Live")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    # To switch it on is a change of the plant too.
    expect(page.locator(STATE)).to_have_text(re.compile(r"^Plan 2, made just now$"), timeout=120_000)
    expect(page.locator(".pw-tiles")).to_have_count(1)  # what is drawn anew stands behind the old until it is whole
    page.locator(".pw-tiles").evaluate("element => { element.id = 'drawn-before' }")
    correct_stock(own_site)
    expect(page.locator(STATE)).to_have_text(re.compile(r"^Plan 3, made just now$"), timeout=120_000)
    expect(page.locator("#drawn-before")).to_have_count(0)
    expect(page.locator(".pw-tiles")).to_have_count(1)
    expect(page.locator(".pw-tiles")).to_be_visible()
