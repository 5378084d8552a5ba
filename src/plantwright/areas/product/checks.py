"""What must hold of items, bills of material and units."""

from __future__ import annotations

import polars as pl

from plantwright.core.circles import circles
from plantwright.core.column import EVER, FOREVER
from plantwright.core.exact import SCALE
from plantwright.core.finding import SHOWN, Tables, and_more, codes_where, found, never_effective, placed
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.unit_checks import check_units, known_units

BOM_LOOP = problem_kind(
    "bom-loop",
    "{loop}: in the end each of them is made of itself.",
    "Take one of these components out of its bill of material.",
)
BOM_SELF = problem_kind("bom-self", "{value} is a component of itself.", "Remove the line, or name another component.")
PHANTOM_LOOP = problem_kind(
    "phantom-loop",
    "{loop}: these phantoms are exploded into each other without end.",
    "Take one of them out of the other's bill of material.",
)
FORMULA_MISSING = problem_kind(
    "formula-missing",
    "The quantity is to follow a formula, but there is none.",
    "Write one such as ceil(q / 12), or choose per unit or per order.",
)
FORMULA_UNUSED = problem_kind(
    "formula-unused",
    "The formula {formula} is not used, because the quantity is per {per}.",
    "Choose per formula, or remove the formula.",
    "warning",
)
PERCENT_OVER = problem_kind(
    "percent-over",
    "The components of {parent} given in per cent add up to {total} % of the order.",
    "Correct the shares; a whole is 100, a loss belongs in the scrap factor.",
    "warning",
)
PERCENT_UNIT = problem_kind(
    "percent-unit",
    "A share of an order counted in {parent_unit} cannot be a quantity in {line_unit}.",
    "Give the line the unit {parent_unit}, or a quantity per unit instead of per cent.",
    "warning",
)
BOM_LINE_ZERO = problem_kind(
    "bom-line-zero",
    "The line takes nothing: its quantity and its set-up quantity are 0.",
    "Enter the quantity, or remove the line.",
    "warning",
)
BOM_GAP = problem_kind(
    "bom-gap",
    "From {gap_from} to {gap_to} no line for {what} holds, though one does before and after.",
    "Let the dates of the lines meet, if the component is needed in that time.",
    "warning",
)
BOM_OVERLAP = problem_kind(
    "bom-overlap",
    "From {overlap_from} to {overlap_to} it counts on top of another line with the same component and operation.",
    "End the earlier line the day before the later one begins; or add their quantities in one line.",
    "warning",
)
ITEM_UNIT_UNKNOWN = problem_kind(
    "item-unit-unknown",
    "The item is counted in {value}, which is not a unit that is known, so nothing can be converted into it.",
    "Declare it in the table unit, or write one that is known, such as pcs or kg.",
    "warning",
)
SUBSTITUTE_UNUSED = problem_kind(
    "substitute-unused",
    "{parent} does not use {component}, so {substitute} never replaces it.",
    "Correct the component, or remove the row.",
    "warning",
)
SUBSTITUTE_SAME = problem_kind(
    "substitute-same",
    "{substitute} can replace neither itself nor a component of its own.",
    "Name another item as the substitute, or remove the row.",
)
CO_PRODUCT_SAME = problem_kind(
    "co-product-same",
    "An order of {item} cannot yield {item} besides itself.",
    "Name another product, or remove the row.",
)
COST_SHARE_FULL = problem_kind(
    "cost-share-full",
    "The co-products of {item} carry {percent} % of its cost, so nothing is left for {item} itself.",
    "Lower the cost shares to less than 1 together.",
)
BY_PRODUCT_COST = problem_kind(
    "by-product-cost",
    "{product} is a by-product and yet carries a share of the cost.",
    "Set its cost share to 0, or call it a co-product.",
    "warning",
)
COMPONENT_INACTIVE = problem_kind(
    "component-inactive",
    "{parent} is still planned, but its component {component} is not active any more.",
    "Replace the component, end the line, or make the item active again.",
    "warning",
)
PHANTOM_EMPTY = problem_kind(
    "phantom-empty",
    "The phantom has no bill of material, so what needs it takes nothing.",
    "Give it components, or make it an item to make or buy.",
    "warning",
)
BOM_OF_BOUGHT = problem_kind(
    "bom-of-bought",
    "The item is bought, so its bill of material is not used.",
    "Make it an item to make, or leave the bill of material as a note.",
    "info",
)
SOLD_BELOW_COST = problem_kind(
    "sold-below-cost",
    "The sales price {price} is below the standard cost {standard_cost}.",
    "Check the price and the cost.",
    "info",
)


