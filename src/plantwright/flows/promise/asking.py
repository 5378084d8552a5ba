"""Asking what can be promised: the report, and the question to a store."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, View
from plantwright.core.parameters import Ref
from plantwright.core.reading import read_texts
from plantwright.core.report import report
from plantwright.flows.remedies.doing import plant_of
from plantwright.plant import Plan

if TYPE_CHECKING:
    from plantwright.flows.promise.answer import Promised, Promiser


@report
def promise(
    plan: View, item: Annotated[str, Ref("item")], quantity: Decimal = Decimal(1),
    date: date | None = None, customer: Annotated[str, Ref("customer")] = "", site: Annotated[str, Ref("site")] = "",
) -> Page:  # fmt: skip
    """Tell from when on so much of an item can be delivered beside the plan in force, and what the date hangs on.

    Parameters
    ----------
    plan : plant and plan
    item : what is asked for
    quantity : how much of it
    date : day by whose end it is wanted; as early as possible without one
    customer : for whom
    site : site that delivers; the main one without one
    """
    return ask(plan, item, quantity, date, customer=customer, site=site).page()


def ask(
    view: View, item: str, quantity: Decimal, date: date | None = None, *, customer: str = "", site: str = ""
) -> Promised:
    """Answer one question about the plan that a view looks at.

    Parameters
    ----------
    view : plant and plan
    item, quantity, date, customer, site : see the report `promise`

    Returns
    -------
    The answer.

    Raises
    ------
    ProblemError
        With everything that is wrong with the question; where the plan has no schedule.
    """
    wanted = None if date is None else _end_of(date, view.settings.zone)
    return promiser_of(view).promise(item, int(quantity * SCALE), wanted, customer=customer, site=site)


def promiser_of(view: View) -> Promiser:
    """Prepare answers for the plan that a view looks at."""
    from plantwright.flows.promise.answer import TABLES, make_promiser  # noqa: PLC0415 - loads Numba

    raw = MappingProxyType({name: view.result(name) for name in TABLES})
    meta: dict[str, Any] = {"options": view.plan.get("options", {}), "number": view.number}
    plan = Plan(raw, view.as_of, view.settings.zone, inputs="", engine="", **meta)
    return make_promiser(plant_of(view), plan)


@lru_cache(maxsize=64)
def _end_of(day: date, zone: str) -> int:
    """Give the moment that a day means to a sales order: its end."""
    read = read_texts(pl.Series([day.isoformat()]), ENTITIES["sales_order_line"].columns["due"], zone)
    return int(read.values[0])
