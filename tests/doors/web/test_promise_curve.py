"""The promise as a curve on the page: how sure the date is, what is free, and what an earlier date displaces."""

from playwright.sync_api import expect


def test_answer_has_its_curve_what_is_free_and_what_the_wanted_date_displaces(page):
    page.goto("/promise?item=P-200-4&quantity=10&date=2026-03-06")
    answer = page.get_by_role("status").filter(has_text="can be delivered")
    expect(answer).to_contain_text("95 %")
    expect(page.get_by_role("heading", name="How sure the date is")).to_be_visible()
    expect(page.get_by_text("0 % in time")).to_be_visible()
    expect(page.get_by_role("heading", name="Free without making or buying more")).to_be_visible()
    expect(page.locator("#pw-main canvas").first).to_be_visible()
    page.get_by_role("button", name="What would the wanted date displace?").click()
    expect(page.locator("#pw-main")).to_contain_text("would move")
