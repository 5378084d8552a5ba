"""The frame around every screen: menu, search, plan."""

from playwright.sync_api import expect


def test_today_opens_from_the_address_and_search_finds_an_item(page):
    page.goto("/")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.locator("#pw-state")).to_contain_text("Plan 1")
    page.keyboard.press("/")
    page.locator("#pw-search").press_sequentially("P-1")
    expect(page.locator(".q-menu a").first).to_be_visible()
