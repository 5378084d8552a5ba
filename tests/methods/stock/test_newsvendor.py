"""Distributions and the newsvendor: worked examples, sums and integrals by themselves, arguments that cannot be."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import (
    Discrete,
    Gamma,
    Lognormal,
    Normal,
    empirical,
    fixed,
    negative_binomial,
    newsvendor,
    newsvendor_at,
    newsvendor_profit,
    poisson,
)
from plantwright.methods.stock.special import gamma_tail

KINDS = [Normal(50, 8), Gamma(50, 30), Gamma(2, 9), Lognormal(3, 0.5), poisson(6), negative_binomial(4, 5), fixed(3)]


def test_newsvendor_of_snyder_and_shen_example_4_3():
    best = newsvendor(Normal(50, 8), 0.18, 0.70)
    assert (best.quantity, best.cost) == (pytest.approx(56.60395592743389), pytest.approx(1.997605193176645))


def test_profit_of_snyder_and_shen_example_4_2():
    best = newsvendor_profit(Normal(50, 8), 1, 0.3, 0.12)
    assert (best.quantity, best.profit) == (pytest.approx(56.60395592743389), pytest.approx(33.002394806823354))


def test_table_of_snyder_and_shen_problem_4_7():
    demand = Discrete([1, 2, 3, 4, 5, 6, 7, 8], [0.25, 0.05, 0.1, 0.2, 0.15, 0.1, 0.1, 0.05])
    best = newsvendor(demand, 500_000, 1_000_000)
    assert (best.quantity, best.cost) == (5, pytest.approx(1_225_000))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{type(kind).__name__} {kind.mean:g}")
def test_losses_are_the_tail_added_up(kind):
    step = 0.05
    grid = np.arange(0, kind.mean + 30 * kind.sd + 5, step)
    above = np.array([1 - kind.cdf(x) for x in grid]) * step
    for x in (0.0, 0.5 * kind.mean, kind.mean, kind.mean + kind.sd):
        later = grid >= x - 1e-9
        assert kind.loss(x) == pytest.approx(above[later].sum(), rel=0.02, abs=0.05)
        assert kind.second_loss(x) == pytest.approx((2 * (grid - x) * above)[later].sum(), rel=0.03, abs=0.1)
    assert kind.loss(-5.0) == pytest.approx(kind.mean + 5)
    assert kind.second_loss(-5.0) == pytest.approx(kind.sd**2 + (kind.mean + 5) ** 2)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{type(kind).__name__} {kind.mean:g}")
@pytest.mark.parametrize("p", [0.01, 0.3, 0.95, 0.9999])
def test_quantile_is_the_least_value_that_suffices(kind, p):
    x = kind.quantile(p)
    assert kind.cdf(x + 1e-9) >= p - 1e-9
    assert kind.cdf(x - 1e-6) <= p + 1e-9


@given(st.floats(0.01, 200), st.floats(0.01, 400))
def test_gamma_tail_of_one_more_differs_by_the_density(shape, x):
    density = math.exp(shape * math.log(x) - x - math.lgamma(shape + 1))
    assert gamma_tail(shape + 1, x) == pytest.approx(gamma_tail(shape, x) + density, abs=1e-12)


@pytest.mark.parametrize("x", [0.1, 1.0, 5.0, 30.0])
def test_gamma_tail_of_a_half_is_the_error_function(x):
    """Abramowitz and Stegun 1964, 6.5.17."""
    assert gamma_tail(0.5, x) == pytest.approx(math.erfc(math.sqrt(x)), rel=1e-12)


@pytest.mark.parametrize("mean", [0.001, 1, 6, 1e3, 1e6])
def test_poisson_has_its_mean_and_variance(mean):
    assert poisson(mean).mean == pytest.approx(mean)
    assert poisson(mean).sd == pytest.approx(math.sqrt(mean))


@pytest.mark.parametrize(("mean", "sd"), [(0.01, 1), (2, 3), (5, 2.24), (1000, 4000)])
def test_negative_binomial_has_its_mean_and_deviation(mean, sd):
    assert negative_binomial(mean, sd).mean == pytest.approx(mean)
    assert negative_binomial(mean, sd).sd == pytest.approx(sd, rel=1e-6)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.floats(0.1, 5), st.floats(0.1, 50))
def test_nothing_costs_less_than_the_newsvendor_of_what_was_seen(seen, over, under):
    demand = empirical(seen)
    best = newsvendor(demand, over, under)
    costs = [np.mean([over * max(s - d, 0) + under * max(d - s, 0) for d in seen]) for s in range(21)]
    assert best.cost == pytest.approx(min(costs))
    assert newsvendor_at(7, demand, over, under).cost == pytest.approx(costs[7])


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def test_arguments_that_cannot_be():
    assert columns(lambda: newsvendor(Normal(5, 1), 0, -1)) == ["overage", "underage"]
    assert columns(lambda: newsvendor_profit(Normal(5, 1), 2, 3)) == ["revenue"]
    assert columns(lambda: newsvendor_profit(Normal(5, 1), 5, 3, 4)) == ["salvage_value"]
    assert columns(lambda: Normal(float("nan"), 0)) == ["mean", "sd"]
    assert columns(lambda: Gamma(0, -1)) == ["mean", "sd"]
    assert columns(lambda: Lognormal(0, 0)) == ["sigma"]
    assert columns(lambda: Discrete([2, 1], [1, -1])) == ["probabilities", "values"]
    assert columns(lambda: Discrete([1], [0])) == ["probabilities"]
    assert columns(lambda: poisson(1e11)) == ["mean"]
    assert columns(lambda: negative_binomial(4, 2)) == ["sd"]
    assert columns(lambda: negative_binomial(4, 1e9)) == ["sd"]
    assert columns(lambda: empirical([])) == ["seen"]
    assert columns(lambda: empirical("many")) == ["seen"]
    assert columns(lambda: empirical([[1]])) == ["seen"]
