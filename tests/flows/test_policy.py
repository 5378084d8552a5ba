"""Stock policy on records made by hand: what is read, what is computed, and what the plan is told."""

from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.problem import ProblemError
from plantwright.flows.catalog import load_reports
from plantwright.flows.foreseen import with_targets
from plantwright.flows.policy.facts import known_of
from plantwright.flows.policy.levels import POLICIES, Facts, all_levels, levels_of, usual_lot
from plantwright.flows.policy.stage import target_stage
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView
from plantwright.methods.stock import lead_time_demand, reorder_point
from plantwright.plant import Plan, make_plant

load_reports()
DAY = 1440
TODAY = 20_521  # Monday 9 March 2026
AS_OF = TODAY * DAY
DAY_MS = 86_400_000
WEEKLY = np.random.default_rng(3).poisson(70, 104)


def frames(**tables):
    return {name: raw_frame(ENTITIES[name], rows) for name, rows in tables.items()}


def plant(settings=(), **tables):
    rows = [{"name": "time_zone", "value": "UTC"}, {"name": "main_site", "value": "S"}, *settings]
    base = {"setting": rows, "site": [{"code": "S"}], "location": [{"code": "WH", "site": "S"}]}
    return make_plant(frames(**{**base, **tables}), AS_OF)


def item(code, kind="buy", cost=10, **more):
    return {"code": code, "kind": kind, "standard_cost": cost * SCALE, **more}


def history(code, weeks=WEEKLY, first=TODAY - 7 * 104):
    return [
        {"item": code, "site": "S", "day": first + 7 * place + 2, "quantity": int(amount) * SCALE}
        for place, amount in enumerate(weeks)
    ]


def offer(code, days=14):
    return {"supplier": "ACME", "item": code, "lead_time": days * DAY_MS}


def spare(**row):
    return plant(
        item=[item("A")], item_site=[{"item": "A", "site": "S", **row}], supplier=[{"code": "ACME"}],
        supplier_item=[offer("A")], sales_history=history("A"),
    )  # fmt: skip


def known(of, **results):
    return known_of(of, results)


# --- what is read ---------------------------------------------------------------------------------------------------


def test_demand_of_what_is_sold_is_that_of_its_last_year():
    seen = known(spare())
    assert seen.demand.mean[0] == pytest.approx(WEEKLY[-52:].mean() / 7)
    assert seen.demand.sd[0] == pytest.approx(WEEKLY[-52:].std(ddof=1) / np.sqrt(7))
    assert (seen.demand.source, seen.demand.kind) == (["history"], ["smooth"])


def test_error_of_the_forecast_takes_the_place_of_the_spread_of_the_past():
    row = dict.fromkeys(ENTITIES["forecast_series"].columns)
    row |= {"item": "A", "site": "S", "customer": "", "period": "week", "sigma": 21 * SCALE}
    schema = ENTITIES["forecast_series"].schema()
    series = pl.DataFrame([row], schema=schema, orient="row")
    seen = known(spare(), forecast_series=series)
    assert seen.demand.sd[0] == pytest.approx(21 / np.sqrt(7))
    assert seen.demand.source == ["forecast"]


def test_demand_of_a_component_comes_down_from_what_it_is_used_in():
    of = plant(
        item=[item("CART", "make"), item("WHEEL")], sales_history=history("CART"), supplier=[{"code": "ACME"}],
        bom_line=[{"parent": "CART", "component": "WHEEL", "quantity": 4 * SCALE}], supplier_item=[offer("WHEEL")],
        operation=[], item_site=[{"item": "CART", "site": "S"}, {"item": "WHEEL", "site": "S"}],
    )  # fmt: skip
    seen = known(of)
    cart, wheel = (seen.network.node(code, "") for code in ("CART", "WHEEL"))
    assert seen.demand.mean[wheel] == pytest.approx(4 * seen.demand.mean[cart])
    assert seen.demand.sd[wheel] == pytest.approx(4 * seen.demand.sd[cart])
    assert seen.demand.source[wheel] == "parents"
    assert seen.demand.own_sd[wheel] == 0


