"""The command that asks for the earliest date of a quantity: promise."""

from __future__ import annotations

from dataclasses import dataclass

from plantwright.core import wording
from plantwright.core.parameters import read_arguments
from plantwright.core.report import REPORTS
from plantwright.core.store import Store
from plantwright.doors.cli.output import print_json, screen
from plantwright.doors.cli.render import Look, show_page
from plantwright.doors.cli.showing import named_for
from plantwright.flows.promise.asking import ask
from plantwright.flows.views import StoreView


@dataclass(frozen=True)
class Wanted:
    """What is asked on the command line."""

    item: str
    quantity: str
    date: str
    customer: str
    site: str
    plan: int | None
    replications: str = ""
    seed: str = ""


def promise(db: str, wanted: Wanted, *, as_json: bool) -> int:
    """Tell from when on a quantity can be delivered; gives the exit status."""
    given = {"item": wanted.item, "quantity": wanted.quantity, "customer": wanted.customer, "site": wanted.site}
    more = {"date": wanted.date, "replications": wanted.replications, "seed": wanted.seed}
    given |= {name: text for name, text in more.items() if text}
    values = read_arguments("promise", REPORTS["promise"].parameters, given)
    with Store.open(db) as store:
        view = StoreView(store, wanted.plan)
        found = ask(view, **values)
    if as_json:
        print_json({"plan": view.number, **found.told()})
    else:
        year = wording.year_of(view.as_of, view.settings.zone)
        show_page(screen(), named_for(found.page(), db), Look(view.settings.zone, year))
    return 0
