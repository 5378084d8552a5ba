"""A long table on paper: all its rows, none of the frame, the head and the plant on each sheet."""

from playwright.sync_api import expect


def test_a_long_table_is_printed_whole_with_its_head_on_each_sheet(page):
    page.goto("/stock")
    expect(page.locator(".ag-row").first).to_be_visible()
    rows = page.evaluate("getElement(+document.querySelector('.pw-grid').id.slice(1)).api.getDisplayedRowCount()")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    paper = page.locator("table.pw-paper")
    assert paper.locator("tbody tr").count() == rows > 60
    assert paper.locator("thead").evaluate("one => getComputedStyle(one).display") == "table-header-group"
    for gone in (".pw-nav", ".pw-top", ".nicegui-aggrid", ".pw-gridbar"):
        expect(page.locator(gone).first).to_be_hidden()
    sheets = page.evaluate("[...document.head.querySelectorAll('style')].map(one => one.textContent).join(' ')")
    assert "Lindenau Pumps" in sheets
    assert "Plan 1" in sheets
    assert page.pdf(format="A4", prefer_css_page_size=False).startswith(b"%PDF")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(paper).to_have_count(0)
