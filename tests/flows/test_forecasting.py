"""From sales history to the forecast that is planned: series, cleaning, hold-out, overrides, new items, and pure."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import plantwright as pw
from plantwright.areas.demand.tables import FORECAST_METHODS
from plantwright.core.action import run_action
from plantwright.core.journal import reverse
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.doors.cli.app import app
from plantwright.flows.catalog import load_actions
from plantwright.flows.exchange import import_files
from plantwright.flows.forecasting.cluster import Cluster
from plantwright.flows.forecasting.compute import compute
from plantwright.flows.forecasting.past import read_pasts
from plantwright.flows.forecasting.periods import numbers_of, starts_of
from plantwright.flows.forecasting.stage import forecast_stage, forecasts_of, used_pairs
from plantwright.flows.plan_store import plan_store
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView, StoreView
from plantwright.methods.forecasting import METHODS
from plantwright.plant import Plan

UNIT = 1_000_000
BASE = {
    "site": "code\nPLANT",
    "setting": "name,value\nas_of,2026-03-02\ntime_zone,Europe/Berlin\nforecast_months,6\nhorizon,365 d",
    "item": "code,kind,family\nA,buy,F\nB,buy,F\nC,buy,G",
    "customer": "code\nX\nY",
    "supplier": "code\nACME",
    "supplier_item": "supplier,item,lead_time,price\nACME,A,2 d,1\nACME,B,2 d,1\nACME,C,2 d,1",
}


def months(item, values, first="2024-03", extra=""):
    """Sales on the fifteenth of each month from the first on."""
    begin = np.datetime64(first, "M")
    return "".join(f"{item},{begin + k}-15,{value}{extra}\n" for k, value in enumerate(values))


@pytest.fixture
def plant_of(tmp_path):
    def make(**tables):
        for name, text in {**BASE, **tables}.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return pw.load(tmp_path)

    return make


HEAD = "item,day,quantity\n"
STEADY = months("A", [100, 104, 96, 101, 99, 103] * 4)


def view_of(plant):
    tables = forecasts_of(plant)
    return MemoryView(plant, Plan(tables, plant.as_of, plant.settings.zone, {}, "", ""))


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter"])
def test_periods_begin_where_the_one_before_ends(period):
    days = np.arange(10_000, 30_000)
    numbers = numbers_of(days, period)
    assert (np.diff(numbers) >= 0).all()
    assert set(np.diff(numbers)) <= {0, 1}
    assert (starts_of(numbers, period) <= days).all()
    assert (starts_of(numbers + 1, period) > days).all()


def test_every_method_may_be_chosen_for_an_item_and_nothing_else():
    assert [name for name in FORECAST_METHODS if name != "none"] == list(METHODS)


def test_plant_without_a_past_passes_untouched(plant_of):
    plant = plant_of()
    assert forecast_stage(plant) == (plant, {}, [])
    assert forecast_stage(plant)[0] is plant


def test_computed_forecast_stands_in_the_table_that_is_planned(plant_of):
    plant = plant_of(sales_history=HEAD + STEADY)
    seen, tables, _ = forecast_stage(plant)
    assert not plant.raw["forecast"].height
    rows = seen["forecast"]
    assert rows["item"].unique().to_list() == ["A"]
    assert rows["start"][0] == date(2026, 3, 1)
    assert rows.height == 6
    assert all(90 <= one <= 110 for one in rows["quantity"])
    assert tables["forecast_series"]["demand_class"].to_list() == ["smooth, seasonal"]


def test_typed_forecast_comes_first_unless_the_setting_says_otherwise(plant_of):
    typed = "item,start,end,quantity\nA,2026-04-01,2026-04-30,7"
    both = {"sales_history": HEAD + STEADY + months("B", [20] * 24), "forecast": typed}
    seen, tables, _ = forecast_stage(plant_of(**both))
    assert seen["forecast"].filter(item="A")["quantity"].to_list() == [7]
    assert seen["forecast"].filter(item="B").height == 6
    assert tables["forecast_series"].select("item", "used").rows() == [("A", False), ("B", True)]
    computed = plant_of(**both, setting=BASE["setting"] + "\nforecast_source,computed")
    assert forecast_stage(computed)[0]["forecast"].filter(item="A").height == 6
    none = plant_of(**both, setting=BASE["setting"] + "\nforecast_source,none")
    assert not forecast_stage(none)[0]["forecast"].height


def test_what_is_only_shown_is_not_planned(plant_of):
    plant = plant_of(sales_history=HEAD + STEADY, forecast_setup="item,planned\nA,no")
    seen, tables, _ = forecast_stage(plant)
    assert not seen["forecast"].height
    assert tables["item_forecast"].height == 6


def test_past_order_lines_count_where_the_history_is_silent(plant_of):
    history = "item,customer,day,quantity\nA,X,2026-01-10,5\nA,,2026-01-20,8\nB,,2026-02-02,1\n"
    lines = (
        "order,line,customer,item,quantity,due,state\nS1,1,X,A,5,2026-01-10,closed\nS1,2,Y,A,3,2026-01-10,closed\n"
        "S1,3,Y,A,8,2026-01-20,closed\nS2,1,Y,A,4,2026-02-05,open\nS3,1,Y,A,9,2026-02-06,cancelled\n"
        "S4,1,Y,C,2,2026-02-06,closed\nS5,1,Y,A,2,2026-03-09,open\n"
    )
    (past,) = read_pasts(plant_of(sales_history=history, sales_order_line=lines))
    assert past.keys["item"].to_list() == ["A", "B"]  # nothing asks for a forecast of C
    assert past.values.tolist() == [5 + 3 + 8, 4, 1]


def test_units_of_records_are_converted_and_returns_taken_off_the_sale(plant_of):
    plant = plant_of(
        item_unit="item,unit,factor\nA,box,10",
        sales_history="item,day,quantity,returned,unit\nA,2025-12-10,3,,box\nA,2026-01-10,20,,\nA,2026-02-10,12,5,\n",
    )
    (past,) = read_pasts(plant)
    assert past.values.tolist() == [30, 20, 12]
    used = forecasts_of(plant)["forecast_history"]
    assert used["used"].to_list() == [30 * UNIT, 20 * UNIT, 7 * UNIT]
    assert used["flag"].to_list() == ["", "", "return"]


def test_stock_out_is_lifted_flagged_and_not_held_against_the_forecast(plant_of):
    values = [100, 104, 96, 101, 99, 103] * 4
    rows = months("A", values).splitlines()
    rows[-2] = rows[-2].rsplit(",", 1)[0] + ",20"
    history = "item,day,quantity,stocked_out\n" + "\n".join(
        f"{row},{'yes' if place == len(rows) - 2 else ''}" for place, row in enumerate(rows)
    )
    view = view_of(plant_of(sales_history=history))
    point = view.result("forecast_history").row(-2, named=True)
    assert point["seen"] == 20 * UNIT
    assert point["used"] > 90 * UNIT
    assert "stock-out" in point["flag"]
    assert point["backtest"] is None
    assert view.result("forecast_series")["stock_outs"].to_list() == [1]


def test_hold_out_never_sees_what_it_forecasts(plant_of):
    values = [100, 104, 96, 101, 99, 103] * 4
    before = forecasts_of(plant_of(sales_history=HEAD + months("A", values)))["forecast_history"]
    after = forecasts_of(plant_of(sales_history=HEAD + months("A", [*values[:-1], 500])))["forecast_history"]
    assert before["backtest"].drop_nulls().to_list() == after["backtest"].drop_nulls().to_list()
    assert before["backtest"].drop_nulls().len() == 6


def test_totals_are_kept_when_pieces_are_whole(plant_of):
    plant = plant_of(sales_history=HEAD + months("A", [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0] * 2))
    rows = forecasts_of(plant)["item_forecast"]
    assert (rows["quantity"] % UNIT == 0).all()
    assert abs(rows["quantity"].sum() - rows["statistical"].sum()) <= UNIT // 2 + 1


def test_overrides_stand_beside_what_is_computed(plant_of):
    said = (
        "item,start,change,value,by,reason\nA,2026-04-10,set,150,anna,fair\nA,2026-05-01,add,-20,anna,strike\n"
        "A,2026-06-01,multiply,1.5,anna,sale\n"
    )
    rows = forecasts_of(plant_of(sales_history=HEAD + STEADY, forecast_override=said))["item_forecast"]
    plain = forecasts_of(plant_of(sales_history=HEAD + STEADY, forecast_override="item,start,value"))["item_forecast"]
    assert rows["statistical"].to_list() == plain["statistical"].to_list()
    assert rows["quantity"][1] == 150 * UNIT
    assert rows["override"][2] == rows["statistical"][2] - 20 * UNIT
    assert rows["override"][3] == pytest.approx(1.5 * rows["statistical"][3], abs=1)
    assert rows["override"][0] is None


def test_promotion_is_learnt_from_earlier_ones_and_added_to_the_next(plant_of):
    values = [100.0] * 24
    values[7] = values[19] = 150.0  # October
    events = (
        "code,item,start,end\n"
        + "".join(f"P{y},A,{y}-10-01,{y}-10-31\n" for y in (2024, 2025))
        + ("P26,A,2026-05-01,2026-05-31\n")
    )
    rows = forecasts_of(plant_of(sales_history=HEAD + months("A", values), demand_event=events))["item_forecast"]
    shares = (rows["statistical"] / rows["statistical"][0]).to_list()
    assert shares[2] == pytest.approx(1 + 0.5 * 2 / 3, abs=0.02)  # two seen, beside one of no effect
    assert max(abs(shares[k] - 1) for k in (1, 3, 4, 5)) < 0.02


def test_stated_effect_is_taken_off_the_past_and_put_on_what_comes(plant_of):
    values = [100.0] * 24
    values[-1] = 130.0
    events = "code,item,start,end,uplift\nP1,A,2026-02-01,2026-02-28,0.3\nP2,A,2026-04-01,2026-04-30,0.2\n"
    rows = forecasts_of(plant_of(sales_history=HEAD + months("A", values), demand_event=events))["item_forecast"]
    assert rows["statistical"][0] == pytest.approx(100 * UNIT, rel=0.01)
    assert rows["statistical"][1] == pytest.approx(120 * UNIT, rel=0.01)


def test_like_item_stands_in_for_a_new_one_in_its_proportion(plant_of):
    sold = HEAD + months("A", [100] * 24) + months("B", [50, 50, 50], first="2025-12")
    setup = "item,like,like_share\nB,A,0.5"
    tables = forecasts_of(plant_of(sales_history=sold, forecast_setup=setup))
    own = tables["forecast_history"].filter(item="B")
    assert own.height == 24
    assert own["seen"].null_count() == 21
    assert tables["item_forecast"].filter(item="B")["statistical"][0] == pytest.approx(50 * UNIT, rel=0.05)


def test_item_without_any_sale_of_its_own_is_forecast_like_another(plant_of):
    tables = forecasts_of(plant_of(sales_history=HEAD + STEADY, forecast_setup="item,like,like_share\nC,A,0.2"))
    assert tables["item_forecast"].filter(item="C")["statistical"][0] == pytest.approx(20 * UNIT, rel=0.1)


def test_nothing_is_expected_after_the_last_day_of_sale(plant_of):
    setup = "item,effective_to\nA,2026-05-15"
    rows = forecasts_of(plant_of(sales_history=HEAD + STEADY, forecast_setup=setup))["item_forecast"]
    assert rows["statistical"][3:].sum() == 0
    assert rows["statistical"][2] == pytest.approx(rows["statistical"][1] * 15 / 31, rel=0.1)


def test_customers_are_forecast_apart_where_that_is_asked_for(plant_of):
    head = "item,day,quantity,customer\n"
    sold = head + months("A", [60] * 24, extra=",X") + months("A", [40] * 24, extra=",Y")
    apart = plant_of(sales_history=sold, forecast_setup="item,by_customer\nA,yes")
    seen, tables, _ = forecast_stage(apart)
    assert tables["forecast_series"]["customer"].to_list() == ["X", "Y"]
    assert seen["forecast"].group_by("customer").agg(pl.col("quantity").mean()).sort("customer")[
        "quantity"
    ].to_list() == pytest.approx([60, 40], rel=0.02)


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter"])
def test_each_length_of_period_covers_the_months_ahead_without_holes(plant_of, period):
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2026-03-01"))
    sold = HEAD + "".join(f"A,{day},{3 + k % 2}\n" for k, day in enumerate(days))
    rows = forecasts_of(plant_of(sales_history=sold, setting=f"{BASE['setting']}\nforecast_period,{period}"))
    ahead = rows["item_forecast"]
    assert (ahead["start"][1:] == ahead["end"][:-1] + 1).all()
    assert ahead["end"].max() >= (date(2026, 8, 31) - date(1970, 1, 1)).days
    year = ahead["quantity"].sum() / UNIT / (ahead["end"].max() - ahead["start"].min() + 1)
    assert year == pytest.approx(3.5, rel=0.05)


BAD = {
    "one point": [5], "two points": [5, 6], "constant": [7] * 24, "all nothing": [0] * 24,
    "huge": [10**11, 3 * 10**11] * 12, "gone": [*([50] * 12), *([0] * 12)], "once": [*([0] * 20), 40, 0, 0, 0],
}  # fmt: skip


@pytest.mark.parametrize("values", BAD.values(), ids=BAD.keys())
def test_odd_pasts_have_an_answer_that_is_a_number(plant_of, values):
    plant = plant_of(sales_history=HEAD + months("A", values, first=f"{np.datetime64('2026-03') - len(values)}"))
    seen, tables, _ = forecast_stage(plant)
    rows = tables["item_forecast"]
    assert rows.height == 6
    assert (rows["statistical"] >= 0).all()
    assert (rows["lower_95"] <= rows["upper_95"]).all()
    assert rows["quantity"].null_count() == 0
    assert seen.raw["forecast"].height <= 6


def test_record_below_nothing_is_refused_by_its_row(plant_of):
    with pytest.raises(ProblemError) as raised:
        plant_of(sales_history=HEAD + STEADY + "A,2026-02-20,-5\n")
    (fault,) = raised.value.problems
    assert (fault.table, fault.column, fault.value) == ("sales_history", "quantity", "-5")


def test_same_day_twice_is_refused_by_its_key(plant_of):
    with pytest.raises(ProblemError) as raised:
        plant_of(sales_history=HEAD + STEADY + "A,2026-02-15,7\n")
    assert {fault.code for fault in raised.value.problems} == {"key-twice"}
    assert "2026-02-15" in raised.value.problems[0].key


def test_months_without_a_row_are_months_without_demand(plant_of):
    rows = [row for row in STEADY.splitlines(keepends=True) if "-07-" not in row]
    history = forecasts_of(plant_of(sales_history=HEAD + "".join(rows)))["forecast_history"]
    assert history.height == 24
    assert history["seen"].to_list().count(0) == 2


def test_month_in_which_a_site_of_many_items_recorded_nothing_is_a_hole(plant_of):
    names = [f"I{k}" for k in range(10)]
    rows = [row for name in names for row in months(name, [50] * 24).splitlines() if "2025-05" not in row]
    items = "code,kind\n" + "".join(f"{name},buy\n" for name in names)
    suppliers = "supplier,item,price\n" + "".join(f"ACME,{name},1\n" for name in names)
    tables = forecasts_of(plant_of(item=items, supplier_item=suppliers, sales_history=HEAD + "\n".join(rows)))
    holes = tables["forecast_history"].filter(pl.col("seen").is_null())
    assert holes["flag"].unique().to_list() == ["gap"]
    assert holes.height == 10
    assert (tables["item_forecast"]["statistical"] / UNIT).to_list() == pytest.approx([50] * 60, abs=0.5)


def test_record_of_days_to_come_changes_nothing(plant_of):
    plain = forecasts_of(plant_of(sales_history=HEAD + STEADY))
    ahead = forecasts_of(plant_of(sales_history=HEAD + STEADY + "A,2026-03-02,900\nA,2027-01-01,900\n"))
    assert plain["item_forecast"].equals(ahead["item_forecast"])


def test_unit_that_changes_unsaid_is_flagged_and_told_unit_by_unit_is_not(plant_of):
    values = [100, 104, 96, 101, 99, 103] * 3
    boxes = months("A", [10, 10, 10, 10, 10, 10], first="2025-09", extra=",box").replace(",box", ",")
    unsaid = plant_of(sales_history="item,day,quantity,unit\n" + months("A", values, extra=",") + boxes)
    assert "unit" in "".join(forecasts_of(unsaid)["forecast_history"]["flag"])
    said = plant_of(
        item_unit="item,unit,factor\nA,box,10",
        sales_history="item,day,quantity,unit\n" + months("A", values, extra=",") + boxes.replace(",\n", ",box\n"),
    )
    tables = forecasts_of(said)
    assert "unit" not in "".join(tables["forecast_history"]["flag"])
    assert tables["item_forecast"]["statistical"][0] == pytest.approx(100 * UNIT, rel=0.05)


def test_rows_in_another_order_give_the_same(plant_of):
    rows = (STEADY + months("B", [9, 0, 4, 0, 0, 7] * 4)).splitlines()
    one = plant_of(sales_history=HEAD + "\n".join(rows))
    two = plant_of(sales_history=HEAD + "\n".join(reversed(rows)))
    first, second = (compute(plant, used_pairs(plant)) for plant in (one, two))
    for name in first:
        assert first[name].equals(second[name])


def test_the_plan_keeps_the_forecast_and_nets_orders_off_it(plant_of):
    plant = plant_of(
        sales_history=HEAD + STEADY, customer="code\nX",
        sales_order_line="order,customer,item,quantity,due\nS1,X,A,10,2026-04-07",
    )  # fmt: skip
    plan = pw.plan(plant)
    assert plan.verified
    assert plan["item_forecast"].height == 6
    asked = plan["demand_plan"].filter(kind="forecast")
    expected = float(plan["item_forecast"]["quantity"].sum())
    assert float(asked["quantity"].sum()) == pytest.approx(expected - 10, abs=1)
    again = pw.plan(plant)
    assert again["item_forecast"].equals(plan["item_forecast"])


def test_reports_tell_the_forecast_its_accuracy_and_its_working(plant_of):
    view = view_of(plant_of(sales_history=HEAD + STEADY + months("B", [9, 0, 4, 0, 0, 7] * 4)))
    page = run_report(view, "forecast", {"item": "A"})
    assert page.sentence.startswith("Smooth, seasonal demand, forecast by combination")
    assert page.sheets[0].rows.height == 24 + 6
    assert run_report(view, "forecasts").sheets[0].rows.height == 2
    for by in ("class", "method", "horizon"):
        rows = run_report(view, "accuracy", {"by": by}).sheets[0].rows
        assert rows.height
        assert rows["wape"].is_between(0, 10 * UNIT).all()
    told = run_report(view, "explain", {"what": "forecast", "of": "A"})
    first = view.result("item_forecast").filter(item="A")["statistical"][0] / UNIT
    assert told.figures["values"]["F"] == pytest.approx(first, rel=1e-4)
    error = run_report(view, "explain", {"what": "forecast-error", "of": "A"})
    wape = view.result("forecast_series").filter(item="A")["wape"][0] / UNIT
    assert error.figures["answer"] == pytest.approx(wape, abs=1e-4)
    assert run_report(view, "forecast", {"item": "C"}).sentence.startswith("Nothing is forecast of C")
    with pytest.raises(ProblemError, match="not-there"):
        run_report(view, "forecast", {"item": "D"})


def test_value_added_names_who_makes_forecasts_better(plant_of):
    said = (
        "item,start,value,by,reason,statistical\nA,2026-01-01,99,anna,knows,120\nA,2026-02-01,180,bob,hopes,101\n"
        "A,2026-04-01,150,anna,fair,101\n"
    )
    view = view_of(plant_of(sales_history=HEAD + STEADY, forecast_override=said))
    page = run_report(view, "value_added")
    people = {row["by"]: row["override_added"] / UNIT for row in page.sheet("People").rows.to_dicts()}
    assert people["anna"] > 0 > people["bob"]
    assert page.sheet("Overrides").rows["by"].to_list() == ["bob", "anna"]  # what cost most comes first
    assert page.sheet("Methods").rows["forecasts"].to_list() == [6, 6]


# --- in a store -----------------------------------------------------------------------------------------------------


@pytest.fixture
def store(plant_of, tmp_path):
    plant_of(sales_history=HEAD + STEADY)
    Store.create(tmp_path / "plant.db").close()
    with Store.open(tmp_path / "plant.db") as found:
        import_files(found, tmp_path, by="anna")
        plan_store(found)
        yield found


def test_override_is_kept_with_who_and_why_and_can_be_taken_back(store):
    load_actions()
    told = {"item": "A", "start": "2026-04-20", "value": "150", "reason": "trade fair"}
    assert run_action(store, "override_forecast", told, "anna")["start"] == "2026-04-01"
    row = store.read("forecast_override").row(0, named=True)
    assert (row["by"], row["reason"], row["value"]) == ("anna", "trade fair", 150 * UNIT)
    assert row["statistical"] == StoreView(store).result("item_forecast")["statistical"][1]
    assert plan_store(store)["item_forecast"]["quantity"][1] == Decimal(150)
    run_action(store, "withdraw_override", {"item": "A", "start": "2026-04-01", "reason": "cancelled"}, "anna")
    assert not store.read("forecast_override").height
    with store.reading() as connection:
        last = connection.exec_driver_sql("SELECT max(number) FROM journal").scalar()
    reverse(store, int(last), "anna")
    assert store.read("forecast_override").height == 1


def test_command_forecasts_without_planning(store, tmp_path):
    done = CliRunner().invoke(app, ["forecast", str(tmp_path / "plant.db"), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["series"], told["used"]) == (1, 1)


def test_cluster_gives_the_same_as_this_machine(plant_of):
    distributed = pytest.importorskip("distributed")
    plant = plant_of(sales_history=HEAD + STEADY + months("B", [9, 0, 4, 0, 0, 7] * 4))
    here = forecasts_of(plant)
    again = plant_of(customer="code\nX\nY\nW")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        there = compute(again, used_pairs(again), Cluster(client, part=1))
    for name, rows in here.items():
        assert rows.equals(there[name])
