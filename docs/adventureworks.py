"""Write the tables of adventureworks.md anew: ``python docs/adventureworks.py FOLDER_OF_THE_EXPORT``.

The folder is not part of the repository. What stands between ``<!-- NAME -->`` and ``<!-- end -->`` is replaced by the
table NAME of a plan that is made here; the text around the tables is written by people and must be read again then.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

import plantwright as pw
from plantwright.plant import Plan, Plant

PAGE = Path(__file__).with_suffix(".md")
BIKES = ("BK-M68B-42", "BK-R89R-58", "BK-T79Y-54")
MONTHS = tuple(f"2014-{number:02d}" for number in range(1, 13))
Row = dict[str, Any]


def main(source: str) -> None:
    """Plan the export and replace every table of the page."""
    plant = pw.load(source, mapping="adventureworks")
    plan = pw.plan(plant)
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in tables(plant, plan).items():
        found = re.compile(rf"(<!-- {name} -->\n\n).*?(\n\n<!-- end -->)", re.DOTALL)
        text = found.sub(lambda match, lines=lines: match[1] + "\n".join(lines) + match[2], text)
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written, the plan {'is right' if plan.verified else 'is wrong'}: {plan.totals}\n")


def tables(plant: Plant, plan: Plan) -> dict[str, list[str]]:
    """Give every table of the page by its name."""
    facts = item_facts(plant, plan)
    made: dict[str, list[str]] = {
        "whole": whole(plan), "causes": causes(plan), "targets": targets(plan), "families": families(plan),
        "hours": hours(plan),
    }  # fmt: skip
    seen: set[str] = set()
    for bike in BIKES:
        made[f"months {bike}"] = months(plant, plan, bike)
        made[f"parts {bike}"] = parts(plant, facts, bike, seen)
    return made


def markdown(head: str, rows: Iterable[Iterable[object]]) -> list[str]:
    """Write a table."""
    names = head.split(" | ")
    lines = [f"| {head} |", "|" + "---|" * len(names)]
    return lines + [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]


def figure(value: Any) -> str:
    """Write a quantity without needless zeros; nothing for none."""
    return "" if value is None else f"{float(value):,.1f}".removesuffix(".0")


# --- the whole plan -------------------------------------------------------------------------------------------------


def whole(plan: Plan) -> list[str]:
    """Sum the demands up by kind and status."""
    rows = plan["demand_plan"].group_by("kind", "status").agg(
        pl.len(), pl.col("quantity", "late_days").sum()
    ).sort("kind", "status", descending=True)  # fmt: skip
    return markdown(
        "demand | status | number | pieces | late days",
        (
            (r["kind"], r["status"], figure(r["len"]), figure(r["quantity"]), figure(r["late_days"]))
            for r in rows.to_dicts()
        ),
    )


def causes(plan: Plan) -> list[str]:
    """Count late demands by what binds them, the days in brackets left out."""
    cause = pl.col("cause").str.replace(r" \([0-9.]+ d\)$", "")
    late = plan["demand_plan"].filter(pl.col("status") == "late").group_by(cause.alias("cause"))
    rows = late.agg(pl.len(), pl.col("late_days").sum()).sort("len", "cause", descending=[True, False])
    cells = ((r["cause"], r["len"], figure(r["late_days"])) for r in rows.head(6).to_dicts())
    return markdown("cause | late demands | their late days", cells)


# --- levels and the aggregate plan ----------------------------------------------------------------------------------


def targets(plan: Plan) -> list[str]:
    """Show what is kept of the three bicycles: typed before, computed now."""
    rows = {row["item"]: row for row in plan["stock_target"].to_dicts()}
    cells = (
        (bike, figure(row["daily_demand"] * 30), f"{row['lead_time'].total_seconds() / 86_400:.1f} d",
         figure(row["typed_safety_stock"]), figure(row["used_safety_stock"]), f"{float(row['reached']):.1%}")
        for bike in BIKES if (row := rows.get(bike))
    )  # fmt: skip
    return markdown("bicycle | asked for in 30 days | lead time | safety stock before | computed | fill rate", cells)


def families(plan: Plan) -> list[str]:
    """Sum the aggregate plan up by family, the largest first."""
    rows = plan["aggregate_period"].sort("month").group_by("family").agg(
        pl.col("demand", "made", "back_order", "production").sum(), stock=pl.col("stock").last()
    ).sort("production", descending=True)  # fmt: skip
    cells = (
        (r["family"], *(figure(r[name]) for name in ("demand", "made", "stock")), f"{float(r['production']):,.0f}")
        for r in rows.head(8).to_dicts()
    )
    return markdown("family | demand | made | stock at the end | at standard cost, USD", cells)


def hours(plan: Plan) -> list[str]:
    """Set the hours that the aggregate plan takes against those there are, the fullest group first."""
    rows = plan["aggregate_capacity"].group_by("group").agg(
        pl.col("used", "available").sum(), price=pl.col("shadow_price").max()
    )  # fmt: skip
    share = pl.col("used").dt.total_seconds() / pl.col("available").dt.total_seconds()
    cells = (
        (r["group"], *(f"{r[name].total_seconds() / 3600:,.0f}" for name in ("used", "available")), f"{r['share']:.0%}",
         figure(r["price"]))
        for r in rows.with_columns(share=share).sort("share", descending=True).to_dicts()
    )  # fmt: skip
    return markdown("work center | hours taken | hours there are | share | dearest hour, USD", cells)


# --- one bicycle ----------------------------------------------------------------------------------------------------


def months(plant: Plant, plan: Plan, bike: str) -> list[str]:
    """Set demand, forecast and new orders of a bicycle side by side, month by month."""
    mine = plan["demand_plan"].filter(pl.col("item") == bike)
    orders, left = (by_month(mine.filter(pl.col("kind") == kind), "due") for kind in ("sales order", "forecast"))
    given = by_month(plan["item_forecast"].filter(pl.col("item") == bike), "start")
    new = plan["planned_order"].filter(pl.col("item") == bike, pl.col("state") == "planned")
    lowest = lowest_stock(plant, plan, bike)
    rows = (
        (month, *(figure(part.get(month, 0)) for part in (orders, given, left, by_month(new, "finish"), lowest)))
        for month in MONTHS
    )
    return markdown("month | sales orders | forecast | left of it | new orders finish | lowest stock", rows)


def by_month(rows: pl.DataFrame, column: str) -> Mapping[str, float]:
    """Sum quantities by the month of a date."""
    month = pl.col(column).dt.strftime("%Y-%m").alias("month")
    return dict(rows.group_by(month).agg(pl.col("quantity").sum().cast(pl.Float64)).iter_rows())


def lowest_stock(plant: Plant, plan: Plan, bike: str) -> Mapping[str, float]:
    """Follow the stock of a bicycle through the plan; what is sold leaves when it is due or, where late, complete."""
    stock = plant["stock_move"].filter(pl.col("item") == bike)["quantity"].sum()
    came = plan["planned_order"].filter(pl.col("item") == bike).select("quantity", at="finish")
    sold = plan["demand_plan"].filter(pl.col("item") == bike)
    left = sold.select(quantity=-pl.col("quantity"), at=pl.max_horizontal("due", "projected"))
    rows = pl.concat([came, left]).sort("at", "quantity", descending=[False, True])
    rows = rows.with_columns(level=pl.col("quantity").cum_sum().cast(pl.Float64) + float(stock))
    month = pl.col("at").dt.strftime("%Y-%m").alias("month")
    lowest = rows.group_by(month).agg(pl.col("level").min(), last=pl.col("level").last()).sort("month")
    found, level = {}, float(stock)
    by_name = {row["month"]: row for row in lowest.to_dicts()}
    for name in MONTHS:
        found[name] = min(level, by_name[name]["level"]) if name in by_name else level
        level = by_name[name]["last"] if name in by_name else level
    return found


# --- its parts ------------------------------------------------------------------------------------------------------


def item_facts(plant: Plant, plan: Plan) -> dict[str, Row]:
    """Gather what the plan does about each item, all its uses together."""
    asked = pl.concat(
        [plan["demand_plan"].select("item", "quantity"), plan["planned_component"].select("item", "quantity")]
    )
    orders, new = plan["planned_order"], pl.col("state") == "planned"
    frames = [
        plant["item"].select("code", "name", "kind", "unit"),
        kept(plant, plan),
        summed(plant["stock_move"], "stock"),
        summed(asked, "asked"),
        summed(orders.filter(~new), "open"),
        summed(orders.filter(new), "new"),
        orders.filter(new).group_by(pl.col("item").alias("code")).agg(
            count=pl.len(), late=pl.col("late").sum(), begin=pl.col("start").min(), there=pl.col("finish").min()
        ),
    ]  # fmt: skip
    table = frames[0]
    for frame in frames[1:]:
        table = table.join(frame, on="code", how="left")
    return {row["code"]: row for row in table.to_dicts()}


def kept(plant: Plant, plan: Plan) -> pl.DataFrame:
    """Give the safety stock of each item: computed where there is a service level, else the item's own."""
    computed = plan["stock_target"].select("item", "site", "used_safety_stock")
    rows = plant["item_site"].join(computed, on=["item", "site"], how="left")
    return rows.select(code="item", safety_stock=pl.coalesce("used_safety_stock", "safety_stock"))


