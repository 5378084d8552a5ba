"""How sure the dates of a plan are: its schedule under random durations, many times over."""

from __future__ import annotations

from plantwright.methods.simulation.draws import Spread, durations, standard_draws
from plantwright.methods.simulation.network import Network, ancestors, build_network, row_arcs
from plantwright.methods.simulation.replicate import Outcome, replicate

__all__ = [
    "Network",
    "Outcome",
    "Spread",
    "ancestors",
    "build_network",
    "durations",
    "replicate",
    "row_arcs",
    "standard_draws",
]
