"""The page that promises a date: asked by keys alone, and kept in the address."""

import re

from playwright.sync_api import expect


def test_promise_is_asked_for_by_keys_and_stands_in_the_address(page):
    page.goto("/promise")
    page.locator("input[name=item]").fill("P-200-4")
    page.locator("input[name=quantity]").fill("10")
    page.keyboard.press("Enter")
    answer = page.get_by_role("status").filter(has_text="can be delivered")
    expect(answer).to_contain_text("10 P-200-4 can be delivered from")
    expect(page).to_have_url(re.compile("item=P-200-4"))
    said = answer.inner_text()
    page.reload()
    expect(answer).to_have_text(said)


def test_question_without_a_quantity_is_told_at_its_field(page):
    page.goto("/promise?item=P-200-4")
    page.get_by_role("button", name="When can it be?").click()
    expect(page.locator("#pw-main")).to_contain_text("filled in")
