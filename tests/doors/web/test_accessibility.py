"""Every screen against WCAG 2.2 AA, in light and dark, by the rules of axe-core; all faults are told at once."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from plantwright.doors.web.mounting import load_screens
from plantwright.doors.web.screens import SCREENS

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
EXAMPLES = {
    "/why/{demand:path}": "/why/SO-26071",
    "/scenarios/{code}": "/scenarios/MORE",
    "/routing/{item:path}": "/routing/H-100",
    "/bom/{item:path}": "/bom/P-200-4",
    "/do/{action}": "/do/firm_order",
    "/order/{number:path}": "/order/WO-26106",
    "/item/{code:path}": "/item/B-200",
    "/help/{name:path}": "/help/web",
    "/reports/{name}": "/reports/load?work_center=HMC",
    "/tables/{entity}": "/tables/item",
}
"""Screens of one thing, with an example of the sample plant."""
CHECK = """async (options) => {
    const often = [['.ag-row:not([row-index="0"])'], ...(location.pathname === '/' ? [] : [['.pw-nav'], ['.pw-top']])];
    const found = await axe.run({ exclude: often }, options);
    return found.violations.flatMap(fault => fault.nodes.map(node => [fault.id, node.target.join(' '), node.html]));
}"""
"""Rows of a table and the frame are the same again and again: one of each is looked at."""
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast"]}
"""What differs between light and dark."""


def addresses():
    load_screens()
    return [EXAMPLES.get(path, path) for path in SCREENS]


def faults(page, rules):
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    return [" · ".join(fault)[:300] for fault in page.evaluate(CHECK, options)]


@pytest.fixture
def audited(page):
    page.context.add_init_script(AXE)
    return page


def test_every_screen_keeps_to_wcag_in_light_and_dark(audited):
    found = []
    for path in addresses():
        audited.emulate_media(color_scheme="light")
        audited.goto(path)
        expect(audited.locator("main h1").first).to_be_visible()
        found += [f"{path} light: {one}" for one in faults(audited, TAGS)]
        audited.emulate_media(color_scheme="dark")
        expect(audited.locator("body.body--dark")).to_be_attached()
        found += [f"{path} dark: {one}" for one in faults(audited, COLOURS)]
    assert found == [], "\n".join(found)
