"""How much run times, deliveries and machines vary, as the records of the plant show it; else as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from plantwright.areas.production.standards import reported_runs
from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.core.finding import at_site, main_site
from plantwright.core.pages import Sheet, View, document_name, listed, named
from plantwright.core.reader import say
from plantwright.core.worktime import Intervals
from plantwright.flows.plan.calendars import declared_calendars
from plantwright.plant import Plant

LEAST_RUNS, LEAST_RECEIPTS, LEAST_BREAKDOWNS = 5, 5, 3
"""Records that must be there before their spread is taken."""
BREAKDOWN = "breakdown"
"""What the reason of a down time says that nobody planned."""


@dataclass(frozen=True)
class Known:
    """What the records tell of one thing that varies.

    Parameters
    ----------
    records : how many there are
    mean, deviation : of runs: in parts of the standard; of receipts: minutes after the date that was expected
    """

    records: int
    mean: float
    deviation: float


@dataclass(frozen=True)
class Breaks:
    """What the records tell of the breakdowns of a work center.

    Parameters
    ----------
    records : how many there are
    rate : breakdowns in a working minute of a unit
    repair : mean working minutes of a repair
    """

    records: int
    rate: float
    repair: float


@dataclass(frozen=True)
class Spreads:
    """Spread by work center and supplier, from the records; the settings for all others.

    Parameters
    ----------
    runs : by work center
    receipts : by supplier
    breaks : by work center
    run_time, lead_time : of the settings: standard deviation as a share of the standard
    """

    runs: Mapping[str, Known]
    receipts: Mapping[str, Known]
    breaks: Mapping[str, Breaks]
    run_time: float
    lead_time: float

    def notes(self) -> tuple[str, ...]:
        """Say what the spread rests on."""
        return (
            say(
                "Run times: records of {known}; else a spread of {share} of the standard.",
                known=wording.count(len(self.runs), "work center"), share=_percent(self.run_time),
            ),
            say(
                "Deliveries: receipts from {known}; else a spread of {share} of the lead time.",
                known=wording.count(len(self.receipts), "supplier"), share=_percent(self.lead_time),
            ),
            say("Breakdowns: records of {known}; else none.", known=wording.count(len(self.breaks), "work center")),
        )  # fmt: skip

    def sheet(self, view: View) -> Sheet:
        """List what the records tell."""
        lines = [
            _line(say("run time"), name, one.records, _percent(one.mean), _percent(one.deviation))
            for name, one in sorted(self.runs.items())
        ]
        lines += [
            _line(say("delivery"), name, one.records, _days(one.mean), _days(one.deviation))
            for name, one in sorted(self.receipts.items())
        ]
        lines += [
            _line(say("breakdown"), name, one.records, wording.duration(round(one.repair * 60_000)),
                  say("every {hours} h of work", hours=wording.figure(1 / one.rate / 60, 3)))
            for name, one in sorted(self.breaks.items())
        ]  # fmt: skip
        lines += [
            _line(say("run time"), say("other work centers"), 0, _percent(1.0), _percent(self.run_time)),
            _line(say("delivery"), say("other suppliers"), 0, say("as planned"), _percent(self.lead_time)),
        ]
        columns = (
            named(Kind.TEXT, "what", "What varies"), named(Kind.TEXT, "object", "Work center or supplier"),
            named(Kind.WHOLE, "records", "Records that it rests on; 0: by the settings"),
            named(Kind.TEXT, "mean", "Mean: of the standard, after the expected date, or of a repair"),
            named(Kind.TEXT, "spread", "Standard deviation, or how often"),
        )  # fmt: skip
        return listed(view, say("What varies"), columns, lines, right="mean spread")


def _line(what: str, name: str, records: int, mean: str, spread: str) -> dict[str, Any]:
    return {"what": what, "object": name, "records": records, "mean": mean, "spread": spread}


def _percent(share: float) -> str:
    return wording.percent(round(share * SCALE), 0 if share == 0 or share >= 0.1 else 1)


def _days(minutes: float) -> str:
    return wording.days(round(minutes / 1440, 1))


def read_spreads(plant: Plant) -> Spreads:
    """Read from the records of a plant how much things vary.

    Run times count by work center, from `LEAST_RUNS` reported runs on; deliveries by supplier, from `LEAST_RECEIPTS`
    receipts on whose move names the purchase order; breakdowns by work center, from `LEAST_BREAKDOWNS` down times on
    that begin before the moment of the plan and whose reason says breakdown.
    """
    settings = plant.settings
    return Spreads(
        _runs(plant), _receipts(plant), _breaks(plant), settings["run_time_spread"] / SCALE,
        settings["lead_time_spread"] / SCALE,
    )  # fmt: skip


def _runs(plant: Plant) -> dict[str, Known]:
    rows = reported_runs(plant.raw)
    if not rows.height:
        return {}
    rows = rows.filter(pl.col("standard") > 0).with_columns(ratio=pl.col("took") / pl.col("standard"))
    return _known(rows.select(name="work_center", value="ratio"), LEAST_RUNS)


def _receipts(plant: Plant) -> dict[str, Known]:
    """Set the last receipt of each purchase that is complete against the date on which it was expected."""
    lines = plant.raw["purchase_order_line"].with_columns(
        document=document_name(ENTITIES["purchase_order_line"]), whole=pl.col("received") >= pl.col("quantity")
    )
    lines = lines.filter((pl.col("state") == "closed") | pl.col("whole")).filter(pl.col("supplier") != "")
    moves = plant.raw["stock_move"].filter(
        (pl.col("from_location") == "SUPPLIER") & (pl.col("reference") != "") & (pl.col("at") <= plant.as_of)
    )
    came = moves.group_by("item", document="reference").agg(pl.col("at").max())
    rows = lines.join(came, on=["document", "item"]).with_columns(late=(pl.col("at") - pl.col("due")).cast(pl.Float64))
    return _known(rows.select(name="supplier", value="late"), LEAST_RECEIPTS)


def _known(rows: pl.DataFrame, least: int) -> dict[str, Known]:
    found = rows.group_by("name").agg(
        records=pl.len(), mean=pl.col("value").mean(), deviation=pl.col("value").std(ddof=1)
    ).filter(pl.col("records") >= least)  # fmt: skip
    return {name: Known(*values) for name, *values in found.select("name", "records", "mean", "deviation").iter_rows()}


def _breaks(plant: Plant) -> dict[str, Breaks]:
    """Estimate breakdowns: the n - 1 that followed the first one, in the working time since then."""
    rows = plant.raw["down_time"].filter(
        pl.col("reason").str.to_lowercase().str.contains(BREAKDOWN) & (pl.col("start") < plant.as_of)
    )
    rows = rows.filter(pl.len().over("work_center") >= LEAST_BREAKDOWNS).with_columns(
        end=pl.col("end").clip(None, plant.as_of)
    )
    if not rows.height:
        return {}
    centers = plant.raw["work_center"].select("calendar", "site", work_center="code", all_units="units")
    rows = rows.join(centers, on="work_center").with_columns(share=pl.coalesce("units", "all_units"))
    opening, found = _opening(plant, rows), {}
    for (name,), own in rows.sort("start").group_by(["work_center"], maintain_order=True):
        starts, ends, share = (own[column].to_numpy() for column in ("start", "end", "share"))
        open_time = opening[str(name)]
        watched = _open(open_time, starts[:1], np.array([plant.as_of]))[0]
        lost = _open(open_time, starts, ends)
        if watched > 0 and lost.sum() > 0:
            rate = float(share[1:].sum()) / int(own["all_units"][0]) / float(watched)
            found[str(name)] = Breaks(own.height, rate, float((lost * share).sum() / share.sum()))
    return found


def _opening(plant: Plant, rows: pl.DataFrame) -> dict[str, Intervals | None]:
    """Give the open time of each work center since the first record; None: always."""
    first = int(rows["start"].min()) // 1440 - 1  # type: ignore[arg-type]
    known = declared_calendars(plant, first, plant.as_of // 1440 + 1)
    main = main_site(plant.raw)
    of_site = dict(plant.raw["site"].select("code", "calendar").iter_rows())
    own = rows.select("work_center", "calendar", at_site("site", main)).unique()
    return {
        center: known.get(calendar) or known.get(of_site.get(site) or "") for center, calendar, site in own.iter_rows()
    }


def _open(time: Intervals | None, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Count the open minutes of some stretches."""
    if time is None:
        return np.asarray(ends - starts)
    begins, closes = np.asarray(time.starts), np.asarray(time.ends)
    both = np.minimum(ends[:, None], closes) - np.maximum(starts[:, None], begins)
    return np.asarray(np.clip(both, 0, None).sum(axis=1))
