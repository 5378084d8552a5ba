"""The same forecasts on a Dask cluster: the series in parts, each part where there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plantwright.core.problem import ProblemError, problem_kind

if TYPE_CHECKING:
    from plantwright.methods.forecasting import Forecasts

CLUSTER_MISSING = problem_kind(
    "cluster-not-installed",
    "The program was installed without what speaks to a cluster.",
    "Install it: pip install 'plantwright[cluster]', here and on the workers.",
)
CLUSTER_AWAY = problem_kind(
    "cluster-not-there", "No cluster answers at {value}.", "Give the address of its scheduler, such as tcp://host:8786."
)
PART = 1_000
"""Series that go to a worker at a time."""
PATIENCE = "10s"


@contextmanager
def on_cluster(address: str) -> Iterator[Cluster]:
    """Forecast on the cluster of a Dask scheduler until the block ends.

    Parameters
    ----------
    address : of the scheduler, such as tcp://host:8786

    Raises
    ------
    ProblemError : cluster-not-installed, cluster-not-there
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra that few need
    except ImportError as error:
        raise ProblemError([CLUSTER_MISSING.at()]) from error
    try:
        client: Any = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise ProblemError([CLUSTER_AWAY.at(value=address)]) from error
    try:
        yield Cluster(client)
    finally:
        client.close()


class Cluster:
    """Forecasts as `plantwright.methods.forecasting.forecast` does, on the workers of a cluster.

    Parameters
    ----------
    client : of `distributed`
    part : series that go to a worker at a time
    """

    def __init__(self, client: Any, part: int = PART) -> None:
        self.client, self.part = client, part

    def __call__(
        self, values: NDArray[np.float64], pointer: NDArray[np.int64], *, season: int, horizon: int,
        levels: Sequence[float], methods: Sequence[str], workers: int = 1,
    ) -> Forecasts:  # fmt: skip
        """Forecast series in parts, and put the parts together in their order; `workers` are the cluster's own."""
        del workers
        parts = []
        for first in range(0, len(pointer) - 1, self.part):
            ends = pointer[first : first + self.part + 1]
            told = {"season": season, "horizon": horizon, "levels": tuple(levels),
                    "methods": list(methods[first : first + self.part])}  # fmt: skip
            parts.append(self.client.submit(_part, values[ends[0] : ends[-1]], ends - ends[0], told, pure=False))
        return joined(self.client.gather(parts))


def _part(values: NDArray[np.float64], pointer: NDArray[np.int64], told: dict[str, Any]) -> Forecasts:
    """Forecast one part; a worker runs it."""
    from plantwright.methods.forecasting import forecast  # noqa: PLC0415 - loads Numba

    return forecast(values, pointer, **told)


def joined(parts: Sequence[Forecasts]) -> Forecasts:
    """Put forecasts of several parts below each other."""
    rows = ("mean", "lower", "upper", "sigma", "scale", "shape", "weights", "score", "origins")
    named = ("method", "kind", "notes")
    arrays: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in parts]) for name in rows}
    texts: dict[str, Any] = {name: tuple(word for one in parts for word in getattr(one, name)) for name in named}
    return replace(parts[0], **arrays, **texts)
