"""Asking what can be promised: the report, and the question to a store."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any
from weakref import WeakKeyDictionary

import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, View
from plantwright.core.parameters import Ref
from plantwright.core.problem import stop_on_errors
from plantwright.core.reading import read_texts
from plantwright.core.report import report
from plantwright.flows.chances.asking import NORMAL, case_of, faults, plan_of
from plantwright.flows.promise import available, displacing  # noqa: F401 - it declares a report
from plantwright.flows.remedies.doing import plant_of

if TYPE_CHECKING:
    from plantwright.flows.chances.curve import Curve
    from plantwright.flows.promise.answer import Promised, Promiser
    from plantwright.flows.promise.open_supply import Held

_PROMISERS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
_LOCK = threading.Lock()


@report
def promise(
    plan: View, item: Annotated[str, Ref("item")], quantity: Decimal = Decimal(1),
    date: date | None = None, customer: Annotated[str, Ref("customer")] = "", site: Annotated[str, Ref("site")] = "",
    replications: int = NORMAL, seed: int = 0,
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
    replications : how often the plan is followed, to tell how sure the date is; 0: not at all
    seed : of the chance
    """
    return ask(plan, item, quantity, date, customer=customer, site=site, replications=replications, seed=seed).page()


def ask(
    view: View, item: str, quantity: Decimal, date: date | None = None, *, customer: str = "", site: str = "",
    replications: int = 0, seed: int = 0,
) -> Promised:  # fmt: skip
    """Answer one question about the plan that a view looks at.

    Parameters
    ----------
    view : plant and plan
    item, quantity, date, customer, site, replications, seed : see the report `promise`

    Returns
    -------
    The answer.

    Raises
    ------
    ProblemError
        With everything that is wrong with the question; where the plan has no schedule.
    """
    stop_on_errors(faults(replications, seed, least=0))
    wanted = None if date is None else end_of(date, view.settings.zone)
    promiser = promiser_of(view)
    held = _held(view, item, site, customer)
    found = promiser.promise(item, int(quantity * SCALE), wanted, customer=customer, site=site, held=held)
    if not replications or found.promised is None:
        return found
    return replace(found, curve=_curve(view, promiser, found, replications, seed))


def _held(view: View, item: str, site: str, customer: str) -> list[Held]:
    """Give what of an item is kept for others; nothing where the question is wrong, which the answer tells."""
    from plantwright.flows.plan.boms import day_starts  # noqa: PLC0415 - loads Numba, as the next does
    from plantwright.flows.promise.open_supply import Held  # noqa: PLC0415

    if not view.table("allocation").height or item not in view.table("item")["code"]:
        return []
    sites = view.table("site")["code"]
    if site and site not in sites:
        return []
    kept = [one for one in available.kept_before(view, available.available(view, item, site), customer) if one.left]
    zone = view.settings.zone
    starts = day_starts(pl.Series([one.start for one in kept], dtype=pl.Int64), zone)
    ends = day_starts(pl.Series([one.end + 1 for one in kept], dtype=pl.Int64), zone)
    return [Held(start, end, one.left) for start, end, one in zip(starts, ends, kept, strict=True)]


def _curve(view: View, promiser: Promiser, found: Promised, replications: int, seed: int) -> Curve:
    from plantwright.flows.chances.case import Question  # noqa: PLC0415 - loads Numba

    asked = Question(found.steps, found.waits, promiser.known.calendar, int(found.promised or 0))
    return case_of(view).question(asked, found.date, replications, seed)


def promiser_of(view: View) -> Promiser:
    """Prepare answers for the plan that a view looks at, once for each view."""
    with _LOCK:
        if view not in _PROMISERS:
            _PROMISERS[view] = _promiser(view)
        return _PROMISERS[view]  # type: ignore[no-any-return]


def _promiser(view: View) -> Promiser:
    from plantwright.flows.promise.answer import TABLES, make_promiser  # noqa: PLC0415 - loads Numba

    return make_promiser(plant_of(view), plan_of(view, TABLES))


@lru_cache(maxsize=64)
def end_of(day: date, zone: str) -> int:
    """Give the moment that a day means to a sales order: its end."""
    read = read_texts(pl.Series([day.isoformat()]), ENTITIES["sales_order_line"].columns["due"], zone)
    return int(read.values[0])
