"""Reports on small plants and plans made by hand: what they say, and that their numbers are right."""

from types import MappingProxyType

import polars as pl
import pytest

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.problem import ProblemError
from plantwright.flows.catalog import load_actions, load_reports
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView
from plantwright.plant import Plan, make_plant

DAY = 1440
AS_OF = 20_521 * DAY  # Monday 9 March 2026, midnight UTC
ZONE = "UTC"


def frames(**tables):
    return {name: raw_frame(ENTITIES[name], rows) for name, rows in tables.items()}


def plant(**tables):
    settings = [{"name": "time_zone", "value": ZONE}, {"name": "main_site", "value": "S"}]
    base = {"setting": settings, "site": [{"code": "S"}], "location": [{"code": "WH", "site": "S"}]}
    return make_plant(frames(**{**base, **tables}), AS_OF)


def plan_of(tables, **more):
    return Plan(MappingProxyType(frames(**tables)), AS_OF, ZONE, {"schedule": True}, "x", "0", **more)


def view(plan=None, **tables):
    made = None
    if plan is not None:
        totals = {"late_orders": 1, "late_days": 2.0}
        made = plan_of(plan, number=3, verified=True, totals=totals)
    return MemoryView(plant(**tables), made)


def item(code, kind="make", cost=1, **more):
    return {"code": code, "kind": kind, "standard_cost": cost * SCALE, **more}


def line(parent, component, quantity=1, **more):
    return {"parent": parent, "component": component, "quantity": int(quantity * SCALE), **more}


def rows(page, place=0):
    return page.sheets[place].shown().to_dicts()


# --- bill of material -----------------------------------------------------------------------------------------------

