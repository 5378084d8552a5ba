"""Stock policy on the page: classes, a policy accepted and taken back, and the other views."""

import polars as pl
import pytest
from playwright.sync_api import expect

from plantwright.core.store import Store


def test_policy_of_an_item_is_accepted_and_taken_back(page, own_site):
    page.goto("/stock-policy")
    expect(page.get_by_role("heading", name="Stock policy", exact=True)).to_be_visible()
    expect(page.locator(".pw-nine .pw-tile")).to_have_count(9)
    item = page.locator("[col-id='item'].ag-cell").first.inner_text().strip()
    page.goto(f"/stock-policy?item={item}&service=0.95")
    expect(page.get_by_role("heading", name="Policies", exact=True)).to_be_visible()
    page.get_by_role("button", name="Accept …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Safety stock")
    dialog.get_by_label("Reason").fill("Steady demand")
    dialog.get_by_role("button", name="Accept").click()
    notice = page.get_by_role("status").filter(has_text="accepted for")
    expect(notice).to_be_visible()
    assert service_of(own_site, item) == 950_000
    notice.get_by_role("button", name="Undo").click()
    for _ in range(200):  # the page is loaded anew when it is done, and the notice goes with the old one
        if service_of(own_site, item) != 950_000:
            break
        page.wait_for_timeout(50)
    assert service_of(own_site, item) != 950_000
    expect(page.get_by_role("button", name="Accept …")).to_be_visible()


def service_of(site, item):
    with Store.open(site.db) as store:
        rows = store.read("item_site").filter(pl.col("item") == item)
        return rows["service_level"][0] if rows.height else None


@pytest.mark.parametrize("show", ["curve", "tree", "buffers", "age"])
def test_other_views_open_from_their_address(page, show):
    page.goto(f"/stock-policy?show={show}")
    expect(page.get_by_role("heading", name="Stock policy", exact=True)).to_be_visible()
    expect(page.locator(".pw-tabs .here")).to_have_attribute("aria-current", "page")