def summed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Sum quantities by item."""
    return rows.group_by(pl.col("item").alias("code")).agg(pl.col("quantity").sum().alias(name))


def parts(plant: Plant, facts: Mapping[str, Row], bike: str, seen: set[str]) -> list[str]:
    """List the bicycle and its parts, each once; what an earlier table has is left out."""
    day = pl.lit(plant.as_of // 1440)
    holds = (pl.col("effective_from") <= day) & (pl.col("effective_to") >= day)
    lines = plant["bom_line"].filter(plant.raw["bom_line"].select(holds).to_series())
    used = {key[0]: rows.to_dicts() for key, rows in lines.partition_by("parent", as_dict=True).items()}
    rows = [part_cells(facts[bike], "1", 0), *walk(used, facts, bike, 1, seen)]
    head = "part | name | takes | asked for | stock | open | new | orders | first begins | first there | end | safety"
    return markdown(head, rows)


def walk(
    used: Mapping[Any, list[Row]], facts: Mapping[str, Row], parent: str, level: int, seen: set[str]
) -> Iterator[tuple[str, ...]]:
    """Go down the bill of material."""
    for line in used.get(parent, []):
        code = line["component"]
        if code in seen:
            continue
        seen.add(code)
        yield part_cells(facts[code], f"{figure(line['quantity'])} {line['unit'] or facts[code]['unit']}", level)
        yield from walk(used, facts, code, level + 1, seen)


def part_cells(fact: Row, takes: str, level: int) -> tuple[str, ...]:
    """Write one part; `end` is what is left at the end of the year."""
    numbers = {name: float(fact[name] or 0) for name in ("asked", "stock", "open", "new", "safety_stock")}
    end = numbers["stock"] + numbers["open"] + numbers["new"] - numbers["asked"]
    begins, there = (f"{fact[name]:%d %b}" if fact[name] else "" for name in ("begin", "there"))
    late = f" ({fact['late']} late)" if fact["late"] else ""
    return (
        "· " * level + f"{fact['code']} ({fact['kind']})", fact["name"], takes, figure(numbers["asked"]),
        figure(numbers["stock"]), figure(numbers["open"]), figure(numbers["new"]), f"{fact['count'] or 0}{late}",
        begins, there, figure(end), figure(numbers["safety_stock"]),
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
