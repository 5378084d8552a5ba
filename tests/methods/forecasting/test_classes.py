"""Demand classes: published categorizations, the ends of a life, seasons, and laws."""

import csv
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import CLASSES, classify


def flat(*series):
    return np.concatenate([np.asarray(one, float) for one in series]), np.cumsum([0, *map(len, series)])


def names(*series, season=1):
    return classify(*flat(*series), season).names


def test_interval_and_variation_are_those_published_for_three_thousand_car_parts(shared):
    """Intervals and variations published beside the automotive set of Syntetos and Boylan (2005)."""
    with gzip.open(shared / "data/forecasting/intermittent/auto_ijf_3000_monthly.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    history = np.array([[float(row[f"m{month:02}"]) for month in range(1, 25)] for row in rows])
    kinds = classify(history.ravel(), np.arange(len(rows) + 1) * 24)
    begun = history[:, 0] > 0
    published = np.array([[float(row["adi_published"]), float(row["cv2_published"])] for row in rows])
    assert kinds.interval[begun] == pytest.approx(published[begun, 0], rel=1e-6)
    equal = np.isclose(kinds.variation, published[:, 1], rtol=1e-6)
    assert np.flatnonzero(~equal).tolist() == [2378, 2691], "two published figures do not fit their own rows"


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        ([5, 6, 5, 7, 6, 5, 6, 7], "smooth"),
        ([1, 30, 2, 1, 40, 1, 2, 1], "erratic"),
        ([5, 0, 0, 6, 0, 5, 0, 0, 6], "intermittent"),
        ([1, 0, 0, 40, 0, 1, 0, 0, 2], "lumpy"),
        ([0, 0, 0, 0, 0, 0, 5, 6], "new"),
        ([5, 6, 5, 7, 6, 5, 6, 7, 0, 0, 0, 0, 0], "ending"),
        ([0] * 20, "ending"),
        ([0] * 3, "new"),
        ([], "new"),
        ([np.nan] * 9, "new"),
    ],
)
def test_class_of(series, kind):
    assert names(series) == (kind,)


def test_tail_of_zeros_is_no_end_where_gaps_as_long_were_seen_before():
    winter = [5, 6, 7, 6, 0, 0, 0, 0, 0, 0] * 3
    assert names(winter) == ("intermittent",)


def test_sporadic_item_ends_only_after_a_run_that_chance_would_not_give():
    sporadic = [3, 0, 0, 0, 2, 0, 0, 3, 0, 0, 0, 0, 2, 0, 0, 3]
    assert names(sporadic + [0] * 6) == ("intermittent",)
    assert names(sporadic + [0] * 16) == ("ending",)


def test_gaps_are_neither_demand_nor_none():
    kinds = classify([5, np.nan, 5, np.nan, 5, 5, 5, 5], [0, 8])
    assert (kinds.interval[0], kinds.known[0], kinds.names[0]) == (1.0, 6, "smooth")


def test_season_is_told_from_noise_trend_and_random_walk():
    draw = np.random.default_rng(5)
    time = np.arange(60)
    season = 100 + 30 * np.sin(2 * np.pi * time / 12) + draw.normal(0, 8, 60)
    found = [classify(*flat(one), 12).seasonal[0] for one in (season, season + 3 * time, 100 + 5.0 * time)]
    assert found == [True, True, False]
    noise = draw.normal(100, 10, (500, 60))
    walks = 1000 + np.cumsum(draw.normal(0, 10, (500, 60)), axis=1)
    for rows, most in ((noise, 0.03), (walks, 0.05)):
        assert classify(rows.ravel(), np.arange(501) * 60, 12).seasonal.mean() <= most


def test_season_needs_two_whole_ones():
    series = [10, 20, 30, 40, 10, 20, 30]
    assert not classify(series, [0, 7], 4).seasonal[0]
    assert classify([*series, 40, 10, 21], [0, 10], 4).seasonal[0]


def test_constant_series_has_no_season_and_no_variation():
    kinds = classify([7] * 48, [0, 48], 12)
    assert (kinds.names[0], kinds.variation[0], bool(kinds.seasonal[0])) == ("smooth", 0.0, False)


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        (([1, np.inf], [0, 2]), ["values"]),
        (([1, 2], [0, 1]), ["pointer"]),
        (([1, 2], [0, 2, 1, 2]), ["pointer"]),
        (([1, 2], [0, 2], 0), ["season"]),
        (([1, 2], [0, 2], [1, 2]), ["season"]),
        (([1, np.inf], [0.5, 2], 0), ["values", "pointer", "season"]),
    ],
)
def test_faults_are_told_together(arguments, columns):
    with pytest.raises(ProblemError) as caught:
        classify(*arguments)
    assert [problem.column for problem in caught.value.problems] == columns


rows = st_numpy.arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 40)), elements=st.integers(0, 6).map(float))


@given(rows, st.integers(1, 12), st.sampled_from([0.5, 4.0, 1024.0]))
def test_class_does_not_depend_on_the_unit(history, season, unit):
    pointer = np.arange(history.shape[0] + 1) * history.shape[1]
    once, again = (classify(values.ravel(), pointer, season) for values in (history, history * unit))
    assert once.names == again.names
    assert (once.seasonal == again.seasonal).all()


@given(rows, st.integers(1, 12), st.randoms(use_true_random=False))
def test_class_of_a_series_does_not_depend_on_the_others(history, season, draw):
    pointer = np.arange(history.shape[0] + 1) * history.shape[1]
    order = list(range(history.shape[0]))
    draw.shuffle(order)
    once, again = classify(history.ravel(), pointer, season), classify(history[order].ravel(), pointer, season)
    assert (once.code[order] == again.code).all()
    assert once.interval[order] == pytest.approx(again.interval)
    assert np.isfinite(once.interval).all()
    assert np.isfinite(once.variation).all()
    assert set(once.names) <= set(CLASSES)
