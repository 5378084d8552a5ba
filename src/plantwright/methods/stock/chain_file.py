"""Read a supply chain from a table of stages, as published instances of guaranteed service are written."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.stock.guaranteed import SupplyChain, build_chain

NAME, FEEDS = "stage_id", "up_stages"
NEEDED = (NAME, "lead_time", FEEDS)
HOLDING = ("cost_rate", "cost")
"""Either of them heads the holding cost."""
NUMBERS = ("lead_time", "max_s_time", *HOLDING, "risk_pool", "ext_demand_std", "ext_demand_thres")


@dataclass(frozen=True, slots=True)
class NamedChain:
    """A supply chain and the names of its stages, in their order."""

    names: tuple[str, ...]
    chain: SupplyChain


def read_chain(text: str) -> NamedChain:
    r"""Read a chain: a line a stage, behind its numbers each stage that feeds it and how many of it one takes.

    Parameters
    ----------
    text
        The first line names the columns: `stage_id`, `lead_time` in whole periods, `max_s_time` (longest service time,
        empty for any), `cost_rate` or `cost` (of holding a unit for a period), `risk_pool` (power of pooling),
        `ext_demand_std` and `ext_demand_thres` (deviation of what customers ask in a period, service factor), and last
        `up_stages`, which pairs of stage and usage fill from there on. Other columns are passed over.

    Raises
    ------
    ProblemError
        With every line that cannot be read; where stages pool by different powers, or no stage has customers; and with
        what `build_chain` refuses.

    Notes
    -----
    Deviations are weighed by their own service factor over the largest, so that z sigma is that of each stage.

    Examples
    --------
    >>> read = read_chain('''stage_id,lead_time,max_s_time,cost_rate,risk_pool,ext_demand_std,ext_demand_thres,up_stages
    ... part,28,,12,2,,,
    ... shop,10,0,36,,2.0,1.645,part,1
    ... ''')
    >>> read.names, read.chain.time.tolist(), read.chain.most_out.tolist()
    (('part', 'shop'), [28, 10], [28, 0])
    """
    heads, rows = _table(text)
    problems = [BAD_ARGUMENT.at(column=name, value="", must="a column of the table") for name in NEEDED
                if name not in heads]  # fmt: skip
    if not rows or problems:
        raise ProblemError(problems or [BAD_ARGUMENT.at(column=NAME, value="", must="one stage or more")])
    first = heads.index(FEEDS)
    stages = [_stage(heads, row, first, problems) for row in rows]
    names = [row[heads.index(NAME)] for row in rows]
    place = {name: number for number, name in enumerate(names)}
    arcs = [arc for row in rows for arc in _arcs(row, row[heads.index(NAME)], first, place, problems)]
    powers = {one["risk_pool"] for one in stages if one["risk_pool"]}
    factor = max(one["ext_demand_thres"] for one in stages)
    if len(place) < len(names):
        problems.append(BAD_ARGUMENT.at(column=NAME, value="twice", must="named once"))
    if len(powers) > 1:
        problems.append(BAD_ARGUMENT.at(column="risk_pool", value=sorted(powers), must="the same at all stages"))
    if factor <= 0:
        problems.append(BAD_ARGUMENT.at(column="ext_demand_thres", value=factor, must="above 0 at one stage or more"))
    if problems:
        raise ProblemError(problems)
    deviations = [one["ext_demand_std"] * one["ext_demand_thres"] / factor for one in stages]
    chain = build_chain(
        [one["lead_time"] for one in stages], [one["cost_rate"] or one["cost"] for one in stages], deviations,
        [(feeding, fed) for feeding, fed, _ in arcs], usage=[used for _, _, used in arcs], service_factor=factor,
        max_service=[one["max_s_time"] for one in stages], pooling=max(powers, default=2.0),
    )  # fmt: skip
    return NamedChain(tuple(names), chain)


def _table(text: str) -> tuple[list[str], list[list[str]]]:
    lines = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if any(row)]
    heads = lines[0] if lines else []
    return heads, [row + [""] * (len(heads) - len(row)) for row in lines[1:]]


def _stage(heads: Sequence[str], row: Sequence[str], first: int, problems: list[Problem]) -> Mapping[str, float]:
    """Read the numbers of a stage; what is empty is 0, and for the longest service time -1: any."""
    found = dict.fromkeys(NUMBERS, 0.0) | {"max_s_time": -1.0}
    for name, cell in zip(heads[:first], row, strict=False):
        if name in found and cell:
            found[name] = _number(row[heads.index(NAME)], name, cell, problems)
    return found


def _arcs(
    row: Sequence[str], fed: str, first: int, place: Mapping[str, int], problems: list[Problem]
) -> list[tuple[int, int, float]]:
    found = []
    for feeding, used in zip(row[first::2], [*row[first + 1 :: 2], ""], strict=False):
        if feeding and feeding not in place:
            problems.append(BAD_ARGUMENT.at("", fed, FEEDS, feeding, must="a stage of the table"))
        elif feeding:
            found.append((place[feeding], place[fed], _number(fed, FEEDS, used, problems)))
    return found


def _number(stage: str, column: str, cell: str, problems: list[Problem]) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    problems.append(BAD_ARGUMENT.at("", stage, column, cell, must="a number"))
    return 1.0
