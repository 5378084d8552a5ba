"""The page of the aggregate plan: numbers are changed in the grid and solved again, and what was chosen is kept."""

import re

from playwright.sync_api import expect


def test_changed_demand_is_solved_again_and_stands_in_the_address(page):
    page.goto("/aggregate-plan?months=6")
    said = page.locator(".pw-head p").first
    expect(said).to_contain_text("The mixed plan of")
    expect(page.locator("#pw-main")).to_contain_text("plan costs least:")  # the other strategies come after the page
    before = said.inner_text()
    cell = page.locator(".ag-row[row-index='2'] .ag-cell[col-id='2026-04-01']").first
    cell.dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.type("400")
    page.keyboard.press("Enter")
    expect(page.locator("#pw-main")).to_contain_text("1 change to the numbers")
    expect(page).to_have_url(re.compile("edits="))
    expect(said).not_to_have_text(before)
    page.get_by_role("button", name="Undo all").click()
    expect(said).to_have_text(before)


def test_strategy_is_chosen_and_accepted_and_can_be_taken_back(own_site, page):
    page.goto("/aggregate-plan?months=6")
    page.get_by_role("button", name="Level").click()
    expect(page).to_have_url(re.compile("strategy=level"))
    expect(page.locator(".pw-head p").first).to_contain_text("The level plan of")
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    expect(page.locator(".pw-told")).to_contain_text("Accepted")
    page.locator(".pw-told").get_by_role("button", name="Undo").click()
    expect(page.locator("body")).to_contain_text("Taken back.")
