"""Stores that cannot be used, and changes that a store refuses."""

import sqlite3

import polars as pl
from provokes import new_store, provokes, raised, rows

from plantwright.core.store import Store
from plantwright.core.store.problems import translated


@provokes("store-missing")
def store_missing(folder):
    return raised(lambda: Store.open(folder / "plant.db"))


@provokes("store-folder-missing")
def store_folder_missing(folder):
    return raised(lambda: Store.create(folder / "plants" / "plant.db"))


@provokes("store-exists")
def store_exists(folder):
    (folder / "plant.db").write_text("")
    return raised(lambda: Store.create(folder / "plant.db"))


@provokes("store-foreign")
def store_foreign(folder):
    (folder / "plant.db").write_text("a letter")
    return raised(lambda: Store.open(folder / "plant.db"))


@provokes("store-damaged")
def store_damaged(folder):
    new_store(folder).close()
    whole = (folder / "plant.db").read_bytes()
    (folder / "plant.db").write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    return raised(lambda: Store.open(folder / "plant.db"))


def _version(folder, version):
    new_store(folder).close()
    with sqlite3.connect(folder / "plant.db") as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
    database.close()
    return raised(lambda: Store.open(folder / "plant.db"))


@provokes("store-older")
def store_older(folder):
    return _version(folder, "0000")


@provokes("store-newer")
def store_newer(folder):
    return _version(folder, "9999")


def _sqlite(folder, statements, how="rwc"):
    """Let SQLite refuse something on a file, as it would in the midst of a change."""

    def run():
        with translated(str(folder / "plant.db")):
            database = sqlite3.connect(f"file:{folder / 'plant.db'}?mode={how}", uri=True)
            try:
                for statement in statements:
                    database.execute(statement)
            finally:
                database.close()

    return raised(run)


@provokes("store-read-only")
def store_read_only(folder):
    new_store(folder).close()
    return _sqlite(folder, ["DELETE FROM item"], how="ro")


@provokes("store-full")
def store_full(folder):
    return _sqlite(
        folder, ["PRAGMA max_page_count = 2", "CREATE TABLE a (x)", "INSERT INTO a VALUES (zeroblob(100000))"]
    )


@provokes("store-refused")
def store_refused(folder):
    return _sqlite(folder, ["SELECT price FROM parts"])


@provokes("store-locked")
def store_locked(folder):
    with new_store(folder) as store, store.begin("anna", "import") as tx:
        tx.insert("item", rows("item", {"code": "C", "kind": "buy"}))
        with Store.open(folder / "plant.db", busy_seconds=0.1) as other:
            return raised(lambda: other.begin("bob", "import").__enter__())


@provokes("store-unreachable")
def store_unreachable(folder):
    return raised(lambda: Store.open("postgresql://anna@127.0.0.1:1/plant"))


def _refused(folder, change):
    """Give the problems of a change that a store refuses."""

    def act():
        with new_store(folder) as store, store.begin("bob", "edit") as tx:
            change(tx)

    return raised(act)


@provokes("changed-meanwhile")
def changed_meanwhile(folder):
    with new_store(folder) as store:
        seen = store.read("item", versions=True)
        with store.begin("anna", "edit") as tx:
            tx.update("item", seen.with_columns(price=pl.lit(5_000_000)))

        def act():
            with store.begin("bob", "edit") as tx:
                tx.update("item", seen.with_columns(price=pl.lit(9_000_000)))

        return raised(act)


@provokes("store-row-exists")
def store_row_exists(folder):
    return _refused(folder, lambda tx: tx.insert("item", rows("item", {"code": "A", "kind": "buy"})))


@provokes("store-row-missing")
def store_row_missing(folder):
    return _refused(folder, lambda tx: tx.update("item", rows("item", {"code": "X", "kind": "buy"})))


@provokes("store-key-twice")
def store_key_twice(folder):
    twice = rows("item", {"code": "X", "kind": "buy"}, {"code": "X", "kind": "make"})
    return _refused(folder, lambda tx: tx.insert("item", twice))


@provokes("store-value-missing")
def store_value_missing(folder):
    return _refused(folder, lambda tx: tx.insert("item", rows("item", {"code": "X", "kind": None})))


@provokes("store-column-unknown")
def store_column_unknown(folder):
    strange = rows("item", {"code": "X", "kind": "buy"}).with_columns(colour=pl.lit("red"))
    return _refused(folder, lambda tx: tx.insert("item", strange))


@provokes("store-column-type")
def store_column_type(folder):
    strange = rows("item", {"code": "X", "kind": "buy"}).with_columns(price=pl.lit("cheap"))
    return _refused(folder, lambda tx: tx.insert("item", strange))


@provokes("store-ledger")
def store_ledger(folder):
    move = {"number": "M-1", "item": "A", "from_location": "OPENING", "to_location": "LOSS", "quantity": 1, "at": 0}

    def change(tx):
        tx.insert("stock_move", rows("stock_move", move))
        tx.delete("stock_move", rows("stock_move", move).select("number"))

    return _refused(folder, change)


@provokes("store-reference-broken")
def store_reference_broken(folder):
    return _refused(folder, lambda tx: tx.insert("bom_line", rows("bom_line", {"parent": "A", "component": "X"})))


@provokes("store-still-used")
def store_still_used(folder):
    def change(tx):
        tx.insert("bom_line", rows("bom_line", {"parent": "A", "component": "B", "quantity": 1_000_000}))
        tx.delete("item", rows("item", {"code": "B", "kind": "buy"}).select("code"))

    return _refused(folder, change)


@provokes("store-key-reused")
def store_key_reused(folder):
    with new_store(folder) as store:
        with store.begin("anna", "count", {"item": "A"}, key="7f3a") as tx:
            tx.answer("done")
        return raised(lambda: store.begin("anna", "count", {"item": "B"}, key="7f3a").__enter__())


@provokes("store-plan-missing")
def store_plan_missing(folder):
    with new_store(folder) as store:
        return raised(lambda: store.load_plan(7))
