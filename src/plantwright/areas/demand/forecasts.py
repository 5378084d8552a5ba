"""Reports about forecasts: what is expected, how well it went before, and what people add to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.core.finding import at_site, main_site
from plantwright.core.pages import Chart, Page, Sheet, View, listed, missing, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report

OF = ["item", "site", "customer"]
Item = Annotated[str, Ref("item")]
Site = Annotated[str, Ref("site")]


# --- all of them ----------------------------------------------------------------------------------------------------


@report
def forecasts(plan: View, item: Item = "", site: Site = "", demand_class: str = "", method: str = "") -> Page:
    """List what is forecast: its class and method, how well it went in the periods held out, and what comes next.

    Parameters
    ----------
    plan : plant and plan
    item : only this item
    site : only this site
    demand_class : only this class: smooth, erratic, intermittent, lumpy, new, ending, or seasonal
    method : only this method
    """
    chosen = [
        (pl.col("item") == item) | (item == ""), (pl.col("site") == site) | (site == ""),
        pl.col("demand_class").str.contains(demand_class, literal=True), (pl.col("method") == method) | (method == ""),
    ]  # fmt: skip
    every = plan.result("forecast_series")
    rows = every.filter(chosen).join(_ahead(plan), on=OF, how="left", maintain_order="left")
    columns = (
        "item", "demand_class", "method", "level", named(Kind.QUANTITY, "next", "Expected in the period that runs"),
        named(Kind.QUANTITY, "year", "Expected in all periods ahead"), "wape", "bias", "mase", "sigma", "held_out",
        "coverage_80", named(Kind.WHOLE, "overridden", "Periods ahead that people have changed"), "outliers",
        "stock_outs", "used", "points", "period", "note", "site", "customer",
    )  # fmt: skip
    return Page(_all_words(plan, every, rows), (sheet(plan, "Forecasts", "forecast_series", rows, *columns),),
                _all_figures(rows), _hint(every))  # fmt: skip


def _ahead(plan: View) -> pl.DataFrame:
    """Sum up what is expected of each series."""
    return plan.result("item_forecast").sort("start").group_by(OF).agg(
        next=pl.col("quantity").first(), year=pl.col("quantity").sum(),
        overridden=pl.col("override").is_not_null().sum().cast(pl.Int64),
    )  # fmt: skip


def _all_words(plan: View, every: pl.DataFrame, rows: pl.DataFrame) -> str:
    if not every.height:
        return say("Nothing is forecast: there is no sales history.")
    used = rows.filter("used").height
    parts = [say("{series} forecast, {used} of them planned", series=wording.count(rows.height, "series", "series"),
                 used=wording.number(used))]  # fmt: skip
    overall = _overall(plan)
    if overall:
        parts.append(say("held out, the error was {wape} of demand", wape=wording.percent(overall)))
    return "; ".join(parts) + "."


def _overall(plan: View) -> int:
    rows = plan.result("forecast_accuracy").filter((pl.col("grouped") == "all") & (pl.col("horizon") == 1))
    return int(rows["wape"][0] or 0) if rows.height else 0


def _all_figures(rows: pl.DataFrame) -> dict[str, Any]:
    kinds = rows["demand_class"].str.split(",").list.first().value_counts(sort=True)
    return {
        "series": rows.height, "used": rows.filter("used").height,
        "classes": dict(kinds.iter_rows()), "overridden": int(rows["overridden"].sum() or 0),
    }  # fmt: skip


def _hint(every: pl.DataFrame) -> tuple[str, ...]:
    return (f"Next: plantwright show DB forecast {every['item'][0]}",) if every.height else ()


# --- one of them ----------------------------------------------------------------------------------------------------


@report
def forecast(plan: View, item: Item, site: Site = "", customer: Annotated[str, Ref("customer")] = "") -> Page:
    """Show what is expected of an item: its past, the forecast with its limits, the method, and what people changed.

    Parameters
    ----------
    plan : plant and plan
    item : item that is forecast
    site : site; the main one without one
    customer : customer, where each is forecast apart
    """
    place = site or site_of(plan, item)
    series = _one(plan, "forecast_series", item, place, customer)
    if not series.height:
        known = plan.table("item")["code"]
        stop_on_errors([] if item in known else [missing("item", item, known)])
        return Page(say("Nothing is forecast of {item}: it has no sales history there.", item=item))
    past, ahead = (
        _one(plan, "forecast_history", item, place, customer),
        _one(plan, "item_forecast", item, place, customer),
    )
    sheets = (
        _course(plan, past, ahead),
        sheet(plan, say("How it is forecast"), "forecast_series", series, *_METHOD),
        *_where_any(_overrides(plan, item, place), _events(plan, item, place)),
    )
    return Page(_words(plan, series, ahead), sheets, _figures(series, ahead), _notes(series),
                say("Forecast of {item}", item=item))  # fmt: skip


_METHOD = (
    "demand_class", "method", "period", "points", "first", "last", "working_days", "level", "sigma", "held_out", "mase",
    "wape", "bias", "coverage_80", "coverage_95", "outliers", "stock_outs", "used", "customer", "note",
)  # fmt: skip


def site_of(plan: View, item: str) -> str:
    """Give the main site, or the only one at which the item is forecast."""
    main = main_site({name: plan.table(name) for name in ("setting", "site")})
    sites = plan.result("forecast_series").filter(pl.col("item") == item)["site"].unique()
    return str(sites[0]) if len(sites) == 1 else main


def _one(plan: View, name: str, item: str, site: str, customer: str) -> pl.DataFrame:
    # A plan that was kept before a column came knows nothing of it.
    rows = pl.concat([ENTITIES[name].empty(), plan.result(name)], how="diagonal")
    rows = rows.filter((pl.col("item") == item) & (pl.col("site") == site))
    return rows.filter((pl.col("customer") == customer) | (customer == ""))


def _course(plan: View, past: pl.DataFrame, ahead: pl.DataFrame) -> Sheet:
    """Put past and forecast below each other, period by period."""
    known = ENTITIES["forecast_history"].columns
    rows = pl.concat([past.drop("naive"), ahead.drop("used").with_columns(flag=pl.lit(""))], how="diagonal_relaxed")
    every = (
        "start", "working_days", known["seen"], known["used"], known["backtest"], "alone", "statistical", "lower_80",
        "upper_80", "lower_95", "upper_95", "override", "quantity", known["flag"], "end", "customer", "item", "site",
    )  # fmt: skip
    rows = rows.select([one if isinstance(one, str) else one.name for one in every]).sort("customer", "start")
    idle = {name for name in ("working_days", "alone") if rows[name].null_count() == rows.height}
    columns = tuple(one for one in every if one not in idle)
    made = sheet(plan, say("History and forecast"), "item_forecast", rows, *columns)
    lines = ("seen", "backtest", "statistical", "lower_80", "upper_80", "quantity")
    several = rows["customer"].n_unique() > 1
    return replace(made, chart=Chart("line", "start", lines, by="customer" if several else ""))


def said_now(rows: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Give periods ahead with the column `override` as people say it now, which the next plan will use.

    Parameters
    ----------
    rows : periods of one item and site: start, end, customer, statistical
    said : rows of forecast_override of all items, in stored form; those that name no site are of the main one
    """
    pairs = rows.select("item", "site", "customer", "start", "end", "statistical").join(
        said.select("item", "customer", "change", "value", "made_at", day="start", at="site"), on=["item", "customer"]
    )  # fmt: skip
    pairs = pairs.filter(
        pl.col("day").is_between("start", "end") & ((pl.col("at") == "") | (pl.col("at") == pl.col("site")))
    )
    times = (pl.col("statistical").cast(pl.Float64) * pl.col("value") / SCALE).round().cast(pl.Int64)
    change = pl.col("change")
    value = pl.when(change == "set").then("value").when(change == "add").then(pl.col("statistical") + pl.col("value"))
    pairs = pairs.sort("made_at", nulls_last=False).unique(["customer", "start"], keep="last").select(
        "customer", "start", override=value.otherwise(times).clip(0)
    )  # fmt: skip
    return rows.drop("override").join(pairs, on=["customer", "start"], how="left", maintain_order="left")


