"""A planner's morning in a real Chromium, from the sign-in to the undo, on SQLite and on PostgreSQL."""

import io

import pytest
import xlsxwriter
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from plantwright.core import access
from plantwright.core.action import run_action
from plantwright.core.store import Store
from plantwright.flows.catalog import load_actions

LONG = 180_000
"""Milliseconds for what plans the plant, a dozen times where remedies are tried."""
SESAME = "correct-horse-battery-7"
CUSTOMER = "New name of a customer"


@pytest.fixture(params=["sqlite", "postgresql"])
def plant(request, tmp_path):
    """The planned sample plant with a planner, in a database of each kind."""
    if request.param == "sqlite":
        target = str(request.getfixturevalue("planned"))
    else:
        target = request.getfixturevalue("postgres_database").replace("+psycopg", "")
        run, sample = request.getfixturevalue("run"), request.getfixturevalue("sample")
        for arguments in (("init", target), ("import", target, sample), ("plan", target)):
            assert run(*arguments).status == 0
    load_actions()
    with Store.open(target) as store:
        access.use_first_link(store, access.first_link(store), "ada", SESAME)
        made = run_action(store, "make_user", {"name": "paula", "roles": ["planner"]}, "ada")
        access.change_password(store, "paula", made["password"], SESAME)
    return target


@pytest.fixture
def own_site(plant, tmp_path, serve):
    with serve(plant, tmp_path) as found:
        yield found


def test_a_planners_morning(page, plant, own_site, drag_operation):
    sign_in(page)
    order = see_why_an_order_is_late(page)
    accept_a_remedy(page, order)
    drag_and_take_back(page, drag_operation)
    change_a_table_in_excel(page, plant)


def sign_in(page):
    page.goto("/")
    page.wait_for_url("**/sign-in**")
    page.get_by_label("Name").fill("paula")
    page.get_by_label("Password").fill(SESAME)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def see_why_an_order_is_late(page):
    page.get_by_role("navigation").get_by_text("Late orders").click()
    page.locator(".ag-cell a", has_text="SO-26071").first.click()
    expect(page.locator(".pw-step.binding")).to_contain_text("the cause")
    return "SO-26071"


def accept_a_remedy(page, order):
    page.get_by_role("button", name="Try remedies").click()
    remedy = page.locator(".pw-remedy").first
    expect(remedy).to_be_visible(timeout=LONG)
    remedy.get_by_role("button", name="Accept").click()
    page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
    assert order in page.url


def drag_and_take_back(page, drag_operation):
    page.goto("/schedule")
    drag_operation(page)
    expect(page.locator(".pw-preview")).to_contain_text("orders late", timeout=LONG)
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".pw-told")).to_contain_text("is pinned")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".pw-preview")).to_contain_text("Taken back")


def change_a_table_in_excel(page, plant):
    page.goto("/tables/customer")
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
    workbook = edited(download.value.path())
    page.goto("/import")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.locator("input[type=file]").set_input_files({"name": "customer.xlsx", "mimeType": kind, "buffer": workbook})
    expect(page.locator(".pw-main")).to_contain_text("1 row would be added or changed", timeout=LONG)
    before = names(plant)
    assert CUSTOMER not in before
    page.get_by_role("button", name="Import now").click()
    told = page.locator(".pw-told").filter(has_text="Imported: 1 row")
    expect(told).to_be_visible()
    changed = [new for new, old in zip(names(plant), before, strict=True) if new != old]
    assert changed == [CUSTOMER]
    told.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert names(plant) == before


def edited(path):
    """Give the workbook with another name of the first customer, as Excel would save it."""
    head, first, *rest = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("customer").to_python()
    first[head.index("name")] = CUSTOMER
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet("customer")
        for place, row in enumerate([head, first, *rest]):
            sheet.write_row(place, 0, row)
    return target.getvalue()


def names(plant):
    with Store.open(plant) as store:
        return store.read("customer")["name"].to_list()
