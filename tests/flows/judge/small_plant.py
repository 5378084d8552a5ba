"""A plant small enough to plan by hand, and the plan made by hand: Monday 2026-01-05 is day 0, times are UTC."""

from typing import Any

import polars as pl

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.problem import Problem
from plantwright.flows.plan.verify import verify
from plantwright.plant import Plant, make_plant

ONE = 1_000_000
MIN = 60_000
DAY_0 = 20_458
NOW = DAY_0 * 1440

Rows = dict[str, list[dict[str, Any]]]


def at(day: int, hour: int = 0, minute: int = 0) -> int:
    return (DAY_0 + day) * 1440 + hour * 60 + minute


def frames(rows: Rows) -> dict[str, pl.DataFrame]:
    return {name: raw_frame(ENTITIES[name], part) for name, part in rows.items()}


def operation(item: str, sequence: int, center: str, setup: float = 0, run: float = 0, **more: Any) -> dict[str, Any]:
    times = {"setup": int(setup * MIN), "run": int(run * MIN)}
    return {"item": item, "sequence": sequence, "work_center": center, **times, **more}


def day_calendar() -> Rows:
    """Mondays to Fridays, 8 to 16."""
    shifts = [
        {"calendar": "DAY", "weekday": day, "start": 480, "end": 960} for day in ("mon", "tue", "wed", "thu", "fri")
    ]
    return {"calendar": [{"code": "DAY"}], "calendar_shift": shifts}


def plant_rows() -> Rows:
    """Two products from one saw, a bought part, a phantom, a step done outside, and a second site."""
    opening = {"from_location": "OPENING", "at": NOW, "to_location": "STORE"}
    return {
        **day_calendar(),
        "site": [{"code": "P"}, {"code": "W"}],
        "supplier": [{"code": "ACME", "calendar": "DAY"}, {"code": "COAT"}],
        "item": [
            {"code": "A", "kind": "make", "standard_cost": 100 * ONE},
            {"code": "A2", "kind": "make", "standard_cost": 40 * ONE},
            {"code": "B", "kind": "buy", "standard_cost": 5 * ONE},
            {"code": "C", "kind": "buy", "standard_cost": 2 * ONE},
            {"code": "D", "kind": "buy", "standard_cost": 1 * ONE},
            {"code": "E", "kind": "buy", "standard_cost": 3 * ONE},
            {"code": "PH", "kind": "phantom"},
            {"code": "G", "kind": "make"},
        ],
        "bom_line": [
            {"parent": "A", "component": "B", "operation": 10, "quantity": 2 * ONE},
            {"parent": "A", "component": "PH", "operation": 20},
            {"parent": "PH", "component": "C", "quantity": 3 * ONE},
            {"parent": "A2", "component": "C", "operation": 10},
        ],
        "substitute": [{"parent": "A2", "component": "C", "substitute": "D", "ratio": 2 * ONE}],
        "work_center": [
            {"code": "LATHE", "calendar": "DAY", "units": 2},
            {"code": "SAW", "calendar": "DAY", "setup_matrix": "COLOUR"},
        ],
        "setup_change": [
            {"matrix": "COLOUR", "from_family": "RED", "to_family": "BLUE", "minutes": 20 * MIN},
            {"matrix": "COLOUR", "from_family": "*", "to_family": "*", "minutes": 15 * MIN},
        ],
        "skill": [{"code": "TURN"}],
        "person": [{"code": name, "calendar": "DAY"} for name in ("ANNA", "BEN", "CARL")],
        "person_skill": [{"person": name, "skill": "TURN"} for name in ("ANNA", "BEN")],
        "tool": [{"code": "JIG"}],
        "operation": [
            operation("A", 10, "LATHE", 30, 6, skill="TURN", tool="JIG"),
            operation("A", 20, "SAW", 10, 3, setup_family="RED", pausable=False),
            operation("A", 30, "", supplier="COAT", lead_time=1440 * MIN),
            operation("A2", 10, "SAW", 10, 3, setup_family="BLUE"),
            operation("G", 10, "LATHE", 0, 5),
        ],
        "item_site": [
            {"item": "A", "site": "P", "lot_minimum": 4 * ONE, "lot_multiple": 2 * ONE, "lot_maximum": 10 * ONE},
            {"item": "B", "site": "P", "planning_fence": 2160 * MIN},
            {"item": "E", "site": "W", "source": "transfer"},
        ],
        "supplier_item": [
            {"supplier": "ACME", "item": "B", "price": 5 * ONE, "lead_time": 2880 * MIN, "minimum": 10 * ONE,
             "multiple": 5 * ONE},
        ],
        "transfer_lane": [{"from_site": "P", "to_site": "W", "lead_time": 1440 * MIN}],
        "location": [
            {"code": "STORE", "site": "P"},
            {"code": "BIN", "parent": "STORE", "kind": "bin"},
            {"code": "CAGE", "site": "P", "kind": "quarantine", "nettable": False},
        ],
        "stock_move": [
            {"number": "1", "item": "C", "quantity": 50 * ONE, **opening},
            {"number": "2", "item": "C", "quantity": 7 * ONE, "from_location": "STORE", "to_location": "BIN", "at": 0},
            {"number": "3", "item": "C", "quantity": 3 * ONE, "from_location": "BIN", "to_location": "CAGE", "at": 0},
            {"number": "4", "item": "E", "quantity": 20 * ONE, **opening},
            {"number": "5", "item": "D", "quantity": 50 * ONE, **opening},
        ],
        "production_order": [
            {"order": "X1", "item": "G", "quantity": 7 * ONE, "completed": 1 * ONE, "due": at(1)},
        ],
        "production_component": [{"order": "X1", "component": "D", "required": 3 * ONE, "issued": 1 * ONE}],
        "purchase_order_line": [
            {"order": "PO1", "supplier": "ACME", "item": "B", "quantity": 25 * ONE, "received": 5 * ONE,
             "due": at(1, 8)},
        ],
        "customer": [{"code": "K", "priority": 2}],
        "sales_order_line": [
            {"order": "S1", "line": 1, "customer": "K", "item": "A", "quantity": 10 * ONE, "due": at(4, 12)},
            {"order": "S1", "line": 2, "customer": "K", "item": "A", "quantity": 4 * ONE, "due": at(3)},
            {"order": "S2", "line": 1, "customer": "K", "item": "A2", "quantity": 5 * ONE, "due": at(5)},
            {"order": "S3", "line": 1, "customer": "K", "item": "E", "site": "W", "quantity": 6 * ONE, "due": at(6)},
        ],
        "forecast": [{"item": "E", "start": DAY_0 + 7, "end": DAY_0 + 13, "quantity": 5 * ONE}],
    }  # fmt: skip