def _overrides(plan: View, item: str, site: str) -> Sheet:
    rows = plan.table("forecast_override").with_columns(at_site("site", _main(plan)))
    rows = rows.filter((pl.col("item") == item) & (pl.col("site") == site)).sort("start")
    columns = ("start", "change", "value", "statistical", "by", "reason", "made_at", "customer")
    return sheet(plan, say("Overrides"), "forecast_override", rows, *columns)


def _main(plan: View) -> str:
    return main_site({name: plan.table(name) for name in ("setting", "site")})


def _events(plan: View, item: str, site: str) -> Sheet:
    family = "".join(plan.table("item").filter(pl.col("code") == item)["family"])
    about = (pl.col("item") == item) | ((pl.col("item") == "") & pl.col("family").is_in(["", family]))
    rows = plan.table("demand_event").filter(about & pl.col("site").is_in(["", site])).sort("start")
    return sheet(plan, say("Events"), "demand_event", rows, "code", "name", "kind", "start", "end", "uplift")


def _where_any(*sheets: Sheet) -> Iterable[Sheet]:
    return (one for one in sheets if one.rows.height)


def _words(plan: View, series: pl.DataFrame, ahead: pl.DataFrame) -> str:
    row = series.row(0, named=True)
    parts = [say("{kind} demand, forecast by {method}", kind=row["demand_class"], method=row["method"])]
    if ahead.height:
        total = wording.decimal(int(ahead["quantity"].sum()))
        last = wording.day(max(ahead["end"].to_list()), wording.year_of(plan.as_of, plan.settings.zone))
        parts.append(say("{total} are expected until {end}", total=total, end=last))
    if row["held_out"] and row["wape"] is not None:
        held = wording.count(row["held_out"], row["period"])
        parts.append(
            say("in {count} held out, the error was {wape} of demand", count=held, wape=wording.percent(row["wape"]))
        )
    if not row["used"]:
        parts.append(say("the plan does not use it"))
    text = "; ".join(parts) + "."
    return text[:1].upper() + text[1:]


