"""Hierarchies: sums that add up, the textbook's formulas in full, and reconciled forecasts that are better."""

import csv
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import build_hierarchy, check_adds_up, reconcile, time_hierarchy
from plantwright.methods.forecasting import hierarchy_reconcile as solving

METHODS = ("bottom_up", "top_down", "ols", "structural", "variance", "mint")
REGIONS = ["north", "north", "south", "south", "south"]
ITEMS = ["a", "b", "a", "b", "c"]
TREE = build_hierarchy({"region": REGIONS, "item": ITEMS}, [(), ("region",), ("item",)])


def draws(rows, periods, seed=1):
    return np.random.default_rng(seed).normal(0, 1, (rows, periods))


def test_rows_are_sums_over_the_codes_of_their_level():
    assert TREE.names[:6] == ((), ("north",), ("south",), ("a",), ("b",), ("c",))
    assert TREE.all_rows([1, 2, 3, 4, 5]).tolist() == [15, 3, 12, 4, 6, 5, 1, 2, 3, 4, 5]
    assert TREE.level.tolist() == [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]


def test_spread_is_the_transpose_of_sums():
    up, down = draws(TREE.bottom, 2), draws(TREE.aggregates, 2)
    assert np.sum(TREE.sums(up) * down) == pytest.approx(np.sum(up * TREE.spread(down)))


def test_time_is_summed_over_every_width_that_divides_the_cycle():
    year = time_hierarchy(12)
    widths = [name[0] for name in year.names]
    assert {width: widths.count(width) for width in widths} == {"12": 1, "6": 2, "4": 3, "3": 4, "2": 6, "1": 12}
    assert year.all_rows(np.arange(12.0))[:3].tolist() == [66, 15, 51]


@pytest.mark.parametrize("method", ["ols", "structural", "variance"])
def test_projection_is_that_of_the_textbook(method):
    """Hyndman and Athanasopoulos 2021, section 11.3: S (S'W^-1 S)^-1 S'W^-1 times the base forecasts."""
    base, errors = 10 + draws(TREE.rows, 3), draws(TREE.rows, 40, 2) * np.linspace(1, 3, TREE.rows)[:, None]
    summing = TREE.matrix()
    weight = {
        "ols": np.ones(TREE.rows),
        "structural": summing.sum(axis=1),
        "variance": (errors**2).mean(axis=1),
    }[method]
    inverse = np.diag(1 / weight)
    expected = summing @ np.linalg.inv(summing.T @ inverse @ summing) @ summing.T @ inverse @ base
    assert reconcile(TREE, base, method, residuals=errors).values == pytest.approx(expected)


def test_least_trace_is_that_of_the_textbook_with_the_shrinkage_written_out():
    """Wickramasuriya et al. 2019, section 2.4; Schaefer and Strimmer 2005, over all pairs of rows."""
    base, errors = 10 + draws(TREE.rows, 2), TREE.all_rows(draws(TREE.bottom, 30, 3)) + 0.3 * draws(TREE.rows, 30, 4)
    periods = errors.shape[1]
    scaled = errors / np.sqrt((errors**2).mean(axis=1))[:, None]
    products = scaled[:, None, :] * scaled[None, :, :]
    means = products.mean(axis=2)
    spread = ((products - means[:, :, None]) ** 2).sum(axis=2) / periods / (periods - 1)
    off = ~np.eye(TREE.rows, dtype=bool)
    share = spread[off].sum() / (means[off] ** 2).sum()
    covariance = errors @ errors.T / periods
    shrunk = share * np.diag(np.diag(covariance)) + (1 - share) * covariance
    summing, inverse = TREE.matrix(), np.linalg.inv(shrunk)
    expected = summing @ np.linalg.inv(summing.T @ inverse @ summing) @ summing.T @ inverse @ base
    done = reconcile(TREE, base, "mint", residuals=errors)
    assert done.shrinkage == pytest.approx(share)
    assert done.values == pytest.approx(expected)


def test_large_structure_is_solved_without_a_matrix_to_the_same_values(monkeypatch):
    number = range(60)
    codes = {"item": number, "family": [k % 7 for k in number], "site": [k % 4 for k in number]}
    tree = build_hierarchy(codes, [(), ("family",), ("site",), ("family", "site")])
    base, errors = 20 + draws(tree.rows, 3), draws(tree.rows, 20, 5)
    in_full = reconcile(tree, base, "mint", residuals=errors).values
    monkeypatch.setattr(solving, "DENSE_CELLS", 0)
    assert reconcile(tree, base, "mint", residuals=errors).values == pytest.approx(in_full, rel=1e-6, abs=1e-6)


def test_top_down_shares_the_total_out():
    done = reconcile(TREE, TREE.all_rows([1.0, 2, 3, 4, 10]) * 2, "top_down", shares=[1, 1, 1, 1, 1])
    assert done.values[-5:].ravel().tolist() == [8.0] * 5


def test_row_without_any_error_is_not_divided_by():
    errors = draws(TREE.rows, 12)
    errors[3] = 0.0
    assert np.isfinite(reconcile(TREE, 5 + draws(TREE.rows, 2), "mint", residuals=errors).values).all()
    assert np.isfinite(reconcile(TREE, 5 + draws(TREE.rows, 2), "variance", residuals=0 * errors).values).all()


def test_nothing_below_zero_where_asked():
    done = reconcile(TREE, draws(TREE.rows, 4), "ols", not_negative=True)
    assert (done.values >= 0).all()
    assert check_adds_up(TREE, done.values) == []


def test_history_that_does_not_add_up_names_its_rows():
    wrong = TREE.all_rows([1.0, 2, 3, 4, 5])
    wrong[[0, 4]] += 1
    problems = check_adds_up(TREE, wrong)
    assert [(problem.key, problem.value) for problem in problems] == [("total", "16"), ("b", "7")]