def order(name: str, item: str, source: str, quantity: float, start: int, finish: int, due: int, **more: Any) -> Any:
    common = {"site": "P", "state": "planned", "supplier": "", "from_site": "", "late": finish > due}
    values = {"item": item, "source": source, "quantity": int(quantity * ONE), "start": start, "finish": finish}
    begins = {"order_by": min(start, due), "cut": max(min(start, due), NOW)}
    return {"order": name, "due": due, **begins, "unit_cost": 0, **common, **values, **more}


def component(number: int, name: str, item: str, sequence: int, quantity: float, taken: int, **more: Any) -> Any:
    values = {"order": name, "item": item, "site": "P", "operation": sequence, "quantity": int(quantity * ONE)}
    return {"number": number, "needed": taken, "taken": taken, "replaces": "", **values, **more}


def peg(number: int, item: str, quantity: float, demand: str, supply: str, available: int, **more: Any) -> Any:
    kind = "order" if "component" in more else "sales order"
    values = {"item": item, "site": "P", "quantity": int(quantity * ONE), "demand_kind": kind, "demand": demand}
    ends = {
        "supply_kind": "order" if supply else "stock",
        "supply": supply,
        "available": available,
        "needed": available,
    }
    return {"number": number, **values, **ends, **more}


def demand(name: str, item: str, quantity: float, due: int, projected: int, **more: Any) -> Any:
    late = max(0, projected - due)
    values = {"quantity": int(quantity * ONE), "planned": int(quantity * ONE), "due": due, "projected": projected}
    return {
        "demand": name, "kind": "sales order", "customer": "K", "item": item, "site": "P", "priority": 2,
        "late_days": late * ONE // 1440, "status": "late" if late else "on time", "cause": "", "value": 0,
        **values, **more,
    }  # fmt: skip


def scheduled(name: str, sequence: int, item: str, place: str, start: int, finish: int, **more: Any) -> Any:
    center, _, unit = place.partition(" ")
    values = {
        "order": name,
        "sequence": sequence,
        "item": item,
        "work_center": center,
        "start": start,
        "finish": finish,
    }
    return {
        "unit": int(unit) if unit else None, "due": finish, "setup": 0, "run": 0, "quantity": 0, "family": "",
        "people": "", "state": "waiting", "alternate": False, **values, **more,
    }  # fmt: skip


