"""Files, scenarios, journal and people, each walked once as a planner or an administrator would."""

import sqlite3

from playwright.sync_api import expect


def stored(site, statement):
    with sqlite3.connect(site.db) as connection:
        return connection.execute(statement).fetchall()


def drop(page, name, text):
    page.wait_for_function("window.did_handshake === true")  # what is answered before would be lost
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def test_an_import_is_tried_first_and_its_faults_are_told_by_row(page, own_site):
    page.goto("/import")
    drop(page, "customer.csv", "code,name\nNEW-1,\n,Nobody\n")
    expect(page.locator(".pw-main")).to_contain_text("1 fault to correct first", timeout=60_000)
    expect(page.locator(".pw-main .ag-root").last).to_contain_text("customer.csv row 3")
    drop(page, "customer.csv", "code,name\nNEW-1,New customer\n")
    expect(page.locator(".pw-main")).to_contain_text("1 row would be added or changed")
    assert stored(own_site, "SELECT * FROM customer WHERE code = 'NEW-1'") == []
    page.get_by_role("button", name="Import now").click()
    expect(page.locator(".pw-told")).to_contain_text("Imported: 1 row")
    assert stored(own_site, "SELECT name FROM customer WHERE code = 'NEW-1'") == [("New customer",)]


def test_an_entry_of_the_journal_shows_its_cells_and_is_taken_back(page, own_site):
    page.goto("/settings")
    page.locator("input[name=plant_name]").fill("Pumps and more")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".pw-told")).to_contain_text("1 setting")
    page.goto("/journal")
    page.locator(".ag-cell[col-id=action]").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Pumps and more")
    drawer.get_by_role("button", name="Undo").click()
    drawer.get_by_role("button", name="Take it back").click()
    expect(page.locator(".ag-cell[col-id=action]").first).to_have_text("reverse")
    assert stored(own_site, "SELECT value FROM setting WHERE name = 'plant_name'") == [("Lindenau Pumps",)]


def test_a_scenario_is_planned_and_set_beside_the_plant(page, own_site):
    page.goto("/scenarios/NIGHT")
    expect(page.locator(".pw-main")).to_contain_text("Not planned yet")
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator(".pw-main")).to_contain_text("Plan 2 (NIGHT) against plan 1", timeout=180_000)
    expect(page.locator("canvas").first).to_be_visible()


def test_a_new_user_gets_a_password_once_and_signs_in_with_it(page, browser, own_site):
    page.goto("/people")
    page.get_by_role("button", name="Add a user").click()
    page.locator("input[name=name]").fill("anna")
    page.locator("input[name=roles]").fill("administrator")
    page.get_by_role("dialog").get_by_role("button", name="Add a user").click()
    password = page.locator(".pw-secret").input_value()
    assert stored(own_site, "SELECT user, role FROM user_role") == [("anna", "administrator")]
    other = browser.new_context(base_url=own_site.url)
    signing = other.new_page()
    signing.goto("/sign-in")
    signing.get_by_label("Name").fill("anna")
    signing.get_by_label("Password").fill(password)
    signing.get_by_role("button", name="Sign in").click()
    signing.wait_for_url("**/password**")
    other.close()
