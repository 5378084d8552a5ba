"""The book of scenarios: whole scenarios are made, copied and deleted, each in one act of the journal."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from plantwright.core.action import action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.parameters import Ref
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.store import Transaction
from plantwright.flows.scenario import SCENARIO_UNKNOWN

SCENARIO_EXISTS = problem_kind("scenario-exists", "There is a scenario {value} already.", "Choose another short name.")
SCENARIO_NAME = problem_kind(
    "scenario-name", "A scenario needs a short name; {value} is none.", "Write one without blanks, such as night-shift."
)


@action("planning.scenarios", label="Make a scenario")
def make_scenario(
    tx: Transaction, code: str, name: str = "", like: Annotated[str, Ref("scenario")] = ""
) -> dict[str, Any]:
    """Make a scenario, empty or with the edits of another one.

    Parameters
    ----------
    tx : the open transaction
    code : short name of the new scenario, without blanks
    name : what the scenario asks
    like : scenario whose edits it begins with; empty for none
    """
    short = code.strip()
    if not short or " " in short:
        raise ProblemError([SCENARIO_NAME.at("scenario", short, "code", code or "nothing")])
    if tx.read("scenario", {"code": short}).height:
        raise ProblemError([SCENARIO_EXISTS.at("scenario", short, "code", short)])
    if like and tx.read("scenario", {"code": like}).is_empty():
        raise ProblemError([_unknown(tx, like)])
    tx.insert("scenario", raw_frame(ENTITIES["scenario"], [{"code": short, "name": name.strip()}]))
    edits = tx.read("scenario_edit", {"scenario": like}) if like else ENTITIES["scenario_edit"].empty()
    if edits.height:
        tx.insert("scenario_edit", edits.with_columns(scenario=pl.lit(short)))
    return {"entry": tx.number, "scenario": short}


@action("planning.scenarios", label="Delete a scenario")
def delete_scenario(tx: Transaction, scenario: Annotated[str, Ref("scenario")]) -> dict[str, Any]:
    """Delete a scenario with its edits; its plans stay.

    Parameters
    ----------
    tx : the open transaction
    scenario : short name of the scenario
    """
    edits = tx.read("scenario_edit", {"scenario": scenario})
    tx.delete("scenario_edit", edits.select("scenario", "sequence"))
    if not tx.delete("scenario", pl.DataFrame({"code": [scenario]})):
        raise ProblemError([_unknown(tx, scenario)])
    return {"entry": tx.number, "scenario": scenario}


def _unknown(tx: Transaction, code: str) -> Problem:
    known = ", ".join(tx.read("scenario")["code"]) or "none yet"
    return SCENARIO_UNKNOWN.at("scenario", code, "code", code, known=known)
