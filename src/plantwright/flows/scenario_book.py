"""The book of scenarios: copies and deletions of whole scenarios, each in one act of the journal."""

from __future__ import annotations

import polars as pl

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.problem import ProblemError, problem_kind
from plantwright.core.store import Store
from plantwright.flows.scenario import SCENARIO_UNKNOWN

SCENARIO_EXISTS = problem_kind("scenario-exists", "There is a scenario {value} already.", "Choose another short name.")
SCENARIO_NAME = problem_kind(
    "scenario-name", "A scenario needs a short name; {value} is none.", "Write one without blanks, such as night-shift."
)


def make_scenario(store: Store, code: str, name: str, by: str, like: str = "") -> int:
    """Make a scenario, empty or with the edits of another one.

    Parameters
    ----------
    store : the plant
    code, name : its short name, and what it asks
    by : who makes it
    like : the scenario whose edits it begins with

    Returns
    -------
    The number of the entry in the journal.
    """
    short = code.strip()
    if not short or " " in short:
        raise ProblemError([SCENARIO_NAME.at("scenario", short, "code", code or "nothing")])
    with store.begin(by, "make_scenario", {"code": short, "like": like}) as tx:
        if tx.read("scenario", {"code": short}).height:
            raise ProblemError([SCENARIO_EXISTS.at("scenario", short, "code", short)])
        edits = tx.read("scenario_edit", {"scenario": like}) if like else ENTITIES["scenario_edit"].empty()
        tx.insert("scenario", raw_frame(ENTITIES["scenario"], [{"code": short, "name": name.strip()}]))
        if edits.height:
            tx.insert("scenario_edit", edits.with_columns(scenario=pl.lit(short)))
    return tx.number


def delete_scenario(store: Store, code: str, by: str) -> int:
    """Delete a scenario with its edits; its plans stay. Gives the number of the entry in the journal."""
    with store.begin(by, "delete_scenario", {"code": code}) as tx:
        edits = tx.read("scenario_edit", {"scenario": code})
        tx.delete("scenario_edit", edits.select("scenario", "sequence"))
        if not tx.delete("scenario", pl.DataFrame({"code": [code]})):
            known = ", ".join(tx.read("scenario")["code"]) or "none yet"
            raise ProblemError([SCENARIO_UNKNOWN.at("scenario", code, "code", code, known=known)])
    return tx.number
