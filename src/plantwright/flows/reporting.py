"""Making a report of a view: with what it is told, the fields of the plant, and conditions on its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plantwright.core import report as declared
from plantwright.core import wording
from plantwright.core.pages import Page, own_fields
from plantwright.core.problem import stop_on_errors
from plantwright.flows.catalog import load_reports
from plantwright.flows.scenario import conditions
from plantwright.flows.views import MemoryView, StoreView


def run_report(
    view: MemoryView | StoreView,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    where: str = "",
    other: MemoryView | StoreView | None = None,
) -> Page:
    """Make a report.

    Parameters
    ----------
    view : plant and plan
    name : name of the report
    arguments : what it is told
    other : with a report that compares: the other plan
    where : conditions such as ``item = P-100 and late = yes``, on the columns of its first table

    Returns
    -------
    The page, with the fields that the plant has added to what its tables name.

    Raises
    ------
    ProblemError
        When what it is told is not there, or a condition cannot be read.
    """
    load_reports()
    given = {"plan": view, "plant": view, "other": other}
    page = own_fields(view, declared.run_report(name, arguments or {}, given))
    return filtered(page, where, view.settings.zone) if where else page


def filtered(page: Page, where: str, zone: str) -> Page:
    """Keep the rows of the first table for which the conditions hold."""
    if not page.sheets:  # there is nothing to choose from
        return page
    first, *rest = page.sheets
    chosen, problems = conditions(where, first.columns, zone, first.title)
    stop_on_errors(replace(one, table="", key="", where="--where") for one in problems)
    rows = first.rows.filter(chosen)
    sentence = (
        f"{wording.count(rows.height, 'row')} of {wording.number(first.rows.height)}, where {where}. {page.sentence}"
    )
    return replace(page, sentence=sentence, sheets=(replace(first, rows=rows), *rest))
