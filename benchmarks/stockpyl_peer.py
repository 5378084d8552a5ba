"""Answer questions of stock with stockpyl, in the environment that has it; `stock.py peers` asks them.

Reads a list of questions as JSON from standard input and writes for each the cost that stockpyl finds and the least
seconds of some calls. It states everything from plain values, and imports nothing of Plantwright.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any


def safety_stock_tree(
    times: list[int], holding: list[float], deviation: list[float], arcs: list[list[int]], z: float
) -> Any:
    """State guaranteed service on a tree; customers ask where the deviation is above 0."""
    from stockpyl.gsm_tree import optimize_committed_service_times, preprocess_tree
    from stockpyl.supply_chain_network import network_from_edges

    feeds = {a for a, _ in arcs}
    network = network_from_edges(edges=[tuple(one) for one in arcs], node_order_in_lists=list(range(len(times))))
    for node in network.nodes:
        k = node.index
        node.processing_time, node.local_holding_cost, node.demand_bound_constant = times[k], holding[k], z
        if deviation[k] > 0:
            node.demand_source.type = "N"
            node.demand_source.mean, node.demand_source.standard_deviation = 0, deviation[k]
        if k not in feeds:
            node.external_outbound_cst = 0
    return lambda: optimize_committed_service_times(preprocess_tree(network))[1]


def question(kind: str, given: dict[str, Any]) -> Callable[[], float]:
    """Give the call that answers a question with its cost."""
    from stockpyl import eoq, newsvendor, rq, ss, ssm_serial, wagner_whitin

    if kind == "tree":
        return safety_stock_tree(**given)  # type: ignore[no-any-return]
    calls = {
        "order quantity": lambda: eoq.economic_order_quantity(**given)[1],
        "newsvendor": lambda: newsvendor.newsvendor_normal(**given)[1],
        "(r, Q)": lambda: rq.r_q_poisson_exact(**given)[2],
        "(s, S)": lambda: ss.s_s_discrete_exact(**given)[2],
        "lots": lambda: wagner_whitin.wagner_whitin(**given)[1],
        "serial": lambda: ssm_serial.optimize_base_stock_levels(**given)[1],
    }
    return calls[kind]


def main() -> None:
    """Answer every question."""
    answers = []
    for one in json.load(sys.stdin):
        call, spent, cost = question(one["kind"], one["given"]), [], 0.0
        for _ in range(one.get("repeats", 1)):
            begin = time.perf_counter()
            cost = float(call())
            spent.append(time.perf_counter() - begin)
        answers.append({"cost": cost, "seconds": min(spent)})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
