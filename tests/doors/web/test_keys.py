"""A small job without a mouse: an operation is moved, tried and taken back; the keys are listed; a row is opened."""

from playwright.sync_api import expect

from plantwright.doors.web.keys import GO
from plantwright.doors.web.mounting import load_screens
from plantwright.doors.web.screens import SCREENS

CHOOSE = """([order, sequence]) => {
    const chart = getElement(+document.querySelector('.pw-gantt').id.slice(1));
    chart.choose(chart.find(`${order}|${sequence}`), false, true);
}"""


def test_a_letter_stands_for_every_screen_of_the_menu():
    load_screens()
    assert sorted(GO.values()) == sorted(path for path, one in SCREENS.items() if one.group)


def test_an_operation_is_moved_tried_and_taken_back_by_keys_alone(page, free_operation):
    page.goto("/")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Late orders")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/schedule*")
    expect(page.locator(".pw-gantt-wait")).to_be_hidden()
    found = free_operation(page)
    canvas = page.locator(".pw-gantt canvas")
    canvas.focus()
    page.keyboard.press("n")
    expect(page.locator(".pw-gantt-said")).to_contain_text("operation")
    page.evaluate(CHOOSE, [found["order"], found["sequence"]])  # one that may be moved, however the plan lies
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".pw-preview")).to_contain_text("orders late", timeout=120_000)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Accept")).to_be_focused()
    canvas.focus()
    page.keyboard.press("Escape")
    expect(page.locator(".pw-preview")).to_have_count(0)


def test_enter_opens_a_row_and_escape_gives_the_focus_back(page):
    page.goto("/stock")
    columns = page.get_by_role("button", name="Columns of this table")
    columns.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(columns).to_be_focused()
    page.locator(".ag-row[row-index='0'] .ag-cell[col-id=item]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/*")
