"""The one place that speaks to HiGHS."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from plantwright.methods.optimisation.solution import Floats, Ints, Solution, Status

_STATUS: dict[Any, Status] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
}


def run_highs(
    costs: Floats, bounds: tuple[Floats, Floats], limits: tuple[Floats, Floats], matrix: tuple[Ints, Ints, Floats],
    whole: NDArray[np.bool_], *, ranges: bool, seconds: float | None, gap: float, seed: int, method: str,
) -> Solution:  # fmt: skip
    """Solve a program that is given by columns; see `Program.solve`.

    Parameters
    ----------
    costs
        float64[columns]
    bounds
        Two float64[columns]; lower and upper.
    limits
        Two float64[rows]; lower and upper.
    matrix
        Where each column begins (columns + 1), rows and values of the coefficients.
    whole
        bool[columns]
    ranges, seconds, gap, seed, method
        As with `Program.solve`.
    """
    solver = highspy.Highs()
    mixed = bool(np.any(whole))
    for name, value in _options(seconds, gap, seed, method).items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(costs, bounds, limits, matrix, whole))
    solver.run()
    status = _STATUS.get(solver.getModelStatus(), "no plan found")
    information, solution = solver.getInfo(), solver.getSolution()
    rows = len(limits[0])
    if status == "no plan found" and information.primal_solution_status == 2:
        status = "feasible"
    if status not in {"optimal", "feasible"}:
        return _nothing(status, len(costs), rows)
    objective = float(information.objective_function_value) if len(costs) else 0.0
    lowest, highest = _ranges(solver, rows, wanted=ranges and not mixed and status == "optimal")
    return Solution(
        status, objective, float(information.mip_dual_bound) if mixed else objective,
        float(information.mip_gap) if mixed else 0.0,
        int(information.simplex_iteration_count + information.ipm_iteration_count),
        np.asarray(solution.col_value, np.float64),
        np.zeros(len(costs)) if mixed else np.asarray(solution.col_dual, np.float64),
        np.asarray(solution.row_value, np.float64),
        np.zeros(rows) if mixed else np.asarray(solution.row_dual, np.float64), lowest, highest,
    )  # fmt: skip


def _options(seconds: float | None, gap: float, seed: int, method: str) -> dict[str, Any]:
    # One thread gives the same answer each time.
    found = {"output_flag": False, "parallel": "off", "random_seed": seed, "mip_rel_gap": gap, "solver": method}
    return found if seconds is None else found | {"time_limit": float(seconds)}


def _model(
    costs: Floats, bounds: tuple[Floats, Floats], limits: tuple[Floats, Floats], matrix: tuple[Ints, Ints, Floats],
    whole: NDArray[np.bool_],
) -> Any:  # fmt: skip
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), len(limits[0])
    model.col_cost_, (model.col_lower_, model.col_upper_) = costs, bounds
    model.row_lower_, model.row_upper_ = limits
    start, index, value = matrix
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = start.astype(np.int32), index.astype(np.int32)
    model.a_matrix_.value_ = value
    if np.any(whole):
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in whole.tolist()]
    return model


def _ranges(solver: Any, rows: int, *, wanted: bool) -> tuple[Floats, Floats]:
    unknown = np.full(rows, np.nan)
    if not wanted:
        return unknown, unknown
    _, found = solver.getRanging()
    if not found.valid:
        return unknown, unknown
    return np.asarray(found.row_bound_dn.value_, np.float64), np.asarray(found.row_bound_up.value_, np.float64)


def _nothing(status: Status, columns: int, rows: int) -> Solution:
    none, nan = float("nan"), np.full(rows, np.nan)
    return Solution(status, none, none, none, 0, np.zeros(columns), np.zeros(columns), np.zeros(rows), np.zeros(rows),
                    nan, nan)  # fmt: skip
