"""Late orders: from the list to why, a remedy tried, accepted and taken back; and the screens of orders and stock."""

import re

import pytest
from playwright.sync_api import expect

from plantwright.core.store import Store

LONG = 120_000
"""Milliseconds for what plans the plant a dozen times."""


def opened(page, text):
    """Follow the link with that text in a grid."""
    page.locator(".ag-cell a", has_text=text).first.click()


def test_remedy_of_a_late_order_is_tried_accepted_and_taken_back(page, own_site):
    page.goto("/late")
    opened(page, "SO-26071")
    expect(page.get_by_role("heading", name="Why is SO-26071 late?")).to_be_visible()
    binding = page.locator(".pw-step.binding")
    expect(binding).to_contain_text("the cause")
    expect(binding).to_contain_text("PO-04529")
    page.get_by_role("button", name="Try remedies").click()
    remedy = page.locator(".pw-remedy").first
    expect(remedy).to_contain_text("PO-04529 brings C-H210 from ODLEW", timeout=LONG)
    before = due_of(own_site)
    remedy.get_by_role("button", name="Accept").click()
    page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    notice = page.get_by_role("status").filter(has_text="Accepted")
    expect(notice).to_be_visible()
    assert due_of(own_site) < before
    notice.get_by_role("button", name="Undo").click()
    expect(page.locator(".pw-remedy").first).to_be_visible()
    assert due_of(own_site) == before


def due_of(site):
    with Store.open(site.db) as store:
        return store.read("purchase_order_line", {"order": ["PO-04529"]})["due"][0]


def test_two_messages_are_dismissed_at_once_and_come_back(page, own_site):
    page.goto("/messages?action=defer")
    ticks = page.locator(".ag-row .ag-selection-checkbox input")
    for place in (0, 1):
        ticks.nth(place).check()
    page.get_by_role("button", name="Dismiss").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Dismiss 2 messages?")
    dialog.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("status").filter(has_text="2 messages dismissed.")).to_be_visible()
    assert dismissed(own_site) == 2
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert dismissed(own_site) == 0


def dismissed(site):
    with Store.open(site.db) as store:
        return store.read("action_message", {"state": ["dismissed"]}).height


def test_filters_of_the_order_book_stand_in_the_address(page):
    page.goto("/orders")
    page.get_by_label("Show", exact=True).select_option("late")
    expect(page).to_have_url(re.compile("show=late"))
    page.get_by_label("Customer", exact=True).fill("FEUER")
    page.get_by_label("Customer", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("customer=FEUER"))
    opened(page, "SO-26071")
    expect(page.get_by_role("heading", name="Why is SO-26071 late?")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "title", "shown"),
    [
        ("/order/SO-26012/2", "Sales order SO-26012/2", "What serves SO-26012/2"),
        ("/order/WO-26174", "Production order WO-26174", "Operations"),
        ("/order/PO-04529", "Purchase order PO-04529", "What PO-04529 serves"),
        ("/item/H-100", "H-100 Housing 100", "MRP record"),
        ("/material?show=short", "Material", "Course"),
        ("/stock?show=excess", "Stock", "items short for a time"),
        ("/why/SO-none", "", "The plan has no demand SO-none."),
        ("/item/none", "", "There is no item none."),
    ],
)
def test_screen_opens_from_its_address(page, path, title, shown):
    page.goto(path)
    if title:
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(page.get_by_text(shown, exact=True).or_(page.get_by_text(shown)).first).to_be_visible()