def test_codes_that_nest_in_two_parents_are_named():
    with pytest.raises(ProblemError) as caught:
        build_hierarchy({"region": REGIONS, "item": ITEMS}, [()], within={"item": "region"})
    assert [problem.key for problem in caught.value.problems] == ["a", "b"]
    assert "north and south" in str(caught.value)


@pytest.mark.parametrize(
    ("call", "column"),
    [
        (lambda: build_hierarchy({}, [()]), "codes"),
        (lambda: build_hierarchy({"a": [1, 2], "b": [1]}, [()]), "b"),
        (lambda: build_hierarchy({"a": [1, 2]}, [("c",)]), "levels"),
        (lambda: build_hierarchy({"a": [1, 1]}, [()]), "codes"),
        (lambda: time_hierarchy(1), "periods"),
        (lambda: reconcile(TREE, [1, 2], "ols"), "base"),
        (lambda: reconcile(TREE, np.full(TREE.rows, np.nan), "ols"), "base"),
        (lambda: reconcile(TREE, np.ones(TREE.rows), "best"), "method"),
        (lambda: reconcile(TREE, np.ones(TREE.rows), "mint"), "residuals"),
        (lambda: reconcile(TREE, np.ones(TREE.rows), "mint", residuals=np.ones((TREE.rows, 1))), "residuals"),
        (lambda: reconcile(TREE, np.ones(TREE.rows), "top_down", shares=[1, 2]), "shares"),
        (lambda: reconcile(build_hierarchy({"a": [1, 2], "b": [1, 2]}, [("a",)]), np.ones(4), "top_down"), "hierarchy"),
    ],
)
def test_bad_arguments_are_refused(call, column):
    with pytest.raises(ProblemError) as caught:
        call()
    assert {problem.column for problem in caught.value.problems} == {column}


@given(st.integers(0, 999), st.sampled_from(METHODS))
def test_reconciled_forecasts_add_up_and_coherent_ones_are_left_alone(seed, method):
    base, errors = 50 + 10 * draws(TREE.rows, 3, seed), draws(TREE.rows, 20, seed + 1)
    done = reconcile(TREE, base, method, residuals=errors)
    assert check_adds_up(TREE, done.values, 1e-9) == []
    again = reconcile(TREE, done.values, method, residuals=errors)
    assert again.values == pytest.approx(done.values)
    scaled = reconcile(TREE, base * 8, method, residuals=errors * 8)
    assert scaled.values == pytest.approx(done.values * 8)


def recursion(history, horizon, level, season, width):
    """Additive exponential smoothing with a season for many rows: forecasts and one-step errors."""
    base = history[:, : 2 * width].mean(axis=1)
    seasons = (history[:, :width] + history[:, width : 2 * width]) / 2 - base[:, None]
    errors = np.zeros_like(history)
    for t in range(history.shape[1]):
        phase = t % width
        errors[:, t] = history[:, t] - base - seasons[:, phase]
        base = base + level * errors[:, t]
        seasons[:, phase] += season * errors[:, t]
    ahead = [base + seasons[:, (history.shape[1] + step) % width] for step in range(horizon)]
    return np.stack(ahead, axis=1), errors[:, 2 * width :]


def smoothed(history, horizon, width=4):
    """Take for each row the constants of least squared errors."""
    tried = [recursion(history, horizon, a, g, width) for a in (0.05, 0.1, 0.2, 0.4, 0.7) for g in (0.05, 0.2, 0.4)]
    best = np.argmin([(errors**2).mean(axis=1) for _, errors in tried], axis=0)
    row = np.arange(history.shape[0])
    return tuple(np.stack(parts)[best, row] for parts in zip(*tried, strict=True))


def test_least_trace_is_ahead_of_the_base_and_of_bottom_up_on_australian_tourism(shared):
    """Trips by region, state and purpose, 304 series; two years are forecast from four ends of the history."""
    with gzip.open(shared / "data/forecasting/hierarchical/aus_tourism_304_quarterly.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    trips: dict[tuple[str, ...], dict[str, float]] = {}
    for row in rows:
        trips.setdefault((row["State"], row["Region"], row["Purpose"]), {})[row["Quarter"]] = float(row["Trips"])
    keys, quarters = sorted(trips), sorted({row["Quarter"] for row in rows})
    codes = dict(zip(("state", "region", "purpose"), map(list, zip(*keys, strict=True)), strict=True))
    levels = [(), ("state",), ("purpose",), ("region",), ("state", "purpose")]
    tree = build_hierarchy(codes, levels, within={"region": "state"})
    history = tree.all_rows([[trips[key][quarter] for quarter in quarters] for key in keys])
    assert (tree.bottom, history.shape[1]) == (304, 80)
    judged = {"base": [], "bottom_up": [], "mint": []}
    for end in (60, 64, 68, 72):
        past, actual = history[:, :end], history[:, end : end + 8]
        base, errors = smoothed(past, 8)
        scale = np.sqrt(((past[:, 4:] - past[:, :-4]) ** 2).mean(axis=1))
        made = {name: reconcile(tree, base, name, residuals=errors).values for name in ("bottom_up", "mint")}
        assert check_adds_up(tree, made["mint"], 1e-6) == []
        for name, values in {"base": base, **made}.items():
            judged[name].append((np.sqrt(((actual - values) ** 2).mean(axis=1)) / scale).mean())
    rmsse = {name: np.mean(found) for name, found in judged.items()}
    assert rmsse["mint"] < 0.99 * min(rmsse["base"], rmsse["bottom_up"]), rmsse