def _figures(series: pl.DataFrame, ahead: pl.DataFrame) -> dict[str, Any]:
    row = series.row(0, named=True)
    shares = {name: None if row[name] is None else row[name] / SCALE for name in ("mase", "wape", "bias", "sigma")}
    return {"class": row["demand_class"], "method": row["method"], "period": row["period"], **shares,
            "expected": int(ahead["quantity"].sum()) / SCALE, "used": row["used"]}  # fmt: skip


def _notes(series: pl.DataFrame) -> tuple[str, ...]:
    row = series.row(0, named=True)
    own = (row["note"],) if row["note"] else ()
    if row["working_days"] is not None:
        days = wording.decimal(row["working_days"], 1)
        own = (*own, say("Counted by working days: its past is brought to periods of {days}.", days=days))
    return (*own, f"Its working: plantwright explain DB forecast {row['item']}")


# --- how well it went -----------------------------------------------------------------------------------------------


@report
def accuracy(plan: View, by: Literal["class", "method", "horizon"] = "class") -> Page:
    """Show how well the periods that were held out had been forecast, from what was known before them.

    Parameters
    ----------
    plan : plant and plan
    by : by what the forecasts are put together: class of demand, method, or periods ahead
    """
    rows = plan.result("forecast_accuracy")
    whole, apart = pl.col("horizon") == 0, pl.col("grouped") == by
    if by == "horizon":
        chosen = rows.filter((pl.col("grouped") == "all") & ~whole).sort("horizon")
        first: tuple[str, ...] = ("horizon",)
    else:
        chosen, first = rows.filter(whole & (apart | (pl.col("grouped") == "all"))).sort("name"), ("name",)
        chosen = chosen.with_columns(
            name=pl.when(pl.col("grouped") == "all").then(pl.lit(say("all"))).otherwise("name")
        )
    measures = (
        "series",
        "forecasts",
        "mase",
        "rmsse",
        "smape",
        "wape",
        "bias",
        "pinball",
        "coverage_80",
        "coverage_95",
    )
    made = sheet(plan, say("Accuracy"), "forecast_accuracy", chosen, *first, *measures, "mae")
    if by == "horizon":
        made = replace(made, chart=Chart("line", "horizon", ("wape", "coverage_80", "coverage_95")))
    return Page(_accuracy_words(rows.filter(whole & (pl.col("grouped") == "all"))), (made,))


