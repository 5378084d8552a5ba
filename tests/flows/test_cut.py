"""What an order takes is fixed for the moment at which its lot was cut, and the plan keeps that moment."""

import numpy as np
import pytest

import plantwright as pw
from plantwright.flows.plan.cut import latest_releases
from plantwright.methods.requirements import (
    SCALE,
    Demands,
    NodeKind,
    Nodes,
    Routing,
    plan_requirements,
    requirements_problem,
)
from plantwright.methods.working_time import working_time

TABLES = {
    "setting": "name,value\nas_of,2026-03-02T06:00\n",
    "site": "code\nPLANT\n",
    "calendar": "code\nDAY\n",
    "calendar_shift": "calendar,weekday,start,end\n"
    + "".join(f"DAY,{day},06:00,14:00\n" for day in ("mon", "tue", "wed", "thu", "fri")),
    "work_center": "code,calendar\nBENCH,DAY\n",
    "supplier": "code\nACME\n",
    "item": "code,kind\nTABLE,make\nOLD,buy\nNEW,buy\n",
    "operation": "item,sequence,work_center,run\nTABLE,10,BENCH,60\n",
    "bom_line": "parent,component,quantity,effective_from,effective_to\n"
    "TABLE,OLD,1,,2026-03-02\nTABLE,NEW,1,2026-03-03,\n",
    "supplier_item": "supplier,item,price,lead_time\nACME,OLD,3,1 d\nACME,NEW,3,1 d\n",
}


def planned(tmp_path, **more):
    for name, text in (TABLES | more).items():
        (tmp_path / f"{name}.csv").write_text(text)
    made = pw.plan(pw.load(tmp_path))
    assert made.verified, made.problems
    return made


@pytest.mark.parametrize(("due", "takes"), [("2026-03-03T12:00", ["OLD"]), ("2026-03-09T12:00", ["NEW"])])
def test_order_on_the_floor_takes_the_bill_of_its_latest_start(tmp_path, due, takes):
    order = f"order,item,quantity,state,due\nMO1,TABLE,20,firm,{due}\n"
    made = planned(tmp_path, production_order=order)
    rows = made["planned_component"]
    assert rows.filter(order="MO1")["item"].to_list() == takes


def test_order_that_waits_for_parts_keeps_the_bill_of_the_day_that_it_was_cut_for(tmp_path):
    made = planned(tmp_path, sales_order_line="order,item,quantity,due\nSO1,TABLE,10,2026-03-02\n")
    row = made["planned_order"].filter(item="TABLE").row(0, named=True)
    assert f"{row['cut']:%m-%d %H}" == "03-02 06"
    assert f"{row['start']:%m-%d %H}" >= "03-03 06"  # a day until its parts are there
    assert made["planned_component"].filter(order=row["order"])["item"].to_list() == ["OLD"]


@pytest.mark.parametrize("due", range(3000, 9000, 421))
def test_latest_release_is_that_of_the_planner(due):
    shifts = working_time([([480 + 1440 * day for day in range(9)], [960 + 1440 * day for day in range(9)])])
    routing = Routing([0, 2], calendar=[0, 0], setup=[30.0, 10.0], run=[7.0, 40.0], queue=[60, 0], move=[0, 90])
    demands = Demands([0], [due], [9 * SCALE])
    problem = requirements_problem(0, Nodes([NodeKind.MAKE]), routing=routing, calendars=shifts, demands=demands)
    orders = plan_requirements(problem).orders
    assert latest_releases(problem, orders.node, orders.quantity, np.array([due]), 0).tolist() == orders.start.tolist()
