"""Pinning operations of the sample plant: what is written, what is refused, and that it can be taken back."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import plantwright
from plantwright.core.action import run_action
from plantwright.core.journal import entries, reverse
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.flows.catalog import load_actions
from plantwright.flows.exchange import import_files

SAMPLE = Path(plantwright.__file__).parent / "samples" / "pumps"
START = datetime(2026, 3, 9, 6, tzinfo=UTC)
WISH = {"order": "WO-26141", "operation": 10, "start": START, "work_center": "ASM1"}
load_actions()


@pytest.fixture(scope="module")
def sample_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("pins") / "plant.db"
    with Store.create(path) as store:
        import_files(store, SAMPLE, by="anna")
    return path


@pytest.fixture
def store(sample_once, tmp_path):
    with Store.open(shutil.copy(sample_once, tmp_path / "plant.db")) as opened:
        yield opened


def row_of(store, order, operation):
    rows = store.read("production_operation").filter((pl.col("order") == order) & (pl.col("sequence") == operation))
    return rows.row(0, named=True) if rows.height else None


def codes(store, **changes):
    with pytest.raises(ProblemError) as caught:
        run_action(store, "pin_operation", WISH | changes, "anna")
    return {problem.code for problem in caught.value.problems}


def test_a_pin_is_written_freed_and_taken_back(store):
    run_action(store, "pin_operation", WISH, "anna")
    pinned = row_of(store, "WO-26141", 10)
    assert (pinned["pinned_start"], pinned["work_center"]) == (int(START.timestamp()) // 60, "ASM1")
    run_action(store, "unpin_operation", {"order": "WO-26141", "operation": 10}, "anna")
    freed = row_of(store, "WO-26141", 10)
    assert (freed["pinned_start"], freed["work_center"]) == (None, "")
    for entry in entries(store, 2):
        reverse(store, entry.number, "anna")
    assert row_of(store, "WO-26141", 10) is None


def test_a_pin_on_what_is_not_there_is_refused_with_what_is(store):
    assert codes(store, order="MO-000001") == {"pin-no-order"}
    assert codes(store, operation=99) == {"pin-no-operation"}
    assert codes(store, work_center="HMC") == {"pin-work-center"}


def test_what_has_begun_cannot_be_pinned(store):
    begun = store.read("production_operation").filter(pl.col("state") == "started").row(0, named=True)
    assert codes(store, order=begun["order"], operation=begun["sequence"]) == {"pin-operation-begun"}
