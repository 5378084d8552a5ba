"""Files with a series a row: both layouts, packed or not, and every fault with its line."""

import gzip

import numpy as np
import pytest

from plantwright.core.problem import ProblemError
from plantwright.instances.series import SEASONS, read_series

JOINED = "id,period,train,test\nA,MONTHLY,1;2;NA;4,5;6\nB,YEARLY,7;8;9,10\n"


def test_joined_rows_have_their_period_and_gaps(tmp_path):
    file = tmp_path / "some.csv"
    file.write_text(JOINED)
    first, second = read_series(file)
    assert (first.season, second.season) == (12, 1)
    assert np.isnan(first.train[2])
    assert second.test.tolist() == [10]


def test_packed_files_are_unpacked(tmp_path):
    file = tmp_path / "some.csv.gz"
    file.write_bytes(gzip.compress(JOINED.encode()))
    assert [one.name for one in read_series(file)] == ["A", "B"]


def test_a_column_a_period_holds_the_last_ones_out(tmp_path):
    file = tmp_path / "shop_weekly.csv"
    file.write_text("sku,cost,2012W01,2012W02,2012W03,2012W04,2012W05,2012W06\n7,9.5,1,2,3,4,5,6\n8,1,NA,NA,NA,4,5,6\n")
    (one,) = read_series(file)
    assert (one.period, one.train.tolist(), one.test.tolist()) == ("weekly", [1, 2, 3, 4], [5, 6])
    assert read_series(file, horizon=1)[0].test.tolist() == [6]


def test_every_faulty_row_is_told_with_its_line(tmp_path):
    file = tmp_path / "some.csv"
    file.write_text("id,period,train,test\nA,DECADE,1,2\nB,YEARLY,1;x,2\nC,YEARLY,1\nD,YEARLY,1;inf,2\n")
    with pytest.raises(ProblemError) as caught:
        read_series(file)
    assert [problem.where for problem in caught.value.problems] == [f"some.csv line {line}" for line in (2, 3, 4, 5)]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"\x1f\x8b\x08 broken", b"a,b\n1,2\n"])
def test_what_is_no_file_of_series_is_a_problem(tmp_path, raw):
    file = tmp_path / "odd.csv"
    file.write_bytes(raw)
    with pytest.raises(ProblemError):
        read_series(file)


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    with pytest.raises(ProblemError):
        read_series(tmp_path / "none.csv")


def test_published_files_are_read_whole(shared):
    folder = shared / "data" / "forecasting"
    m3, hourly = read_series(folder / "m3" / "m3_odd.csv.gz"), read_series(folder / "m4" / "m4_hourly.csv.gz")
    assert (len(m3), len(hourly)) == (1502, 414)
    assert {one.period for one in m3} == {"yearly", "quarterly", "monthly", "other"}
    assert {one.season for one in hourly} == {SEASONS["hourly"]}
