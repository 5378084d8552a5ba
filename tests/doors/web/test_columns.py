"""Columns of a table as each person likes them, sorting by several, and sums that open their rows."""

import json

from playwright.sync_api import expect

from plantwright.core.store import Store


def head(page, column):
    return page.locator(f".ag-header-cell[col-id={column}]")


def kept(site):
    """Everything that anybody has set for the stock."""
    with Store.open(site.db) as store, store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT name, value FROM own_setting").fetchall()
    return [json.loads(value) for name, value in rows if name.endswith(":stock")]


def test_columns_are_chosen_moved_kept_on_the_server_and_put_back(page, own_site):
    page.goto("/stock")
    page.get_by_role("button", name="Columns of this table").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("checkbox", name="Blocked").uncheck()
    expect(head(page, "blocked")).to_have_count(0)
    for place in ("2", "1"):
        drawer.get_by_role("button", name="Site up").press("Enter")
        expect(head(page, "site")).to_have_attribute("aria-colindex", place)
    expect(drawer.get_by_role("button", name="Site down")).to_be_focused()  # the keys stay with what they moved
    page.keyboard.press("Escape")
    wide = head(page, "name").bounding_box()["width"]
    head(page, "name").press("Alt+ArrowRight")
    page.wait_for_function(
        "wide => document.querySelector('.ag-header-cell[col-id=name]').offsetWidth > wide", arg=wide
    )
    expect_kept(page, own_site, "name", "width")
    page.reload()
    expect(head(page, "site")).to_have_attribute("aria-colindex", "1")
    expect(head(page, "blocked")).to_have_count(0)
    assert head(page, "name").bounding_box()["width"] > wide
    page.get_by_role("button", name="Columns of this table").click()
    page.get_by_role("button", name="As at first").click()
    expect(head(page, "blocked")).to_be_visible()
    expect(head(page, "item")).to_have_attribute("aria-colindex", "1")
    assert kept(own_site) == []


def expect_kept(page, site, column, what):
    """Wait until the server has heard of it: the page tells it a moment later."""
    for _ in range(100):
        if any(one.get(what) for layout in kept(site) for one in layout if one["id"] == column):
            return
        page.wait_for_timeout(50)
    raise AssertionError(kept(site))


def test_a_table_is_sorted_by_several_columns_and_summed_up(page):
    page.goto("/stock")
    head(page, "site").click()
    head(page, "item").click(modifiers=["Shift"])
    head(page, "item").click(modifiers=["Shift"])
    cells = ".ag-row[row-index='0'] .ag-cell[col-id=site], .ag-row[row-index='0'] .ag-cell[col-id=item]"
    page.wait_for_function(
        "() => document.querySelectorAll('.ag-header-cell-sorted-asc, .ag-header-cell-sorted-desc').length === 2"
    )
    first = page.locator(cells).all_text_contents()
    page.get_by_role("button", name="Sums of this table").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Put together by").select_option("site")
    row = drawer.locator("tbody tr", has_text="SPARES")
    count = row.locator("td.pw-num").first.text_content()
    row.get_by_role("button", name="SPARES").click()
    page.wait_for_function(
        "count => getElement(+document.querySelector('.pw-grid').id.slice(1)).api.getDisplayedRowCount() === count",
        arg=int(count),
    )
    assert first[1] == "MAIN"
