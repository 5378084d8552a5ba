"""The schedule in a browser: it draws, lights a chain, and tries what is dragged before it is written."""

import polars as pl
from playwright.sync_api import expect

from plantwright.core.store import Store
from plantwright.flows.catalog import load_actions

load_actions()
PARTS = """
    const chart = getElement(+document.querySelector('.pw-gantt').id.slice(1));
    const { model, view, painter } = chart;
"""


def opened(page, path="/schedule"):
    page.goto(path)
    expect(page.locator(".pw-gantt-wait")).to_be_hidden()
    return page.locator(".pw-gantt canvas")


def test_the_schedule_draws_and_a_click_lights_the_chain_of_an_order(page, free_operation):
    canvas = opened(page)
    found = free_operation(page)
    canvas.click(position={"x": found["x"], "y": found["y"]})
    expect(page.locator(".pw-gantt-said")).to_contain_text(f"{found['order']} · operation {found['sequence']}")
    lit, whole = page.evaluate(f"() => {{ {PARTS} return [view.chain.size, model.data.orders.name.length]; }}")
    assert 1 < lit < whole
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(found["order"])
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Orders", exact=True).click()
    page.wait_for_url("**group=order*")


def test_a_dragged_operation_is_tried_accepted_and_taken_back(page, own_site, drag_operation):
    opened(page)
    found = drag_operation(page)
    expect(page.locator(".pw-preview")).to_contain_text("orders late", timeout=120_000)
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".pw-told")).to_contain_text("is pinned")
    with Store.open(own_site.db) as store:
        rows = store.read("production_operation").filter(pl.col("pinned_start").is_not_null())
        assert (found["order"], found["sequence"]) in set(rows.select("order", "sequence").iter_rows())
        before = rows.height
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".pw-preview")).to_contain_text("Taken back")
    with Store.open(own_site.db) as store:
        rows = store.read("production_operation").filter(pl.col("pinned_start").is_not_null())
        assert rows.height == before - 1
