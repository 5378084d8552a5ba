"""Find the stored row of an order by the name that plans give it."""

from __future__ import annotations

from typing import Any

from plantwright.core.entity import ENTITIES
from plantwright.core.pages import View, document_name

TABLES = ("sales_order_line", "production_order", "purchase_order_line", "transfer_order")


def stored_document(view: View, name: str) -> tuple[str, dict[str, Any], Any] | None:
    """Find an order in the tables of the plant.

    Parameters
    ----------
    view : the plant
    name : number of the order, with the line after a stroke where that is not the first

    Returns
    -------
    The table, the raw row, and its key; None where no table has it.
    """
    for table in TABLES:
        entity = ENTITIES[table]
        rows = view.table(table).filter(document_name(entity) == name)
        if rows.height:
            row = rows.row(0, named=True)
            key = tuple(row[part] for part in entity.key)
            return table, row, key if len(key) > 1 else key[0]
    return None