def _accuracy_words(rows: pl.DataFrame) -> str:
    if not rows.height:
        return say("Nothing was held out: no past is long enough.")
    row = rows.row(0, named=True)
    lean = say("too high") if (row["bias"] or 0) > 0 else say("too low")
    return say(
        "{forecasts} of {series}, each made from what was known before: the error was {wape} of demand, {bias} {lean}; "
        "{coverage} came within the limits of 80 per cent.",
        forecasts=wording.count(row["forecasts"], "forecast"),
        series=wording.count(row["series"], "series", "series"), wape=wording.percent(row["wape"] or 0),
        bias=wording.percent(abs(row["bias"] or 0)), lean=lean, coverage=wording.percent(row["coverage_80"] or 0),
    )  # fmt: skip


# --- what people add ------------------------------------------------------------------------------------------------


@report
def value_added(plan: View, item: Item = "") -> Page:
    """Tell who makes forecasts better: from the naive forecast to the computed one, and from that to what people said.

    Each period counts for which it is known what came. An override is compared with what had been computed when it was
    made. Errors are shares of the mean demand of their series, so that large items do not hide small ones.

    Parameters
    ----------
    plan : plant and plan
    item : only this item
    """
    rows = judged(plan, item)
    if not rows.height:
        return Page(say("There is nothing to judge yet: no period was held out."))
    people, methods = _people(rows), _methods(rows)
    sheets = (_added_sheet(plan, say("People"), "by", people), _added_sheet(plan, say("Methods"), "method", methods),
              _judged_sheet(plan, rows))  # fmt: skip
    return Page(_added_words(rows, people), tuple(_where_any(*sheets)), {"forecasts": rows.height})


def judged(plan: View, item: str = "") -> pl.DataFrame:
    """Give every period of which it is known what was said before and what came.

    Returns
    -------
    Columns: item, site, customer, start, end, seen, naive, backtest (computed before), override (null without one), by,
    reason, method, level; quantities in units.
    """
    past = plan.result("forecast_history").filter(pl.col("backtest").is_not_null() & pl.col("seen").is_not_null())
    past = past.filter(((pl.col("item") == item) | (item == "")) & ~pl.col("flag").str.contains("stock-out"))
    series = plan.result("forecast_series").select(*OF, "method", "level")
    said = plan.table("forecast_override").with_columns(at_site("site", _main(plan)))
    said = said.select(*OF, "change", "value", "by", "reason", "statistical", day="start")
    rows = past.join(series, on=OF, how="inner")
    with_said = rows.join(said, on=OF, how="inner").filter(pl.col("day").is_between("start", "end"))
    rows = pl.concat([rows.join(with_said, on=[*OF, "start"], how="anti"), with_said], how="diagonal")
    if "change" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in ("change", "by", "reason"))
    amounts = ("seen", "naive", "backtest", "level", "value", "statistical")
    rows = rows.with_columns(pl.col(name).cast(pl.Float64) / SCALE for name in amounts if name in rows.columns)
    computed = pl.coalesce("statistical", "backtest")
    rows = rows.with_columns(
        backtest=computed,
        override=pl.when(pl.col("change") == "set").then("value").when(pl.col("change") == "add")
        .then(computed + pl.col("value")).when(pl.col("change") == "multiply").then(computed * pl.col("value")),
    )  # fmt: skip
    return rows.filter(pl.col("naive").is_not_null() & (pl.col("level") > 0)).sort("start", *OF)


def _people(rows: pl.DataFrame) -> list[dict[str, Any]]:
    said = rows.filter(pl.col("override").is_not_null())
    return _compared(said, "by", ("naive", "backtest", "override")) if said.height else []


