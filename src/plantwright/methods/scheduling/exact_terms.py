"""The objective of the exact model, term by term."""

from __future__ import annotations

from typing import Any

from plantwright.methods.scheduling.exact_parts import Parts
from plantwright.methods.scheduling.problem import NO
from plantwright.methods.scheduling.search.objective import Objective, first_release
from plantwright.methods.working_time import NEVER


def state_objective(parts: Parts, objective: Objective) -> None:
    """State what is minimised: the sum of the terms."""
    shop, model = parts.shop, parts.model
    complete = []
    for sink in range(len(shop.sink_due)):
        last = [int(shop.sink_op[k]) for k in range(shop.sink_pointer[sink], shop.sink_pointer[sink + 1])]
        lags = [int(shop.sink_lag[k]) for k in range(shop.sink_pointer[sink], shop.sink_pointer[sink + 1])]
        latest = max(parts.horizon + max(lags, default=0), int(shop.sink_release[sink]))
        done = model.new_int_var(0, latest, f"c{sink}")
        for o, lag in zip(last, lags, strict=True):
            model.add(done >= parts.end[o] + lag)
        if shop.sink_release[sink] > 0:
            model.add(done >= int(shop.sink_release[sink]))
        complete.append(done)
    total = sum(as_number(term.weight) * _term(parts, term.name, complete) for term in objective.terms)
    model.minimize(total)


def as_number(weight: float) -> Any:
    """Give a whole number where it is one, which the solver prefers."""
    return int(weight) if float(weight).is_integer() else float(weight)


def _term(parts: Parts, name: str, complete: list[Any]) -> Any:
    """Give the expression of one term of the objective."""
    shop, model = parts.shop, parts.model
    if name == "makespan":
        return _last_end(parts)
    if name == "setup_minutes":
        return sum(change * lit for change, _, lit in parts.changes)
    if name == "setup_cost":
        return sum(as_number(cost) * lit for _, cost, lit in parts.changes)
    if name == "mode_cost":
        return sum(as_number(float(shop.mode_cost[way.mode])) * way.taken for ways in parts.ways for way in ways)
    if name == "total_flow":
        return sum(complete) - int(first_release(shop).sum())
    total: Any = 0
    for sink, done in enumerate(complete):
        due = int(shop.sink_due[sink])
        if due >= NEVER:
            continue
        if name == "number_late":
            late = model.new_bool_var(f"late{sink}")
            model.add(done <= due).only_enforce_if(late.negated())
            total = total + late
        else:
            longest = max(parts.horizon * 2, int(shop.sink_release[sink])) - due
            late = model.new_int_var(0, max(longest, 0), f"late{sink}")
            model.add(late >= done - due)
            parts.late[sink] = late
            total = total + as_number(float(shop.sink_weight[sink])) * late
    return total


def _last_end(parts: Parts) -> Any:
    """Give the variable of the last end: that of what no free operation follows."""
    shop, model = parts.shop, parts.model
    last = model.new_int_var(0, parts.horizon, "makespan")
    for o in range(shop.operations):
        followers = shop.succ_op[shop.succ_pointer[o] : shop.succ_pointer[o + 1]]
        if (shop.fixed_start[followers] != NO).all():
            model.add(last >= parts.end[o])
    parts.makespan = last
    return last
