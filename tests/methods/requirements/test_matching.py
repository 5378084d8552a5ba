"""Matching supplies with requirements anew keeps every quantity and never makes the latest later."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plantwright.methods.requirements import match_in_order

PEG = st.tuples(
    st.integers(0, 2), st.integers(0, 4), st.integers(-1, 4), st.integers(1, 20), st.integers(0, 9), st.integers(0, 9)
)


def arrays(pegs):
    """Lay pegs out as arrays; a requirement has one node and one time, a supply one time."""
    node, asks, gives, quantity, wanted, there = (np.array(column, np.int64) for column in zip(*pegs, strict=True))
    asks = asks * 3 + node
    return node, asks, gives, quantity, (wanted[0] + asks * 7) % 11, (there[0] + gives * 5) % 13


def sums(*columns, quantity):
    found = {}
    for *key, amount in zip(*(column.tolist() for column in columns), quantity.tolist(), strict=True):
        found[tuple(key)] = found.get(tuple(key), 0) + amount
    return found


def greatest_lateness(asks, gives, wanted, there):
    return max(there[supply] - wanted[requirement] for requirement, supply in zip(asks, gives, strict=True))


@given(st.lists(PEG, min_size=1, max_size=30))
def test_what_each_gets_and_gives_stays_the_same(pegs):
    node, asks, gives, quantity, wanted, there = arrays(pegs)
    found = match_in_order(node, asks, gives, quantity, wanted, there)
    at = found.requirement % 3
    assert sums(found.requirement, quantity=found.quantity) == sums(asks, quantity=quantity)
    assert sums(at, found.supply, quantity=found.quantity) == sums(node, gives, quantity=quantity)
    assert (found.quantity > 0).all()


@given(st.permutations(range(4)), st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_no_other_matching_has_a_lower_greatest_lateness(order, wanted):
    asks, gives, one = np.arange(4), np.array(order), np.ones(4, np.int64)
    there = {supply: 3 * supply for supply in range(4)}
    due = dict(enumerate(wanted))
    found = match_in_order(
        0 * asks, asks, gives, one, np.array(wanted), np.array([there[supply] for supply in gives.tolist()])
    )
    reached = greatest_lateness(found.requirement.tolist(), found.supply.tolist(), due, there)
    assert reached == min(greatest_lateness(range(4), other, due, there) for other in itertools.permutations(range(4)))


def test_equal_pegs_are_given_back_in_order():
    four = np.arange(4)
    found = match_in_order(0 * four, four, four, four + 1, four, four)
    assert found.requirement.tolist() == found.supply.tolist() == [0, 1, 2, 3]
    assert found.quantity.tolist() == [1, 2, 3, 4]


def test_no_pegs_give_no_pegs():
    none = np.zeros(0, np.int64)
    assert match_in_order(none, none, none, none, none, none).quantity.tolist() == []


def test_quantities_too_large_to_add_up_stay_as_they_are():
    two, huge = np.arange(2), np.full(2, 2**62)
    found = match_in_order(0 * two, two, two[::-1], huge, two, two)
    assert found.supply.tolist() == [1, 0]
