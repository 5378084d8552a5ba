"""A killed process loses nothing that was answered and leaves nothing half done; of two writers one wins."""

import subprocess
import sys
import threading

import polars as pl
import pytest

from plantwright.core import journal
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store

from .conftest import codes, items, write

HEAD = """
import sys
import polars as pl
import plantwright.plant
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.store import Store, plans
def items(n, start=0):
    return raw_frame(ENTITIES["item"], [{"code": f"I{i + start:06d}", "name": "n", "kind": "buy"} for i in range(n)])
def stop_here():
    print("now", flush=True)
    sys.stdin.read()
store = Store.open(sys.argv[1])
"""
IMPORT = """
with store.begin("anna", "first") as tx:
    tx.insert("item", items(500))
with store.begin("anna", "second") as tx:
    tx.insert("item", items(30_000, 500))
    tx.connection.exec_driver_sql("DELETE FROM item WHERE code < 'I000100'")
    stop_here()
"""
SAVE = """
store.save_plan({}, {"peg": items(1000)})
real = store.driver.lock
def lock(connection):
    real(connection)
    connection.exec_driver_sql("DELETE FROM plan_table")
    stop_here()
store.driver.lock = lock
store.save_plan({}, {"peg": items(10)})
"""


def kill_in_the_middle(target, program):
    """Run a program until it says that it is in the middle of its writing, and kill it there (SIGKILL)."""
    with subprocess.Popen(
        [sys.executable, "-c", HEAD + program, target], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "now\n"
        process.kill()


def test_import_killed_in_the_middle_leaves_the_last_complete_state(store, target):
    store.close()
    kill_in_the_middle(target, IMPORT)
    with Store.open(target) as again:
        assert len(codes(again)) == 500
        assert write(again, "item", items("A")) == 2
        assert len(codes(again)) == 501


def test_plan_killed_while_it_is_kept_leaves_the_plan_before_it_whole(store, target):
    store.close()
    kill_in_the_middle(target, SAVE)
    with Store.open(target) as again:
        assert [meta["number"] for meta in again.plans()] == [1]
        assert again.load_plan()[1]["peg"].height == 1000
        assert again.save_plan({}, {}) == 2


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_file_is_whole_after_a_kill_by_the_databases_own_check(store, target):
    store.close()
    kill_in_the_middle(target, IMPORT)
    with Store.open(target) as again, again.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def together(count, what):
    """Run something in several threads at the same moment, and give what each answered or raised."""
    gate, answers = threading.Barrier(count), []

    def run(number):
        gate.wait()
        try:
            answers.append(what(number))
        except ProblemError as error:
            answers.append(error.problems[0].code)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_two_writers_with_the_same_version_exactly_one_wins(store, target):
    write(store, "item", items("A"))
    seen = store.read("item", versions=True)

    def reprice(number):
        with Store.open(target) as own, own.begin(f"user {number}", "edit") as tx:
            tx.update("item", seen.with_columns(price=pl.lit(number + 1, pl.Int64)))
        return "done"

    assert sorted(together(4, reprice)) == ["changed-meanwhile"] * 3 + ["done"]
    assert store.read("item", versions=True)["row_version"].to_list() == [2]


def test_numbers_taken_at_the_same_time_are_all_different_and_without_gaps(store):
    def release(_number):
        with store.begin("anna", "release") as tx:
            return tx.next_number("production_order")

    assert sorted(together(6, release)) == [f"{number:06d}" for number in range(1, 7)]


def test_same_key_at_the_same_time_is_done_once(store):
    def report(number):
        with store.begin("anna", "report", key="k") as tx:
            if not tx.replayed:
                tx.insert("item", items(f"I{number}"))
                tx.answer(number)
        return tx.answered

    assert len(set(together(4, report))) == 1
    assert len(codes(store)) == 1


WRITE = """
import time
while time.time() % 2 > 0.1:
    time.sleep(0.01)
for number in range(20):
    with store.begin(sys.argv[2], "import") as tx:
        tx.insert("item", items(1, int(sys.argv[2]) + number))
"""


def test_processes_writing_side_by_side_lose_nothing(store, target):
    commands = [[sys.executable, "-c", HEAD + WRITE, target, start] for start in ("0", "100")]
    processes = [subprocess.Popen(command) for command in commands]
    assert [process.wait() for process in processes] == [0, 0]
    assert len(codes(store)) == 40
    assert {entry.by for entry in journal.entries(store, limit=40)} == {"0", "100"}
