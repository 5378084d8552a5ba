"""The finite schedule: what runs where and when, how full the work centers are, and which of them delays the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

import polars as pl

from plantwright.areas.scheduling.shifts import EPOCH, day_number, in_shifts, shift_windows, within_shifts
from plantwright.areas.scheduling.waiting import waits_for
from plantwright.core import wording
from plantwright.core.buckets import Bucket, bucket_start
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Chart, Page, View, hours, missing, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report

WorkCenter = Annotated[str, Ref("work_center")]


@report
def schedule(plan: View, work_center: WorkCenter = "", order: str = "") -> Page:
    """List the operations of the schedule by their start, with set-up, run and due times.

    Parameters
    ----------
    plan : plant and plan
    work_center : only this work center
    order : only this order
    """
    rows = plan.result("scheduled_operation")
    rows = rows.filter((pl.col("work_center") == work_center) | (work_center == ""))
    rows = rows.filter((pl.col("order") == order) | (order == "")).sort("start", "work_center", "unit", "order")
    late = rows.filter(pl.col("finish") > pl.col("due")).height
    sentence = say(
        "{operations} on {work_center}, {late} finished after their due time by planned lead times.",
        operations=wording.count(rows.height, "operation"),
        work_center=wording.count(rows.filter(pl.col("work_center") != "")["work_center"].n_unique(), "work center"),
        late=wording.number(late),
    )
    columns = (
        "start", "work_center", "unit", "order", "sequence", "item", "quantity", "finish", "setup", "run", "due",
        "state", "people", "family", "alternate",
    )  # fmt: skip
    table = sheet(plan, "Schedule", "scheduled_operation", rows, *columns, clock="start finish")
    table = replace(table, chart=Chart("gantt", "start", ("finish",), by="work_center"))
    return Page(sentence if rows.height else _no_schedule(plan), (table,))


def _no_schedule(plan: View) -> str:
    if plan.plan.get("options", {}).get("schedule") is False:
        return "This plan was made without a schedule; plan again without --no-schedule."
    return "No operation fits."


@report
def dispatch(plan: View, work_center: WorkCenter, days: int = 0, day: date | None = None, shift: str = "") -> Page:
    """List what a work center does next, shift by shift and unit by unit, in the order of its start.

    Parameters
    ----------
    plan : plant and plan
    work_center : code of the work center
    days : only operations that start within so many days from the plan's moment; 0 for all
    day : only what runs in the shifts that begin on this day
    shift : only what runs in the shifts of this name
    """
    _known_center(plan, work_center)
    rows = plan.result("scheduled_operation").filter(pl.col("work_center") == work_center).sort("unit", "start")
    if days:
        rows = rows.filter(pl.col("start") < plan.as_of + days * 1440)
    coming = waits_for(rows, plan.result("scheduled_operation"), plan.result("planned_component"), plan.result("peg"),
                       plan.as_of)  # fmt: skip
    rows = rows.with_columns(waits_for=coming, late=pl.col("finish") > pl.col("due"))
    wanted = (day - EPOCH).days if day else None
    rows = _by_shift(plan, work_center, rows, wanted, shift)
    work = wording.duration(int((rows["setup"] + rows["run"]).sum()))
    told = {"work_center": work_center, "operations": wording.count(rows.height, "operation"), "work": work}
    if wanted is None and not shift:
        sentence = say("{work_center} has {operations} to do, {work} of work.", **told)
    else:
        when = ", ".join(part for part in (shift, "" if wanted is None else wording.day(wanted)) if part)
        sentence = say("{work_center} has {operations} to do in {when}, {work} of work.", **told, when=when)
    columns = (
        named(Kind.DAY, "day", "Day on which the shift begins"),
        named(Kind.TEXT, "shift", "Shift in which it begins; empty outside of all shifts"),
        "unit", "start", "finish", "order", "sequence", "item", "quantity", "setup", "run", "family", "due", "state",
        "people", "alternate",
        named(Kind.TEXT, "waits_for", "Operation before it, and material with the order that brings it"),
        named(Kind.FLAG, "late", "Whether it is done after its due time"),
        named(Kind.FLAG, "goes_on", "Whether it began before this shift"),
    )  # fmt: skip
    table = sheet(
        plan,
        say("Dispatch list of {work_center}", work_center=work_center),
        "scheduled_operation",
        rows,
        *columns,
        clock="start finish",
    )
    return Page(sentence, (table,))


def _by_shift(plan: View, work_center: str, rows: pl.DataFrame, day: int | None, shift: str) -> pl.DataFrame:
    """Part operations by the shifts of their work center, or keep what runs in those of a day or a name."""
    center = plan.table("work_center").filter(pl.col("code") == work_center).row(0, named=True)
    sites = dict(plan.table("site").select("code", "calendar").iter_rows())
    site = center["site"] or plan.settings["main_site"] or next(iter(sites), "")
    code = center["calendar"] or sites.get(site, "")
    zones = dict(plan.table("calendar").select("code", "time_zone").iter_rows())
    zone = zones.get(code) or plan.settings.zone
    own = [plan.table(name).filter(pl.col("calendar") == code) for name in ("calendar_shift", "calendar_exception")]
    names = own[0]["name"].unique()
    stop_on_errors([] if not shift or shift in names or shift in own[1]["name"] else [
        missing("calendar_shift", shift, names)
    ])  # fmt: skip
    span = [int(rows["start"].min() or 0), int(rows["start"].max() or 0)]  # type: ignore[arg-type]
    first, last = (day_number(moment, zone) for moment in span) if day is None else (day, day)
    windows = shift_windows(own[0], own[1], zone, first - 1 if day is None else day, last)
    if day is None and not shift:
        found = in_shifts(rows, windows).with_columns(goes_on=pl.lit(value=False))
        local = pl.Series([day_number(one, zone) for one in found["start"]], dtype=pl.Int64)
        found = found.with_columns(day=pl.coalesce("day", local), shift=pl.col("shift").fill_null(""))
        return found.sort("day", pl.coalesce("begin", "start"), "unit", "start", maintain_order=True)
    windows = windows.filter((pl.col("shift") == shift) | (shift == ""))
    return within_shifts(rows, windows).sort("begin", "unit", "start", maintain_order=True)


def _known_center(plan: View, work_center: str) -> None:
    centers = plan.table("work_center")["code"]
    stop_on_errors([] if work_center in centers else [missing("work_center", work_center, centers)])


@report
def load(plan: View, work_center: WorkCenter = "", bucket: Bucket = "week") -> Page:
    """Set the load of each work center against its capacity, by day, week or month.

    Parameters
    ----------
    plan : plant and plan
    work_center : only this work center
    bucket : the periods
    """
    if work_center:
        _known_center(plan, work_center)
    rows = plan.result("center_load").filter((pl.col("work_center") == work_center) | (work_center == ""))
    rows = rows.with_columns(day=bucket_start(pl.col("day"), bucket))
    sums = pl.col("capacity", "setup", "run", "required").sum()
    rows = rows.group_by("work_center", "day", maintain_order=True).agg(sums).sort("work_center", "day")
    used = pl.col("setup") + pl.col("run")
    rows = rows.with_columns(load=used, utilisation=ratio(used, pl.col("capacity")), free=pl.col("capacity") - used)
    overfull = rows.filter(pl.col("required") > pl.col("capacity")).height
    sentence = say(
        "{work_center}, {counts} with work or open time; in {overfull} more is required than can be done.",
        work_center=wording.count(rows["work_center"].n_unique(), "work center"),
        counts=wording.count(rows.height, bucket),
        overfull=wording.number(overfull),
    )
    columns = (
        "work_center",
        named(Kind.DAY, "day", say("First day of the {bucket}", bucket=bucket)),
        "capacity",
        named(Kind.DURATION, "load", "Set-up and run time that falls on it"),
        named(Kind.RATIO, "utilisation", "Load over capacity"),
        "required", "setup", "run",
        named(Kind.DURATION, "free", "Capacity less load"),
    )  # fmt: skip
    table = hours(sheet(plan, "Load", "center_load", rows, *columns))
    table = replace(table, chart=Chart("bar", "day", ("load", "capacity"), by="work_center"))
    return Page(sentence if rows.height else _no_schedule(plan), (table,))


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Give a stored ratio of two sums; nothing where the whole is nothing."""
    return pl.when(whole > 0).then((part.cast(pl.Float64) * SCALE / whole).round()).otherwise(None).cast(pl.Int64)


@report
def bottlenecks(plan: View) -> Page:
    """Rank the work centers by what they delay.

    Parameters
    ----------
    plan : plant and plan
    """
    rows = plan.result("bottleneck").sort("rank")
    names = plan.table("work_center").select(pl.col("code").alias("work_center"), "name")
    rows = rows.join(names, on="work_center", how="left", maintain_order="left")
    columns = (
        "rank", "work_center", named(Kind.TEXT, "name", "Full name"), "utilisation", "delayed_orders", "delay_days",
        "waiting_days",
    )  # fmt: skip
    table = sheet(plan, "Bottlenecks", "bottleneck", rows, *columns)
    return Page(bottleneck_words(rows) if rows.height else _no_schedule(plan), (table,))


def bottleneck_words(rows: pl.DataFrame) -> str:
    """Name the work center that delays most, in words."""
    worst = rows.row(0, named=True)
    if not worst["delayed_orders"]:
        return say("No work center delays an order; {work_center} is the fullest.", work_center=worst["work_center"])
    return say(
        "{work_center} is the bottleneck: it delays {orders} and is {utilisation} full.",
        work_center=worst["work_center"],
        orders=wording.count(worst["delayed_orders"], "order"),
        utilisation=wording.percent(worst["utilisation"]),
    )
