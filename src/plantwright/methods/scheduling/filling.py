"""The arrays of a shop, each declared once: what it holds, how long it is, and what stands where it is left out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem
from plantwright.methods.scheduling.problem import NO, Integers
from plantwright.methods.working_time import LONG_AGO, NEVER

WHOLE, MOMENT, NUMBER, FLAG = "whole", "moment", "number", "flag"
KINDS: dict[str, Any] = {WHOLE: np.int64, MOMENT: np.int64, NUMBER: np.float64, FLAG: np.bool_}


class Array(NamedTuple):
    """One array: its kind, what it has an entry for, and the entry where it is left out."""

    kind: str
    per: str
    default: float = 0


PER_MODE = {
    "mode_center": Array(WHOLE, "modes"),
    "mode_setup": Array(WHOLE, "modes"),
    "mode_minutes": Array(WHOLE, "modes"),
    "mode_rank": Array(WHOLE, "modes"),
    "mode_calendar": Array(WHOLE, "modes", NO),
    "mode_cost": Array(NUMBER, "modes"),
}
PER_OPERATION = {
    "family": Array(WHOLE, "operations", NO),
    "pausable": Array(FLAG, "operations", 1),
    "release": Array(MOMENT, "operations"),
    "due": Array(MOMENT, "operations", NEVER),
    "weight": Array(NUMBER, "operations", 1),
    "hold_rate": Array(NUMBER, "operations"),
    "fixed_start": Array(WHOLE, "operations", NO),
    "fixed_unit": Array(WHOLE, "operations", NO),
    "blocking": Array(FLAG, "operations"),
    "size": Array(WHOLE, "operations", 1),
    "batch_family": Array(WHOLE, "operations"),
    "deadline": Array(MOMENT, "operations", NEVER),
}
PER_UNIT = {
    "unit_calendar": Array(WHOLE, "units"),
    "unit_family": Array(WHOLE, "units", NO),
    "unit_regular": Array(WHOLE, "units", NO),
    "overtime_rate": Array(NUMBER, "units", 1),
}
PER_CENTER = {
    "center_matrix": Array(WHOLE, "centers", NO),
    "center_capacity": Array(WHOLE, "centers", 1),
}
PER_ARC = {
    "pred_op": Array(WHOLE, "arcs"),
    "pred_lag": Array(WHOLE, "arcs"),
    "pred_overlap": Array(WHOLE, "arcs", NO),
    "pred_tail": Array(WHOLE, "arcs"),
    "pred_max_lag": Array(WHOLE, "arcs", NO),
}
PER_NEED = {
    "need_group": Array(WHOLE, "needs"),
    "need_count": Array(WHOLE, "needs", 1),
    "need_in_setup": Array(FLAG, "needs"),
}
PER_SINK = {
    "sink_op": Array(WHOLE, "links"),
    "sink_lag": Array(WHOLE, "links"),
    "sink_due": Array(MOMENT, "sinks", NEVER),
    "sink_weight": Array(NUMBER, "sinks", 1),
    "sink_release": Array(MOMENT, "sinks", -NEVER),
}
ARRAYS = PER_MODE | PER_OPERATION | PER_UNIT | PER_CENTER | PER_ARC | PER_NEED | PER_SINK

LISTS = {
    "mode_pointer": ("operations", "modes"),
    "pred_pointer": ("operations", "arcs"),
    "need_pointer": ("operations", "needs"),
    "sink_pointer": ("sinks", "links"),
    "unit_pointer": ("centers", "units"),
    "group_pointer": ("groups", "members"),
}
"""The pointers: what has a list, and what stands in the lists."""


def sizes_of(asked: dict[str, Any]) -> dict[str, int]:
    """Say how many of each there are, by the arrays that cannot be left out where there are any."""
    modes = _length(asked["mode_center"])
    return {
        "modes": modes,
        "operations": modes if asked["mode_pointer"] is None else max(_length(asked["mode_pointer"]) - 1, 0),
        "units": _length(asked["unit_calendar"]),
        "centers": max(_length(asked["unit_pointer"]) - 1, 0),
        "arcs": _length(asked["pred_op"]),
        "needs": _length(asked["need_group"]),
        "links": _length(asked["sink_op"]),
        "sinks": max(_length(asked["sink_pointer"]) - 1, 0),
        "members": _length(asked["group_member"]),
        "groups": max(_length(asked["group_pointer"]) - 1, 0),
    }


def filled(asked: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Turn what is given into arrays, and make those that are left out."""
    sizes = sizes_of(asked)
    given = {name: _array(asked[name], one.kind, sizes[one.per], one.default) for name, one in ARRAYS.items()}
    for name, (per, _) in LISTS.items():
        one_each = np.arange(sizes[per] + 1) if name == "mode_pointer" else np.zeros(sizes[per] + 1)
        given[name] = as_array(WHOLE, asked[name], one_each)
    given["group_member"] = as_array(WHOLE, asked["group_member"], ())
    given["member_calendar"] = as_array(WHOLE, asked["member_calendar"], ())
    given["setup_matrix"] = as_array(WHOLE, asked["setup_matrix"], np.zeros((0, 0, 0)))
    given["setup_cost"] = as_array(NUMBER, asked["setup_cost"], np.zeros(given["setup_matrix"].shape))
    return given


def _array(values: ArrayLike | None, kind: str, length: int, default: float) -> NDArray[Any]:
    return as_array(kind, values, np.full(length, default, KINDS[kind]))


def as_array(kind: str, values: ArrayLike | None, default: ArrayLike) -> NDArray[Any]:
    """Make an array of a kind, a copy of what is given; moments stay within what can be reckoned with."""
    made = np.array(default if values is None else values, dtype=KINDS[kind], order="C", ndmin=1)
    return np.clip(made, LONG_AGO, NEVER) if kind == MOMENT else made


def _length(values: ArrayLike | None) -> int:
    return 0 if values is None else len(np.atleast_1d(np.asarray(values)))


def shape_faults(given: dict[str, Any], sizes: dict[str, int]) -> list[Problem]:
    """Check lengths and pointers; nothing else can be looked at before these fit."""
    lengths = {name: sizes[one.per] for name, one in ARRAYS.items()}
    lengths |= {"pred_pointer": sizes["operations"] + 1, "need_pointer": sizes["operations"] + 1}
    problems = [
        BAD_ARGUMENT.at("", "", name, len(given[name]), must=f"an array of length {length}")
        for name, length in lengths.items()
        if len(given[name]) != length
    ]
    return problems + [
        BAD_ARGUMENT.at("", "", name, given[name].tolist()[:10], must=f"rising from 0 to {sizes[inside]}")
        for name, (_, inside) in LISTS.items()
        if not _rises(given[name], sizes[inside])
    ]


def _rises(pointer: Integers, last: int) -> bool:
    return bool(len(pointer) and pointer[0] == 0 and pointer[-1] == last and np.all(np.diff(pointer) >= 0))
