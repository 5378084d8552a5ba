"""What can be promised: worked by hand on a small plant, and by its laws on the sample plant."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import as_file, files

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import plantwright as pw
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.doors.cli.app import app
from plantwright.flows.exchange import import_files
from plantwright.flows.plan_store import keep_plan
from plantwright.flows.promise.answer import make_promiser
from plantwright.flows.promise.asking import ask
from plantwright.flows.promise.known import Supply
from plantwright.flows.promise.open_supply import Held, open_supplies
from plantwright.flows.promise.trial import Trial
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView
from plantwright.methods.working_time import NEVER, minutes_worked

UNIT = 1_000_000
DAYS = ("mon", "tue", "wed", "thu", "fri")
TABLES = {
    "site": "code,calendar\nPLANT,DAY",
    "calendar": "code\nDAY",
    "calendar_shift": "calendar,weekday,start,end\n" + "\n".join(f"DAY,{day},08:00,16:00" for day in DAYS),
    "work_center": "code,units\nSAW,1\nBENCH,1",
    "supplier": "code,name\nWOOD,Wood Ltd",
    "item": "code,kind\nTABLE,make\nSHELF,make\nSET,make\nLEG,buy\nDREAM,make",
    "bom_line": "parent,component,quantity\nTABLE,LEG,4\nSET,TABLE,1\nSET,LEG,1",
    "supplier_item": "supplier,item,lead_time,price\nWOOD,LEG,2 d,1",
    "operation": "item,sequence,work_center,run,pausable\nTABLE,10,SAW,12,yes\nTABLE,20,BENCH,6,yes\n"
    "SHELF,10,SAW,12,yes\nSHELF,20,BENCH,6,yes\nSET,10,BENCH,30,yes",
    "item_site": "item,site,source,lot_minimum,lot_multiple\nSHELF,PLANT,by kind,5,5\nDREAM,PLANT,none,,",
    "location": "code,site,nettable\nSTORE,PLANT,yes",
    "stock_move": "number,at,item,from_location,to_location,quantity\n1,2026-03-01,LEG,OPENING,STORE,90",
    "customer": "code,name\nACME,Acme",
    "sales_order_line": "order,item,quantity,due\nS1,TABLE,20,2026-03-01",
    "setting": "name,value\nas_of,2026-03-02",
}


def write(folder, tables):
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    plant = pw.load(write(tmp_path_factory.mktemp("plant"), TABLES))
    return plant, pw.plan(plant)


@pytest.fixture(scope="module")
def promiser(small):
    return make_promiser(*small)


@pytest.fixture(scope="module")
def pumps():
    with as_file(files("plantwright") / "samples" / "pumps") as folder:
        plant = pw.load(folder)
    return plant, pw.plan(plant)


def minute(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 60


def test_item_of_bought_parts_waits_for_them_and_then_for_room(promiser):
    """The plan holds SAW on Monday 8-12 and BENCH 12-14 for S1, and pegs 80 of the 90 legs to it.

    10 tables take 40 legs: 10 are free, 30 come two days from now, on Wednesday at 0:00. SAW then runs 120 minutes from
    8:00, and BENCH 60 minutes from 10:00.
    """
    found = promiser.promise("TABLE", 10 * UNIT)
    assert found.promised == minute("2026-03-04T11:00")
    lines = found.chain.filter("decides").select("what", "start", "finish").rows()
    assert lines == [
        ("purchase", minute("2026-03-02"), minute("2026-03-04")),
        ("operation 10", minute("2026-03-04T08:00"), minute("2026-03-04T10:00")),
        ("operation 20", minute("2026-03-04T10:00"), minute("2026-03-04T11:00")),
    ]
    assert found.chain.filter(what="stock")["quantity"].to_list() == [10 * UNIT]


def test_operations_go_into_gaps_of_the_schedule_and_lots_are_rounded_up(promiser):
    """A shelf has lots of 5: 60 minutes on SAW from 12:00, when S1 leaves it, and 30 on BENCH, held until 14:00."""
    found = promiser.promise("SHELF", UNIT)
    assert found.promised == minute("2026-03-02T14:30")
    assert found.chain["quantity"].to_list() == [5 * UNIT, 5 * UNIT]
    assert found.chain["start"].to_list() == [minute("2026-03-02T12:00"), minute("2026-03-02T14:00")]


def test_free_stock_is_there_at_once_and_pegged_stock_is_not(promiser):
    assert promiser.promise("LEG", 10 * UNIT).promised == minute("2026-03-02")
    more = promiser.promise("LEG", 11 * UNIT)
    assert (more.promised, more.from_stock) == (minute("2026-03-04"), 10 * UNIT)


def test_what_one_part_takes_another_part_does_not_get(promiser):
    """A set takes a table of 4 legs and a leg: of the 10 free ones both are served, but 3 sets need 15."""
    assert promiser.promise("SET", 2 * UNIT).chain.filter(what="purchase").height == 0
    assert promiser.promise("SET", 3 * UNIT).chain.filter(what="purchase")["quantity"].sum() == 5 * UNIT


def test_question_leaves_plan_and_promiser_as_they_are(promiser):
    first = promiser.promise("TABLE", 10 * UNIT)
    assert promiser.promise("TABLE", 10 * UNIT).chain.equals(first.chain)


def test_item_that_nobody_makes_or_sells_cannot_be_promised(promiser):
    found = promiser.promise("DREAM", UNIT)
    assert (found.promised, found.possible) == (None, False)
    assert "cannot be delivered" in found.page().sentence


def test_wanted_date_is_judged(promiser):
    assert promiser.promise("TABLE", 10 * UNIT, minute("2026-03-05")).possible
    late = promiser.promise("TABLE", 10 * UNIT, minute("2026-03-03"))
    assert not late.possible
    assert late.figures["days_after_wanted"] == pytest.approx(1.46)


def test_everything_wrong_with_a_question_is_told_at_once(promiser):
    with pytest.raises(ProblemError) as caught:
        promiser.promise("TABEL", 0, customer="NOBODY")
    assert len(caught.value.problems) == 3


def test_plan_without_schedule_can_promise_nothing(small):
    with pytest.raises(ProblemError, match="no schedule"):
        make_promiser(small[0], pw.plan(small[0], schedule=False))


def test_report_and_answer_are_one(small):
    view = MemoryView(*small)
    page = run_report(view, "promise", {"item": "TABLE", "quantity": "10", "date": "2026-03-04", "replications": "0"})
    found = ask(view, "TABLE", Decimal(10), date(2026, 3, 4), customer="ACME")
    assert page.sentence == found.page().sentence
    assert found.possible
    assert json.dumps(found.told())


def test_what_is_kept_for_others_is_left_to_them(tmp_path):
    tables = TABLES | {
        "customer": "code,name,priority\nACME,Acme,2\nBIG,Big,1\nSMALL,Small,3",
        "allocation": "item,customer,start,end,quantity\nLEG,BIG,2026-03-01,2026-03-31,6",
    }
    plant = pw.load(write(tmp_path, tables))
    view = MemoryView(plant, pw.plan(plant))
    from_stock = {
        customer: ask(view, "LEG", Decimal(10), customer=customer).from_stock / UNIT
        for customer in ("ACME", "BIG", "SMALL", "")
    }
    assert from_stock == {"ACME": 4, "BIG": 10, "SMALL": 4, "": 4}  # 90 in stock, of which S1 takes 80
    page = run_report(view, "promise", {"item": "LEG", "quantity": "10", "customer": "ACME", "replications": "0"})
    assert any("6 of it are kept for other customers" in note for note in page.notes)
    assert ask(view, "LEG", Decimal(4), customer="ACME").promised == view.as_of
    late = ask(view, "SHELF", Decimal(1), customer="ACME")  # nothing is kept of it
    assert late.promised == ask(view, "SHELF", Decimal(1)).promised


supplies = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30)), max_size=6).map(
    lambda rows: [Supply(time, quantity) for time, quantity in sorted(rows)]
)
holds = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30), st.integers(1, 40)), max_size=3).map(
    lambda rows: [Held(start, start + length, quantity) for start, length, quantity in rows]
)


@given(supplies, holds)
def test_what_is_open_to_a_customer_leaves_others_theirs_and_is_all_he_can_have(free, held):
    found = open_supplies(free, held)
    assert [one.time for one in found] == sorted(one.time for one in found)
    if free:  # when no period runs any more, nothing is lost
        assert sum(one.quantity for one in found) == sum(one.quantity for one in free)
    for moment in range(82):
        there = sum(one.quantity for one in free if one.time <= moment)
        taken = sum(one.quantity for one in found if one.time <= moment)
        kept = sum(one.quantity for one in held if one.start <= moment < one.end)
        assert taken <= max(there - kept, 0)


@pytest.fixture(scope="module")
def database(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    path = folder / "plant.db"
    Store.create(path).close()
    (folder / "tables").mkdir()
    with Store.open(path) as store:
        import_files(store, write(folder / "tables", TABLES))
        keep_plan(store, small[1], small[0].settings)
    return str(path)


def test_command_tells_the_date_and_what_it_hangs_on(database):
    told = CliRunner().invoke(app, ["promise", database, "TABLE", "10"])
    assert told.exit_code == 0, told.output
    assert "11:00" in told.output
    told = CliRunner().invoke(app, ["promise", database, "TABLE", "10", "2026-03-03", "--customer", "ACME", "--json"])
    answer = json.loads(told.output)
    assert (answer["possible"], answer["promised"][:16]) == (False, "2026-03-04T11:00")


def test_command_refuses_what_is_no_quantity(database):
    assert CliRunner().invoke(app, ["promise", database, "TABLE", "many"]).exit_code == 1


ASKED = ("P-100-1", "P-200-4", "P-300-X", "MU-040", "S-100", "MIX-BLU", "OK-100")


@pytest.mark.parametrize("item", ASKED)
def test_inserted_operations_overlap_nothing_and_lie_in_open_time(pumps, item):
    known = make_promiser(*pumps).known
    trial = Trial(known)
    assert trial.get(known.node_of[item, known.n.nodes.main], 7 * UNIT).row >= 0
    held = {unit: list(zip(*(one.tolist() for one in spans), strict=True)) for unit, spans in known.busy.items()}
    placed = [row for row in trial.rows if row.unit >= 0]
    assert placed
    for row in placed:
        for one in (row.unit, *row.crew):
            spans = held.setdefault(one, [])
            assert all(row.finish <= a or b <= row.start for a, b in spans)
            spans.append((row.start, row.finish))
            edges = [row.start, row.finish - 1], [row.start + 1, row.finish]
            assert minutes_worked(known.n.clocks.time, known.calendar[one], *edges).tolist() == [1, 1]


def test_operation_waits_for_somebody_who_can_do_it(tmp_path):
    """Only Ann can saw, from 8:00 to 16:00, and she is away on Monday: the saw is free, but a shelf waits for her."""
    tables = {
        **TABLES,
        "sales_order_line": "order,item,quantity,due",
        "skill": "code\nSAWING",
        "person": "code,site\nANN,PLANT",
        "person_skill": "person,skill\nANN,SAWING",
        "absence": "person,start,end\nANN,2026-03-02T00:00,2026-03-03T00:00",
        "operation": "item,sequence,work_center,run,pausable,skill,people\nSHELF,10,SAW,12,yes,SAWING,1",
        "bom_line": "parent,component,quantity",
    }
    plant = pw.load(write(tmp_path, tables))
    found = make_promiser(plant, pw.plan(plant)).promise("SHELF", UNIT)
    assert found.promised == minute("2026-03-03T09:00")


@pytest.mark.parametrize("item", ASKED)
def test_more_is_never_promised_earlier(pumps, item):
    promiser = make_promiser(*pumps)
    dates = [promiser.promise(item, quantity * UNIT).promised for quantity in (1, 5, 10, 50, 200)]
    moments = [NEVER if one is None else one for one in dates]
    assert moments == sorted(moments)


def test_what_no_demand_has_is_free_and_no_more(pumps):
    plant, plan = pumps
    known = make_promiser(plant, plan).known
    stock = dict(known.n.stock.iter_rows())
    pegged = plan.raw["peg"].filter(pl.col("supply") == "").group_by("item", "site").agg(pl.col("quantity").sum())
    for item, site, quantity in pegged.iter_rows():
        node = known.node_of[item, site]
        free = sum(one.quantity for one in known.supplies.get(node, ()) if not one.order)
        assert free <= stock[node] - quantity
