"""Every screen against WCAG 2.2 AA, in light and dark, by the rules of axe-core; all faults are told at once."""

from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from plantwright.core.access.signing import REFUSED
from plantwright.doors.http import sign
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
    "/work-center/{code:path}": "/work-center/HMC",
}
"""Screens of one thing, with an example of the sample plant."""
OPENED = {
    "/stock": ("Columns of this table", "Sums of this table"),
    "/people": ("Add a user",),
}
"""Buttons that open a drawer, by their screens; the keys and a question before an act are opened besides."""
CHECK = """async ([options, within]) => {
    const often = [['.ag-row:not([row-index="0"])'], ...(location.pathname === '/' ? [] : [['.pw-nav'], ['.pw-top']])];
    const found = await axe.run(within ? { include: [within] } : { exclude: often }, options);
    return found.violations.flatMap(fault => fault.nodes.map(node => [fault.id, node.target.join(' '), node.html]));
}"""
"""Rows of a table and the frame are the same again and again: one of each is looked at."""
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast"]}
"""What differs between light and dark."""
DIALOG = "[role=dialog], [role=alertdialog], dialog[open]"
WHO = SimpleNamespace(state=SimpleNamespace(person=SimpleNamespace(name="anna"), csrf="c"))
FORMS = {
    "sign in": lambda: sign._sign_in_page("/late", "anna", [REFUSED.at()]),
    "first": lambda: sign._first_page("token"),
    "password": lambda: sign._password_page(WHO),
}


def addresses():
    load_screens()
    return [EXAMPLES.get(path, path) for path in SCREENS]


def faults(page, what, within="", dark="body.body--dark"):
    """What is at fault in light and in dark, on the page as it is: it is not loaded anew."""
    found = []
    for scheme, rules in (("light", TAGS), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        if scheme == "dark":
            expect(page.locator(dark)).to_be_attached()
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        wrong = page.evaluate(CHECK, [options, within])
        found += [f"{what} {scheme}: " + " · ".join(fault)[:300] for fault in wrong]
    page.emulate_media(color_scheme="light")
    return found


@pytest.fixture
def windows(new_page):
    opened = new_page(), new_page()
    for one in opened:
        one.add_init_script(AXE)
    return opened


def test_every_screen_keeps_to_wcag_in_light_and_dark(windows):
    found, (here, there), paths = [], windows, addresses()
    here.goto(paths[0], wait_until="commit")
    for path, coming in zip_longest(paths, paths[1:]):
        if coming:  # it is drawn while the one before is looked at
            there.goto(coming, wait_until="commit")
        expect(here.locator("main h1").first).to_be_visible()
        found += faults(here, path)
        here, there = there, here
    assert found == [], "\n".join(found)


def test_what_opens_over_a_screen_keeps_to_wcag(windows):
    found, (page, _) = [], windows
    for path, buttons in OPENED.items():
        page.goto(path)
        for name in buttons:
            page.get_by_role("button", name=name, exact=True).first.click()
            found += opened(page, f"{path} {name}")
    page.keyboard.press("?")
    found += opened(page, "keys")
    page.goto("/order/PO-04502")
    page.get_by_role("button", name="Dismiss").click()
    found += opened(page, "question")
    assert found == [], "\n".join(found)


def opened(page, what):
    """What is at fault in the drawer or dialog that is open; closes it."""
    expect(page.locator(DIALOG).last).to_be_visible()
    found = faults(page, what, DIALOG)
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_have_count(0)
    return found


def test_pages_for_signing_in_keep_to_wcag(page):
    found = []
    for what, made in FORMS.items():
        page.set_content(made().body.decode())
        page.evaluate(AXE)
        found += faults(page, what, dark="body")
    assert found == [], "\n".join(found)
