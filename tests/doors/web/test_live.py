"""Open pages that follow the plant: an edit through another door, the plan that it asks for, and what pages show."""

import re

import httpx
from playwright.sync_api import expect

STATE = "#pw-state"


def correct_stock(site):
    given = {"item": "MOT-040", "quantity": "1", "location": "WH-A"}
    httpx.post(f"{site.url}/api/v1/actions/post_stock", json=given, timeout=60).raise_for_status()


def order_at_once(site):
    given = {"order": "SO-HURRY", "line": 1, "customer": "HYDRA", "item": "P-100-2", "quantity": 5, "due": "2026-04-10"}
    httpx.post(f"{site.url}/api/v1/tables/sales_order_line", json=given, timeout=60).raise_for_status()


def turn(page, state):
    """Pretend that the page comes to the front, or goes behind others; a browser without a screen does neither."""
    page.evaluate(
        """(state) => {
          Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        state,
    )


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
    page.evaluate("() => document.querySelectorAll('.pw-main h2, .pw-tile').forEach((one) => { one.id = 'as-it-was' })")
    order_at_once(own_site)
    expect(page.locator(STATE)).to_have_text(re.compile(r"^Plan 3, made just now$"), timeout=120_000)
    expect(page.locator(".pw-tile#as-it-was")).to_have_count(0)  # the figures are others now
    expect(page.locator(".pw-tile").first).to_be_visible()
    expect(page.locator("h2#as-it-was")).to_have_count(3)  # what is the same is not drawn anew


def test_a_page_behind_others_follows_once_it_is_looked_at_again(page, own_site):
    page.goto("/")
    turn(page, "hidden")
    correct_stock(own_site)
    page.wait_for_timeout(1200)  # longer than it takes a page in front to hear of it
    expect(page.locator(STATE)).not_to_contain_text("change")
    turn(page, "visible")
    expect(page.locator(STATE)).to_contain_text("1 change since")
