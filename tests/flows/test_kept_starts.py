"""What may not be moved stays where it is: pins, frozen orders and the frozen zone; and what gives way to what."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import plantwright as pw
from plantwright.core.store import Store
from plantwright.flows.plan.verify import verify
from plantwright.flows.plan_store import Wishes, judge_plan, plan_store

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
BASE = {
    "site": "code,calendar\nPLANT,DAY",
    "calendar": "code\nDAY",
    "calendar_shift": "calendar,weekday,start,end\n"
    + "\n".join(f"DAY,{day},08:00,16:00" for day in ("mon", "tue", "wed", "thu", "fri")),
    "work_center": "code,units\nBENCH,2",
    "item": "code,kind\nTABLE,make\nCHAIR,make",
    "operation": "item,sequence,work_center,run,pausable\nTABLE,10,BENCH,12,yes\nCHAIR,10,BENCH,12,no",
    "setting": "name,value\nas_of,2026-03-02\nfrozen_zone,1 d",
}
ORDERS = "order,item,quantity,state,due"


def files(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in {**BASE, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def plant_of(folder: Path, **tables: str):
    return pw.load(files(folder, **tables))


def places(plan) -> dict[str, tuple[str, int]]:
    """Give start and unit of each order's operation."""
    rows = plan["scheduled_operation"].select("order", "start", "unit").iter_rows()
    return {order: (f"{start:%a %H:%M}", unit) for order, start, unit in rows}


def told(plan) -> set[str]:
    return {problem.code for problem in plan.problems if problem.code.startswith("pin")}


FOUR = "\n".join([ORDERS, *(f"W{k},TABLE,20,released,2026-03-02" for k in (1, 2, 3, 4))])
"""Four hours each on two units: all of Monday."""
ALL_SOLD = "order,item,quantity,due\nSO1,TABLE,80,2026-03-02"


def test_what_the_first_plan_starts_within_the_zone_stays_and_the_rest_moves(tmp_path):
    """A zone until nine o'clock: two orders start in it, the others after it."""
    zone = "name,value\nas_of,2026-03-02\nfrozen_zone,9 h"
    first = pw.plan(plant_of(tmp_path / "a", production_order=FOUR, sales_order_line=ALL_SOLD, setting=zone))
    before = places(first)
    frozen = {order for order, (start, _) in before.items() if start == "Mon 08:00"}
    assert len(frozen) == 2
    # All is due later now, and free orders move to just in time.
    later = "order,item,quantity,due\nSO1,TABLE,80,2026-03-13"
    plant = plant_of(tmp_path / "b", production_order=FOUR, sales_order_line=later, setting=zone)
    second = pw.plan(plant, previous=first)
    assert second.verified
    after = places(second)
    assert {order: after[order] for order in frozen} == {order: before[order] for order in frozen}
    assert all(after[order][0] != before[order][0] for order in before.keys() - frozen)
    free = places(pw.plan(plant))
    assert all(free[order][0] != before[order][0] for order in before)


def test_a_plan_that_moves_the_frozen_part_is_found_out(tmp_path):
    first = pw.plan(plant_of(tmp_path / "a", production_order=FOUR, sales_order_line=ALL_SOLD))
    plant = plant_of(
        tmp_path / "b", production_order=FOUR, sales_order_line="order,item,quantity,due\nSO1,TABLE,80,2026-03-13"
    )
    careless = pw.plan(plant)
    assert careless.verified
    faults = verify(plant, careless.raw, careless.as_of, scheduled=True, previous=first.raw)
    assert {fault.code for fault in faults} == {"verify-frozen"}
    assert {fault.key for fault in faults} == {f"W{k} / 10" for k in (1, 2, 3, 4)}
    assert all((fault.table, fault.column) == ("scheduled_operation", "start") and fault.value for fault in faults)


def test_an_order_that_is_gone_or_has_started_is_excused(tmp_path):
    first = pw.plan(plant_of(tmp_path / "a", production_order=FOUR, sales_order_line=ALL_SOLD))
    fewer = "\n".join(line for line in FOUR.splitlines() if not line.startswith("W1"))
    begun = "order,sequence,state,started_at\nW2,10,started,2026-03-01T20:00"
    plant = plant_of(
        tmp_path / "b", production_order=fewer.replace("W2,TABLE,20,released", "W2,TABLE,20,started"),
        sales_order_line=ALL_SOLD, production_operation=begun,
    )  # fmt: skip
    second = pw.plan(plant, previous=first)
    assert second.verified, [str(problem) for problem in second.problems]


def test_what_should_have_started_by_now_is_free_again(tmp_path):
    first = pw.plan(plant_of(tmp_path / "a", production_order=FOUR, sales_order_line=ALL_SOLD))
    tuesday = "name,value\nas_of,2026-03-03\nfrozen_zone,1 d"
    plant = plant_of(tmp_path / "b", production_order=FOUR, sales_order_line=ALL_SOLD, setting=tuesday)
    assert pw.plan(plant, previous=first).verified


