"""Rescheduling on the page: what happened is asked, what moves is shown, kept, and taken back."""

from playwright.sync_api import expect


def test_breakdown_is_tried_kept_and_taken_back(own_site, page):
    page.goto("/reschedule?kind=down&work_center=HMC")
    page.locator("input[name=start]").focus()
    page.keyboard.press("Enter")
    heading = page.locator("#pw-main h2").first
    expect(heading).to_contain_text("operations would move", timeout=60_000)
    assert "job=1" in page.url
    expect(page.locator("#pw-main .pw-tile").first).to_contain_text("orders late")
    page.get_by_role("button", name="Accept").click()
    expect(heading).to_contain_text("Kept:", timeout=60_000)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    page.goto("/plans")
    expect(page.locator("#pw-main tbody tr")).to_have_count(3)  # the first one, the one that was kept, the first again


def test_what_is_left_out_or_not_there_is_said_where_it_is_asked(page):
    page.goto("/reschedule?kind=rush&item=P-100")
    page.get_by_role("button", name="Show what moves").click()
    expect(page.locator("#pw-main .pw-late").filter(has_text="quantity")).to_be_visible()
