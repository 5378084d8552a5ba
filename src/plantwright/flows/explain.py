"""The report that opens a computed number to its formula, inputs, steps and source."""

from __future__ import annotations

from collections.abc import Iterable

from plantwright.core.column import Kind
from plantwright.core.explaining import TOPICS, explained
from plantwright.core.pages import Page, Sheet, View, listed, named
from plantwright.core.reader import say
from plantwright.core.report import report
from plantwright.core.wording import figure
from plantwright.methods.working import Step, Working


@report
def explain(plan: View, what: str = "", of: str = "", site: str = "") -> Page:
    """Show how a number was computed: what went in, each step with its formula, and the source.

    Parameters
    ----------
    plan : plant and plan
    what : topic, such as reorder-point; without one, all topics are listed
    of : what it is asked about: an item, an order, a work center
    site : site; the main one without one
    """
    return explained(plan, what, of, site) if what else topics(plan)


def topics(plan: View) -> Page:
    """List what can be explained."""
    columns = (
        named(Kind.TEXT, "topic", "Name of the topic, as it is typed"),
        named(Kind.TEXT, "label", "What it is"),
        named(Kind.TEXT, "about", "What it tells"),
    )
    lines = [
        {"topic": one.name, "label": one.label, "about": one.help.splitlines()[0]}
        for one in sorted(TOPICS.values(), key=lambda topic: topic.name)
    ]
    return Page(
        say("The working of these numbers can be shown."),
        (listed(plan, "Topics", columns, lines),),
        notes=("Next: plantwright explain DB TOPIC NAME",),
    )


def working_page(plan: View, title: str, sentence: str, working: Working, unit: str = "") -> Page:
    """Make the page of a working: what was given, and what follows, step by step.

    Parameters
    ----------
    plan : plant and plan
    title : what is explained, such as: Reorder point of P-100
    sentence : the answer in words
    working : its last step is the answer
    unit : unit of the answer

    Returns
    -------
    A page with the figures `answer`, `unit` and `source`, and a value by each symbol.
    """
    known = [step for step in working.steps if not step.formula]
    steps = [step for step in working.steps if step.formula]
    sheets = (_sheet(plan, say("Given"), known), _sheet(plan, say("Steps"), steps, formula=True))
    values = {step.symbol: step.value for step in working.steps}
    answer = working.steps[-1].value if working.steps else None
    return Page(
        sentence,
        tuple(one for one in sheets if one.rows.height),
        {"answer": answer, "unit": unit, "source": working.source, "values": values},
        (say("Source: {source}", source=working.source),),
        title,
    )


def _sheet(plan: View, title: str, steps: Iterable[Step], *, formula: bool = False) -> Sheet:
    columns = [
        named(Kind.TEXT, "symbol", "As the textbook writes it"),
        *([named(Kind.TEXT, "formula", "How it follows from the lines above")] if formula else []),
        named(Kind.TEXT, "value", "What it is here"),
        named(Kind.TEXT, "meaning", "What it is"),
    ]
    lines = [
        {"symbol": one.symbol, "formula": one.formula, "value": figure(one.value), "meaning": one.meaning}
        for one in steps
    ]
    return listed(plan, title, columns, lines, right="value")
