"""Cost and time of an item, rolled up by hand."""

from decimal import Decimal

import pytest

from plantwright.core.column import Kind
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.problem import ProblemError
from plantwright.flows.roll_up import roll_up
from plantwright.flows.views import MemoryView
from plantwright.plant import make_plant

MONDAY = 20_458 * 1440
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TABLES = {
    "site": [{"code": "S"}],
    "item": [
        {"code": "A", "kind": "make", "standard_cost": 100 * SCALE},
        {"code": "B", "kind": "make"},
        {"code": "C", "kind": "buy", "standard_cost": 5 * SCALE},
    ],
    "bom_line": [
        {"parent": "A", "component": "B", "quantity": 2 * SCALE},
        {"parent": "A", "component": "C", "quantity": SCALE, "per": "order"},
        {"parent": "B", "component": "C", "quantity": 3 * SCALE, "scrap_factor": SCALE // 4},
    ],
    "work_center": [{"code": "W", "cost_rate": 60 * SCALE, "efficiency": SCALE // 2}],
    "operation": [
        {"item": "A", "sequence": 10, "work_center": "W", "setup": 20 * MINUTE, "run": 3 * MINUTE, "queue": HOUR},
        {
            "item": "B",
            "sequence": 10,
            "work_center": "W",
            "run_per": "hour",
            "rate": 60 * SCALE,
            "yield_ratio": SCALE // 2,
        },
        {"item": "B", "sequence": 20, "supplier": "X", "cost": 2 * SCALE, "lead_time": DAY},
    ],
    "supplier_item": [{"supplier": "X", "item": "C", "lead_time": 7 * DAY, "price": SCALE}],
}


def page(order=10, **more):
    tables = {name: raw_frame(ENTITIES[name], rows) for name, rows in {**TABLES, **more}.items()}
    return roll_up(MemoryView(make_plant(tables, MONDAY)), "A", Decimal(order))


def test_material_and_work_roll_up_through_scrap_yield_set_up_and_speed():
    # B: 3 / 0.75 = 4 C for 20; two minutes a good one (half are lost) at half speed: 4 min at 1 a minute; 2 outside.
    # A: 2 B and a tenth of a C; (20 min / 10 + 3 min) at half speed: 10 min at 1 a minute.
    figures = page().figures
    assert figures["material"] == round((2 * 20 + 0.5) * SCALE)
    assert figures["making"] == (2 * (4 + 2) + 10) * SCALE
    assert figures["cost"] == figures["material"] + figures["making"]


def test_time_is_that_of_the_longest_way():
    # C 7 d; B ten good ones: 40 min, 1 d outside; A: queue 1 h and (20 + 30) min at half speed.
    assert page().figures["time"] == 7 * DAY + 40 * MINUTE + DAY + HOUR + 100 * MINUTE


def test_smallest_order_spreads_the_set_up_though_less_is_asked_for():
    planned = [{"item": "A", "site": "S", "lot_minimum": 20 * SCALE}]
    (top, *_) = page(1, item_site=planned).sheets[0].rows.to_dicts()
    assert top["work"] == 8 * SCALE


def test_planned_time_of_an_item_takes_the_place_of_its_operations():
    planned = [{"item": "B", "site": "S", "lead_time": 2 * DAY}]
    assert page(item_site=planned).figures["time"] == 7 * DAY + 2 * DAY + HOUR + 100 * MINUTE


def test_loop_is_shown_once_and_not_followed():
    lines = [*TABLES["bom_line"], {"parent": "B", "component": "A", "quantity": SCALE}]
    assert [row["component"] for row in page(bom_line=lines).sheets[0].rows.to_dicts()].count("A") == 2


def test_operations_side_by_side_take_the_time_of_the_longer():
    steps = [{"item": "A", "sequence": n, "work_center": "W", "setup": n * MINUTE} for n in (10, 20, 30)]
    links = [{"item": "A", "before": 10, "after": 30}, {"item": "A", "before": 20, "after": 30}]
    own = page(operation=steps, operation_link=links).sheets[0].rows.to_dicts()[0]
    assert own["own_time"] == 2 * (20 + 30) * MINUTE


def test_order_of_nothing_is_refused():
    with pytest.raises(ProblemError, match="order must be above 0"):
        page(0)


def test_every_money_of_the_report_has_the_currency():
    columns = page().sheets[0].columns.values()
    assert {one.unit for one in columns if one.kind is Kind.MONEY} == {"EUR"}