def test_issues_of_the_ledger_tell_more_of_a_component_than_its_parents():
    moves = [
        {"number": f"M{place}", "item": "A", "from_location": "WH", "to_location": "PRODUCTION",
         "quantity": amount * SCALE, "at": (TODAY - 7 * (20 - place)) * DAY}
        for place, amount in enumerate([10, 30] * 10)
    ]  # fmt: skip
    seen = known(plant(item=[item("A")], item_site=[{"item": "A", "site": "S"}], stock_move=moves))
    assert seen.demand.source == ["issues"]
    assert seen.demand.mean[0] == pytest.approx(20 / 7)


def test_late_receipts_make_the_lead_time_longer_and_spread_it():
    lines = [
        {"order": f"PO{n}", "supplier": "ACME", "item": "A", "site": "S", "quantity": SCALE, "received": SCALE,
         "due": AS_OF - (100 - n) * DAY, "state": "closed"}
        for n in range(3)
    ]  # fmt: skip
    moves = [
        {"number": f"M{n}", "item": "A", "from_location": "SUPPLIER", "to_location": "WH", "quantity": SCALE,
         "at": AS_OF - (100 - n - late) * DAY, "reference": f"PO{n}"}
        for n, late in enumerate((0, 2, 4))
    ]  # fmt: skip
    tables = {
        "item": [item("A")], "item_site": [{"item": "A", "site": "S"}], "supplier": [{"code": "ACME"}],
        "supplier_item": [offer("A")], "stock_move": moves, "purchase_order_line": lines,
    }  # fmt: skip
    seen = known(plant(**tables)).supply
    assert (seen.mean[0], seen.sd[0], seen.seen[0], seen.source[0]) == (16.0, 2.0, 3, "receipts")
    few = known(plant(**{**tables, "stock_move": moves[:2]})).supply
    assert (few.mean[0], few.sd[0], few.seen[0], few.source[0]) == (14.0, 0.0, 0, "supplier")


# --- levels ---------------------------------------------------------------------------------------------------------

FACTS = Facts("A", "S", mean=10.0, sd=8.0, lead=14.0, lead_sd=2.0, order_cost=50.0, unit_cost=20.0, service=0.95)


def test_reorder_point_is_that_of_the_method_rounded_up():
    made = levels_of(FACTS, "reorder point")
    asked = reorder_point(lead_time_demand(10, 8, 14, 2), usual_lot(FACTS), 0.95, "fill")
    assert made.reorder_point == np.ceil(asked.level)
    assert made.order_quantity == np.ceil(np.sqrt(2 * 50 * 3650 / (20 * 0.2)))


@pytest.mark.parametrize("kind", ["fill", "cycle"])
@pytest.mark.parametrize("policy", [one for one in POLICIES if one != "buffer"])
@pytest.mark.parametrize("demand_kind", ["smooth", "lumpy"])
def test_policy_reaches_the_service_that_is_asked_of_it(policy, kind, demand_kind):
    facts = Facts(**{**vars(FACTS), "kind": kind, "demand_kind": demand_kind})
    assert levels_of(facts, policy).reached(kind) >= 0.945


def test_more_service_never_takes_less_stock():
    for policy in POLICIES:
        stocks = [levels_of(Facts(**{**vars(FACTS), "service": s}), policy).mean_stock for s in (0.8, 0.9, 0.99)]
        assert stocks == sorted(stocks)


def test_item_without_spread_and_lead_time_needs_no_safety_stock():
    facts = Facts("A", "S", mean=2.0, sd=0.0, lead=0.0, lead_sd=0.0)
    assert [levels_of(facts, policy).safety_stock <= 2.0 for policy in POLICIES] == [True] * len(POLICIES)
    assert levels_of(facts, "reorder point").reorder_point == 0


def test_costs_and_shares_are_numbers_for_extreme_facts():
    for change in ({"mean": 1e-6}, {"mean": 1e9, "sd": 1e9}, {"sd": 1e6}, {"lead": 0.0}, {"lead": 3000.0},
                   {"holding_rate": 0.0}, {"unit_cost": 0.0}, {"service": 0.9999}, {"step": 1e-6}):  # fmt: skip
        for one in all_levels(Facts(**{**vars(FACTS), **change})):
            numbers = (one.cost, one.mean_stock, one.fill_rate, one.cycle_service, one.order_up_to)
            assert np.isfinite(numbers).all(), (change, one.policy)
            assert 0 <= one.fill_rate <= 1


