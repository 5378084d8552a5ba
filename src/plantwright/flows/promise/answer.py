"""What can be promised: the question, the answer, and the answer as a report and for programs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.frames import present
from plantwright.core.pages import Page, Sheet, missing, named
from plantwright.core.problem import ProblemError, problem_kind, stop_on_errors
from plantwright.core.reader import say
from plantwright.core.store.plain import plain
from plantwright.flows.chances.curve import Curve
from plantwright.flows.foreseen import SEEN, as_foreseen
from plantwright.flows.plan.steps import NO
from plantwright.flows.promise.known import Known, look_up
from plantwright.flows.promise.open_supply import Held, open_supplies
from plantwright.flows.promise.trial import Row, Trial, Waits
from plantwright.methods.working_time import NEVER
from plantwright.plant import Plan, Plant

NO_SCHEDULE = problem_kind(
    "promise-no-schedule", "Plan {value} has no schedule into which anything could be put.",
    "Plan the plant with its schedule first: plantwright plan DB.",
)  # fmt: skip
QUANTITY = problem_kind("promise-quantity", "{value} {key} cannot be promised.", "Ask for a quantity above 0.")
TABLES = ("planned_order", "peg", "scheduled_operation", *SEEN)
"""What is read of the plan in force."""


@dataclass(frozen=True)
class Promised:
    """The answer to a question: from when on can so much be delivered.

    Parameters
    ----------
    item, site, quantity, customer : what was asked for; the quantity is scaled
    date : the moment wanted, None where none was named
    promised : the earliest moment at which all of it is there, None where it never is
    from_stock : how much of it is free in stock (scaled)
    chain : a row for each thing that is taken, bought or done: level, item, what, order_or_center, quantity, start,
        finish, text, decides (whether the date hangs on it)
    possible : whether it can be promised at all, and by the date wanted where there is one
    figures : the same in figures
    seconds : time for the answer
    zone : time zone of the plant
    as_of : moment of the plan
    steps : the chain as it was placed
    waits : steps that the last of it waits for
    curve : how sure the date is, where that was asked for
    """

    item: str
    site: str
    quantity: int
    customer: str
    date: int | None
    promised: int | None
    from_stock: int
    chain: pl.DataFrame
    possible: bool
    seconds: float
    zone: str
    as_of: int
    figures: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    steps: tuple[Row, ...] = ()
    waits: Waits = ()
    curve: Curve | None = None

    def page(self) -> Page:
        """Give the answer as a report does."""
        sheets = [_chain_sheet(self)] if self.chain.height else []
        sentence, figures, notes = sentence_of(self), dict(self.figures), self.notes
        if self.curve is not None:
            sheets.append(self.curve.sheet())
            sentence = f"{sentence} {self.curve.sentence()}"
            figures, notes = figures | self.curve.figures(), (*notes, *self.curve.notes)
        if self.promised is not None and not self.possible:
            notes = (*notes, f"Next: plantwright show DB displaced {self.item} --quantity … --date …")
        return Page(sentence, tuple(sheets), figures, notes, say("Promise"))

    def told(self) -> dict[str, Any]:
        """Give the answer in the terms of JSON."""
        asked = named(Kind.MOMENT, "date", ""), named(Kind.MOMENT, "promised", "")
        amounts = named(Kind.QUANTITY, "quantity", ""), named(Kind.QUANTITY, "from_stock", "")
        columns = {one.name: one for one in (*asked, *amounts)}
        values = pl.DataFrame(
            [[getattr(self, name) for name in columns]], schema=dict.fromkeys(columns, pl.Int64), orient="row"
        )
        names = {"item": self.item, "site": self.site, "customer": self.customer, "possible": self.possible}
        return {
            **names, **plain(present(values, columns, self.zone).row(0, named=True)), "sentence": sentence_of(self),
            "seconds": self.seconds, "figures": dict(self.figures), "notes": list(self.notes),
            "chain": plain(_chain_sheet(self).presented(self.zone).to_dicts()),
            **({} if self.curve is None else {"chances": self.curve.told()}),
        }  # fmt: skip


class Promiser:
    """Answers what can be promised beside one plan; what is prepared once makes each answer a matter of milliseconds.

    Parameters
    ----------
    known : what is looked up, see `known.look_up`
    """

    def __init__(self, known: Known) -> None:
        self.known = known

    def promise(
        self, item: str, quantity: int, date: int | None = None, *, customer: str = "", site: str = "",
        held: Sequence[Held] = (),
    ) -> Promised:  # fmt: skip
        """Give the earliest date for a quantity; nothing is reserved, so each question is asked of the same plan.

        Parameters
        ----------
        item : code of the item
        quantity : how much, scaled
        date : moment wanted; None for as early as possible
        customer : for whom
        site : where from; the main site where it is empty
        held : what of the item is kept for other customers

        Returns
        -------
        The answer with its chain.

        Raises
        ------
        ProblemError
            With everything that is wrong with the question.
        """
        begun = time.perf_counter()
        node = self._node(item, quantity, customer, site or self.known.n.nodes.main)
        zone, free = self.known.n.plant.settings.zone, self.known.supplies.get(node, ())
        trial = Trial(self.known, {node: open_supplies(free, held)} if held else {})
        step = self.known.planning.quantum[node]
        got = trial.get(node, -(-quantity // step) * step)
        promised = None if got.moment >= NEVER else got.moment
        decides = _deciding(trial.rows, got.row)
        stock = sum(row.quantity for row in trial.rows if row.level == 1 and row.what == "stock")
        seconds = time.perf_counter() - begun
        return Promised(
            item, self.known.sites[node], quantity, customer, date, promised, min(stock, quantity),
            _chain(trial.rows, decides), promised is not None and (date is None or promised <= date),
            seconds, zone, self.known.as_of,
            _figures(trial.rows, promised, date, seconds), (*_held_words(held), *_notes(trial.rows)),
            tuple(trial.rows), got.waits,
        )  # fmt: skip

    def _node(self, item: str, quantity: int, customer: str, site: str) -> int:
        known, raw = self.known, self.known.n.plant.raw
        problems = [] if quantity > 0 else [QUANTITY.at("promise", item, "quantity", quantity / SCALE)]
        if customer and customer not in raw["customer"]["code"]:
            problems.append(missing("customer", customer, raw["customer"]["code"]))
        node = known.node_of.get((item, site), NO)
        if node < 0:
            own = pl.Series([one for one, place in known.node_of if place == site], dtype=pl.String)
            problems.append(missing("item", item, own, f" at {site}" if site else ""))
        stop_on_errors(problems)
        return node


def make_promiser(plant: Plant, plan: Plan) -> Promiser:
    """Prepare answers beside a plan in force.

    Parameters
    ----------
    plant : the plant that was planned
    plan : the plan in force, with the tables that `TABLES` names

    Returns
    -------
    The promiser.

    Raises
    ------
    ProblemError
        Where the plan has no schedule.
    """
    rows = plan.raw.get("scheduled_operation")
    if not plan.options.get("schedule", True) or rows is None:
        raise ProblemError([NO_SCHEDULE.at(value=plan.number)])
    return Promiser(look_up(as_foreseen(plant, plan.raw), plan))


def _notes(rows: list[Row]) -> tuple[str, ...]:
    """Say what the answer does not look at, where the chain would need it."""
    if any(row.what in {"purchase", "transfer"} or row.unit >= 0 for row in rows):
        return (say("Nothing is reserved: the date holds while the plan in force does."),)
    return ()


def _held_words(held: Sequence[Held]) -> tuple[str, ...]:
    """Say that some of it is kept for others."""
    if not held:
        return ()
    amount = wording.decimal(sum(one.quantity for one in held))
    return (say("{quantity} of it are kept for other customers, and are not used.", quantity=amount),)


def _deciding(rows: list[Row], last: int) -> set[int]:
    """Follow the chain from the row that is there last, back to what each waits for."""
    found: set[int] = set()
    while last >= 0 and last not in found:
        found.add(last)
        last = rows[last].behind
    return found


def _chain(rows: list[Row], decides: set[int]) -> pl.DataFrame:
    schema = {
        "level": pl.Int64, "item": pl.String, "what": pl.String, "order_or_center": pl.String, "quantity": pl.Int64,
        "start": pl.Int64, "finish": pl.Int64, "text": pl.String, "decides": pl.Boolean,
    }  # fmt: skip
    lines = [
        (one.level, one.item, one.what, one.name, one.quantity, one.start, one.finish, one.text, number in decides)
        for number, one in enumerate(rows)
    ]
    frame = pl.DataFrame(lines, schema=schema, orient="row")
    return frame.with_columns(pl.when(pl.col(one) < NEVER // 2).then(one).alias(one) for one in ("start", "finish"))


def _figures(rows: list[Row], promised: int | None, date: int | None, seconds: float) -> dict[str, Any]:
    days = None if promised is None or date is None else round(max(promised - date, 0) / 1440, 2)
    return {
        "days_after_wanted": days, "operations": sum(row.unit >= 0 for row in rows),
        "purchases": sum(row.what == "purchase" for row in rows), "milliseconds": round(seconds * 1000, 2),
    }  # fmt: skip


def sentence_of(one: Promised) -> str:
    """Say in a sentence what can be promised, and what decides it."""
    amount = wording.decimal(one.quantity)
    if one.promised is None:
        return say("{quantity} {item} cannot be delivered at all.", quantity=amount, item=one.item)
    year = wording.year_of(one.as_of, one.zone)
    when = wording.moment(one.promised, one.zone, year, clock=True)
    first = say("{quantity} {item} can be delivered from {when} on", quantity=amount, item=one.item, when=when)
    if one.date is not None:
        wanted = wording.moment(one.date, one.zone, year, ends=True)
        days = wording.days(one.figures["days_after_wanted"])
        first += ", " + (
            say("in time for {wanted}", wanted=wanted) if one.possible
            else say("{days} after {wanted}", days=days, wanted=wanted)
        )  # fmt: skip
    return f"{first}. {_decided(one)}".strip()


def _decided(one: Promised) -> str:
    """Name the longest step of the deciding chain, which is what to look at to become earlier."""
    if one.from_stock == one.quantity:
        return say("All of it is in stock.")
    rows = one.chain.filter(pl.col("decides")).sort("finish", maintain_order=True)
    if not rows.height:
        return ""
    since = pl.col("finish").shift(1, fill_value=one.as_of)
    longest = (
        rows.with_columns(since=since).sort(pl.col("finish") - pl.col("since"), maintain_order=True).row(-1, named=True)
    )
    minutes = longest["finish"] - longest["since"]
    length = wording.days(round(minutes / 1440, 1)) if minutes >= 1440 else wording.duration(minutes * 60_000)
    return say(
        "Most of the wait, {length}, is for {what} of {item} ({name}), which {text}.",
        length=length,
        what=longest["what"],
        item=longest["item"],
        name=longest["order_or_center"] or "-",
        text=longest["text"],
    )


def _chain_sheet(one: Promised) -> Sheet:
    columns: dict[str, Column] = {
        column.name: column
        for column in (
            named(Kind.TEXT, "item", "Item"),
            named(Kind.TEXT, "what", "What is done: stock, receipt, purchase, transfer, lead time or an operation"),
            named(Kind.TEXT, "order_or_center", "Order that brings it, supplier, or work center"),
            named(Kind.QUANTITY, "quantity", "How much"),
            named(Kind.MOMENT, "finish", "When it is there"), named(Kind.MOMENT, "start", "Start"),
            named(Kind.FLAG, "decides", "Whether the date hangs on it"), named(Kind.TEXT, "text", "Why then"),
            named(Kind.WHOLE, "level", "How deep in the bill of material, from 1"),
        )
    }  # fmt: skip
    return Sheet(say("How it is got"), one.chain, columns, frozenset({"start", "finish"}), tree="item")
