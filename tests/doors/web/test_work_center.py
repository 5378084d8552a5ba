"""The page of a work center: reached from the search, with its queue and its load."""

from playwright.sync_api import expect


def test_work_center_is_found_and_shows_its_queue_and_its_idle_time(page):
    page.goto("/")
    page.locator("#pw-search").press_sequentially("OVEN")
    page.get_by_role("link", name="OVEN").first.click()
    expect(page.locator("h1")).to_contain_text("OVEN")
    expect(page.locator("#pw-main .pw-tile").filter(has_text="waiting for material")).to_be_visible()
    page.get_by_role("button", name="1 week").click()
    page.wait_for_url("**/work-center/OVEN?days=7")
    expect(page.locator('[row-index="0"] [col-id="order"] a').first).to_be_visible()


def test_work_center_that_is_not_there_is_said_so(page):
    page.goto("/work-center/NONE")
    expect(page.locator("#pw-main")).to_contain_text("There is no work center NONE.")