def test_what_has_no_material_in_time_cannot_stay(tmp_path):
    tables = {
        "item": "code,kind\nTABLE,make\nCHAIR,make\nLEG,buy", "bom_line": "parent,component,quantity\nTABLE,LEG,1",
        "supplier": "code\nACME", "supplier_item": "supplier,item,lead_time\nACME,LEG,4 d",
        "production_order": f"{ORDERS}\nW1,TABLE,20,released,2026-03-03",
        "sales_order_line": "order,item,quantity,due\nSO1,TABLE,20,2026-03-03",
        "setting": "name,value\nas_of,2026-03-02\nfrozen_zone,3 d",
    }  # fmt: skip
    bought = "order,supplier,item,quantity,due\nPO1,ACME,LEG,20,{}"
    first = pw.plan(plant_of(tmp_path / "a", **tables, purchase_order_line=bought.format("2026-03-02T06:00")))
    assert places(first) == {"W1": ("Tue 12:00", 1)}
    plant = plant_of(tmp_path / "b", **tables, purchase_order_line=bought.format("2026-03-05T09:00"))
    second = pw.plan(plant, previous=first)
    assert second.verified, [str(problem) for problem in second.problems]
    assert places(second)["W1"][0].startswith("Thu")


@pytest.mark.parametrize(
    ("code", "tables", "start"),
    [
        (
            "pin-on-started",
            {
                "production_order": f"{ORDERS}\nW1,TABLE,20,started,2026-03-06",
                "production_operation": "order,sequence,state,started_at,pinned_start\n"
                "W1,10,started,2026-02-27T08:00,2026-03-04T08:00",
            },
            "Fri 08:00",
        ),
        (
            "pin-before-hold-ends",
            {
                "production_order": f"{ORDERS}\nW1,TABLE,20,released,2026-03-06",
                "production_operation": "order,sequence,pinned_start\nW1,10,2026-03-03T08:00",
                "order_hold": "order,start,until\nW1,2026-03-01,2026-03-04T10:00",
            },
            "Wed 10:00",
        ),
        (
            "pin-before-hold-ends",
            {
                "production_order": f"{ORDERS},start,firmness\nW1,TABLE,20,released,2026-03-06,2026-03-03T08:00,frozen",
                "order_hold": "order,start,until\nW1,2026-03-01,2026-03-04T10:00",
            },
            "Wed 10:00",
        ),
        (
            "pin-when-closed",
            {
                "production_order": f"{ORDERS}\nW1,CHAIR,20,released,2026-03-06",
                "production_operation": "order,sequence,pinned_start\nW1,10,2026-03-03T20:00",
            },
            "Wed 08:00",
        ),
        (
            "pin-when-closed",
            {
                "production_order": f"{ORDERS},start,firmness\nW1,CHAIR,20,released,2026-03-06,2026-03-03T20:00,pinned",
            },
            "Wed 08:00",
        ),
    ],
)
def test_a_pin_that_cannot_be_kept_is_told_and_the_plan_is_right(tmp_path, code, tables, start):
    plan = pw.plan(plant_of(tmp_path / "a", **tables))
    assert plan.verified, [str(problem) for problem in plan.problems]
    assert told(plan) == {code}
    assert places(plan)["W1"][0] == start


def test_the_third_of_three_pins_on_two_units_waits_for_the_first(tmp_path):
    orders = "\n".join([ORDERS, *(f"W{k},CHAIR,20,released,2026-03-06" for k in (1, 2, 3))])
    pins = "order,sequence,pinned_start\nW1,10,2026-03-03T08:00\nW2,10,2026-03-03T09:00\nW3,10,2026-03-03T10:00"
    plan = pw.plan(plant_of(tmp_path / "a", production_order=orders, production_operation=pins))
    assert plan.verified, [str(problem) for problem in plan.problems]
    assert told(plan) == {"pins-overlap"}
    assert places(plan) == {"W1": ("Tue 08:00", 1), "W2": ("Tue 09:00", 2), "W3": ("Tue 12:00", 1)}


def test_pins_that_want_one_person_at_once_follow_each_other(tmp_path):
    orders = "\n".join([ORDERS, *(f"W{k},TABLE,20,released,2026-03-06" for k in (1, 2))])
    pins = "order,sequence,pinned_start\nW1,10,2026-03-03T08:00\nW2,10,2026-03-03T09:00"
    skilled = "item,sequence,work_center,run,skill\nTABLE,10,BENCH,12,JOIN"
    plan = pw.plan(
        plant_of(
            tmp_path / "a", production_order=orders, production_operation=pins, operation=skilled, skill="code\nJOIN",
            person="code,calendar\nANNA,DAY", person_skill="person,skill\nANNA,JOIN",
        )
    )  # fmt: skip
    assert plan.verified, [str(problem) for problem in plan.problems]
    assert [start for start, _ in places(plan).values()] == ["Tue 08:00", "Tue 12:00"]


# --- plans that are kept --------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    from plantwright.flows.exchange import import_files

    store = Store.create(tmp_path / "plant.db")
    import_files(store, files(tmp_path / "in", production_order=FOUR, sales_order_line=ALL_SOLD))
    yield store
    store.close()


def test_the_next_plan_of_a_store_keeps_the_frozen_part_of_the_latest(store):
    first = plan_store(store)
    with store.begin("anna", "test") as tx:
        line = tx.read("sales_order_line")
        tx.update("sales_order_line", line.with_columns(due=pl.col("due") + 9 * 1440))
    second = plan_store(store)
    assert second.options["previous"] == first.number
    assert second.verified
    assert places(second) == places(first)
    assert judge_plan(store)[1] == []


def test_a_scenario_follows_its_own_plans_and_at_first_that_of_the_plant(store):
    base = plan_store(store)
    with store.begin("anna", "test") as tx:
        tx.insert("scenario", pl.DataFrame({"code": ["MORE"], "name": [""]}))
    first = plan_store(store, Wishes(scenario="MORE"))
    plan_store(store)
    second = plan_store(store, Wishes(scenario="MORE"))
    assert first.options["previous"] == base.number
    assert second.options["previous"] == first.number
