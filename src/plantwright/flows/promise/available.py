"""What of stock and planned receipts is still free to promise, by bucket, for everybody or for one customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

import polars as pl

from plantwright.areas.inventory.balances import balances
from plantwright.core import wording
from plantwright.core.buckets import Bucket, bucket_start, following, local_day
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.explaining import explains
from plantwright.core.finding import at_site, main_site
from plantwright.core.pages import Chart, Page, Sheet, View, listed, missing, named
from plantwright.core.parameters import Ref
from plantwright.core.problem import ProblemError, problem_kind, stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report
from plantwright.flows.explain import working_page

PERIODS = problem_kind("atp-periods", "{value} buckets cannot be shown.", "Ask for 1 to 520.")
MOST = 520
LOWEST_RANK = 9


@dataclass(frozen=True)
class Kept:
    """What is kept for a class of customers, by one row of the table allocation.

    Parameters
    ----------
    rank, customer : the class: a customer, or all of a rank where none is named
    start, end : days of the period
    kept, used, left : scaled quantities: kept in all, ordered by the class for the period, and still kept for it
    """

    rank: int
    customer: str
    start: int
    end: int
    kept: int
    used: int

    @property
    def left(self) -> int:
        """What the class has not used yet."""
        return max(self.kept - self.used, 0)


@dataclass(frozen=True)
class Available:
    """Supply and commitments of an item at a site, by bucket; quantities are scaled.

    Parameters
    ----------
    item, site : what is looked at
    days : first day of each bucket; as many as reach to the last receipt or order
    on_hand : stock that can be planned with, less the safety stock, which is not promised
    safety : the safety stock
    receipts, committed : by bucket; what is overdue counts in the first one
    kept : what is kept for classes of customers
    """

    item: str
    site: str
    days: tuple[int, ...]
    on_hand: int
    safety: int
    receipts: tuple[int, ...]
    committed: tuple[int, ...]
    kept: tuple[Kept, ...]


@report(label="Available to promise")
def atp(
    plan: View, item: Annotated[str, Ref("item")], site: Annotated[str, Ref("site")] = "",
    customer: Annotated[str, Ref("customer")] = "", bucket: Bucket = "week", periods: int = 12,
) -> Page:  # fmt: skip
    """Tell how much of an item no order has yet, bucket by bucket, and how much of it a customer may have.

    Parameters
    ----------
    plan : plant and plan
    item : what is asked for
    site : site that delivers; the main one without one
    customer : for whom, where quantities are kept for certain customers
    bucket : day, week or month
    periods : how many buckets are shown
    """
    problems = [] if 1 <= periods <= MOST else [PERIODS.at(column="periods", value=periods)]
    customers = plan.table("customer")["code"]
    problems += [missing("customer", customer, customers)] if customer and customer not in customers else []
    stop_on_errors(problems)
    found = available(plan, item, site, bucket, periods)
    own = for_customer(plan, found, customer)
    return Page(
        _sentence(plan, found, own, customer), tuple(_sheets(plan, found, own, customer, periods)),
        _figures(found, own, periods), _notes(found),
    )  # fmt: skip


def available(plan: View, item: str, site: str = "", bucket: str = "week", periods: int = 1) -> Available:
    """Gather what an item has at a site and what has been promised of it.

    Parameters
    ----------
    plan : plant and plan
    item, site : the item, and the site; the main one where it is empty
    bucket : day, week or month
    periods : buckets at least

    Raises
    ------
    ProblemError
        Where the item or the site is not there.
    """
    tables = {name: plan.table(name) for name in ("setting", "site", "item")}
    main = main_site(tables)
    site = site or main
    problems = [] if item in tables["item"]["code"] else [missing("item", item, tables["item"]["code"])]
    sites = tables["site"]["code"]
    problems += [missing("site", site, sites)] if len(sites) and site not in sites else []
    if problems:
        raise ProblemError(problems)
    own = (pl.col("item") == item) & (pl.col("site") == site)
    stock = balances(plan).filter(own & pl.col("nettable"))["quantity"].sum()
    guarded = plan.table("item_site").with_columns(at_site("site", main)).filter(own)["safety_stock"]
    safety = int(guarded[0] or 0) if len(guarded) else 0
    comes = plan.result("planned_order").filter(own).select("quantity", moment="finish")
    sold = plan.result("demand_plan").filter(own & (pl.col("kind") == "sales order"))
    used = plan.result("planned_component").filter(own).select("quantity", moment="taken")
    asked = pl.concat([sold.select("quantity", moment="due"), used])
    days = _days(plan, bucket, periods, comes, asked)
    receipts, committed = (_summed(plan, rows, bucket, days) for rows in (comes, asked))
    found = Available(item, site, days, int(stock) - safety, safety, receipts, committed, ())
    return replace(found, kept=tuple(_kept(plan, found, sold, main)))


def _days(plan: View, bucket: str, periods: int, *rows: pl.DataFrame) -> tuple[int, ...]:
    """Give the first days of the buckets, from that of the plan to that of the last thing that is known."""
    first = _day(plan, plan.as_of)
    far = plan.as_of + 10 * 366 * 1440  # what never comes is beyond any bucket
    ends: list[Any] = [one["moment"].clip(None, far).max() for one in rows]
    last = max([plan.as_of, *(int(one) for one in ends if one is not None)])
    length = {"day": 1, "week": 7, "month": 28}[bucket]
    count = min(max((_day(plan, last) - first) // length + 2, periods), 10 * 366)
    return tuple(following(first, bucket, count))


def _day(plan: View, moment: int) -> int:
    return int(pl.select(local_day(pl.lit(moment, pl.Int64), plan.settings.zone)).item())


def _summed(plan: View, rows: pl.DataFrame, bucket: str, days: tuple[int, ...]) -> tuple[int, ...]:
    """Sum quantities by bucket; a moment at which a day ends belongs to that day."""
    day = local_day(pl.max_horizontal(pl.col("moment") - 1, pl.lit(plan.as_of)), plan.settings.zone)
    known = rows.drop_nulls("moment").with_columns(day=bucket_start(day, bucket))
    sums = dict(known.group_by("day").agg(pl.col("quantity").sum()).iter_rows())
    return tuple(int(sums.get(one, 0)) for one in days)


# --- for whom something is kept -------------------------------------------------------------------------------------


def _kept(plan: View, found: Available, sold: pl.DataFrame, main: str) -> list[Kept]:
    """Read the allocations of an item, with what their customers have ordered of them."""
    rows = plan.table("allocation").with_columns(at_site("site", main))
    family = plan.table("item").filter(pl.col("code") == found.item)["family"][0] or ""
    named_so = (pl.col("item") == found.item) | ((pl.col("item") == "") & (pl.col("family") == family) & (family != ""))
    rows = rows.filter(named_so & (pl.col("site") == found.site) & (pl.col("end") >= found.days[0]))
    if not rows.height:
        return []
    ranks = dict(plan.table("customer").select("code", "priority").iter_rows())
    rank_of = pl.col("customer").replace_strict(ranks, default=LOWEST_RANK, return_dtype=pl.Int64)
    orders = sold.select("customer", "quantity", day=local_day(pl.col("due") - 1, plan.settings.zone), rank=rank_of)
    kept = []
    for row in rows.sort("rank", "customer", "start").iter_rows(named=True):
        own = pl.col("customer") == row["customer"] if row["customer"] else pl.col("rank") == row["rank"]
        within = pl.col("day").is_between(row["start"], row["end"])
        used = int(orders.filter(own & within)["quantity"].sum())
        rank = ranks.get(row["customer"], LOWEST_RANK) if row["customer"] else row["rank"]
        kept.append(Kept(rank, row["customer"], row["start"], row["end"], _amount(found, row), used))
    return sorted(kept, key=lambda one: (one.rank, one.customer == "", one.customer, one.start))


def _amount(found: Available, row: dict[str, Any]) -> int:
    """Give how much an allocation keeps: its quantity, or its share of what the buckets of its period bring."""
    if row["quantity"]:
        return int(row["quantity"])
    ends = (*found.days[1:], found.days[-1] + 31)
    comes = sum(
        amount + (max(found.on_hand, 0) if place == 0 else 0)
        for place, amount in enumerate(found.receipts)
        if found.days[place] <= row["end"] and ends[place] > row["start"]
    )
    return int(comes * row["share"] // SCALE)


def for_customer(plan: View, found: Available, customer: str) -> tuple[int, ...]:
    """Give how much a customer may be promised in all up to each bucket; what is kept for others is left out.

    A customer may have what is kept for himself and for less important classes (nested borrowing), and what is kept
    for nobody. Without a customer it is what is there for somebody of the lowest rank for whom nothing is kept.
    """
    from plantwright.methods.promising import class_atp  # noqa: PLC0415 - loads NumPy

    others = kept_before(plan, found, customer)
    held = [sum(one.left for one in others if _holds(one, found, place)) for place in range(len(found.days))]
    nothing = [0] * len(held)
    return tuple(class_atp(found.on_hand, found.receipts, found.committed, [held, nothing])[1].tolist())


def kept_before(plan: View, found: Available, customer: str) -> list[Kept]:
    """Give what is kept for others and out of reach for a customer."""
    ranks = dict(plan.table("customer").select("code", "priority").iter_rows())
    rank = ranks.get(customer, LOWEST_RANK)
    return [one for one in found.kept if _goes_before(one, customer, rank)]


def _goes_before(one: Kept, customer: str, rank: int) -> bool:
    """Tell whether what is kept for a class is out of reach for a customer: the class is another and no less important.

    Among customers of one rank a named one goes before the rank as a whole.
    """
    if one.customer:
        return one.customer != customer and one.rank <= rank
    return one.rank < rank


def _holds(one: Kept, found: Available, place: int) -> bool:
    ends = (*found.days[1:], found.days[-1] + 31)
    return found.days[place] <= one.end and ends[place] > one.start


# --- how it is told -------------------------------------------------------------------------------------------------


def _sheets(plan: View, found: Available, own: tuple[int, ...], customer: str, periods: int) -> list[Sheet]:
    from plantwright.methods.promising import cumulative_atp, discrete_atp  # noqa: PLC0415 - loads NumPy

    given = found.on_hand, found.receipts, found.committed
    discrete, free = discrete_atp(*given).tolist(), cumulative_atp(*given).tolist()
    lines = [
        {"bucket": day, "receipts": found.receipts[t], "committed": found.committed[t], "discrete": discrete[t],
         "cumulative": free[t], "customer": own[t]}
        for t, day in enumerate(found.days[:periods])
    ]  # fmt: skip
    columns = [
        named(Kind.DAY, "bucket", "First day of the bucket"),
        named(Kind.QUANTITY, "receipts", "What the plan brings in"),
        named(Kind.QUANTITY, "committed", "What orders take: sales orders, and orders of the plan"),
        named(Kind.QUANTITY, "discrete", "What the receipts of the bucket have free"),
        named(Kind.QUANTITY, "cumulative", "What can be promised in all until then; later orders keep theirs"),
    ]
    if found.kept:
        columns.append(named(Kind.QUANTITY, "customer", _whose(customer)))
    series = ("receipts", "committed", *(column.name for column in columns[4:]))
    main = replace(
        listed(plan, say("Available to promise"), columns, lines), chart=Chart("bar", "bucket", series),
        dashed=frozenset({"receipts", "committed", "discrete"}),
    )  # fmt: skip
    return [main, _kept_sheet(plan, found)] if found.kept else [main]


def _whose(customer: str) -> str:
    return f"What {customer} may have of it" if customer else "What somebody may have for whom nothing is kept"


def _kept_sheet(plan: View, found: Available) -> Sheet:
    columns = (
        named(Kind.TEXT, "customer", "Customer; empty for all of the rank", target="customer"),
        named(Kind.WHOLE, "rank", "Rank"), named(Kind.DAY, "start", "First day"), named(Kind.DAY, "end", "Last day"),
        named(Kind.QUANTITY, "kept", "Kept in all"), named(Kind.QUANTITY, "used", "Ordered for the period"),
        named(Kind.QUANTITY, "left", "Still kept"),
    )  # fmt: skip
    lines = [{**vars(one), "left": one.left} for one in found.kept]
    return listed(plan, say("Kept for"), columns, lines)


def _sentence(plan: View, found: Available, own: tuple[int, ...], customer: str) -> str:
    del plan
    first = say(
        "{now} of {item} can be promised at {site} at once, {all} in all by what the plan brings.",
        now=_amount_words(own[0]), item=found.item, site=found.site, all=_amount_words(own[-1]),
    )  # fmt: skip
    if not found.kept:
        return first
    left = sum(one.left for one in found.kept)
    return f"{first} " + (
        say("{left} are kept for certain customers; {customer} reaches what is kept for less important ones.",
            left=_amount_words(left), customer=customer)
        if customer else say("{left} are kept for certain customers.", left=_amount_words(left))
    )  # fmt: skip


def _amount_words(value: int) -> str:
    return wording.decimal(max(value, 0))


def _figures(found: Available, own: tuple[int, ...], periods: int) -> dict[str, Any]:
    from plantwright.methods.promising import cumulative_atp  # noqa: PLC0415 - loads NumPy

    free = cumulative_atp(found.on_hand, found.receipts, found.committed).tolist()
    return {
        "on_hand": found.on_hand / SCALE, "safety_stock": found.safety / SCALE, "now": max(free[0], 0) / SCALE,
        "now_for_customer": own[0] / SCALE, "last": max(free[min(periods, len(free)) - 1], 0) / SCALE,
        "over_promised": max(-free[0], 0) / SCALE, "kept": sum(one.left for one in found.kept) / SCALE,
    }  # fmt: skip


def _notes(found: Available) -> tuple[str, ...]:
    notes = []
    if found.safety:
        notes.append(say("The safety stock of {safety} is not promised.", safety=wording.decimal(found.safety)))
    notes.append(say("More can be made or bought: promise tells from when on."))
    return tuple(notes)


@explains("atp", label="Available to promise")
def explain_atp(plan: View, of: str, site: str = "") -> Page:
    """How much of an item can be promised at once: stock and receipts less what orders have, now and later."""
    from plantwright.methods.promising import atp_working  # noqa: PLC0415 - loads NumPy

    found = available(plan, of, site)
    receipts, committed = ([one / SCALE for one in part] for part in (found.receipts, found.committed))
    working = atp_working(found.on_hand / SCALE, receipts, committed, 0)
    unit = str(plan.table("item").filter(pl.col("code") == of)["unit"][0] or "")
    answer = working.steps[-1].value
    sentence = say(
        "{answer} of {item} can be promised at {site} in the first week.",
        answer=wording.figure(max(answer, 0.0)), item=of, site=found.site,
    )  # fmt: skip
    return working_page(plan, say("Available to promise of {item}", item=of), sentence, working, unit)
