"""The mapping for generated plants gives a sound plant with everything that the generator wrote."""

import csv
import json
import subprocess
import sys

import polars as pl
import pytest

from plantwright.core.checks import check_plant
from plantwright.core.exchange import parse_source, read_mapping, read_source, write_folder
from plantwright.plant import VIRTUAL_LOCATIONS, columns_of, make_plant

SCALE = 1_000_000
ARGUMENTS = ("--items", "60", "--demands", "80", "--resources", "6", "--alt-pct", "40", "--setups", "--seed", "3")


@pytest.fixture(scope="module")
def folder(shared, tmp_path_factory):
    out = tmp_path_factory.mktemp("generated")
    command = [sys.executable, shared / "tools" / "gen_plant.py", *ARGUMENTS, "--out", out]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def parsed(folder):
    return parse_source(read_mapping("gen_plant", folder), columns_of)


def rows(folder, name):
    with (folder / "csv" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_nothing_is_wrong_with_it(parsed):
    assert parsed.problems == []
    assert check_plant(parsed.tables, {"location": VIRTUAL_LOCATIONS}) == []


def test_every_row_of_the_generator_arrives(folder, parsed):
    counts = json.loads((folder / "plant.json").read_text(encoding="utf-8"))["counts"]
    heights = {name: frame.height for name, frame in parsed.tables.items()}
    assert (heights["item"], heights["bom_line"]) == (counts["items"], counts["bom_lines"])
    assert (heights["operation"], heights["work_center"]) == (counts["operation_steps"], counts["resources"])
    assert (heights["sales_order_line"], heights["purchase_order_line"]) == (counts["demands"], counts["open_orders"])
    assert heights["operation_alternate"] == sum(row["alt_work_center"] != "" for row in rows(folder, "operations"))
    assert heights["operation_alternate"] > 0
    assert parsed.tables["work_center"]["units"].sum() == counts["capacity_units"]


def test_the_plan_is_made_as_of_the_generators_day(parsed):
    plant = make_plant(parsed.tables, as_of=0)
    assert plant.as_of == 20_458 * 1440  # 2026-01-05
    assert plant.settings["main_site"] == "PLANT"


def test_times_are_exact_seconds(folder, parsed):
    written = rows(folder, "operations")
    assert parsed.tables["operation"]["setup"].to_list() == [int(row["setup_s"]) * 1000 for row in written]
    assert parsed.tables["operation"]["run"].to_list() == [int(row["run_s_per_unit"]) * 1000 for row in written]


def test_stock_is_an_opening_balance(folder, parsed):
    written = {row["item"]: int(row["on_hand"]) * SCALE for row in rows(folder, "stock") if row["on_hand"] != "0"}
    moves = parsed.tables["stock_move"]
    assert dict(moves.select("item", "quantity").iter_rows()) == written
    assert set(moves["from_location"]) == {"OPENING"}


def test_changeovers_hold_on_work_centers_with_one_unit(parsed):
    centers = parsed.tables["work_center"]
    expected = centers.select(pl.when(pl.col("units") == 1).then(pl.lit("CO")).otherwise(pl.lit(""))).to_series()
    assert centers["setup_matrix"].to_list() == expected.to_list()
    assert parsed.tables["setup_change"].height == 20


def test_shifts_follow_the_bit_mask_of_days(parsed):
    shifts = parsed.tables["calendar_shift"].filter(pl.col("calendar") == "TWO_SHIFT")
    assert shifts["weekday"].to_list() == ["mon", "tue", "wed", "thu", "fri"]
    assert shifts.select("start", "end").unique().rows() == [(6 * 60, 22 * 60)]
    continuous = parsed.tables["calendar_shift"].filter(pl.col("calendar") == "CONTINUOUS")
    assert continuous.height == 7
    assert continuous.select("start", "end").unique().rows() == [(0, 1440)]


def test_holidays_are_closed(folder, parsed):
    closed = parsed.tables["calendar_exception"]
    assert closed.height == sum(row["value"] == "0" for row in rows(folder, "calendars"))
    assert not closed["open"].any()


def test_written_out_it_reads_the_same_from_a_folder(parsed, tmp_path):
    write_folder(parsed.tables, tmp_path, parsed.zone, columns_of)
    again = parse_source(read_source(tmp_path), columns_of)
    assert again.problems == []
    assert all(frame.equals(again.tables[name]) for name, frame in parsed.tables.items())
