"""The store: a plant's tables, plans and journal in SQLite or PostgreSQL."""

from __future__ import annotations

from plantwright.core.store.references import built_in
from plantwright.core.store.store import Store
from plantwright.core.store.tables import metadata
from plantwright.core.store.transaction import Counts, Transaction

__all__ = ["Counts", "Store", "Transaction", "built_in", "metadata"]
