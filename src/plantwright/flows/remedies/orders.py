"""Remedies about orders: another machine, a split lot, a part that comes sooner, a swap, buying instead of making."""

from __future__ import annotations

import math
from collections.abc import Iterator

import polars as pl

from plantwright.core import wording
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.core.pages import document_name
from plantwright.flows.remedies.case import DAY, Case, Remedy, Row, ahead, change, exact, line_of, new_row

WAITS = frozenset({"work center", "calendar", "people", "tool", "run time", "late start"})
MOST_SWAPS = 2
MOST_LOTS = 4
LEAST_LOST = SCALE // 2
"""Links that lose less are not worth a swap."""
SOONEST = DAY
"""Nothing that is bought is asked for within a day from now."""


# --- another machine ------------------------------------------------------------------------------------------------


def other_machines(case: Case) -> Iterator[Remedy]:
    """Propose to run an order of the chain, or one that stands before it, on a machine that may do it as well."""
    for link in case.links:
        if link["kind"] not in WAITS or link["operation"] is None:
            continue
        center = case.center_of(link)
        before = [key for key in case.operations if key[0] in ahead(link)]
        for key in ((link["order"], link["operation"]), *before):
            operation = case.operations.get(key)
            if operation and operation["work_center"] == center and operation["state"] == "waiting":
                yield from _elsewhere(case, operation)


def _elsewhere(case: Case, operation: Row) -> Iterator[Remedy]:
    order, sequence = operation["order"], operation["sequence"]
    if not case.view.table("production_order").filter(pl.col("order") == order).height:
        return  # a new order has no number yet by which its machine could be fixed
    same = (pl.col("item") == operation["item"]) & (pl.col("sequence") == sequence)
    own = case.view.table("operation").filter(same)["work_center"].to_list()
    others = case.view.table("operation_alternate").filter(same).sort("rank")["work_center"].to_list()
    there = case.view.table("production_operation").filter(pl.col("order") == order, pl.col("sequence") == sequence)
    key = {"order": order, "sequence": sequence}
    for place in dict.fromkeys(name for name in (*own, *others) if name and name != operation["work_center"]):
        fixed = (
            change("production_operation", key, "work_center", place)
            if there.height
            else new_row("production_operation", {**key, "work_center": place})
        )
        text = f"Run operation {sequence} of {order} on {place} instead of {operation['work_center']}"
        yield Remedy("other machine", text, (fixed,), *_rate_difference(case, operation, place))


def _rate_difference(case: Case, operation: Row, place: str) -> tuple[int | None, str]:
    """Give what an hour costs more there, for the hours of the operation."""
    here, there = (case.centers[name]["cost_rate"] for name in (operation["work_center"], place))
    if not here or not there:
        return None, "no cost known"
    hours = (operation["setup"] + operation["run"]) / 3_600_000
    return max(round((there - here) * hours), 0), f"{wording.number(hours, 1)} h at the difference of the rates"


# --- a split lot ----------------------------------------------------------------------------------------------------


def splits(case: Case) -> Iterator[Remedy]:
    """Propose to make first the part of a lot that the demand needs."""
    for name, order in case.orders.items():
        needed = case.pegged(name)
        if order["source"] != "make" or not 0 < needed < order["quantity"]:
            continue
        if order["state"] == "planned":
            yield from _smaller_lots(case, order, needed)
        elif order["state"] in {"firm", "released"}:
            yield from _two_orders(case, order, needed)