# --- loops ----------------------------------------------------------------------------------------------------------


def check_loops(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find items that are made of themselves in the end, whatever the dates of the lines."""
    lines, items = tables["bom_line"].select("parent", "component"), tables["item"]
    outputs = tables["co_product"].select(parent="item", component="product")
    # A thing that is its own co-product has a rule of its own.
    lines = pl.concat([lines, outputs.filter(pl.col("parent") != pl.col("component"))]).drop_nulls()
    # A bought item is not exploded, so nothing turns through it.
    lines = lines.join(items.filter(~_bought(tables)), left_on="parent", right_on="code", how="semi")
    phantoms = set(codes_where(items, pl.col("kind") == "phantom"))
    circle = circles(lines["parent"], lines["component"])
    problems = [_loop(one, phantoms) for one in circle[:SHOWN]]
    return problems + and_more(BOM_LOOP, "bom_line", len(circle))


def _loop(circle: tuple[str, ...], phantoms: set[str]) -> Problem:
    if len(circle) == 1:
        return BOM_SELF.at("bom_line", circle[0], "component", circle[0])
    loop = " → ".join((*circle, circle[0]))
    kind = PHANTOM_LOOP if phantoms.issuperset(circle) else BOM_LOOP
    return kind.at("bom_line", circle, "component", circle[1], loop=loop)


def _bought(tables: Tables) -> pl.Expr:
    """Say which items are bought wherever they are planned."""
    made = codes_where(tables["item_site"], pl.col("source") == "make", "item")
    return (pl.col("kind") == "buy") & ~pl.col("code").is_in(made.implode())


# --- lines of the bill of material ----------------------------------------------------------------------------------


def check_formulas(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find formulas that are missing, cannot be read, or are not used."""
    lines = tables["bom_line"]
    asked, there = pl.col("per") == "formula", pl.col("formula").str.strip_chars() != ""
    faults = _formula_faults(lines.filter(asked & there)["formula"].unique().sort())
    bad = lines.filter(asked & pl.col("formula").is_in(list(faults)))
    return [
        *found(FORMULA_MISSING, tables, "bom_line", lines.filter(asked & ~there), "formula"),
        *placed(tables, "bom_line", bad, "formula", lambda row: faults[row["formula"]]),
        *found(FORMULA_UNUSED, tables, "bom_line", lines.filter(~asked & there), "formula"),
    ]


def _formula_faults(texts: pl.Series) -> dict[str, Problem]:
    """Give for each formula that cannot be read what is wrong with it."""
    if texts.is_empty():
        return {}
    # Numba, which the method loads, takes as long to import as all else that a check needs.
    from plantwright.methods.requirements.formula import compile_formula  # noqa: PLC0415

    faults = {}
    for text in texts:
        try:
            compile_formula(text)
        except ProblemError as error:
            faults[text] = error.problems[0]
    return faults


def check_percents(tables: Tables, as_of: int) -> list[Problem]:
    """Find shares that are more than a whole, or that are shares of something else."""
    day = as_of // 1440
    percent = tables["bom_line"].filter(pl.col("per") == "percent")
    if not percent.height:
        return []
    valid = percent.filter((pl.col("effective_from") <= day) & (pl.col("effective_to") >= day))
    total = pl.col("quantity").sum().over("parent").alias("total")
    over = valid.with_columns(total).filter(pl.col("total") > 100 * SCALE).unique("parent", keep="first")
    units = tables["item"].select("code", "unit")
    rows = percent.join(units.select(parent="code", parent_unit="unit"), on="parent")
    rows = rows.join(units.select(component="code", own="unit"), on="component")
    rows = rows.with_columns(line_unit=pl.when(pl.col("unit") == "").then("own").otherwise("unit"))
    system, _ = known_units(tables)
    cases = rows.select("line_unit", "parent_unit", "component").unique().iter_rows()
    same = [case for case in cases if system.factor(case[0], case[1], case[2]) == 1 or case[0] == case[1]]
    kept = pl.DataFrame(same, schema=dict.fromkeys(("line_unit", "parent_unit", "component"), pl.String), orient="row")
    odd = rows.join(kept, on=kept.columns, how="anti")
    return [
        *found(PERCENT_OVER, tables, "bom_line", over, "quantity", amounts=("total",)),
        *found(PERCENT_UNIT, tables, "bom_line", odd, "unit"),
    ]


def check_empty_lines(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find lines that take nothing."""
    nothing = (pl.col("quantity") == 0) & (pl.col("setup_quantity") == 0) & (pl.col("per") != "formula")
    return found(BOM_LINE_ZERO, tables, "bom_line", tables["bom_line"].filter(nothing), "quantity")


def check_dates(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find lines that never hold, days that no line covers, and days that two lines cover."""
    dated = (pl.col("effective_from") > EVER) | (pl.col("effective_to") < FOREVER)
    lines = tables["bom_line"].filter(pl.col("effective_from") <= pl.col("effective_to"))
    # Only parents with a date somewhere can have a gap; a line repeated for ever is a repeated key.
    lines = lines.join(lines.filter(dated).select("parent").unique(), on="parent", how="semi")
    problems = never_effective(tables, "bom_line") + never_effective(tables, "substitute")
    if not lines.height:
        return problems
    runs = _runs(lines, ["parent", "component", "operation"])
    both = runs.filter(pl.col("effective_from") <= pl.col("covered")).with_columns(
        overlap_from="effective_from", overlap_to=pl.min_horizontal("covered", "effective_to")
    )
    words = ("overlap_from", "overlap_to")
    problems += found(
        BOM_OVERLAP, tables, "bom_line", _until_for_ever(both, "overlap_to"), "effective_from", days=words[:1]
    )
    return problems + _gaps(tables, lines, runs)


def _gaps(tables: Tables, lines: pl.DataFrame, runs: pl.DataFrame) -> list[Problem]:
    """Find days without the component, without the position that a note names, and without any component."""
    place = lines.filter(pl.col("note") != "")
    kinds = [
        (runs, pl.col("component")),
        (_runs(place, ["parent", "operation", "note"]), pl.concat_str(pl.lit("position "), "note")),
        (_runs(lines, ["parent"]), pl.concat_str(pl.lit("any component of "), "parent")),
    ]
    gaps = [
        rows.filter(pl.col("effective_from") > pl.col("covered") + 1).with_columns(
            what=what, gap_from=pl.col("covered") + 1, gap_to=pl.col("effective_from") - 1
        )
        for rows, what in kinds
    ]
    # The same days are told once, by the narrowest words.
    rows = pl.concat(gaps).unique(["parent", "operation", "gap_to"], keep="first", maintain_order=True)
    return found(BOM_GAP, tables, "bom_line", rows, "effective_from", days=("gap_from", "gap_to"))


def _runs(lines: pl.DataFrame, group: list[str]) -> pl.DataFrame:
    """Add to each line the last day that the earlier lines of its group cover; the first of a group falls away."""
    before = pl.col("effective_to").cum_max().shift(1).over(group)
    return lines.sort(*group, "effective_from").with_columns(covered=before).filter(pl.col("covered").is_not_null())


def _until_for_ever(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    day = pl.from_epoch(pl.col(column).cast(pl.Int32), "d").cast(pl.String)
    return rows.with_columns(pl.when(pl.col(column) >= FOREVER).then(pl.lit("further on")).otherwise(day).alias(column))


# --- units ----------------------------------------------------------------------------------------------------------


def check_item_units(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find units that nobody knows, that contradict each other, or that cannot be converted."""
    system, problems = known_units(tables)
    own = set(tables["item_unit"]["unit"])
    unknown = [
        unit for unit in tables["item"]["unit"].unique().drop_nulls() if not system.find(unit) and unit not in own
    ]
    rows = tables["item"].filter(pl.col("unit").is_in(unknown))
    return [
        *problems[:SHOWN],
        *found(ITEM_UNIT_UNKNOWN, tables, "item", rows, "unit"),
        *check_units(tables, "bom_line", "component"),
    ]


# --- substitutes, co-products, items --------------------------------------------------------------------------------


def check_substitutes(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find substitutes that replace nothing, or themselves."""
    rows, lines = tables["substitute"], tables["bom_line"].select("parent", "component").unique()
    same = (pl.col("substitute") == pl.col("component")) | (pl.col("substitute") == pl.col("parent"))
    unused = rows.join(lines, on=["parent", "component"], how="anti")
    return [
        *found(SUBSTITUTE_SAME, tables, "substitute", rows.filter(same), "substitute"),
        *found(SUBSTITUTE_UNUSED, tables, "substitute", unused, "component"),
    ]


def check_co_products(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find co-products that are the item itself, and cost shares that leave nothing."""
    rows = tables["co_product"]
    by_product = (pl.col("kind") == "by-product") & (pl.col("cost_share") > 0)
    shares = rows.with_columns(share=pl.col("cost_share").sum().over("item"))
    full = shares.filter((pl.col("share") >= SCALE) & (pl.col("cost_share") > 0)).unique("item", keep="first")
    full = full.with_columns(percent=pl.col("share") * 100)
    return [
        *found(CO_PRODUCT_SAME, tables, "co_product", rows.filter(pl.col("item") == pl.col("product")), "product"),
        *found(COST_SHARE_FULL, tables, "co_product", full, "cost_share", amounts=("percent",)),
        *found(BY_PRODUCT_COST, tables, "co_product", rows.filter(by_product), "cost_share"),
    ]


def check_items(tables: Tables, as_of: int) -> list[Problem]:
    """Find items whose kind, components and price do not fit each other."""
    item, day = tables["item"], as_of // 1440
    lines = tables["bom_line"].filter(pl.col("effective_to") >= day)
    dead = codes_where(item, ~pl.col("active"))
    live = codes_where(item, pl.col("active") & (pl.col("kind") != "buy"))
    inactive = lines.join(dead.to_frame("component"), on="component", how="semi")
    inactive = inactive.join(live.to_frame("parent"), on="parent", how="semi")
    parents = tables["bom_line"].select(code="parent").unique()
    phantom = item.filter((pl.col("kind") == "phantom") & pl.col("active")).join(parents, on="code", how="anti")
    bought = item.filter(_bought(tables)).join(parents, on="code", how="semi")
    below = item.filter((pl.col("price") > 0) & (pl.col("price") < pl.col("standard_cost")) & pl.col("active"))
    return [
        *found(COMPONENT_INACTIVE, tables, "bom_line", inactive, "component"),
        *found(PHANTOM_EMPTY, tables, "item", phantom, "kind"),
        *found(BOM_OF_BOUGHT, tables, "item", bought, "kind"),
        *found(SOLD_BELOW_COST, tables, "item", below, "price"),
    ]


CHECKS = (
    check_loops,
    check_formulas,
    check_percents,
    check_empty_lines,
    check_dates,
    check_item_units,
    check_substitutes,
    check_co_products,
    check_items,
)
"""Everything that is checked of products."""
