"""The order book, what makes orders late, and how all stock goes: on the sample plant, against its plan."""

import polars as pl
import pytest

from plantwright.core.exact import SCALE
from plantwright.flows.documents import stored_document
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView


@pytest.fixture(scope="module")
def view(pumps):
    return MemoryView(*pumps)


def rows(view, name, **told):
    return run_report(view, name, told).sheets[0].rows


def test_late_sales_orders_are_those_of_the_plan(view):
    late = rows(view, "order_book", show="late")
    plan = view.result("demand_plan").filter(pl.col("kind") == "sales order", pl.col("status") == "late")
    assert sorted(late["demand"]) == sorted(plan["demand"])
    assert (late["margin"] < 0).all()


def test_every_sales_order_stands_in_one_state(view):
    page = run_report(view, "order_book")
    assert sum(page.figures.values()) == page.sheets[0].rows.height


def test_orders_at_risk_have_less_than_two_days_to_spare(view):
    risk = rows(view, "order_book", show="risk")
    assert risk.height
    assert risk["margin"].is_between(0, 2 * SCALE, closed="left").all()


@pytest.mark.parametrize("kind", ["production", "purchase", "transfer"])
def test_orders_of_all_kinds_make_up_the_plan(view, kind):
    found = rows(view, "order_book", kind=kind)
    sources = {"production": ["make", "subcontract"], "purchase": ["buy"], "transfer": ["transfer"]}[kind]
    assert found.height == view.result("planned_order").filter(pl.col("source").is_in(sources)).height


def test_what_serves_an_order_stands_beside_it(view):
    found = rows(view, "order_book")
    one = found.filter(pl.col("served_by") != "").row(0, named=True)
    pegs = view.result("peg").filter(pl.col("demand") == one["demand"])
    names = {name or "stock" for name in pegs["supply"]}
    assert set(one["served_by"].split(" and ")[0].split(", ")) <= names


def test_filters_leave_only_what_they_name(view):
    one = rows(view, "order_book").row(0, named=True)
    found = rows(view, "order_book", customer=one["customer"], item=one["item"])
    assert set(found["customer"]) == {one["customer"]}
    assert set(found["item"]) == {one["item"]}


def test_causes_count_every_late_order_once(view):
    causes = rows(view, "late_causes")
    late = view.result("demand_plan").filter(pl.col("kind") == "sales order", pl.col("status") == "late")
    assert causes["orders"].sum() == late.height
    assert causes["late_days"].sum() == late["late_days"].sum()


def test_stock_on_hand_is_worth_what_the_list_of_stock_says(view):
    stock = rows(view, "stock").filter(~pl.col("blocked"))
    assert rows(view, "stock_state")["value"].sum() == pytest.approx(stock["value"].sum(), rel=1e-6)


def test_projected_stock_begins_with_what_is_on_hand_and_moves_as_the_record_of_the_item(view):
    material = rows(view, "material", count=4).filter(pl.col("item") == "H-100", pl.col("site") == "MAIN")
    record = rows(view, "mrp", item="H-100", site="MAIN", dates="need")
    gross = record["gross_requirement"].head(4).sum()
    brought = view.result("planned_order").filter(
        pl.col("item") == "H-100", pl.col("site") == "MAIN", pl.col("finish") < (record["bucket"][4]) * 1440 - 60
    )["quantity"].sum()  # fmt: skip
    assert material["projected"][0][3] == material["on_hand"][0] + brought - gross


def test_what_is_short_goes_below_zero_and_what_is_in_excess_is_taken_by_nothing(view):
    for one in rows(view, "stock_state", show="short").iter_rows(named=True):
        assert min(one["projected"]) == -one["short"]
    for one in rows(view, "stock_state", show="excess").iter_rows(named=True):
        assert one["excess"] == one["on_hand"] - one["used"] - one["safety_stock"]


@pytest.mark.parametrize(
    ("name", "table"),
    [("SO-26012/2", "sales_order_line"), ("WO-26174", "production_order"), ("PO-04529", "purchase_order_line")],
)
def test_stored_order_is_found_by_the_name_that_plans_give_it(view, name, table):
    found = stored_document(view, name)
    assert found is not None
    assert found[0] == table


def test_order_that_is_only_planned_is_stored_nowhere(view):
    assert stored_document(view, "MO-000001") is None
