"""The aggregate plan as reports: the plan by a strategy, rough-cut capacity, the product mix and steps of capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Chart, Page, Sheet, View, hours, listed, named, sheet
from plantwright.core.problem import BAD_ARGUMENT, stop_on_errors
from plantwright.core.reader import later, say
from plantwright.core.report import report
from plantwright.flows.remedies.doing import plant_of
from plantwright.plant import Plant

if TYPE_CHECKING:
    from plantwright.flows.aggregate.inputs import Inputs
    from plantwright.flows.aggregate.solving import Solved
    from plantwright.methods.optimisation import AggregateResult

NOTHING = later("Nothing that is made is asked for in these months.")
USUAL = 12
"""Months of the plan where neither the question nor the setting says how many."""
MOST = 60
Strategy = Literal["", "mixed", "chase", "level"]


def foreseen_plant(view: View) -> Plant:
    """Give the plant that a view looks at with the forecasts and stock targets that its plan was made with."""
    from plantwright.flows.foreseen import FORECAST, as_foreseen  # noqa: PLC0415 - it imports the stages

    plant = plant_of(view)
    tables = {name: view.result(name) for name in (FORECAST, "stock_target")}
    return as_foreseen(plant, {name: rows for name, rows in tables.items() if rows.height})


def asked_months(plant: Plant, months: int) -> int:
    """Give how many months a plan shall have: as asked, as the setting says, or a year."""
    stop_on_errors([] if 0 <= months <= MOST else [BAD_ARGUMENT.at(column="months", value=months, must=f"1 to {MOST}")])
    return months or int(plant.settings["aggregate_months"] or 0) or USUAL


@report(label="Aggregate plan")
def aggregate(plan: View, strategy: Strategy = "", months: int = 0, edits: str = "") -> Page:
    """Plan sales and operations by product family, site and month at the least cost, and say what limits it.

    Parameters
    ----------
    plan : plant and plan
    strategy : mixed, chase (no stock is built) or level (the same rate in every month); as the setting says without one
    months : how many months; as the setting says, or 12
    edits : numbers to change first, as JSON: what (demand, subcontract, capacity, overtime), of, site, month, value
    """
    from plantwright.flows.aggregate.solving import solve  # noqa: PLC0415 - loads the solver

    plant = foreseen_plant(plan)
    wanted = strategy or str(plant.settings["aggregate_strategy"])
    solved = solve(plant, asked_months(plant, months), wanted, edits)
    return Page(say(NOTHING)) if solved is None else aggregate_page(plan, solved)


@report(label="Strategies of the aggregate plan")
def strategies(plan: View, months: int = 0, edits: str = "") -> Page:
    """Set the aggregate plans of the three strategies side by side: mixed, chase and level, and what each costs.

    Parameters
    ----------
    plan : plant and plan
    months : how many months; as the setting says, or 12
    edits : numbers to change first, see `aggregate`
    """
    from plantwright.flows.aggregate.solving import compared, inputs_of  # noqa: PLC0415 - loads the solver

    plant = foreseen_plant(plan)
    inputs = inputs_of(plant, asked_months(plant, months), edits)
    if inputs is None:
        return Page(say(NOTHING))
    others = compared(inputs)
    best = min(others, key=lambda one: (not one.feasible, one.objective))
    money = f"{wording.number(best.objective)} {plan.settings['currency']}"
    sentence = say("The {strategy} plan costs least: {money}.", strategy=strategy_words()[best.strategy], money=money)
    if not best.feasible:
        sentence = say("No strategy can be met; each lacks hours or units.")
    return Page(sentence, (_strategy_sheet(plan, inputs, others),), {"cheapest": best.strategy})


def strategy_words() -> Mapping[str, str]:
    """Give the names of the strategies as the reader says them."""
    return {"mixed": say("mixed"), "chase": say("chase"), "level": say("level")}


def aggregate_page(view: View, solved: Solved) -> Page:
    """Show a plan: by family, by capacity, its costs, and what it is beside the budget."""
    from plantwright.flows.aggregate import tables  # noqa: PLC0415
    from plantwright.flows.aggregate.solving import dearest, lacking  # noqa: PLC0415

    inputs, result = solved.inputs, solved.result
    periods, capacity = tables.period_table(inputs, result), tables.capacity_table(inputs, result)
    short = [problem.message for problem in lacking(inputs, result)]
    sheets = (
        sheet(view, say("Plan"), "aggregate_period", periods, "family", "site", "month", "demand", "made", "overtime",
              "subcontracted", "received", "moved_in", "moved_out", "stock", "back_order", "lacking", "unit_price",
              "sales", "production", "stock_value"),
        _capacity_sheet(view, capacity),
        _cost_sheet(view, result),
        *_budget_sheets(view, periods, capacity, inputs),
    )  # fmt: skip
    sheets = (replace(sheets[0], dashed=frozenset(QUIET)), *sheets[1:])
    figures = {
        "status": result.status, "strategy": result.strategy, "months": len(inputs.months),
        "cost": round(result.objective, 2), "costs": {name: round(value, 2) for name, value in result.costs.items()},
        "overtime_hours": round(float(result.overtime.sum()), 2), "hired": round(float(result.hired.sum()), 2),
        "lacking": short,
    }  # fmt: skip
    return Page(_sentence(view, solved), sheets, figures, (*short, *dearest(solved)))


QUIET = ("overtime", "subcontracted", "received", "moved_in", "moved_out", "back_order", "lacking")
"""Columns in which nothing is written as a dash."""


def _sentence(view: View, solved: Solved) -> str:
    result, inputs = solved.result, solved.inputs
    money = f"{wording.number(result.objective)} {view.settings['currency']}"
    told = {
        "strategy": strategy_words()[result.strategy], "money": money,
        "months": wording.count(len(inputs.months), "month"),
        "families": wording.count(len(inputs.families), "family", "families"),
    }  # fmt: skip
    if not result.feasible:
        lacking = result.lacking_hours.sum() + result.lacking_work.sum()
        return say(
            "The {strategy} plan of {families} over {months} cannot be met: {hours} hours are lacking.",
            hours=wording.number(float(lacking), 1), **told,
        )  # fmt: skip
    late = float(result.back_order[:, :, -1].sum())
    end = "" if late < 0.5 else say(" {units} units are still owed at its end.", units=wording.number(late))
    return say("The {strategy} plan of {families} over {months} costs {money}.", **told) + end


def _capacity_sheet(view: View, rows: pl.DataFrame) -> Sheet:
    made = sheet(
        view, say("Capacity"), "aggregate_capacity", rows, "group", "site", "month", "available", "used", "overtime",
        "overtime_limit", "lacking", "shadow_price", "holds_from", "holds_to", "workers", "hired", "let_go",
    )  # fmt: skip
    return replace(hours(made), chart=Chart("bar", "month", ("available", "used"), by="group"))


def _strategy_sheet(view: View, inputs: Inputs, others: Sequence[AggregateResult]) -> Sheet:
    columns = (
        named(Kind.TEXT, "strategy", "How the plan meets demand"),
        named(Kind.TEXT, "status", "optimal, or infeasible where hours are lacking"),
        named(Kind.MONEY, "cost", "Cost of the whole plan; with lacking hours, of what can be done"),
        named(Kind.DURATION, "overtime", "Hours of overtime", unit="h"),
        named(Kind.QUANTITY, "subcontracted", "Units bought from subcontractors"),
        named(Kind.QUANTITY, "hired", "People hired"), named(Kind.QUANTITY, "let_go", "People let go"),
        named(Kind.MONEY, "stock", "Mean value of stock at the end of a month"),
        named(Kind.QUANTITY, "back_orders", "Units late, each month that they are"),
        named(Kind.DURATION, "lacking", "Hours that are lacking", unit="h"),
    )  # fmt: skip
    return listed(view, say("Strategies"), columns, [_strategy_line(inputs, one) for one in others])


def _strategy_line(inputs: Inputs, one: AggregateResult) -> Mapping[str, Any]:
    value = (one.stock * inputs.value[:, :, None]).sum(axis=(0, 1)).mean()
    return {
        "strategy": one.strategy, "status": one.status, "cost": round(one.objective * SCALE),
        "overtime": round(float(one.overtime.sum()) * 3_600_000), "stock": round(float(value) * SCALE),
        "subcontracted": round(float(one.subcontracted.sum()) * SCALE),
        "hired": round(float(one.hired.sum()) * SCALE), "let_go": round(float(one.let_go.sum()) * SCALE),
        "back_orders": round(float(one.back_order.sum()) * SCALE),
        "lacking": round(float(one.lacking_hours.sum() + one.lacking_work.sum()) * 3_600_000),
    }  # fmt: skip


def _cost_sheet(view: View, result: AggregateResult) -> Sheet:
    from plantwright.flows.aggregate.tables import cost_table  # noqa: PLC0415

    return sheet(view, say("Costs"), "aggregate_cost", cost_table(result), "kind", "amount")


def _budget_sheets(view: View, periods: pl.DataFrame, capacity: pl.DataFrame, inputs: Inputs) -> tuple[Sheet, ...]:
    """Set money that is budgeted beside what the plan comes to; nothing where nothing is budgeted."""
    from plantwright.flows.aggregate.budget import beside_budget  # noqa: PLC0415

    rows = beside_budget(view.table("budget_line"), periods, capacity, inputs)
    if not rows.height:
        return ()
    return (
        sheet(
            view, say("Budget"), "budget_line", rows, "kind", "of", "month",
            named(Kind.MONEY, "planned", "In the plan"), "amount", named(Kind.MONEY, "difference", "Plan less budget"),
        ),
    )  # fmt: skip


# --- rough-cut ------------------------------------------------------------------------------------------------------


@report(label="Rough-cut capacity")
def rough_cut(plan: View, months: int = 0, group: str = "") -> Page:
    """Set the hours that demand takes, through the bills of material, against the hours that calendars have open.

    Stock of what is sold is used up first; stock and lead times of components are left aside.

    Parameters
    ----------
    plan : plant and plan
    months : how many months; as the setting aggregate_months says, or 12
    group : only this group of work centers
    """
    from plantwright.flows.aggregate.roughly import rough_load  # noqa: PLC0415

    plant = foreseen_plant(plan)
    rows, items = rough_load(plant, asked_months(plant, months))
    if group:
        rows, items = rows.filter(pl.col("group") == group), items.filter(pl.col("group") == group)
    shown = (
        named(Kind.TEXT, "group", "Work center, or a group that is planned as one"), named(Kind.TEXT, "site", "Site"),
        named(Kind.DAY, "month", "First day of the month"),
        named(Kind.DURATION, "available", "Hours that can be planned", unit="h"),
        named(Kind.DURATION, "required", "Hours that demand takes", unit="h"),
        named(Kind.RATIO, "utilisation", "Hours required, as a share of those available"),
        named(Kind.DURATION, "lacking", "Hours by which there is too little", unit="h"),
    )  # fmt: skip
    parts = (
        shown[0], shown[1], named(Kind.TEXT, "item", "Item that is asked for"),
        named(Kind.QUANTITY, "quantity", "Units that are to be made in all months"),
        named(Kind.DURATION, "hours", "Hours that they take of the group", unit="h"),
    )  # fmt: skip
    load = listed(plan, say("Load"), shown, rows.iter_rows(named=True))
    sheets = (
        replace(load, chart=Chart("bar", "month", ("available", "required"), by="group")),
        listed(plan, say("What takes the hours"), parts, items.iter_rows(named=True)),
    )
    return Page(_rough_sentence(rows), sheets, {"lacking_hours": round(float(rows["lacking"].sum()) / 3_600_000, 2)})


def _rough_sentence(rows: pl.DataFrame) -> str:
    from plantwright.flows.aggregate.solving import month_name  # noqa: PLC0415

    short = rows.filter(pl.col("lacking") > 0).sort("lacking", descending=True)
    if not short.height:
        return say("Every group of work centers has the hours that demand takes.")
    worst = short.row(0, named=True)
    return say(
        "Hours are lacking on {groups}; most of all on {group} in {month}: {hours}.",
        groups=wording.count(short["group"].n_unique(), "work center"), group=worst["group"],
        month=month_name(worst["month"]), hours=wording.number(worst["lacking"] / 3_600_000, 1),
    )  # fmt: skip


# --- mix ------------------------------------------------------------------------------------------------------------


@report(label="Product mix")
def mix(plan: View, months: int = 0) -> Page:
    """Find the product mix that brings most from the hours there are, and what an hour at the constraint is worth.

    Throughput is the sales price less what is bought for a unit; orders and forecast say how much can be sold.

    Parameters
    ----------
    plan : plant and plan
    months : over how many months; as the setting aggregate_months says, or 12
    """
    from plantwright.flows.aggregate.mixing import best_mix, mix_sentence  # noqa: PLC0415

    plant = foreseen_plant(plan)
    found = best_mix(plant, asked_months(plant, months))
    if found is None:
        return Page(say("Nothing that is made and has a price is asked for in these months."))
    products = (
        named(Kind.TEXT, "item", "Item", target="item"),
        named(Kind.TEXT, "site", "Site"), named(Kind.QUANTITY, "demand", "Units that can be sold"),
        named(Kind.QUANTITY, "quantity", "Units of the best mix"),
        named(Kind.MONEY, "throughput", "Price less what is bought, for a unit"),
        named(Kind.DURATION, "constraint_time", "Hours of the constraint for a unit", unit="h"),
        named(Kind.MONEY, "per_hour", "Throughput for an hour of it; empty where none is taken", unit="per h"),
        named(Kind.WHOLE, "rank", "Place by throughput for an hour, 1 first"),
    )  # fmt: skip
    resources = (
        named(Kind.TEXT, "group", "Work center, or a group that is planned as one"), named(Kind.TEXT, "site", "Site"),
        named(Kind.DURATION, "available", "Hours that can be planned", unit="h"),
        named(Kind.DURATION, "used", "Hours that the mix takes", unit="h"),
        named(Kind.MONEY, "price", "What one more hour would bring", unit="per h"),
        named(Kind.DURATION, "holds_to", "Hours up to which that holds", unit="h"),
    )  # fmt: skip
    sheets = (
        listed(plan, say("Products"), products, found.products),
        listed(plan, say("Resources"), resources, found.resources),
    )  # fmt: skip
    figures = {"throughput": round(found.result.throughput, 2), "constraint": found.constraint}
    return Page(mix_sentence(found, str(plan.settings["currency"])), sheets, figures)


# --- steps of capacity ----------------------------------------------------------------------------------------------


@report(label="Steps of capacity")
def capacity_steps(
    plan: View,
    years: int = 5,
    growth: Decimal = Decimal(0),
    interest: Decimal = Decimal(8),
    spread: Decimal = Decimal(20),
) -> Page:
    """Tell which machine, shift or site of the table capacity_option pays: net present value, break-even, payback.

    Parameters
    ----------
    plan : plant and plan
    years : how many years are looked at
    growth : growth of demand a year, in per cent
    interest : rate of interest a year, in per cent
    spread : the low and the high scenario differ by so many per cent from the middle one, each half as likely as it
    """
    from plantwright.flows.aggregate.mixing import steps_of  # noqa: PLC0415

    _check_years(years, growth, interest, spread)
    options = plan.table("capacity_option").sort("code")
    if not options.height:
        return Page(say("No step of capacity is entered. They stand in the table capacity_option."))
    plant = foreseen_plant(plan)
    lines, sentence, figures = steps_of(
        plant, options, years, *(float(one) / 100 for one in (growth, interest, spread))
    )
    columns = (
        named(Kind.TEXT, "step", "Step of capacity"), named(Kind.TEXT, "name", "What it is"),
        named(Kind.TEXT, "group", "Work center, or a group that is planned as one"),
        named(Kind.MONEY, "investment", "Money paid at first"),
        named(Kind.MONEY, "value", "Net present value, taken alone at once"),
        named(Kind.MONEY, "gain", "Throughput that it adds in the first year"),
        named(Kind.QUANTITY, "payback", "Years after which its money is back; empty for never", unit="years"),
        named(Kind.RATIO, "break_even", "Demand at which it pays, as a share of the expected; empty for none"),
        named(Kind.TEXT, "chosen", "When the best choice among all steps takes it"),
    )  # fmt: skip
    return Page(sentence, (listed(plan, say("Steps"), columns, lines),) if lines else (), figures)


def _check_years(years: int, growth: Decimal, interest: Decimal, spread: Decimal) -> None:
    must = {"years": (1 <= years <= 30, "1 to 30"), "growth": (-100 < growth <= 1000, "above -100, at most 1000"),
            "interest": (-100 < interest <= 1000, "above -100, at most 1000"),
            "spread": (0 <= spread < 100, "0 to below 100")}  # fmt: skip
    given = {"years": years, "growth": growth, "interest": interest, "spread": spread}
    stop_on_errors(
        BAD_ARGUMENT.at(column=name, value=given[name], must=words) for name, (fits, words) in must.items() if not fits
    )
