"""Tables as they are edited on the page: a cell, a block from a spreadsheet, two people at one row."""

import sqlite3

from playwright.sync_api import expect


def cell(page, key, column):
    return page.locator(f".ag-row[row-id='{key}'] .ag-cell[col-id={column}]")


def type_into(page, key, column, text):
    cell(page, key, column).dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def paste(page, text):
    """Paste as from a spreadsheet: the clipboard itself is shut to tests without a screen."""
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
        }""",
        text,
    )


def stored(site, statement):
    with sqlite3.connect(site.db) as connection:
        return connection.execute(statement).fetchall()


def test_a_cell_is_edited_corrected_saved_and_taken_back(page, own_site):
    pump = "B-100"
    page.goto("/tables/item?f.code=B-1")
    type_into(page, pump, "standard_cost", "much")
    expect(page.locator(".pw-changes")).to_contain_text("1 cell to correct")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".pw-problems")).to_contain_text("must be an amount")
    type_into(page, pump, "standard_cost", "712.5")
    expect(page.locator(".pw-fault")).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".pw-told").last).to_contain_text("1 row changed")
    assert stored(own_site, "SELECT standard_cost FROM item WHERE code = 'B-100'") == [(712_500_000,)]
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(cell(page, pump, "standard_cost")).to_have_text("700.37")


def test_a_block_is_pasted_as_one_step_and_saved_as_one_act(page, own_site):
    page.goto("/tables/customer")
    page.locator('.ag-cell[col-id="code"]').first.click()
    rows = page.locator(".ag-center-cols-container .ag-row").count()
    lines = "".join(f"NEW-{n}\tNew customer {n}\n" for n in range(rows + 2))
    paste(page, lines)
    expect(page.locator(".pw-changes")).to_contain_text("changes")
    page.locator('.ag-cell[col-id="code"]').first.click()
    page.keyboard.press("Control+z")
    expect(page.locator(".pw-changes")).to_be_empty()
    page.get_by_role("button", name="Add a row").click()
    page.locator('.ag-row.pw-new .ag-cell[col-id="code"]').click()
    paste(page, "NEW-1\tNew customer")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".pw-told").last).to_contain_text("1 row added")
    assert stored(own_site, "SELECT name FROM customer WHERE code = 'NEW-1'") == [("New customer",)]


def test_who_saves_second_is_shown_what_the_first_one_wrote(new_page, own_site):
    pump = "B-100"
    first, second = new_page(), new_page()
    for page in (first, second):
        page.goto("/tables/item?f.code=B-1")
        expect(cell(page, pump, "name")).to_be_visible()
    type_into(first, pump, "name", "Pump of Anna")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.locator(".pw-told").last).to_contain_text("1 row changed")
    type_into(second, pump, "name", "Pump of Bert")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.locator(".pw-card")).to_contain_text("Pump of Anna")
    second.get_by_role("button", name="Keep mine").click()
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.locator(".pw-told").last).to_contain_text("1 row changed")
    assert stored(own_site, "SELECT name FROM item WHERE code = 'B-100'") == [("Pump of Bert",)]
