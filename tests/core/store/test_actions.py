"""Actions and reports are read from their functions, and called with checked arguments."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import polars as pl
import pytest

from plantwright.core import action as actions
from plantwright.core import journal
from plantwright.core import report as reports
from plantwright.core.action import action, run_action
from plantwright.core.column import Kind
from plantwright.core.pages import Page, Sheet, named
from plantwright.core.parameters import Ref
from plantwright.core.problem import ProblemError
from plantwright.core.report import report, run_report

from .conftest import codes, codes_of, items


@pytest.fixture(autouse=True)
def registers(monkeypatch):
    monkeypatch.setattr(actions, "ACTIONS", {})
    monkeypatch.setattr(reports, "REPORTS", {})


@dataclass
class Added:
    code: str
    quantity: Decimal


def declare():
    @action("product.items", label="Add an item")
    def add_item(
        tx: Any,
        code: Annotated[str, Ref("item")],
        quantity: Decimal = Decimal(1),
        *,
        count: int = 1,
        sure: bool = False,
        kind: Literal["make", "buy"] = "make",
        day: date | None = None,
        moment: datetime | None = None,
        tags: list[str] | None = None,
    ) -> Added:
        """Add an item.

        Parameters
        ----------
        code : what it is called
        quantity, count : how much of it
        day
            the day from which
            it holds

        Returns
        -------
        What was added.
        """
        tx.insert("item", items(code, kind=kind))
        return Added(code, quantity)

    return add_item


def test_action_is_described_by_its_function():
    declare()
    declared = actions.ACTIONS["add_item"]
    assert (declared.permission, declared.label) == ("product.items", "Add an item")
    assert declared.help.startswith("Add an item.")
    parameters = declared.parameters
    assert list(parameters) == ["code", "quantity", "count", "sure", "kind", "day", "moment", "tags"]
    assert [name for name, p in parameters.items() if p.required] == ["code"]
    assert [name for name, p in parameters.items() if p.optional] == ["day", "moment", "tags"]
    assert [p.type for p in parameters.values()] == [str, Decimal, int, bool, str, date, datetime, list]
    assert parameters["code"].reference == "item"
    assert parameters["kind"].choices == ("make", "buy")
    assert (parameters["code"].help, parameters["count"].help) == ("what it is called", "how much of it")
    assert parameters["day"].help == "the day from which it holds"


def test_action_runs_in_one_transaction_and_stands_in_the_journal(store):
    declare()
    answer = run_action(store, "add_item", {"code": "A", "quantity": "2.50", "day": "2026-03-31"}, "anna")
    assert answer == {"code": "A", "quantity": "2.50"}
    (entry,) = journal.entries(store)
    assert (entry.action, entry.by, entry.answer) == ("add_item", "anna", answer)
    assert entry.arguments["day"] == "2026-03-31"
    assert entry.arguments["kind"] == "make"


def test_action_with_a_key_is_done_once_and_answered_twice(store):
    declare()
    first = run_action(store, "add_item", {"code": "A"}, "anna", "k")
    assert run_action(store, "add_item", {"code": "A"}, "anna", "k") == first
    assert codes(store) == ["A"]


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("code", 12, "12"),
        ("quantity", 1.1, Decimal("1.1")),
        ("quantity", 3, Decimal(3)),
        ("count", "7", 7),
        ("count", 7.0, 7),
        ("sure", "Yes", True),
        ("sure", 0, False),
        ("sure", True, True),
        ("day", date(2026, 1, 2), date(2026, 1, 2)),
        ("day", "", None),
        ("day", None, None),
        ("moment", "2026-01-02T03:04+01:00", datetime.fromisoformat("2026-01-02T03:04+01:00")),
        ("tags", "a, b", ["a", "b"]),
        ("tags", ["a"], ["a"]),
        ("count", None, 1),
    ],
)
def test_texts_and_values_are_read_by_the_type_of_the_parameter(name, given, read):
    declare()
    parameters = actions.ACTIONS["add_item"].parameters
    values = actions.read_arguments("add_item", parameters, {"code": "A", name: given})
    assert values[name] == read
    assert type(values[name]) is type(read)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("code", None),
        ("code", True),
        ("code", ["A"]),
        ("quantity", "two"),
        ("quantity", "NaN"),
        ("quantity", True),
        ("count", "1.5"),
        ("count", 1.5),
        ("count", True),
        ("sure", "perhaps"),
        ("kind", "steal"),
        ("day", "31.3.2026"),
        ("day", 5),
        ("day", datetime(2026, 1, 1)),  # noqa: DTZ001
        ("moment", "noon"),
        ("tags", 5),
    ],
)
def test_arguments_that_do_not_fit_are_named_with_what_they_must_be(store, name, given):
    declare()
    with pytest.raises(ProblemError) as raised:
        run_action(store, "add_item", {"code": "A", name: given}, "anna")
    (problem,) = raised.value.problems
    assert problem.column == name
    assert codes(store) == []


def test_all_faults_of_the_arguments_are_told_at_once(store):
    declare()
    with pytest.raises(ProblemError) as raised:
        run_action(store, "add_item", {"colour": "red", "count": "x"}, "anna")
    assert codes_of(raised) == ["argument-unknown", "argument-missing", "argument-wrong"]
    with pytest.raises(ProblemError) as raised:
        run_action(store, "fly", {}, "anna")
    assert codes_of(raised) == ["action-unknown"]


def test_declarations_that_doors_could_not_offer_are_refused():
    declare()

    def no_tx(code: str):
        """Do it."""

    def no_text(tx):
        pass

    def odd_type(tx, what: complex):
        """Do it."""

    def no_type(tx, what):
        """Do it."""

    def many_numbers(tx, what: list[int]):
        """Do it."""

    for function in (no_tx, no_text, odd_type, no_type, many_numbers):
        with pytest.raises(TypeError):
            action("x")(function)
    with pytest.raises(TypeError, match="twice"):
        declare()


def test_report_says_what_it_wants_and_what_people_choose():
    @report
    def late_orders(plan, other, customer: str = "") -> Page:
        """Orders that are late."""
        frame = pl.DataFrame({"order": [plan, other], "customer": [customer, customer]})
        columns = {name: named(Kind.TEXT, name, "What it is") for name in frame.columns}
        return Page("Two are late.", (Sheet("Late orders", frame, columns),))

    declared = reports.REPORTS["late_orders"]
    assert (declared.label, declared.wants, list(declared.parameters)) == (
        "Late orders",
        ("plan", "other"),
        ["customer"],
    )
    page = run_report("late_orders", {"customer": "C"}, {"plan": "P", "other": "Q", "plant": "unused"})
    assert page.title == "Late orders", "its label"
    assert page.sheet("Late orders").presented("UTC").rows() == [("P", "C"), ("Q", "C")]
    with pytest.raises(ProblemError) as raised:
        run_report("late_orders", {"client": "C"}, {})
    assert codes_of(raised) == ["argument-unknown"]


def test_report_takes_a_label_and_a_permission_and_a_name_of_its_own():
    @report(label="Stock on hand", permission="inventory.see")
    def stock(plant) -> Page:
        """What is where."""
        return Page(f"Nothing in {plant}.", title="Empty shelves")

    assert run_report("stock", {}, {"plant": "S"}).title == "Empty shelves"
    assert reports.REPORTS["stock"].permission == "inventory.see"
    with pytest.raises(TypeError):
        report(stock)
    with pytest.raises(ProblemError) as raised:
        run_report("none", {}, {})
    assert codes_of(raised) == ["report-unknown"]