def _smaller_lots(case: Case, order: Row, needed: int) -> Iterator[Remedy]:
    rows = case.view.table("item_site").filter(pl.col("item") == order["item"], pl.col("site") == order["site"])
    rule: Row = (
        rows.row(0, named=True) if rows.height else {"lot_minimum": 0, "lot_multiple": 0, "lot_rule": "lot-for-lot"}
    )
    step = rule["lot_multiple"] or SCALE
    # Many small lots cost more set-up than any work center has time for.
    most = -(-max(needed, order["quantity"] // MOST_LOTS) // step) * step
    if most < rule["lot_minimum"] or most >= order["quantity"] or rule["lot_rule"] in {"fixed", "min-max"}:
        return
    key = {"item": order["item"], "site": order["site"]}
    edit = (
        change("item_site", key, "lot_maximum", exact(most))
        if rows.height
        else new_row("item_site", {**key, "lot_maximum": exact(most)})
    )
    lots = -(-order["quantity"] // most) - 1
    now = wording.decimal(order["quantity"])
    text = f"Make {order['item']} in lots of at most {wording.decimal(most)} instead of {now}"
    yield Remedy("split", text, (edit,), *_setup_cost(case, order["order"], lots))


def _two_orders(case: Case, order: Row, needed: int) -> Iterator[Remedy]:
    name = order["order"]
    found = case.view.table("production_order").filter(pl.col("order") == name)
    reports = case.view.table("production_operation").filter(pl.col("order") == name)
    begun = reports.filter((pl.col("state") != "waiting") | pl.col("pinned_start").is_not_null()).height
    parts = case.view.table("production_component").filter(pl.col("order") == name)
    if not found.height or begun or parts["issued"].sum():
        return
    row = found.row(0, named=True)
    if row["completed"] or row["scrapped"] or row["firmness"] != "free":
        return
    rest, new = row["quantity"] - needed, case.new_number()
    second = {
        "order": new, "item": row["item"], "site": row["site"], "quantity": exact(rest), "state": row["state"],
        "due": "" if row["due"] is None else case.text(row["due"]),
    }  # fmt: skip
    edits = [
        change("production_order", {"order": name}, "quantity", exact(needed)),
        new_row("production_order", second),
    ]
    for part in parts.iter_rows(named=True):
        edits += _shared_part(part, needed / row["quantity"], new)
    text = f"Split {name}: {wording.decimal(needed)} of {row['item']} first, {wording.decimal(rest)} after"
    yield Remedy("split", text, tuple(edits), *_setup_cost(case, name, 1))


def _shared_part(part: Row, share: float, new: str) -> list[dict[str, str]]:
    whole = part["required"] % SCALE == 0
    first = math.ceil(part["required"] * share / SCALE - 1e-9) * SCALE if whole else round(part["required"] * share)
    key = {"order": part["order"], "component": part["component"], "operation": part["operation"]}
    edits = [change("production_component", key, "required", exact(first))]
    if part["required"] > first:
        edits.append(
            new_row("production_component", {**key, "order": new, "required": exact(part["required"] - first)})
        )
    return [dict(edit) for edit in edits]


def _setup_cost(case: Case, order: str, more: int) -> tuple[int | None, str]:
    """Give the cost of setting up an order's operations so many times more."""
    own = [row for (name, _), row in case.operations.items() if name == order and row["work_center"]]
    rates = [case.centers[row["work_center"]]["cost_rate"] for row in own]
    if not own or not all(rates):
        return None, "no cost known"
    hours = [row["setup"] / 3_600_000 for row in own]
    cost = sum(rate * hour for rate, hour in zip(rates, hours, strict=True)) * more
    return round(cost), f"{wording.number(sum(hours) * more, 1)} h of set-up more"


# --- bought parts ---------------------------------------------------------------------------------------------------


def sooner_parts(case: Case) -> Iterator[Remedy]:
    """Propose that a part that comes late comes sooner, or comes from another supplier."""
    for link in case.links:
        if link["days"] and link["kind"] == "material":
            yield from _expedite(case, link)
        elif link["days"] and link["kind"] == "supplier":
            supply = _planned_purchase(case, link)
            if supply:
                yield from _order_now(case, link, supply)
                yield from _other_suppliers(case, supply)


def _days_sooner(link: Row, most: int) -> list[int]:
    """Give half of what is lost and all of it, in whole days, as far as there is time."""
    lost = math.ceil(link["days"] / SCALE)
    return sorted({min(days, most) for days in (math.ceil(lost / 2), lost) if min(days, most) > 0})


def _expedite(case: Case, link: Row) -> Iterator[Remedy]:
    lines = case.view.table("purchase_order_line").with_columns(document=document_name(ENTITIES["purchase_order_line"]))
    found = lines.filter(pl.col("document") == link["object"])
    if not found.height:
        return
    row = found.row(0, named=True)
    orders = case.view.result("planned_order").filter(pl.col("order") == link["object"])
    value = float((orders["quantity"].cast(pl.Float64) * orders["unit_cost"]).sum()) / SCALE  # in the plant's currency
    for days in _days_sooner(link, (row["due"] - case.view.as_of - SOONEST) // DAY):
        text = f"{link['object']} brings {row['item']}" + (f" from {row['supplier']}" if row["supplier"] else "")
        edit = change("purchase_order_line", {"order": row["order"], "line": row["line"]}, "due",
                      case.text(row["due"] - days * DAY))  # fmt: skip
        yield Remedy("expedite", f"{text} {wording.days(days)} sooner", (edit,), *_share_cost(case, value))


def _own_currency(case: Case, supplier: str) -> bool:
    rows = case.view.table("supplier").filter(pl.col("code") == supplier)
    return not rows.height or rows["currency"][0] in {"", case.view.settings["currency"]}


def _share_cost(case: Case, value: float) -> tuple[int | None, str]:
    if not value:
        return None, "no cost known"
    return round(value * case.share), f"{wording.number(case.share * 100)} % of the value of what comes sooner"


def _planned_purchase(case: Case, link: Row) -> Row | None:
    """Give the new purchase that the order of a link waits for."""
    orders = case.view.result("planned_order")
    own = orders.filter(pl.col("order") == link["order"], pl.col("source") == "buy")
    pegs = case.view.result("peg").filter(pl.col("demand") == link["order"], pl.col("supply") != "")
    served = orders.filter(pl.col("order").is_in(pegs["supply"].implode()), pl.col("source") == "buy")
    rows = (own if own.height else served).filter(pl.col("state") == "planned").sort("finish", descending=True)
    return rows.row(0, named=True) if rows.height else None


def _order_now(case: Case, link: Row, supply: Row) -> Iterator[Remedy]:
    as_of = case.view.as_of
    value = supply["quantity"] / SCALE * supply["unit_cost"]
    for days in _days_sooner(link, (supply["finish"] - as_of - SOONEST) // DAY):
        due = supply["finish"] - days * DAY
        text = (
            f"Order {wording.decimal(supply['quantity'])} of {supply['item']}"
            + (f" from {supply['supplier']}" if supply["supplier"] else "")
            + f" now, and have it in {wording.days((due - as_of) // DAY)} instead of "
            + wording.days((supply["finish"] - as_of) // DAY)
        )
        yield Remedy("expedite", text, (_purchase(case, supply, supply["supplier"], due),), *_share_cost(case, value))


def _purchase(case: Case, supply: Row, supplier: str, due: int, price: int | None = None) -> dict[str, str]:
    return dict(new_row("purchase_order_line", {
        "order": case.new_number(), "line": 1, "supplier": supplier, "item": supply["item"], "site": supply["site"],
        "quantity": exact(supply["quantity"]), "due": case.text(due),
        "price": exact(supply["unit_cost"] if price is None else price), "state": "approved",
    }))  # fmt: skip


def _sources(case: Case, item: str, quantity: int) -> list[Row]:
    """Give the suppliers of an item for a quantity, today."""
    today = case.view.as_of // DAY
    rows = case.view.table("supplier_item").filter(
        pl.col("item") == item, pl.col("effective_from") <= today, pl.col("effective_to") >= today,
        pl.col("from_quantity") <= quantity, pl.col("minimum") <= quantity,
    )  # fmt: skip
    best = rows.sort("rank", "from_quantity", descending=[False, True]).unique("supplier", maintain_order=True)
    return best.to_dicts()


def _other_suppliers(case: Case, supply: Row) -> Iterator[Remedy]:
    as_of = case.view.as_of
    for source in _sources(case, supply["item"], supply["quantity"]):
        due = as_of + source["lead_time"] // 60_000
        if source["supplier"] == supply["supplier"] or due + DAY > supply["finish"]:
            continue
        cost = (
            max(round((source["price"] - supply["unit_cost"]) * supply["quantity"] / SCALE), 0)
            if source["price"] and _own_currency(case, source["supplier"])
            else None
        )
        text = (
            f"Buy {wording.decimal(supply['quantity'])} of {supply['item']} from {source['supplier']} in "
            f"{wording.days((due - as_of) // DAY)} instead of {wording.days((supply['finish'] - as_of) // DAY)}"
        )
        edit = _purchase(case, supply, source["supplier"], due, source["price"])
        basis = "no cost known" if cost is None else "the difference of the prices"
        yield Remedy("other supplier", text, (edit,), cost, basis)


# --- a swap, and buying ---------------------------------------------------------------------------------------------


def swaps(case: Case) -> Iterator[Remedy]:
    """Propose to change ranks with an order that stands before this one and has days to spare."""
    if case.demand["kind"] != "sales order":
        return
    names = [name for link in case.links if link["days"] >= LEAST_LOST for name in ahead(link)]
    spare = case.demands_of(dict.fromkeys(names)).with_columns(spare=pl.col("due") - pl.col("projected"))
    spare = spare.filter(pl.col("spare") > 0, pl.col("priority") <= case.demand["priority"])
    for other in spare.sort("spare", "demand", descending=[True, False]).head(MOST_SWAPS).iter_rows(named=True):
        own, its = _ranks(case.demand["priority"], other["priority"])
        edits = (_rank(case, case.demand["demand"], own), _rank(case, other["demand"], its))
        days = wording.days(other["spare"] / DAY)
        text = f"{case.demand['demand']} goes before {other['demand']}, which has {days} to spare"
        yield Remedy("swap", text, edits, 0, "no money")


def _ranks(own: int, other: int) -> tuple[int, int]:
    """Give the new ranks of two orders, the first before the second.

    Examples
    --------
    >>> _ranks(7, 3), _ranks(5, 5), _ranks(1, 1)
    ((3, 7), (4, 5), (1, 2))
    """
    if own != other:
        return min(own, other), max(own, other)
    return (own - 1, other) if own > 1 else (1, 2)


def _rank(case: Case, demand: str, rank: int) -> dict[str, str]:
    order, line = line_of(demand, case.view.table("sales_order_line")["order"])
    return dict(change("sales_order_line", {"order": order, "line": line}, "priority", rank))


def purchases(case: Case) -> Iterator[Remedy]:
    """Propose to buy what the chain makes, where a supplier has it."""
    standard = dict(case.view.table("item").select("code", "standard_cost").iter_rows())
    for name, order in case.orders.items():
        if order["source"] != "make":
            continue
        needed = {**order, "quantity": case.pegged(name) or order["quantity"]}
        for source in _sources(case, order["item"], needed["quantity"])[:1]:
            due = case.view.as_of + source["lead_time"] // 60_000
            if due >= order["finish"]:
                continue
            more = (source["price"] - standard.get(order["item"], 0)) * needed["quantity"] / SCALE
            known = source["price"] and _own_currency(case, source["supplier"])
            text = (
                f"Buy {wording.decimal(needed['quantity'])} of {order['item']} from {source['supplier']} "
                f"instead of making it"
            )
            edit = _purchase(case, needed, source["supplier"], due, source["price"])
            cost, basis = (max(round(more), 0), "price above standard cost") if known else (None, "no cost known")
            yield Remedy("buy", text, (edit,), cost, basis)
