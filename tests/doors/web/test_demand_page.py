"""The page of demand: the list, an item with its picture, and an override with its reason that is taken back."""

import re

from playwright.sync_api import expect

from plantwright.core.store import Store


def test_list_opens_an_item_with_its_past_and_its_forecast(page):
    page.goto("/demand")
    expect(page.locator("#pw-main")).to_contain_text("series forecast")
    page.goto("/demand?demand_class=seasonal")
    page.get_by_text("P-100-1", exact=True).first.click()
    expect(page).to_have_url(re.compile("/demand/P-100-1$"))
    expect(page.locator("#pw-main")).to_contain_text("Periods ahead")


def test_override_asks_for_its_reason_and_is_taken_back(page, own_site):
    page.goto("/demand/OK-100")
    cell = page.locator('.ag-row[row-index="2"] [col-id="override"]').first
    cell.dblclick()
    page.keyboard.type("31")
    page.keyboard.press("Enter")
    page.get_by_label("Reason").fill("A water works is overhauled")
    page.get_by_role("button", name="Override", exact=True).click()
    notice = page.get_by_role("status").filter(has_text="Overridden")
    expect(notice).to_be_visible()
    with Store.open(own_site.db) as store:
        rows = store.read("forecast_override").filter(reason="A water works is overhauled")
        assert rows["value"].to_list() == [31_000_000]
    notice.get_by_role("button", name="Undo").click()
    for _ in range(100):  # the page says that it is taken back, and is drawn anew at once
        with Store.open(own_site.db) as store:
            left = store.read("forecast_override").filter(reason="A water works is overhauled").height
        if not left:
            break
        page.wait_for_timeout(100)
    assert not left
    expect(page.locator("#pw-main")).to_contain_text("Periods ahead")
