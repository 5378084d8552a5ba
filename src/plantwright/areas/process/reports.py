"""How things are made."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import polars as pl

from plantwright.core import wording
from plantwright.core.pages import Page, View, missing, sheet
from plantwright.core.parameters import Ref
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report


@report
def routing(plant: View, item: Annotated[str, Ref("item")]) -> Page:
    """Show the operations by which an item is made, with their times.

    Parameters
    ----------
    plant : the plant
    item : code of the item
    """
    items = plant.table("item")["code"]
    stop_on_errors([] if item in items else [missing("item", item, items)])
    rows = plant.table("operation").filter(pl.col("item") == item).sort("site", "sequence")
    centers = rows.filter(pl.col("work_center") != "")["work_center"].n_unique()
    sentence = (
        say(
            "{item} is made in {operations} on {work_center}.",
            item=item,
            operations=wording.count(rows.height, "operation"),
            work_center=wording.count(centers, "work center"),
        )
        if rows.height
        else say("{item} has no routing.", item=item)
    )
    columns = (
        "sequence", "name", "work_center", "setup", "run", "run_per", "rate", "yield_ratio", "queue", "move", "skill",
        "people", "tool", "supplier", "lead_time", "cost", "setup_family", "transfer_batch", "pausable", "site",
    )  # fmt: skip
    table = sheet(plant, say("Routing of {item}", item=item), "operation", rows, *columns)
    return Page(sentence, (replace(table, dashed=frozenset({"rate", "transfer_batch"})),))
