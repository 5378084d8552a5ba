"""Random small shops with every kind of constraint at once: maximum lags, blocking, batches, helpers, deadlines."""

from __future__ import annotations

from hypothesis import strategies as st
from tests.methods.scheduling.shops import plain_shops, shop_of

from plantwright.core.problem import ProblemError
from plantwright.methods.working_time import NEVER


@st.composite
def tied_shops(draw, *, deadlines=True, **kinds):
    """Draw a shop in which operations are bound to each other; what the checks refuse of it is left out."""
    plain = draw(plain_shops(**kinds))
    n, arcs = plain["n"], [arc for arcs in plain["preds"] for arc in arcs]
    gap = st.one_of(st.just(-1), st.integers(0, 30))
    slack = [draw(gap) for _ in arcs]
    plain["ties"] = {
        "pred_max_lag": [-1 if s < 0 else arc[1] + s for arc, s in zip(arcs, slack, strict=True)],
        "blocking": [draw(st.integers(0, 3)) == 0 for _ in range(n)],
        "center_capacity": [draw(st.sampled_from([1, 1, 3])) for _ in range(plain["centers"])],
        "size": [draw(st.integers(1, 3)) for _ in range(n)],
        "batch_family": [draw(st.integers(-1, 1)) for _ in range(n)],
        "need_in_setup": [draw(st.booleans()) for needs in plain["needs"] for _ in needs],
        "deadline": [draw(st.one_of(st.just(NEVER), st.integers(150, 900))) if deadlines else NEVER for _ in range(n)],
    }
    try:
        return plain, shop_of(plain)
    except ProblemError as error:
        lags = [problem for problem in error.problems if problem.code == "lags-cannot-hold"]
        plain["ties"]["pred_max_lag"] = [-1] * len(arcs)
        return (plain, shop_of(plain)) if len(lags) == len(error.problems) else None
