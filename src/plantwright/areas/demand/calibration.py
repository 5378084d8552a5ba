"""How promises turned out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Chart, Page, Sheet, View, listed, named
from plantwright.core.reader import say
from plantwright.core.report import report

EDGES = (0.0, 0.5, 0.8, 0.95, 1.0)
ENOUGH, ENOUGH_IN_BAND = 30, 10
"""Promises that must have come due before their chances are judged: in all, and in a band."""
SURE = 1.96
"""Standard deviations beyond which right chances lie in 5 of 100 cases."""
KEPT, BROKEN, OPEN, UNKNOWN = "kept", "broken", "not due yet", "not known"


@report
def promise_calibration(plant: View) -> Page:
    """Set the chances that were stated with promises against how often they were kept.

    Parameters
    ----------
    plant : the plant
    """
    rows = outcomes(plant)
    judged = rows.filter(pl.col("outcome").is_in([KEPT, BROKEN]))
    stated = judged.filter(pl.col("probability").is_not_null())
    if not rows.height:
        return Page(say("No promise has been recorded yet: keep-promise records them."), figures=_figures(rows, stated))
    sheets = [_bands(plant, stated)] if stated.height else []
    return Page(
        _sentence(rows, judged, stated), (*sheets, _listed(plant, rows)), _figures(rows, stated), _notes(stated)
    )


def outcomes(plant: View) -> pl.DataFrame:
    """Give each promise with what came of it.

    Returns
    -------
    The rows of promise_record with `item`, `customer`, `delivered` (moment at which the last of it left, null where it
    is not known), and `outcome`: kept, broken, not due yet, or not known, where a line was closed without moves to the
    customer that name its order.
    """
    lines = plant.table("sales_order_line").select("order", "line", "item", "customer", "quantity", "state")
    rows = plant.table("promise_record").join(lines, on=["order", "line"], how="left", maintain_order="left")
    rows = rows.join(_deliveries(plant), on=["order", "line", "item"], how="left", maintain_order="left")
    whole = (pl.col("moved").fill_null(0) >= pl.col("quantity")).fill_null(value=False)
    there = whole | (pl.col("state") == "closed")
    due = pl.col("date") < plant.as_of
    outcome = (
        pl.when(there & pl.col("last").is_null()).then(pl.lit(UNKNOWN))
        .when(there & (pl.col("last") <= pl.col("date"))).then(pl.lit(KEPT))
        .when(there).then(pl.lit(BROKEN))
        .when((pl.col("state") == "cancelled") | pl.col("state").is_null()).then(pl.lit(UNKNOWN))
        .when(due).then(pl.lit(BROKEN)).otherwise(pl.lit(OPEN))
    )  # fmt: skip
    return rows.with_columns(outcome=outcome, delivered=pl.when(there).then("last")).sort("date", "order", "line")


def _deliveries(plant: View) -> pl.DataFrame:
    """Sum the moves to customers by the document that they name: order, or order/line."""
    moves = plant.table("stock_move").filter(
        (pl.col("to_location") == "CUSTOMER") & (pl.col("reference") != "") & (pl.col("at") <= plant.as_of)
    )
    part = pl.col("reference").str.extract(r"/(\d+)$", 1).cast(pl.Int64, strict=False)
    return (
        moves.with_columns(order=pl.col("reference").str.replace(r"/\d+$", ""), line=part.fill_null(1))
        .group_by("order", "line", "item").agg(moved=pl.col("quantity").sum(), last=pl.col("at").max())
    )  # fmt: skip


def _figures(rows: pl.DataFrame, stated: pl.DataFrame) -> dict[str, Any]:
    counts = {name: rows.filter(outcome=name).height for name in (KEPT, BROKEN, OPEN, UNKNOWN)}
    found = _reliability(stated) if stated.height else None
    scores = {name: _score(getattr(found, name, None)) for name in ("brier", "base", "z")}
    return {
        "promises": rows.height, **{name.replace(" ", "_"): count for name, count in counts.items()},
        "with_chance": stated.height, "brier": scores["brier"], "brier_of_the_share": scores["base"], "z": scores["z"],
        "enough": stated.height >= ENOUGH,
    }  # fmt: skip


def _score(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(value, 4)


def _sentence(rows: pl.DataFrame, judged: pl.DataFrame, stated: pl.DataFrame) -> str:
    kept = judged.filter(outcome=KEPT).height
    if judged.height:
        due = wording.count(judged.height, "promise")
        first = say("{kept} of {due} that came due were kept", kept=wording.number(kept), due=due)
    else:
        first = say("{promises} recorded, none has come due", promises=wording.count(rows.height, "promise"))
    if not stated.height:
        return first + say("; none of them states a chance.")
    mean = float(stated["probability"].mean()) / SCALE  # type: ignore[arg-type]
    share = stated.filter(outcome=KEPT).height / stated.height
    words = say(
        "; the stated chance was {stated} on average, and {share} were kept.",
        stated=_percent(mean), share=_percent(share),
    )  # fmt: skip
    return first + words


def _notes(stated: pl.DataFrame) -> tuple[str, ...]:
    if stated.height >= ENOUGH:
        band = say("A band is well judged where the stated chance lies between the two ends of its interval.")
        return (band, _together(_reliability(stated)))
    return (
        say(
            "Too few to judge: {have} with a stated chance have come due, and {need} are needed.",
            have=wording.number(stated.height), need=ENOUGH,
        ),
    )  # fmt: skip


def _together(found: Any) -> str:
    """Say whether the chances as a whole are what they say."""
    score = say(
        "Score of the chances {brier}, 0 at best; {base} for who always says the share that was kept.",
        brier=wording.figure(found.brier, 2), base=wording.figure(found.base, 2),
    )  # fmt: skip
    if math.isnan(found.z) or abs(found.z) <= SURE:
        return f"{score} {say('All together they may be right.')}"
    z = wording.number(abs(found.z), 1)
    told = say("All together they are not right: {z} standard deviations from what right chances score.", z=z)
    return f"{score} {told}"


def _reliability(stated: pl.DataFrame) -> Any:
    from plantwright.methods.promising import reliability  # noqa: PLC0415 - loads NumPy

    chance = stated["probability"].to_numpy() / SCALE
    return reliability(chance, (stated["outcome"] == KEPT).to_numpy(), EDGES)


def _bands(plant: View, stated: pl.DataFrame) -> Sheet:
    found = _reliability(stated)
    columns = (
        named(Kind.TEXT, "band", "Stated chance"),
        named(Kind.WHOLE, "promises", "Promises with such a chance that came due"),
        named(Kind.RATIO, "stated", "Mean stated chance"),
        named(Kind.RATIO, "kept", "Share that was kept"),
        named(Kind.RATIO, "least", "Lower end of the 95 % interval of that share"),
        named(Kind.RATIO, "most", "Upper end"),
        named(Kind.TEXT, "judgement", "What it tells"),
    )
    lines = []
    for place, count in enumerate(found.count.tolist()):
        values = {name: float(getattr(found, name)[place]) for name in ("stated", "kept", "least", "most")}
        band = f"{_percent(float(found.lower[place]))} - {_percent(float(found.upper[place]))}"
        told = {name: round(value * SCALE) if count else None for name, value in values.items()}
        lines.append({"band": band, "promises": count, **told, "judgement": _judgement(count, **values)})
    made = listed(plant, say("By stated chance"), columns, lines)
    return replace(made, chart=Chart("line", "band", ("stated", "kept", "least", "most")))


def _judgement(count: int, stated: float, kept: float, least: float, most: float) -> str:
    del kept
    if count < ENOUGH_IN_BAND:
        return say("too few") if count else ""
    if math.isnan(stated):
        return ""
    return say("as stated") if least <= stated <= most else say("too sure") if stated > most else say("too careful")


def _percent(share: float) -> str:
    return wording.NONE if math.isnan(share) else wording.percent(round(share * SCALE))


def _listed(plant: View, rows: pl.DataFrame) -> Sheet:
    known = plant.columns("promise_record")
    columns = (
        known["order"], known["line"], named(Kind.TEXT, "item", "Item", target="item"), known["made_at"], known["date"],
        known["probability"], named(Kind.MOMENT, "delivered", "When the last of it left"),
        named(Kind.TEXT, "outcome", "What came of it"), known["by"],
    )  # fmt: skip
    return listed(plant, say("Promises"), columns, rows.iter_rows(named=True), clock="made_at")
