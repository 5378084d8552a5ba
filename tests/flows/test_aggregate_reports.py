"""What the aggregate plan tells: reports, money beside budgets, steps of capacity, and the working of its numbers."""

import pytest
from tests.flows.furniture import UNIT, write

from plantwright.core.action import run_action
from plantwright.core.journal import reverse
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.flows.catalog import load_actions
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write(tmp_path_factory.mktemp("plant"))


def test_reports_answer_in_a_sentence(small):
    view = MemoryView(small)
    page = run_report(view, "aggregate")
    assert page.sentence.startswith("The mixed plan of 1 family over 3 months costs")
    assert any(note.startswith("One more hour on BENCH in May 2026 is worth 1.00 EUR") for note in page.notes)
    others = run_report(view, "strategies")
    lines = {one["strategy"]: one for one in others.sheets[0].rows.to_dicts()}
    assert list(lines) == ["mixed", "chase", "level"]
    met = {name: one["cost"] for name, one in lines.items() if one["status"] == "optimal"}  # chase lacks hours in May
    assert lines["chase"]["lacking"] > 0
    assert met[others.figures["cheapest"]] == min(met.values()) == met["mixed"]
    assert "on BENCH in May 2026: 12.0" in run_report(view, "rough_cut").sentence
    assert run_report(view, "mix").figures["throughput"] > 0


def test_budget_stands_beside_what_the_plan_comes_to(tmp_path):
    plant = write(
        tmp_path, budget_line="kind,of,month,amount\nsales,Furniture,2026-03-15,5000\nproduction,,2026-05-01,15000"
    )
    rows = run_report(MemoryView(plant), "aggregate").sheet("Budget").rows.sort("month")
    assert rows["of"].to_list() == ["Furniture", ""]
    price = (200 * 180 + 60 * 90) / 260
    assert rows["planned"][0] / UNIT == pytest.approx(40 * price, rel=1e-6)
    assert (rows["difference"] == rows["planned"] - rows["amount"]).all()


def test_step_of_capacity_that_pays_is_named(tmp_path):
    options = "code,name,group,hours,investment\nBENCH2,Second bench,BENCH,900,100\nHALL,New hall,SAW,9000,90000000"
    forecast = "item,start,end,quantity\nTABLE,2026-03-01,2027-02-28,4000"
    plant = write(tmp_path, capacity_option=options, forecast=forecast)
    page = run_report(MemoryView(plant), "capacity_steps", {"years": "3"})
    lines = {line["step"]: line for line in page.sheets[0].rows.to_dicts()}
    assert lines["BENCH2"]["value"] > 0 > lines["HALL"]["value"]
    assert page.sentence.startswith("Second bench pays most")
    assert lines["BENCH2"]["chosen"] == "year 1"
    with pytest.raises(ProblemError):
        run_report(MemoryView(plant), "capacity_steps", {"years": "0"})


def test_working_of_a_price_and_of_a_month_add_up(small):
    view = MemoryView(small)
    price = run_report(view, "explain", {"what": "shadow-price", "of": "BENCH/2026-05"})
    assert price.figures["answer"] == pytest.approx(1)
    month = run_report(view, "explain", {"what": "aggregate", "of": "Furniture/2026-04"})
    given = month.figures["values"]
    assert given["I0"] + given["P"] + given["S"] + given["R"] + given["X"] - given["D"] == pytest.approx(given["I"])
    with pytest.raises(ProblemError):
        run_report(view, "explain", {"what": "shadow-price", "of": "OVEN"})


def test_accepting_keeps_strategy_months_and_overtime_and_can_be_undone(tmp_path):
    load_actions()
    with Store.create(tmp_path / "plant.db") as store:
        told = {"strategy": "level", "months": "6", "overtime": ["BENCH=0.15"], "master_schedule": "yes"}
        run_action(store, "accept_aggregate", told, "anna")
        settings = dict(store.read("setting").select("name", "value").iter_rows())
        assert settings == {"aggregate_strategy": "level", "aggregate_months": "6", "master_schedule": "yes"}
        assert store.read("resource_cost")["overtime_share"].to_list() == [150_000]
        run_action(store, "accept_aggregate", told | {"overtime": ["BENCH=0.2"]}, "anna")
        assert store.read("resource_cost")["overtime_share"].to_list() == [200_000]
        reverse(store, 2, "anna")
        reverse(store, 1, "anna")
        assert not store.read("setting").height
        assert not store.read("resource_cost").height
        with pytest.raises(ProblemError, match="1 to 60"):
            run_action(store, "accept_aggregate", told | {"months": "99"}, "anna")