# --- the stage ------------------------------------------------------------------------------------------------------


def test_plant_without_service_levels_passes_as_it_is():
    of = spare(safety_stock=5 * SCALE)
    assert target_stage(of, {}) == (of, {}, [])


def test_service_level_becomes_the_safety_stock_that_the_plan_keeps():
    of = spare(service_level=950_000)
    seen, tables, problems = target_stage(of, {})
    row = seen.raw["item_site"].row(0, named=True)
    target = tables["stock_target"].row(0, named=True)
    assert not problems
    assert row["safety_stock"] == target["used_safety_stock"] > 0
    assert target["typed_safety_stock"] == 0
    assert target["reached"] >= 945_000
    assert with_targets(of, tables["stock_target"]).raw["item_site"].equals(seen.raw["item_site"])


def test_service_level_of_the_plant_holds_where_an_item_names_none():
    of = plant(
        [{"name": "default_service_level", "value": "0.9"}], item=[item("A")], item_site=[{"item": "A", "site": "S"}],
        sales_history=history("A"), supplier=[{"code": "ACME"}], supplier_item=[offer("A")],
    )  # fmt: skip
    assert target_stage(of, {})[1]["stock_target"]["wanted"].to_list() == [900_000]


def test_min_max_of_what_the_plan_knows_nothing_ahead_orders_at_the_reorder_point():
    seen, tables, _ = target_stage(spare(service_level=950_000, stock_policy="min-max"), {})
    row, target = (frame.row(0, named=True) for frame in (seen.raw["item_site"], tables["stock_target"]))
    assert row["lot_rule"] == "min-max"
    assert row["reorder_point"] == target["reorder_point"]
    assert row["order_up_to"] == target["order_up_to"]


def test_forecast_item_keeps_the_safety_stock_in_lots_of_the_policy():
    forecast = [{"item": "A", "site": "S", "start": TODAY, "end": TODAY + 90, "quantity": 910 * SCALE}]
    of = spare(service_level=950_000, stock_policy="reorder point")
    of = plant(**{name: of.raw[name].to_dicts() for name in ("item", "item_site", "supplier", "supplier_item",
                                                            "sales_history")}, forecast=forecast)  # fmt: skip
    row = target_stage(of, {})[0].raw["item_site"].row(0, named=True)
    assert row["lot_rule"] == "fixed"
    assert row["lot_quantity"] > 0
    assert row["reorder_point"] == 0
    assert row["safety_stock"] > 0


def test_same_plant_gives_the_same_targets_whatever_the_order_of_its_rows():
    codes = ("A", "B", "C")
    tables = {
        "item": [item(code) for code in codes], "supplier": [{"code": "ACME"}],
        "item_site": [{"item": code, "site": "S", "service_level": 950_000} for code in codes],
        "supplier_item": [offer(code, days) for days, code in enumerate(codes, start=5)],
        "sales_history": [row for code in codes for row in history(code)],
    }  # fmt: skip
    one = target_stage(plant(**tables), {})[1]["stock_target"]
    other = target_stage(plant(**{name: rows[::-1] for name, rows in tables.items()}), {})[1]["stock_target"]
    assert one.sort("item").equals(other.sort("item"))


# --- reports --------------------------------------------------------------------------------------------------------


def view(of):
    return MemoryView(of, Plan(MappingProxyType({}), AS_OF, "UTC", {}, "x", "0"))


def rows(page, place=0):
    return page.sheets[place].shown().to_dicts()


def test_policies_of_an_item_stand_side_by_side_with_the_one_to_take():
    page = run_report(view(spare(service_level=950_000)), "policy", {"item": "A"})
    found = rows(page)
    assert [row["policy"] for row in found] == ["as it is", *POLICIES]
    assert sum(row["chosen"] for row in found) == 1
    best = next(row for row in found if row["chosen"])
    assert best["policy"] == page.figures["best"]
    serving = [row["cost"] for row in found[1:] if row["serves"]]
    assert best["cost"] == min(serving)


