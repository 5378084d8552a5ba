"""Guaranteed service: against trying every service time, against a stored optimum, and arguments that cannot be."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import build_chain, place_in_network, place_on_tree

CHAINS = Path(__file__).resolve().parents[4] / "shared" / "data" / "inventory" / "gsm"


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def cost_of(chain, service):
    """The cost of service times, or infinity where a stage promises more slowly than its limit lets it."""
    inbound = np.zeros_like(service)
    for a, b in zip(chain.source, chain.target, strict=True):
        inbound[b] = max(inbound[b], service[a])
    covered = np.maximum(inbound + chain.time - service, 0)
    return float(chain.weight @ np.sqrt(covered))


def least_cost(chain):
    """The least cost of all service times, one column each."""
    grid = np.meshgrid(*[np.arange(most + 1) for most in chain.most_out], indexing="ij")
    choices = np.stack([one.ravel() for one in grid])
    inbound = np.zeros_like(choices)
    for a, b in zip(chain.source, chain.target, strict=True):
        inbound[b] = np.maximum(inbound[b], choices[a])
    covered = np.maximum(inbound + chain.time[:, np.newaxis] - choices, 0)
    return float((chain.weight @ np.sqrt(covered)).min())


@st.composite
def chains(draw, rings):
    count = draw(st.integers(1, 5))
    arcs = []
    for k in range(1, count):
        j = draw(st.integers(0, k - 1))
        arcs.append((j, k) if rings or draw(st.booleans()) else (k, j))
    more = draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=3)) if rings else ()
    arcs += [(a, b) for a, b in sorted(more) if a < b and (a, b) not in arcs]
    row = lambda values: draw(st.lists(values, min_size=count, max_size=count))  # noqa: E731
    limits = row(st.sampled_from([-1, -1, 0, 2]))
    return build_chain(row(st.integers(0, 3)), row(st.floats(0, 10)), row(st.floats(1, 3)), arcs, max_service=limits)


@settings(max_examples=60)
@given(chains(rings=False))
def test_placement_on_a_tree_costs_least_of_all(chain):
    best = place_on_tree(chain)
    assert best.cost == pytest.approx(least_cost(chain))
    assert best.cost == pytest.approx(cost_of(chain, best.service))
    assert best.status == "optimal"


@settings(max_examples=12)
@given(chains(rings=True))
def test_placement_in_a_network_costs_least_of_all_and_the_bound_is_none_too_high(chain):
    best = place_in_network(chain, evaluations=1500)
    least = least_cost(chain)
    assert best.cost == pytest.approx(least)
    assert best.bound <= least * (1 + 1e-9)
    assert (best.inbound[chain.target] >= best.service[chain.source]).all()


def serial(times, holding):
    count = len(times)
    return build_chain(
        times, holding, [0] * (count - 1) + [1], [(k, k + 1) for k in range(count - 1)], service_factor=1
    )


def test_stages_in_a_row_of_equal_cost_hold_all_stock_at_the_end():
    """One stock over all periods is cheaper than two (Simpson 1958): sqrt(9) < sqrt(4) + sqrt(5)."""
    best = place_on_tree(serial([4, 5], [1, 1]))
    assert best.service.tolist() == [4, 0]
    assert (best.cost, best.safety_stock.tolist()) == (3, [0, 3])


def test_demand_bounds_of_branches_are_pooled():
    chain = build_chain([1, 1, 1], [1, 1, 1], [0, 3, 4], [(0, 1), (0, 2)], service_factor=2)
    assert chain.bound.tolist() == [10, 6, 8]
    together = build_chain([1, 1, 1], [1, 1, 1], [0, 3, 4], [(0, 1), (0, 2)], service_factor=2, pooling=1)
    assert together.bound[0] == 14


def read_chain(path):
    """Read stages and what feeds them: a row a stage, pairs of feeding stage and usage at its end."""
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]
    names = {row[0]: place for place, row in enumerate(rows)}
    pairs = [(row[at], row[0], row[at + 1]) for row in rows for at in range(8, len(row) - 1, 2) if row[at]]
    padded = [row + [""] * 8 for row in rows]
    chain = build_chain(
        [int(row[1]) for row in rows],
        [float(row[3]) for row in rows],
        [float(row[6] or 0) for row in padded],
        [(names[a], names[b]) for a, b, _ in pairs],
        usage=[float(used) for _, _, used in pairs],
        service_factor=max(float(row[7] or 0) for row in padded),
        max_service=[int(row[2] or -1) for row in rows],
    )
    return chain, list(names)


@pytest.mark.skipif(not CHAINS.exists(), reason="the reference data is not beside the checkout")
def test_chain_of_toys_costs_what_the_stored_optimum_costs():
    chain, names = read_chain(CHAINS / "toys.txt")
    stored = json.loads((CHAINS / "reference_solution_coc_toys.json").read_text(encoding="utf-8"))
    there = np.array([stored["policy"][name]["s"] for name in names])
    assert cost_of(chain, there) == pytest.approx(stored["cost"])
    best = place_in_network(chain, evaluations=4000)
    assert best.cost == pytest.approx(stored["cost"])


@pytest.mark.skipif(not CHAINS.exists(), reason="the reference data is not beside the checkout")
@pytest.mark.parametrize("name", ["food", "fast_food", "fast_toys", "cutlery"])
def test_chain_with_rings_is_proved_optimal(name):
    best = place_in_network(read_chain(CHAINS / f"{name}.txt")[0], evaluations=4000)
    assert best.status == "optimal"
    assert best.cost > 0


def test_equal_seeds_give_equal_placements():
    arcs = [(0, 2), (1, 2), (0, 3), (1, 3), (2, 4), (3, 4)]
    chain = build_chain([9, 7, 3, 4, 2], [1, 2, 4, 5, 9], [0, 0, 0, 0, 5], arcs)
    one, other = (place_in_network(chain, evaluations=200, seed=3) for _ in range(2))
    assert (one.cost, one.bound, one.service.tolist()) == (other.cost, other.bound, other.service.tolist())


def test_clock_ends_the_search():
    ticks = iter(range(10_000))
    arcs = [(0, 2), (1, 2), (0, 3), (1, 3)]
    chain = build_chain([9, 7, 3, 4], [1, 2, 4, 5], [0, 0, 1, 5], arcs)
    best = place_in_network(chain, seconds=4, clock=lambda: next(ticks))
    assert next(ticks) < 20
    assert best.bound <= best.cost


def test_arguments_that_cannot_be():
    assert columns(lambda: build_chain([1, 1], [1], [-1, 0.5], [(0, 1)], service_factor=0, usage=[1, 1])) == [
        "service_factor", "demand_sd", "holding_cost", "usage",
    ]  # fmt: skip
    assert columns(lambda: build_chain([1, 1], [1, 1], [1, 0], [(0, 1)], usage=[0])) == ["demand_sd", "usage"]
    assert columns(lambda: build_chain([1, 1], [1, 1], [1, 1], [(0, 1), (1, 0)])) == ["arcs"]
    assert columns(lambda: build_chain([1, 1], [1, 1], [1, 1], [(0, 2), (1, 1)])) == ["arcs", "arcs"]
    assert columns(lambda: build_chain([], [], [], [])) == ["lead_time"]
    assert columns(lambda: build_chain([1.5], [1], [1], [])) == ["lead_time"]
    assert columns(lambda: build_chain([30_000], [1], [1], [])) == ["lead_time"]
    ring = build_chain([1, 1, 1], [1, 1, 1], [1, 1, 1], [(0, 1), (1, 2), (0, 2)])
    assert columns(lambda: place_on_tree(ring)) == ["arcs"]
    assert columns(lambda: place_in_network(ring, evaluations=0, seconds=-1)) == ["evaluations", "seconds"]
