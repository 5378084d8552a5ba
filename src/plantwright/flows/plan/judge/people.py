"""Are the people and tools of each operation enough, able, and at one place at a time."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.capacity import busy_over_time
from plantwright.flows.plan.judge.codes import Names, ints
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.work import Work

_FIX = "This is a fault of the planner: report it with the plant."
PEOPLE = problem_kind("verify-people", "{count} people with skill {skill} are planned; it needs {need}.", _FIX)
QUALIFIED = problem_kind("verify-qualified", "{code} is planned, who does not have skill {skill} then and there.", _FIX)
UNKNOWN = problem_kind("verify-holds-unknown", "{code} is neither a person nor the tool it needs.", _FIX)
TOOL = problem_kind("verify-tool", "It needs tool {tool}, which is not planned.", _FIX)
DOUBLE = problem_kind("verify-double-booked", "At {at} it is planned {busy} times at once; there is {have}.", _FIX)
TABLE = "scheduled_operation"
KEY = ("order", "sequence")


def check_people(work: Work) -> Iterator[Fault]:
    """Run every check of this module."""
    rows = work.rows.filter(~pl.col("outside"))
    held = _held(rows)
    people = held.filter(~pl.col("is_tool"))
    yield from _tools(rows, held)
    yield from _able(work, people)
    yield from _enough(rows, people)
    yield from _at_once(work, held)


def _held(rows: pl.DataFrame) -> pl.DataFrame:
    """Give one row for each code that an operation holds."""
    held = rows.filter(pl.col("people") != "").with_columns(code=pl.col("people").str.split(",")).explode("code")
    held = held.with_columns(pl.col("code").str.strip_chars()).filter(pl.col("code") != "")
    # One of several copies of a tool may be named with its number, as in JIG#2.
    parts = pl.col("code").str.splitn("#", 2).struct
    is_tool = (pl.col("tool") != "") & (parts.field("field_0") == pl.col("tool"))
    copy = pl.when(is_tool).then(parts.field("field_1"))
    return held.with_columns(
        code=pl.when(is_tool).then("tool").otherwise("code"), is_tool=is_tool, copy=copy.cast(pl.Int64, strict=False)
    )


def _tools(rows: pl.DataFrame, held: pl.DataFrame) -> Iterator[Fault]:
    without = rows.filter(pl.col("tool") != "").join(held.filter("is_tool").select("key"), on="key", how="anti")
    yield Fault(TOOL, without, TABLE, KEY, "people")


def _able(work: Work, people: pl.DataFrame) -> Iterator[Fault]:
    """People have the skill on the day of the start, and work at the site of the order.

    A certificate that lasts to the end of the horizon counts as renewed afterwards.
    """
    case = work.case
    horizon = pl.lit(case.as_of + case.plant.settings.minutes("horizon") - 1, pl.Int64)
    known = case.raw("person").select(pl.col("code"), case.site()).rename({"site": "home"})
    people = people.join(known, on="code", how="left")
    yield Fault(UNKNOWN, people.filter(pl.col("home").is_null()), TABLE, KEY, "people")
    skills = case.raw("person_skill").select(pl.col("person").alias("code"), "skill", "valid_to")
    rows = people.filter(pl.col("home").is_not_null() & (pl.col("skill") != ""))
    rows = rows.join(skills, on=["code", "skill"], how="left")
    day = case.day(pl.min_horizontal("begin", horizon))
    able = (pl.col("valid_to") >= day) & (pl.col("home") == pl.col("site"))
    yield Fault(QUALIFIED, rows.filter(~able.fill_null(value=False)), TABLE, KEY, "people")


def _enough(rows: pl.DataFrame, people: pl.DataFrame) -> Iterator[Fault]:
    asked = rows.filter(pl.col("skill") != "")
    if not asked.height:
        return
    counts = people.group_by("key").agg(count=pl.col("code").n_unique())
    # The column of the routing stands under its own name, since the schedule has one called people.
    asked = asked.join(counts, on="key", how="left").with_columns(pl.col("count").fill_null(0))
    short = asked.filter(pl.col("count") < pl.col("r_people")).with_columns(need=pl.col("r_people"))
    yield Fault(PEOPLE, short, TABLE, KEY, "people")


def _at_once(work: Work, held: pl.DataFrame) -> Iterator[Fault]:
    """Check that a person is at one operation at a time, and a tool at no more than there are of it."""
    tools = work.case.raw("tool").select("code", have="units")
    people = work.case.raw("person").select("code", have=pl.lit(1, pl.Int64))
    yield from _too_often(held.filter("is_tool"), tools)
    yield from _too_often(held.filter(~pl.col("is_tool")), people)
    copies = held.filter("is_tool").filter(pl.col("copy").is_not_null())
    copies = copies.with_columns(code=pl.concat_str("code", pl.lit("#"), "copy"))
    singles = copies.select("code").unique().with_columns(have=pl.lit(1, pl.Int64))
    yield from _too_often(copies, singles)


def _too_often(held: pl.DataFrame, limits: pl.DataFrame) -> Iterator[Fault]:
    numbers = Names(limits["code"]).places(held["code"])
    known = held.filter(pl.Series(numbers >= 0))
    busy = busy_over_time(known, numbers[numbers >= 0])
    busy = busy.with_columns(limits[ints(busy, "held")].get_columns())
    over = busy.filter((pl.col("busy") > pl.col("have")) & ~pl.col("fixed"))
    yield Fault(
        DOUBLE, over.unique("code", keep="first", maintain_order=True), TABLE, ("code",), moments=("at",), value="busy"
    )
