"""How sure dates are: from records to spreads, from the plan in force to chances; what is free, kept and displaced."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from typer.testing import CliRunner

import plantwright as pw
from plantwright.core.action import run_action
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.doors.cli.app import app
from plantwright.flows.catalog import load_actions
from plantwright.flows.chances.asking import case_of
from plantwright.flows.chances.case import make_case
from plantwright.flows.chances.spreads import read_spreads
from plantwright.flows.exchange import import_files
from plantwright.flows.plan_store import keep_plan
from plantwright.flows.promise.asking import ask
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView, StoreView

UNIT = 1_000_000
DAYS = ("mon", "tue", "wed", "thu", "fri")
MOVES = [
    "1,2026-03-01,LEG,OPENING,STORE,90,", "2,2026-03-01,TABLE,OPENING,STORE,8,",
    *(f"{10 + n},2026-02-1{n}T12:00,LEG,SUPPLIER,STORE,10,PO-{n}" for n in range(5)),
    "30,2026-02-20,TABLE,STORE,CUSTOMER,5,S-OLD", "31,2026-02-20,LEG,STORE,LOSS,50,",
]  # fmt: skip
TABLES = {
    "site": "code,calendar\nPLANT,DAY",
    "calendar": "code\nDAY",
    "calendar_shift": "calendar,weekday,start,end\n" + "\n".join(f"DAY,{day},08:00,16:00" for day in DAYS),
    "work_center": "code,units\nSAW,1\nBENCH,1",
    "supplier": "code,name\nWOOD,Wood Ltd",
    "item": "code,kind,family\nTABLE,make,FURNITURE\nLEG,buy,",
    "bom_line": "parent,component,quantity\nTABLE,LEG,4",
    "supplier_item": "supplier,item,lead_time,price\nWOOD,LEG,2 d,1",
    "operation": "item,sequence,work_center,run,pausable\nTABLE,10,SAW,12,yes\nTABLE,20,BENCH,6,yes",
    "item_site": "item,site,source\nTABLE,PLANT,by kind",
    "location": "code,site,nettable\nSTORE,PLANT,yes",
    "stock_move": "number,at,item,from_location,to_location,quantity,reference\n" + "\n".join(MOVES),
    "customer": "code,name,priority\nACME,Acme,1\nBETA,Beta,5\nCODA,Coda,9",
    "sales_order_line": "order,customer,item,quantity,delivered,due,state\nS1,BETA,TABLE,20,,2026-03-03,open\n"
    "S2,CODA,TABLE,10,,2026-03-04,open\nS-OLD,ACME,TABLE,5,5,2026-02-20,closed",
    # Five receipts, expected at noon of the 9th, 10th ... and there one to five days after: three days on average.
    "purchase_order_line": "order,supplier,item,quantity,received,due,state\n"
    + "\n".join(f"PO-{n},WOOD,LEG,10,10,2026-02-09T12:00,closed" for n in range(5)),
    # Five runs at the saw that took 90, 95, 100, 105 and 110 % of 12 minutes a table.
    "production_order": "order,item,quantity,completed,state,due\n"
    + "\n".join(f"W{n},TABLE,10,10,closed,2026-02-1{n}" for n in range(5)),
    "production_operation": "order,sequence,state,done_quantity,run_taken\n"
    + "\n".join(f"W{n},10,done,10,{12 * (90 + 5 * n) / 10}" for n in range(5)),
    # Three breakdowns of two hours in working time; 80 working hours from the first until now.
    "down_time": "work_center,start,end,reason\nBENCH,2026-02-16T08:00,2026-02-16T10:00,breakdown\n"
    "BENCH,2026-02-18T08:00,2026-02-18T10:00,Breakdown of the clamp\n"
    "BENCH,2026-02-20T08:00,2026-02-20T10:00,breakdown\nSAW,2026-02-16T08:00,2026-02-16T10:00,service",
    "setting": "name,value\nas_of,2026-03-02",
}  # fmt: skip
STEADY = {"run_time_spread": "0", "lead_time_spread": "0"}


def write(folder, tables):
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def planned(folder, **changes):
    plant = pw.load(write(folder, TABLES | changes))
    return plant, pw.plan(plant)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return planned(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    """The same plant without records, and without spread by its settings."""
    nothing = {name: TABLES[name].split("\n")[0] for name in ("production_operation", "down_time")}
    settings = TABLES["setting"] + "".join(f"\n{name},{value}" for name, value in STEADY.items())
    moves = "\n".join(line for line in TABLES["stock_move"].split("\n") if "SUPPLIER" not in line)
    return planned(tmp_path_factory.mktemp("steady"), setting=settings, stock_move=moves, **nothing)


def minute(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 60


# --- what the records tell ------------------------------------------------------------------------------------------


def test_spread_of_run_times_is_that_of_the_reported_runs(small):
    """Of 0.9, 0.95, 1, 1.05 and 1.1 the mean is 1 and the deviation 0.0791."""
    known = read_spreads(small[0]).runs
    assert list(known) == ["SAW"]
    assert (known["SAW"].records, round(known["SAW"].mean, 6)) == (5, 1.0)
    assert known["SAW"].deviation == pytest.approx(0.0790569, abs=1e-6)


def test_delay_of_a_supplier_is_that_of_its_receipts(small):
    """One to five days late: three days on average, and a deviation of 1.58 days."""
    known = read_spreads(small[0]).receipts["WOOD"]
    assert (known.records, known.mean) == (5, 3 * 1440)
    assert known.deviation == pytest.approx(1.5811388 * 1440)


def test_breakdowns_are_counted_in_working_time_and_planned_service_is_none(small):
    """Two breakdowns after the first one, in the ten working days of eight hours since then; each takes two hours."""
    known = read_spreads(small[0]).breaks
    assert list(known) == ["BENCH"]
    assert known["BENCH"].rate == pytest.approx(2 / (10 * 480))
    assert known["BENCH"].repair == 120


def test_without_records_the_settings_hold(steady):
    found = read_spreads(steady[0])
    assert (found.runs, found.receipts, found.breaks) == ({}, {}, {})
    assert (found.run_time, found.lead_time) == (0.0, 0.0)


# --- chances of the plan --------------------------------------------------------------------------------------------


def test_without_spread_every_date_is_the_one_of_the_plan(steady):
    found = make_case(*steady).chances(20, 0)
    assert found["date_50"].to_list() == found["projected"].to_list() == found["date_95"].to_list()
    assert found["chance"].to_list() == [UNIT if one == "on time" else 0 for one in found["status"]]


def test_without_spread_every_date_of_the_sample_plant_is_the_one_of_the_plan(pumps):
    plant, plan = pumps
    settings = type(plant.settings)({**plant.settings, "run_time_spread": 0, "lead_time_spread": 0})
    untold = {
        "production_operation": plant.raw["production_operation"].with_columns(run_taken=pl.lit(None, pl.Int64)),
        "stock_move": plant.raw["stock_move"].with_columns(reference=pl.lit("")),
    }
    case = make_case(type(plant)({**plant.raw, **untold}, plant.as_of, settings), plan)
    assert not case.spreads.runs
    assert not case.spreads.receipts
    found = case.chances(2, 0)
    assert found.height == plan.raw["demand_plan"].height
    assert found["date_95"].to_list() == found["projected"].to_list()


def test_chances_and_dates_of_the_sample_plant_are_in_order(pumps):
    found = make_case(*pumps).chances(100, 3)
    there = found.filter(pl.col("projected").is_not_null())
    assert there["chance"].is_between(0, UNIT).all()
    assert ((there["projected"] <= there["date_50"]) & (there["date_50"] <= there["date_80"])).all()
    assert (there["date_80"] <= there["date_95"]).all()
    assert found.filter(pl.col("chance").is_between(1, UNIT - 1)).height > 0


def test_order_of_the_plan_waits_for_its_machine_with_a_chance(small):
    """20 tables less 3 in stock take the bench until the afternoon of the 2nd of March; they are due on the 3rd."""
    rows = make_case(*small).chances(400, 0)
    first = rows.filter(demand="S1").row(0, named=True)
    assert 0 < first["chance"] <= UNIT
    assert first["projected"] <= first["date_50"] <= first["date_95"]


def test_seed_decides(small):
    case = make_case(*small)
    assert case.chances(50, 7).equals(case.chances(50, 7))


def test_order_has_the_same_chance_alone_and_among_all(pumps):
    """What it hangs on is followed alone, with the same draws."""
    case = make_case(*pumps)
    found = case.chances(50, 1).filter(pl.col("projected") < pl.col("date_95"))
    assert case.chances(50, 1) is case.chances(50, 1)
    for row in found.head(3).iter_rows(named=True):
        curve = case.curve(row["demand"], 50, 1)
        assert (round(curve.by(row["due"]) * UNIT), curve.date(0.95)) == (row["chance"], row["date_95"])


def test_report_lists_orders_at_risk_with_what_the_spread_rests_on(small):
    page = run_report(MemoryView(*small), "chances", {"below": "100", "replications": "60"})
    assert page.figures["orders"] == page.figures["listed"] == 2
    assert page.sheets[0].rows.height == 2
    assert {"SAW", "WOOD", "BENCH"} <= set(page.sheets[1].rows["object"])
    assert "2 sales orders" in page.sentence


def test_one_order_is_told_as_a_curve_that_never_falls(small):
    page = run_report(MemoryView(*small), "chances", {"order": "S1", "replications": "200", "seed": "5"})
    shares = page.sheets[0].rows["chance"].to_list()
    assert shares == sorted(shares)
    assert shares[-1] == UNIT
    assert page.figures["seed"] == 5
    assert "plan" in " ".join(page.sheets[0].rows["mark"])


def test_working_of_a_chance_ends_in_it(small):
    view = MemoryView(*small)
    page = run_report(view, "explain", {"what": "promise", "of": "S1"})
    assert page.figures["answer"] == pytest.approx(case_of(view).curve("S1", 1000, 0).by(minute("2026-03-04")))


@pytest.mark.parametrize(
    "told",
    [{"replications": "0"}, {"replications": "10001"}, {"seed": "-1"}, {"below": "101"}, {"order": "NONE"}],
)
def test_questions_that_make_no_sense_are_refused(small, told):
    with pytest.raises(ProblemError):
        run_report(MemoryView(*small), "chances", told)


# --- a question as a curve ------------------------------------------------------------------------------------------


def test_question_without_spread_is_sure_of_its_date(steady):
    view = MemoryView(*steady)
    found = ask(view, "TABLE", Decimal(10), replications=10)
    assert set(found.curve.moments.tolist()) == {found.promised}


def test_question_has_dates_by_chance_and_the_seed_decides(small):
    view = MemoryView(*small)
    told = [
        ask(view, "TABLE", Decimal(20), date(2026, 3, 12), replications=200, seed=seed).told()["chances"]
        for seed in (1, 1, 2)
    ]
    assert told[0] == told[1] != told[2]
    assert told[0]["date_50"] <= told[0]["date_80"] <= told[0]["date_95"]
    assert 0 <= told[0]["chance_in_time"] <= 1


def test_legs_of_a_late_supplier_make_a_promise_late(small):
    """Legs come two days after they are ordered by the plan, and three days later on average by the records."""
    found = ask(MemoryView(*small), "LEG", Decimal(500), replications=500)
    assert found.curve.date(0.5) - found.promised == pytest.approx(3 * 1440, abs=600)


def test_report_promise_has_the_curve_beside_the_chain(small):
    page = run_report(MemoryView(*small), "promise", {"item": "TABLE", "quantity": "10", "replications": "50"})
    assert [one.chart is not None for one in page.sheets] == [False, True]
    assert page.figures["replications"] == 50
    bare = run_report(MemoryView(*small), "promise", {"item": "TABLE", "quantity": "10", "replications": "0"})
    assert len(bare.sheets) == 1


@pytest.mark.parametrize("item", ["P-100-1", "P-200-4", "MU-040", "S-100", "OK-100"])
def test_questions_of_the_sample_plant_are_never_sure_before_their_date(pumps, item):
    found = ask(MemoryView(*pumps), item, Decimal(7), replications=40)
    assert found.curve.moments.min() >= found.promised


# --- what is free, and for whom -------------------------------------------------------------------------------------


def test_available_to_promise_by_hand(steady):
    """3 tables are in stock, and what the plan makes, 27, is for the orders of 20 and 10: nothing is free."""
    page = run_report(MemoryView(*steady), "atp", {"item": "TABLE"})
    rows = page.sheets[0].rows
    assert (rows["receipts"].sum(), rows["committed"].sum()) == (27 * UNIT, 30 * UNIT)
    assert (page.figures["on_hand"], page.figures["now"]) == (3.0, 0.0)


def test_what_is_kept_for_a_class_is_out_of_reach_for_less_important_customers(tmp_path):
    """Of 40 free legs 30 are kept for customers of rank 1; Acme has ordered none of them."""
    rows = "order,customer,item,quantity,due,state\nS1,BETA,LEG,50,2026-03-03,open"
    kept = "item,rank,start,end,quantity\nLEG,1,2026-03-01,2026-03-31,30"
    plant, plan = planned(tmp_path, sales_order_line=rows, allocation=kept, bom_line="parent,component,quantity")
    view = MemoryView(plant, plan)
    stock = 40
    for customer, free in (("ACME", stock), ("BETA", stock - 30), ("", stock - 30)):
        page = run_report(view, "atp", {"item": "LEG", "customer": customer, "bucket": "month"})
        assert page.figures["now_for_customer"] == free, customer
    assert page.sheet("Kept for").rows["left"].to_list() == [30 * UNIT]


def test_share_of_a_family_is_kept_of_what_comes(tmp_path):
    """Half of the 3 tables in stock and of the 27 that are made is kept for Acme."""
    kept = "family,customer,start,end,share\nFURNITURE,ACME,2026-03-01,2026-03-31,0.5"
    view = MemoryView(*planned(tmp_path, allocation=kept))
    page = run_report(view, "atp", {"item": "TABLE", "bucket": "month"})
    assert page.sheet("Kept for").rows["kept"].to_list() == [15 * UNIT]


def test_working_of_available_to_promise_ends_in_it(small):
    page = run_report(MemoryView(*small), "explain", {"what": "atp", "of": "LEG"})
    assert page.figures["answer"] == run_report(MemoryView(*small), "atp", {"item": "LEG"}).figures["now"]


# --- what an earlier date displaces ---------------------------------------------------------------------------------


def test_order_that_is_put_in_first_makes_others_later(tmp_path):
    """70 tables take the saw 14 of its 16 hours until the evening of the 3rd: 17 for S1 no longer fit, due then."""
    plant, plan = planned(tmp_path, bom_line="parent,component,quantity")
    told = {"item": "TABLE", "quantity": "70", "date": "2026-03-03", "customer": "ACME"}
    page = run_report(MemoryView(plant, plan), "displaced", told)
    assert "S1" in set(page.sheet("What it costs").rows["demand"])
    assert page.figures["newly_late"] >= 1
    assert "ASKED" not in page.sentence
    assert plant.raw["sales_order_line"].height == 3


@pytest.mark.parametrize(
    ("name", "value"), [("quantity", "0"), ("date", "2026-02-01"), ("priority", "0"), ("item", "TABEL"), ("site", "X")]
)
def test_impossible_displacement_is_refused(small, name, value):
    told = {"item": "TABLE", "quantity": "5", "date": "2026-03-03"} | {name: value}
    with pytest.raises(ProblemError):
        run_report(MemoryView(*small), "displaced", told)


# --- promises that are kept, and how they turn out ------------------------------------------------------------------


@pytest.fixture
def store(small, tmp_path):
    load_actions()
    Store.create(tmp_path / "plant.db").close()
    (tmp_path / "tables").mkdir()
    with Store.open(tmp_path / "plant.db") as opened:
        import_files(opened, write(tmp_path / "tables", TABLES))
        keep_plan(opened, small[1], small[0].settings)
        yield opened


def test_promise_stands_in_the_order_and_is_recorded_with_its_chance(store):
    told = {"order": "S1", "day": "2026-03-05", "probability": "0.8"}
    run_action(store, "keep_promise", told, "anna")
    row = store.read("sales_order_line").filter(order="S1").row(0, named=True)
    assert row["promised"] == minute("2026-03-06")
    record = store.read("promise_record").row(0, named=True)
    assert (record["probability"], record["date"], record["by"]) == (800_000, minute("2026-03-06"), "anna")
    page = run_report(StoreView(store), "promise_calibration")
    assert page.figures["not_due_yet"] == 1


@pytest.mark.parametrize("told", [{"order": "S9"}, {"order": "S-OLD"}, {"order": "S1", "probability": "2"}])
def test_promise_that_cannot_be_kept_is_refused(store, told):
    with pytest.raises(ProblemError):
        run_action(store, "keep_promise", {"day": "2026-03-05"} | told, "anna")


def test_past_promises_are_judged_by_what_left_the_house(tmp_path):
    """Forty at 90 %: thirty left in time, five late, five are still open after their day."""
    count = 40
    lines = ["order,item,quantity,delivered,due,state"]
    moves, records = TABLES["stock_move"].split("\n")[:1], ["order,made_at,date,probability"]
    for n in range(count):
        state, moved = ("open", 0) if n >= 35 else ("closed", 1)
        lines.append(f"P{n},TABLE,1,{moved},2026-02-20,{state}")
        records.append(f"P{n},2026-02-01,2026-02-20,0.9")
        day = "2026-02-18" if n < 30 else "2026-02-25"
        if moved:
            moves.append(f"M{n},{day},TABLE,STORE,CUSTOMER,1,P{n}")
    plant = pw.load(write(tmp_path, {
        **TABLES, "sales_order_line": "\n".join(lines), "stock_move": "\n".join(moves),
        "promise_record": "\n".join(records),
    }))  # fmt: skip
    page = run_report(MemoryView(plant), "promise_calibration")
    assert (page.figures["kept"], page.figures["broken"], page.figures["enough"]) == (30, 10, True)
    band = page.sheets[0].rows.filter(pl.col("promises") > 0).row(0, named=True)
    assert (band["promises"], band["judgement"]) == (count, "too sure")
    assert page.figures["brier"] == pytest.approx((30 * 0.01 + 10 * 0.81) / 40)
    assert page.figures["brier_of_the_share"] == pytest.approx(0.75 * 0.25)
    # The sum of (o - p) (1 - 2p) is 4.8, and its variance 40 * 0.64 * 0.09 (D. J. Spiegelhalter 1986).
    assert page.figures["z"] == pytest.approx(4.8 / (40 * 0.64 * 0.09) ** 0.5, abs=1e-4)
    assert "not right" in page.notes[1]
    assert page.sheets[0].chart.series == ("stated", "kept", "least", "most")


def test_no_promise_yet_is_said(small):
    assert "No promise" in run_report(MemoryView(*small), "promise_calibration").sentence


def test_command_takes_replications_and_seed(store, tmp_path):
    told = ["promise", str(tmp_path / "plant.db"), "TABLE", "10", "--replications", "40", "--seed", "3", "--json"]
    answer = CliRunner().invoke(app, told)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output)["chances"]["replications"] == 40
