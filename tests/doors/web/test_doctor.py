"""The data doctor on the page: a fault is seen, its cure is shown first, done, and taken back."""

import sqlite3

from playwright.sync_api import expect


def states(site):
    with sqlite3.connect(site.db) as connection:
        return dict(connection.execute('SELECT "order", state FROM purchase_order_line'))


def test_a_fault_is_cured_after_a_look_and_taken_back(page, own_site):
    with sqlite3.connect(own_site.db) as connection:
        statement = "UPDATE purchase_order_line SET received = quantity WHERE \"order\" IN ('PO-04501', 'PO-04502')"
        connection.execute(statement)
    page.goto("/doctor")
    group = page.locator(".pw-ill", has=page.get_by_role("heading", name="Purchase complete"))
    expect(group.get_by_role("link", name="purchase order line PO-04501 / 1")).to_have_attribute(
        "href", "/tables/purchase_order_line?f.order=%3DPO-04501&f.line=%3D1"
    )
    group.get_by_role("button", name="Close the line: all 2").click()
    expect(page.get_by_role("dialog")).to_contain_text("Purchase order line PO-04502 / 1: state acknowledged → closed")
    page.get_by_role("dialog").get_by_role("button", name="Close the line").click()
    expect(group).to_have_count(0)
    assert {states(own_site)[one] for one in ("PO-04501", "PO-04502")} == {"closed"}
    page.get_by_role("button", name="Undo").click()
    expect(group.get_by_role("link")).to_have_count(2)
    assert {states(own_site)[one] for one in ("PO-04501", "PO-04502")} == {"acknowledged"}


def test_filters_stand_in_the_address(page):
    page.goto("/doctor?severity=warning")
    expect(page.locator(".pw-ill .pw-chip").first).to_have_text("warning")
    assert set(page.locator(".pw-ill .pw-chip").all_text_contents()) == {"warning"}


def test_bill_of_material_unfolds_and_leads_to_routing_and_sites(page):
    page.goto("/bom/P-100-1")
    lines = page.locator(".pw-tree tbody tr")
    page.get_by_role("button", name="Fold all", exact=True).click()
    expect(lines).to_have_count(1)
    page.get_by_role("button", name="Unfold P-100-1").click()
    expect(page.get_by_role("button", name="Unfold B-100")).to_be_visible()
    page.get_by_role("link", name="Routing").click()
    expect(page.get_by_role("img", name="Routing of P-100-1")).to_be_visible()
    page.goto("/sites")
    expect(page.get_by_role("heading", name="MAIN Lindenau works")).to_be_visible()


def test_guide_is_searched_and_its_links_stay_in_it(page):
    page.goto("/help")
    page.get_by_label("Search the guide").fill("lot size")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="How the plan is made").click()
    expect(page.locator(".pw-guide h1")).to_have_text("How the plan is made")
    page.locator(".pw-guide").get_by_role("link", name="Methods").first.click()
    expect(page.locator(".pw-guide h1")).to_have_text("Methods")
