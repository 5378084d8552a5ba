"""Forms in the browser: what is typed stays, whatever else happens on the page."""

from playwright.sync_api import expect


def test_typed_text_stays_while_codes_are_offered_and_faults_are_told(page):
    page.goto("/do/pin_operation")
    order, number = page.locator("input[name=order]"), page.locator("input[name=operation]")
    order.press_sequentially("WO-2610")
    expect(page.locator("datalist option").first).to_be_attached()
    number.press_sequentially("ten")
    page.locator("#pw-main .pw-btn.main").click()
    expect(page.locator("#pw-main .pw-late").filter(has_text="ten")).to_be_visible()
    expect(order).to_have_value("WO-2610")
    expect(number).to_have_value("ten")