def _methods(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return _compared(rows, "method", ("naive", "backtest"))


def _compared(rows: pl.DataFrame, by: str, stages: tuple[str, ...]) -> list[dict[str, Any]]:
    """Measure the stages of the forecasts of each person or method."""
    from plantwright.methods.forecasting import governance  # noqa: PLC0415 - loads Numba

    level = rows["level"].to_numpy()
    came = rows["seen"].to_numpy() / level
    said = {name: rows[name].to_numpy() / level for name in stages}
    found: dict[str, dict[str, Any]] = {}
    for one in governance.value_added(came, said, [rows[by].fill_null("").to_list()]):
        line = found.setdefault(one.group[0] if one.group else "", {by: one.group[0] if one.group else say("all")})
        line |= {f"{one.stage}_error": one.mae, f"{one.stage}_added": one.added, "forecasts": one.count,
                 "lean": -one.bias}  # fmt: skip
    for group, line in found.items():
        own = rows[by].fill_null("").to_numpy() == group if group else slice(None)
        signal = governance.tracking_signal((came - said[stages[-1]])[own])
        line |= {"signal": float(signal.brown[-1]), "astray": bool(signal.astray[-1])}
    return list(found.values())


def _added_sheet(plan: View, title: str, by: str, lines: list[dict[str, Any]]) -> Sheet:
    share: Any = Kind.RATIO
    columns: list[Column] = [
        named(Kind.TEXT, by, "Who said it" if by == "by" else "How it was computed"),
        named(Kind.WHOLE, "forecasts", "Periods that are judged"),
        named(share, "naive_error", "Mean error of the naive forecast, as a share of mean demand"),
        named(share, "backtest_error", "Mean error of the computed forecast, as a share of mean demand"),
        named(share, "backtest_added", "What computing took off the naive error; below 0: it added to it"),
    ]
    if by == "by":
        columns += [
            named(share, "override_error", "Mean error of what people said, as a share of mean demand"),
            named(share, "override_added", "What people took off the computed error; below 0: they added to it"),
        ]
    columns += [
        named(share, "lean", "Mean of forecast less demand, as a share of mean demand; above 0: too high"),
        named(Kind.QUANTITY, "signal", "Tracking signal: sum of errors over their mean size; beyond 4 it is no chance"),
        named(Kind.FLAG, "astray", "Whether the errors go one way more than chance does"),
    ]
    names = [one.name for one in columns if one.kind in {Kind.RATIO, Kind.QUANTITY}]
    stored = [{**line, **{name: round(line[name] * SCALE) for name in names}} for line in lines]
    return listed(plan, title, columns, stored)


def _judged_sheet(plan: View, rows: pl.DataFrame) -> Sheet:
    """List the overrides that can be judged, the one that cost most first."""
    said = rows.filter(pl.col("override").is_not_null())
    saved = (pl.col("backtest") - pl.col("seen")).abs() - (pl.col("override") - pl.col("seen")).abs()
    lines = said.with_columns(saved=saved).sort("saved").to_dicts()
    known, made = ENTITIES["forecast_history"].columns, ENTITIES["forecast_override"].columns
    amount = Kind.QUANTITY
    columns = (
        known["item"], known["start"], named(amount, "seen", "Asked for"), named(amount, "naive", "Naive forecast"),
        named(amount, "backtest", "Computed"), named(amount, "override", "What people said"),
        named(amount, "saved", "How much nearer that was; below 0: further off"), made["by"], made["reason"],
    )  # fmt: skip
    names = [one.name for one in columns if one.kind is amount]
    stored: list[Mapping[str, Any]] = [
        {**line, **{name: round(line[name] * SCALE) for name in names}} for line in lines
    ]
    return listed(plan, say("Overrides"), columns, stored)


def _added_words(rows: pl.DataFrame, people: list[dict[str, Any]]) -> str:
    whole = _methods(rows)[0]
    parts = [say("Computing took {share} off the naive error of {count}", share=_percent(whole["backtest_added"]),
                 count=wording.count(rows.height, "period"))]  # fmt: skip
    if people:
        better = people[0]["override_added"]
        words = (
            "people took {share} off the computed error of {count}"
            if better >= 0
            else ("people added {share} to the computed error of {count}")
        )
        parts.append(say(words, share=_percent(abs(better)), count=wording.count(people[0]["forecasts"], "period")))
    else:
        parts.append(say("no override can be judged yet"))
    return "; ".join(parts) + "."


def _percent(share: float) -> str:
    return wording.percent(round(share * SCALE))