def test_policy_of_an_item_that_is_not_there_is_a_problem_with_the_nearest_name():
    with pytest.raises(ProblemError, match="no item B"):
        run_report(view(spare()), "policy", {"item": "B"})
    with pytest.raises(ProblemError, match="above 0 and below 1"):
        run_report(view(spare()), "policy", {"item": "A", "service": "100"})


def test_replay_serves_about_what_was_computed_and_looks_at_no_day_ahead():
    page = run_report(view(spare(service_level=980_000)), "replay", {"item": "A"})
    assert page.figures["ahead"] is True
    found = {row["policy"]: row for row in rows(page)}
    for policy in ("reorder point", "min-max", "periodic"):
        assert found[policy]["fill_rate"] >= 930_000
    assert rows(page, 1)[-1]["week"] == TODAY - 7


def test_exchange_curve_rises_and_sharing_out_costs_no_more():
    tables = {
        "item": [item("A", cost=5), item("B", cost=80)], "supplier": [{"code": "ACME"}],
        "item_site": [{"item": code, "site": "S"} for code in "AB"], "supplier_item": [offer("A"), offer("B", 40)],
        "sales_history": [*history("A"), *history("B", WEEKLY // 7)],
    }  # fmt: skip
    curve = rows(run_report(view(plant(**tables)), "exchange_curve", {}))
    money = [row["each"] for row in curve]
    assert money == sorted(money)
    assert all(row["shared"] <= row["each"] + SCALE for row in curve)


def test_nine_classes_count_every_item_once():
    page = run_report(view(spare()), "abc_xyz", {})
    assert page.figures["classes"] == {name: int(name == "AX") for name in page.figures["classes"]}
    assert len(page.figures["classes"]) == 9


def test_stock_in_the_tree_costs_no_more_than_where_every_stage_keeps_its_own():
    of = plant(
        item=[item("CART", "make", 100), item("WHEEL", cost=5)], sales_history=history("CART"),
        bom_line=[{"parent": "CART", "component": "WHEEL", "quantity": 4 * SCALE}], supplier=[{"code": "ACME"}],
        supplier_item=[offer("WHEEL", 30)],
        item_site=[{"item": "CART", "site": "S", "lead_time": 5 * DAY_MS}, {"item": "WHEEL", "site": "S"}],
    )  # fmt: skip
    page = run_report(view(of), "multi_echelon", {})
    assert page.figures["status"] == "optimal"
    assert page.figures["cost"] <= page.figures["alone"]
    assert {row["item"]: row["covers"] for row in rows(page)} == {"CART": 5, "WHEEL": 30}


def test_buffer_in_the_red_is_ordered_up_to_the_top_of_green():
    of = spare(service_level=950_000, stock_policy="buffer")
    (line,) = rows(run_report(view(of), "buffers", {}))
    assert line["zone"] == "out"
    assert line["order"] >= line["top_of_green"] - line["net_flow"]


@pytest.mark.parametrize("topic", ["safety-stock", "reorder-point", "lot-size", "abc-class", "buffer"])
def test_working_of_each_number_ends_with_the_number(topic):
    page = run_report(view(spare(service_level=950_000)), "explain", {"what": topic, "of": "A"})
    assert page.figures["answer"] is not None
    assert page.figures["source"]


def test_empty_plant_gets_sentences_and_no_faults():
    empty = view(plant())
    for name in ("abc_xyz", "exchange_curve", "multi_echelon", "buffers", "stock_policies", "ageing_turns"):
        assert run_report(empty, name, {}).sentence


def test_list_of_policies_says_what_the_plan_computed():
    of = spare(service_level=950_000)
    _, tables, _ = target_stage(of, {})
    planned = MemoryView(of, Plan(MappingProxyType(tables), AS_OF, "UTC", {}, "x", "0"))
    (line,) = rows(run_report(planned, "stock_policies", {}))
    assert (line["computed"], line["class"], line["wanted"]) == (True, "AX", 950_000)