CART = {
    "item": [
        item("CART"),
        item("WHEEL", cost=5),
        item("TYRE", "buy", 2),
        item("BOLT", "buy", 1),
        item("OIL", "buy", 3),
    ],
    "bom_line": [
        line("CART", "WHEEL", 4),
        line("CART", "BOLT", 6),
        line("WHEEL", "TYRE", 1, scrap_factor=SCALE // 5),
        line("WHEEL", "BOLT", 2),
        line("CART", "OIL", 1, per="order"),
    ],
}


def test_bom_unfolds_all_levels_with_quantities_for_one_unit():
    page = run_report(view(**CART), "bom", {"item": "CART"})
    found = {(row["level"], row["component"]): row["total"] / SCALE for row in rows(page)}
    assert found == {(1, "WHEEL"): 4, (1, "BOLT"): 6, (2, "BOLT"): 8, (2, "TYRE"): 5, (1, "OIL"): 0}


def test_bom_adds_up_bought_material():
    # 4 wheels with a tyre of 2, a fifth of which is lost, and 2 bolts of 1; and 6 bolts more
    page = run_report(view(**CART), "bom", {"item": "CART"})
    assert "bought material costs 24.00 EUR" in page.sentence


def test_bom_turns_units_into_the_component_s_own():
    tables = {
        "item": [item("PAINTED"), item("PAINT", "buy", 10, unit="kg")],
        "bom_line": [line("PAINTED", "PAINT", 50, unit="g")],
    }
    (row,) = rows(run_report(view(**tables), "bom", {"item": "PAINTED"}))
    assert (row["total"], row["unit"], row["cost"]) == (50_000, "kg", SCALE // 2)


def test_bom_leaves_out_lines_that_do_not_hold_today():
    tables = {
        "item": [item("A"), item("OLD", "buy"), item("NEW", "buy")],
        "bom_line": [line("A", "OLD", effective_to=20_520), line("A", "NEW", effective_from=20_521)],
    }
    assert [row["component"] for row in rows(run_report(view(**tables), "bom", {"item": "A"}))] == ["NEW"]


def test_bom_with_a_loop_ends():
    tables = {"item": [item("A"), item("B")], "bom_line": [line("A", "B"), line("B", "A")]}
    assert len(rows(run_report(view(**tables), "bom", {"item": "A"}))) == 2


def test_levels_can_be_limited():
    page = run_report(view(**CART), "bom", {"item": "CART", "levels": 1})
    assert {row["level"] for row in rows(page)} == {1}


def test_where_used_climbs_to_what_is_sold():
    page = run_report(view(**CART), "where_used", {"item": "BOLT"})
    found = [(row["level"], row["parent"], row["total"] / SCALE, row["top"]) for row in rows(page)]
    assert sorted(found) == [(1, "CART", 6, True), (1, "WHEEL", 2, False), (2, "CART", 8, True)]


def test_item_that_is_used_nowhere_is_said_so():
    assert run_report(view(**CART), "where_used", {"item": "CART"}).sentence == "CART is used in nothing."


# --- stock and the MRP record ---------------------------------------------------------------------------------------


def move(number, quantity, source="OPENING", target="WH", at=AS_OF - DAY):
    return {
        "number": number, "item": "P", "from_location": source, "to_location": target, "quantity": quantity * SCALE,
        "at": at,
    }  # fmt: skip


def test_stock_is_the_balance_of_the_ledger_up_to_now():
    moves = [move("1", 10), move("2", 3, "WH", "CUSTOMER"), move("3", 50, at=AS_OF + DAY)]
    page = run_report(view(item=[item("P", cost=4)], stock_move=moves), "stock")
    (row,) = rows(page)
    assert (row["quantity"], row["value"]) == (7 * SCALE, 28 * SCALE)


def test_place_inside_a_warehouse_has_the_warehouse_s_site():
    places = [{"code": "WH", "site": "S"}, {"code": "BIN", "parent": "WH", "kind": "bin"}]
    page = run_report(view(item=[item("P")], location=places, stock_move=[move("1", 2, target="BIN")]), "stock")
    assert rows(page)[0]["site"] == "S"


def planned(name, quantity, due, state="planned", order_by=None):
    start = due - DAY if order_by is None else order_by
    return {
        "order": name, "item": "P", "site": "S", "source": "make", "state": state, "quantity": quantity * SCALE,
        "start": start, "finish": due, "due": due, "order_by": start, "cut": start, "unit_cost": SCALE, "late": False,
    }  # fmt: skip


def asked(name, quantity, due, status="on time", late_days=0, kind="sales order"):
    return {
        "demand": name, "kind": kind, "item": "P", "site": "S", "quantity": quantity * SCALE,
        "planned": quantity * SCALE, "priority": 5, "due": due, "projected": due + late_days * DAY,
        "late_days": late_days * SCALE, "status": status, "value": SCALE,
    }  # fmt: skip


def test_mrp_record_of_the_textbook():
    """On hand 20, an open order of 15 in week 2, needs of 10, 20, 5, 25; lot for lot, a week of lead time."""
    week = 7 * DAY
    needs = [(10, 0), (20, 1), (5, 2), (25, 3)]
    plan = {
        "demand_plan": [asked(f"D{place}", quantity, AS_OF + place * week + DAY) for quantity, place in needs],
        "planned_order": [
            planned("WO", 15, AS_OF + week, state="released"),
            planned("MO", 25, AS_OF + 3 * week, order_by=AS_OF + 2 * week),
        ],
    }
    page = run_report(view(plan, item=[item("P")], stock_move=[move("1", 20)]), "mrp", {"item": "P"})
    names = ("gross_requirement", "scheduled_receipt", "projected_available", "net_requirement", "planned_receipt",
             "planned_release")  # fmt: skip
    record = [tuple(row[name] // SCALE for name in names) for row in rows(page)]
    assert record == [(10, 0, 10, 0, 0, 0), (20, 15, 5, 0, 0, 0), (5, 0, 0, 0, 0, 25), (25, 0, 0, 25, 25, 0)]


def test_past_needs_stand_in_the_first_bucket():
    plan = {"demand_plan": [asked("D", 4, AS_OF - 30 * DAY)]}
    page = run_report(view(plan, item=[item("P")]), "mrp", {"item": "P", "bucket": "month"})
    assert [row["gross_requirement"] // SCALE for row in rows(page)] == [4]
    assert "Projected short" in page.sentence


# --- late orders, why, messages -------------------------------------------------------------------------------------


def test_summary_sentence_says_how_many_are_late_and_why():
    plan = {
        "demand_plan": [asked("A", 1, AS_OF), asked("B", 1, AS_OF, "late", 6), asked("C", 1, AS_OF, "late", 2)],
        "bottleneck": [{"work_center": "PAINT", "utilisation": SCALE, "waiting_days": 0, "delayed_orders": 2,
                        "delay_days": 0, "rank": 1}],
    }  # fmt: skip
    page = run_report(view(plan), "summary")
    assert page.sentence.startswith("2 of 3 orders are late, worst 6 days; PAINT is in the way of 2.")
    assert page.figures["verified"] is True


def test_late_orders_begin_with_the_worst():
    late = [asked("A", 1, AS_OF, "late", 1), asked("B", 1, AS_OF, "short"), asked("C", 1, AS_OF, "late", 9)]
    plan = {"demand_plan": late}
    assert [row["demand"] for row in rows(run_report(view(plan), "late_orders"))] == ["B", "C", "A"]


def test_forecasts_are_listed_as_late_only_when_asked_for():
    plan = {"demand_plan": [asked("F", 1, AS_OF, "late", 1, kind="forecast"), asked("A", 1, AS_OF, "late", 1)]}
    assert len(rows(run_report(view(plan), "late_orders"))) == 1
    assert len(rows(run_report(view(plan), "late_orders", {"forecast": True}))) == 2


def test_plan_without_late_orders_says_so():
    plan = {"demand_plan": [asked("A", 1, AS_OF), asked("B", 1, AS_OF)]}
    assert "All 2 orders are on time." in run_report(view(plan), "late_orders").sentence


def test_due_at_midnight_is_the_day_that_ends_then():
    plan = {"demand_plan": [asked("A", 1, AS_OF)]}
    assert "due Sun 8 Mar" in run_report(view(plan), "why", {"order": "A"}).sentence.replace("\N{NO-BREAK SPACE}", " ")


def test_unknown_order_is_told_with_a_near_one():
    with pytest.raises(ProblemError, match="Did you mean SO-1"):
        run_report(view({"demand_plan": [asked("SO-1", 1, AS_OF)]}), "why", {"order": "SO1"})


def test_own_fields_join_every_table_that_names_the_thing():
    fields = [{"entity": "item", "name": "colour", "kind": "text", "unit": "", "help": "Colour"}]
    made = plant(item=[item("P")], user_field=fields)
    items = made.raw["item"].with_columns(colour=pl.lit("blue"))
    made = make_plant({**made.raw, "item": items}, AS_OF)
    given = MemoryView(made, plan_of({"demand_plan": [asked("A", 1, AS_OF)]}))
    page = run_report(given, "demand", None, "colour = blue")
    assert rows(page)[0]["colour"] == "blue"


def test_own_fields_of_documents_are_known_by_their_names():
    fields = [{"entity": "sales_order_line", "name": "project", "kind": "text", "unit": "", "help": "Project"}]
    lines = [{"order": "SO", "line": number, "item": "P", "quantity": SCALE, "due": AS_OF} for number in (1, 2)]
    made = plant(item=[item("P")], user_field=fields, sales_order_line=lines)
    orders = made.raw["sales_order_line"].with_columns(project=pl.concat_str(pl.lit("N"), "line"))
    made = make_plant({**made.raw, "sales_order_line": orders}, AS_OF)
    plan = plan_of({"demand_plan": [asked("SO", 1, AS_OF), asked("SO/2", 1, AS_OF)]})
    assert [row["project"] for row in rows(run_report(MemoryView(made, plan), "demand"))] == ["N1", "N2"]


def test_pages_become_plain_tables():
    page = run_report(view({"demand_plan": [asked("A", 2, AS_OF)]}), "demand")
    (table,) = page.sheets
    assert (page.title, page.sentence) == ("Demand", "1 demand: 1 on time.")
    assert str(table.presented(ZONE)["quantity"][0]) == "2.000000"
    assert table.columns["late_days"].unit == "d"


@pytest.mark.parametrize(("name", "told"), [("schedule", {}), ("load", {}), ("mrp", {"item": "P"})])
def test_chart_names_columns_that_are_shown(name, told):
    (table,) = run_report(view(item=[{"code": "P"}]), name, told).sheets
    assert table.chart.columns() <= set(table.columns)


# --- every declaration ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(load_reports()))
def test_every_report_says_what_it_shows_and_what_its_parameters_mean(name):
    declared = load_reports()[name]
    assert declared.wants
    assert all(parameter.help for parameter in declared.parameters.values())


@pytest.mark.parametrize("name", list(load_actions()))
def test_every_action_says_what_it_does_and_what_its_parameters_mean(name):
    declared = load_actions()[name]
    assert declared.permission
    assert all(parameter.help for parameter in declared.parameters.values())


@pytest.mark.parametrize("name", sorted(set(load_reports()) - {"compare"}))
def test_every_report_of_an_empty_plan_says_something(name):
    told = {"item": "P", "order": "A", "work_center": "C", "quantity": "1", "date": "2026-03-20"}
    declared = load_reports()[name]
    given = {key: told[key] for key, parameter in declared.parameters.items() if parameter.required}
    empty = view({"demand_plan": [asked("A", 1, AS_OF)]}, item=[item("P")], work_center=[{"code": "C"}])
    try:
        said = run_report(empty, name, given).sentence
    except ProblemError as error:  # what cannot be asked of such a plan is told as a problem, with its remedy
        assert name in {"displaced", "master_schedule", "policy", "replay"}
        said = " ".join(str(problem) for problem in error.problems)
    assert said
