"""Write a small plant of the present version as SQL text, for the tests of upgrading: run it once a release.

``python tests/core/store/make_release.py 0001`` writes ``releases/0001.sql``; files of earlier releases never change.
"""

import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import plantwright.plant  # noqa: F401 - declares the tables
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.store import Store


def rows(name, *given):
    return raw_frame(ENTITIES[name], list(given))


def fill(store):
    """Something of each kind: rows, own fields, a ledger, a number series, a change, a plan."""
    with store.begin("anna", "import", {"folder": "plant"}, key="first") as tx:
        field = {"entity": "item", "name": "colour", "kind": "text"}
        tx.insert("user_field", rows("user_field", field))
        bike, wheel = ({"code": code, "name": f"The {code}", "kind": "make"} for code in ("BIKE", "WHEEL"))
        tx.insert("item", rows("item", bike, wheel | {"price": 5_500_000}))
        tx.insert("bom_line", rows("bom_line", {"parent": "BIKE", "component": "WHEEL", "quantity": 2_000_000}))
        tx.insert("location", rows("location", {"code": "MAIN"}, {"code": "OUTSIDE", "kind": "virtual"}))
        move = {"number": tx.next_number("stock_move", "M-"), "item": "WHEEL", "quantity": 1_000_000, "at": 29_000_000}
        tx.insert("stock_move", rows("stock_move", move | {"from_location": "OUTSIDE", "to_location": "MAIN"}))
        tx.answer("6 rows")
    with store.begin("bob", "edit") as tx:
        tx.update("item", tx.read("item").filter(code="WHEEL").with_columns(price=7_000_000, colour=pl.lit("black")))
    store.save_plan({"as_of": 29_000_000, "options": {"capacity": True}, "seed": 7}, {"peg": ENTITIES["peg"].empty()})


def main(version):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plant.sqlite"
        with Store.create(path, clock=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC)) as store:
            fill(store)
        connection = sqlite3.connect(path)
        text = "\n".join(connection.iterdump()) + "\n"
        connection.close()
    target = Path(__file__).parent / "releases" / f"{version}.sql"
    target.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main(sys.argv[1])
