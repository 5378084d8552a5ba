"""What is written reads back the same: every declared table, generated rows, CSV folders and workbooks."""

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.strategies import raw_frames

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exchange import importable, parse_source, read_source, write_folder, write_workbook
from plantwright.plant import VIRTUAL_LOCATIONS, columns_of

ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu"]
TABLES = list(importable())


def test_every_area_is_declared():
    assert {"item", "bom_line", "operation", "stock_move", "sales_order_line"} <= set(TABLES)
    assert VIRTUAL_LOCATIONS


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_csv_folder_reads_back_as_it_was_written(name, data):
    assert_reads_back(name, data, lambda tables, folder, zone: (write_folder(tables, folder, zone), folder)[1])


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_workbook_reads_back_as_it_was_written(name, data):
    assert_reads_back(name, data, lambda tables, folder, zone: write_workbook(tables, folder / "plant.xlsx", zone))


def assert_reads_back(name, data, write):
    frame = data.draw(raw_frames(importable()[name]))
    if name == "setting":
        frame = frame.filter(pl.col("name") != "time_zone")
    zone = data.draw(st.sampled_from(ZONES))
    with tempfile.TemporaryDirectory() as folder:
        path = write({name: frame}, Path(folder), zone)
        parsed = parse_source(read_source(path), zone=zone)
    assert parsed.problems == []
    assert parsed.tables[name].to_dicts() == frame.to_dicts()
    assert parsed.tables[name].schema == frame.schema


@pytest.mark.parametrize("write", [write_folder, write_workbook])
def test_fields_of_the_plant_are_written_and_read_with_their_table(tmp_path, write):
    fields = [("colour", "text"), ("weight", "quantity"), ("tested", "day"), ("painted", "yes or no")]
    own = [{"entity": "item", "name": name, "kind": kind} for name, kind in fields]
    item = raw_frame(ENTITIES["item"], [{"code": "A", "kind": "buy"}, {"code": "B", "kind": "make"}])
    item = item.with_columns(
        colour=pl.Series(["=red", ""]),
        weight=pl.Series([1, None], dtype=pl.Int64),
        tested=pl.Series([20_458, None], dtype=pl.Int64),
        painted=pl.Series([True, None]),
    )
    tables = {"user_field": raw_frame(ENTITIES["user_field"], own), "item": item}
    write(tables, tmp_path / "plant.xlsx", "UTC", columns_of)
    parsed = parse_source(read_source(tmp_path / "plant.xlsx"), columns_of)
    assert parsed.problems == []
    assert parsed.tables["item"].to_dicts() == [row | {"colour": row["colour"] or None} for row in item.to_dicts()]