def plan_rows() -> Rows:
    done_1, done_2, done_3 = at(2, 10, 10), at(3, 9, 31), at(1, 10, 55)
    a, made_a2 = {"unit_cost": 100 * ONE}, {"unit_cost": 40 * ONE}
    return {
        "planned_order": [
            order("PO1/1", "B", "buy", 20, at(0), at(1, 8), at(1, 8), state="sent", supplier="ACME"),
            order("P1", "B", "buy", 10, at(0, 8), at(2, 8), at(2, 8), supplier="ACME", unit_cost=5 * ONE),
            order("M1", "A", "make", 10, at(1, 8), done_1, at(4, 12), **a),
            order("M2", "A", "make", 4, at(2, 8), done_2, at(3), **a),
            order("M3", "A2", "make", 5, at(1, 10, 10), done_3, at(5), **made_a2),
            order("X1", "G", "make", 6, at(0, 8), at(0, 8, 30), at(1), state="released"),
            order("T1", "E", "transfer", 6, at(0), at(1), at(6), site="W", from_site="P"),
        ],
        "planned_component": [
            component(1, "M1", "B", 10, 20, at(1, 8)),
            component(2, "M1", "C", 20, 30, at(1, 9, 30)),
            component(3, "M2", "B", 10, 8, at(2, 8)),
            component(4, "M2", "C", 20, 12, at(2, 8, 54)),
            component(5, "M3", "C", 10, 5, at(1, 10, 10)),
            component(6, "T1", "E", 0, 6, at(0)),
            component(7, "X1", "D", 0, 2, at(0, 8)),
        ],
        "peg": [
            peg(1, "A", 10, "S1/1", "M1", done_1),
            peg(2, "A", 4, "S1/2", "M2", done_2),
            peg(3, "A2", 5, "S2/1", "M3", done_3),
            peg(4, "E", 6, "S3/1", "T1", at(1), site="W"),
            peg(5, "E", 5, "F E", "", at(0), demand_kind="forecast"),
            peg(6, "B", 20, "M1", "PO1/1", at(1, 8), component=1),
            peg(7, "C", 30, "M1", "", at(0), component=2),
            peg(8, "B", 8, "M2", "P1", at(2, 8), component=3),
            peg(9, "C", 12, "M2", "", at(0), component=4),
            peg(10, "C", 5, "M3", "", at(0), component=5),
            peg(11, "E", 6, "T1", "", at(0), component=6),
            peg(12, "D", 2, "X1", "", at(0), component=7),
        ],
        "demand_plan": [
            demand("S1/1", "A", 10, at(4, 12), done_1),
            demand("S1/2", "A", 4, at(3), done_2),
            demand("S2/1", "A2", 5, at(5), done_3),
            demand("S3/1", "E", 6, at(6), at(1), site="W"),
            demand("F E", "E", 5, at(7), at(0), kind="forecast", customer="", priority=9),
        ],
        "scheduled_operation": [
            scheduled("M1", 10, "A", "LATHE 1", at(1, 8), at(1, 9, 30), setup=30 * MIN, run=60 * MIN,
                      quantity=10 * ONE, people="ANNA, JIG"),
            scheduled("M1", 20, "A", "SAW 1", at(1, 9, 30), at(1, 10, 10), setup=10 * MIN, run=30 * MIN,
                      quantity=10 * ONE, family="RED"),
            scheduled("M1", 30, "A", "", at(1, 10, 10), done_1, quantity=10 * ONE),
            scheduled("M2", 10, "A", "LATHE 1", at(2, 8), at(2, 8, 54), setup=30 * MIN, run=24 * MIN,
                      quantity=4 * ONE, people="ANNA, JIG"),
            scheduled("M2", 20, "A", "SAW 1", at(2, 8, 54), at(2, 9, 31), setup=25 * MIN, run=12 * MIN,
                      quantity=4 * ONE, family="RED"),
            scheduled("M2", 30, "A", "", at(2, 9, 31), done_2, quantity=4 * ONE),
            scheduled("X1", 10, "G", "LATHE 2", at(0, 8), at(0, 8, 30), run=30 * MIN, quantity=6 * ONE),
            scheduled("M3", 10, "A2", "SAW 1", at(1, 10, 10), done_3, setup=30 * MIN, run=15 * MIN,
                      quantity=5 * ONE, family="BLUE"),
        ],
        "reason": [],
        "consumed_forecast": [],
    }  # fmt: skip


def plant_of(rows: Rows) -> Plant:
    return make_plant(frames(rows), NOW)


class Draft:
    """The plant and the plan as rows that a test may change."""

    def __init__(self) -> None:
        self.plant: Rows = plant_rows()
        self.plan: Rows = plan_rows()
        self.totals: dict[str, float] = {}
        self.previous: Rows = {}

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows = self.plan if table in self.plan else self.plant
        return rows.setdefault(table, [])

    def set(self, table: str, where: dict[str, Any], **values: Any) -> None:
        found = [row for row in self.rows(table) if all(row.get(name) == value for name, value in where.items())]
        assert found, f"{table} has no row {where}"
        for row in found:
            row.update(values)

    def add(self, table: str, *rows: dict[str, Any]) -> None:
        self.rows(table).extend(rows)

    def finish(self, name: str, demand_name: str, moment: int) -> None:
        """Let an order finish at another moment, in every table that says so."""
        self.set("planned_order", {"order": name}, finish=moment)
        self.set("peg", {"supply": name}, available=moment)
        self.set("demand_plan", {"demand": demand_name}, projected=moment)

    def judged(self, *, as_scheduled: bool = True) -> list[Problem]:
        tables = frames(self.plan)
        if not as_scheduled:
            del tables["scheduled_operation"]
        return verify(plant_of(self.plant), tables, NOW, as_scheduled, self.totals, frames(self.previous))
