"""A search for a better schedule on the page: followed, stopped with what it has, accepted, and taken back."""

import re

from playwright.sync_api import expect


def button(page, name):
    return page.locator("#pw-main").get_by_role("button", name=name)


def test_search_is_stopped_with_what_it_has_and_its_schedule_accepted_and_taken_back(own_site, page):
    page.goto("/schedule")
    page.get_by_role("link", name="Improve").click()
    button(page, "10 s").click()
    button(page, "Start").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("job=1"))
    page.reload()  # the search goes on, whoever looks
    button(page, "Stop and take the best so far").click()
    expect(button(page, "Accept")).to_be_visible(timeout=60_000)
    expect(page.locator("#pw-main .pw-tile").first).to_contain_text("orders late")
    button(page, "Accept").click()
    expect(page.locator(".pw-head p")).to_have_text("It is in force, as plan 3.")
    page.get_by_role("button", name="Undo").click()
    expect(button(page, "Accept")).to_be_visible()


def test_search_that_is_cancelled_leaves_the_schedule_in_force(own_site, page):
    page.goto("/improve?seconds=300")
    button(page, "Start").click()
    button(page, "Cancel").click()
    expect(page.locator("#pw-main")).to_contain_text("the schedule in force stays")
    page.goto("/plans")
    expect(page.locator("#pw-main tbody tr")).to_have_count(1)
