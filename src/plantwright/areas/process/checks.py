"""What must hold of routings and work centers; calendars have a module of their own beside this one."""

from __future__ import annotations

import polars as pl

from plantwright.areas.process.calendar_checks import CALENDAR_CHECKS, calendar_rows, center_calendars
from plantwright.core.circles import circles
from plantwright.core.exact import SCALE
from plantwright.core.finding import Tables, at_site, codes_where, found, main_site
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.worktime import work_intervals

OPERATION_NOWHERE = problem_kind(
    "operation-nowhere",
    "The operation has neither a work center nor a supplier, so nobody does it.",
    "Name the work center, or the supplier of a subcontracted step.",
)
RATE_MISSING = problem_kind(
    "rate-missing",
    "The run time is given as units per hour, but the rate is 0.",
    "Enter how many units an hour makes, or choose run_per unit.",
)
TAKES_NO_TIME = problem_kind(
    "operation-without-time",
    "The operation takes no time: its set-up and its run time are 0.",
    "Enter its times, if it takes any.",
    "info",
)
NEVER_FITS = problem_kind(
    "operation-never-fits",
    "It may not pause and takes {needs} min for {amount}, but {work_center} is never open longer than {longest} min.",
    "Let it pause, make smaller orders, or open the calendar for longer.",
)
BATCH_FRACTION = problem_kind(
    "batch-under-one",
    "A batch of {batch_size} is less than one unit of {item}.",
    "Enter how many units one batch holds.",
    "warning",
)
OPERATION_REPEATED = problem_kind(
    "operation-repeated",
    "It is the same as operation {first}: same name, work center and times.",
    "Remove it, if it was entered twice.",
    "info",
)
OPERATION_ELSEWHERE = problem_kind(
    "operation-elsewhere",
    "The operation holds for site {site}, but {work_center} stands at {stands}.",
    "Name a work center of that site, or correct the site.",
    "warning",
)
ROUTING_MIXED = problem_kind(
    "routing-of-sites-mixed",
    "At site {site} only the operations given for that site hold, not the {general} given for every site.",
    "Give the site all of its operations, if some are missing there.",
    "info",
)
LINK_UNKNOWN = problem_kind(
    "link-unknown",
    "Operation {lost} is none of {item}.",
    "Correct the number, or add the operation.",
)
ROUTING_CIRCLE = problem_kind(
    "routing-circle",
    "The operations {circle} of {item} wait for each other in a circle, so none can start.",
    "Take one of the links out.",
)
OPERATION_UNLINKED = problem_kind(
    "operation-unlinked",
    "The routing of {item} goes by its links, but operation {sequence} is in none, so it may run at any time.",
    "Link it to the operation before or after it.",
    "warning",
)
ALTERNATE_UNKNOWN = problem_kind(
    "alternate-unknown",
    "{item} has no operation {sequence} that {work_center} could take over.",
    "Correct the number or the site; both must be as in the operation.",
    "warning",
)
BOM_OPERATION_UNKNOWN = problem_kind(
    "bom-operation-unknown",
    "{component} is used at operation {operation}, which {parent} does not have; it is taken at the start instead.",
    "Correct the number of the operation, or set it to 0 for the start of the order.",
    "warning",
)
MADE_OF_NOTHING = problem_kind(
    "made-of-nothing",
    "The item is made here, but has neither a bill of material nor a routing.",
    "Add them, give it a lead time in item_site, or make it an item to buy.",
    "warning",
)
ROUTING_MISSING = problem_kind(
    "routing-missing",
    "The item is made here, but has neither a routing nor a lead time, so making it takes no time.",
    "Add its operations, or a lead time in item_site.",
    "warning",
)
MATRIX_MISSING = problem_kind(
    "setup-matrix-missing",
    "The set-up matrix {setup_matrix} has no row, so changing over takes no time.",
    "Add its rows to setup_change, or correct the name.",
    "warning",
)
FAMILY_MISSING = problem_kind(
    "setup-family-missing",
    "The set-up family {setup_family} is not in the matrix {matrix} of {work_center}, so changing to it takes no time.",
    "Add the family to the matrix, or * for any other.",
    "info",
)
EFFICIENCY_ODD = problem_kind(
    "efficiency-odd",
    "{code} is planned at {efficiency} times the standard speed.",
    "Correct the standard times of its operations, if that is the speed for good.",
    "info",
)

_SPAN = 400
"""Days ahead in which the longest open time is looked for: more than a year, so that each season is seen."""
_MINUTE = 60_000


# --- single operations ----------------------------------------------------------------------------------------------


def check_operations(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find operations that nobody does, that have no speed or no time, or that stand at another site."""
    rows = tables["operation"]
    own = pl.col("supplier") == ""
    nowhere = own & (pl.col("work_center") == "")
    no_rate = own & (pl.col("run_per") == "hour") & (pl.col("rate") == 0)
    timeless = own & (pl.col("setup") == 0) & (pl.col("run") == 0) & (pl.col("run_per") != "hour")
    small = (pl.col("run_per") == "batch") & (pl.col("batch_size") < SCALE)
    pieces = tables["item"].filter(pl.col("unit").is_in(["pcs", "pc", "ea"])).select(item="code")
    centers = tables["work_center"].select(work_center="code", stands="site").with_columns(
        at_site("stands", main_site(tables))
    )  # fmt: skip
    apart = rows.filter(pl.col("site") != "").join(centers, on="work_center")
    return [
        *found(OPERATION_NOWHERE, tables, "operation", rows.filter(nowhere), "work_center"),
        *found(RATE_MISSING, tables, "operation", rows.filter(no_rate), "rate"),
        *found(TAKES_NO_TIME, tables, "operation", rows.filter(timeless), "run"),
        *found(
            BATCH_FRACTION, tables, "operation", rows.filter(small).join(pieces, on="item", how="semi"), "batch_size"
        ),
        *found(
            OPERATION_ELSEWHERE, tables, "operation", apart.filter(pl.col("site") != pl.col("stands")), "work_center"
        ),
    ]


def check_repeats(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find operations that were entered twice, and routings of one site that hide those for every site."""
    rows = tables["operation"]
    same = ["item", "site", "name", "work_center", "setup", "run", "run_per", "rate", "supplier"]
    named = rows.filter((pl.col("name") != "") & (pl.col("work_center") != ""))
    repeated = named.filter(named.select(same).is_duplicated()).with_columns(first=pl.col("sequence").min().over(same))
    repeated = repeated.filter(pl.col("sequence") != pl.col("first"))
    problems = found(OPERATION_REPEATED, tables, "operation", repeated)
    special = rows.filter(pl.col("site") != "").unique(["item", "site"], keep="first")
    if not special.height:
        return problems
    general = rows.filter(pl.col("site") == "").group_by("item").agg(general=pl.len())
    return problems + found(ROUTING_MIXED, tables, "operation", special.join(general, on="item"), "site")


# --- does it fit ----------------------------------------------------------------------------------------------------


def check_fits(tables: Tables, as_of: int) -> list[Problem]:
    """Find operations that may not pause and are longer than any open time of their work centers."""
    rigid = tables["operation"].filter(~pl.col("pausable") & (pl.col("work_center") != "") & (pl.col("supplier") == ""))
    if not rigid.height:
        return []
    try:
        longest = _longest_open(tables, as_of)
    except ProblemError:
        return []  # a calendar is at fault, which has been said
    centers = center_calendars(tables).select("code", "efficiency", "calendar")
    centers = centers.join(longest, on="calendar", how="left")  # what is always open has no longest
    ways = _ways(tables, rigid).join(centers, left_on="way", right_on="code")
    ways = ways.with_columns(
        needs=(pl.col("minutes") * SCALE / pl.col("efficiency")).ceil().cast(pl.Int64), amount=_amount()
    )
    # One way that fits is enough.
    fits = ways.filter(pl.col("longest").is_null() | (pl.col("needs") <= pl.col("longest"))).select(_KEY).unique()
    never = ways.filter(pl.col("way") == pl.col("work_center")).join(fits, on=_KEY, how="anti")
    return found(NEVER_FITS, tables, "operation", never, "pausable")


_KEY = ["item", "sequence", "site"]


def _longest_open(tables: Tables, as_of: int) -> pl.DataFrame:
    """Give the longest stretch in minutes that each calendar is open in the time ahead, unless it is always open."""
    day = as_of // 1440
    opened = work_intervals(*calendar_rows(tables), first_day=day, last_day=day + _SPAN)
    rows = [(code, int((one.ends - one.starts).max(initial=0))) for code, one in opened.items()]
    # A stretch as long as the span may go on beyond it.
    kept = [row for row in rows if row[1] < _SPAN * 1440]
    return pl.DataFrame(kept, schema={"calendar": pl.String, "longest": pl.Int64}, orient="row")


def _ways(tables: Tables, rows: pl.DataFrame) -> pl.DataFrame:
    """Give each operation at its own and its other work centers, with the minutes of the smallest order."""
    rows = rows.join(_smallest_orders(tables), on="item", how="left").with_columns(pl.col("smallest").fill_null(SCALE))
    times = pl.col("smallest") / SCALE
    batches = (pl.col("smallest") / pl.col("batch_size")).ceil()
    run = (
        pl.when(pl.col("run_per") == "unit").then(pl.col("run") / _MINUTE * times)
        .when(pl.col("run_per") == "batch").then(pl.col("run") / _MINUTE * batches)
        .when(pl.col("rate") > 0).then(60 * SCALE / pl.col("rate") * times)
        .otherwise(0.0)
    )  # fmt: skip
    rows = rows.with_columns(run_minutes=run, way="work_center")
    first = rows.with_columns(minutes=pl.col("setup") / _MINUTE + pl.col("run_minutes"))
    other = tables["operation_alternate"].select(*_KEY, way="work_center", other_setup="setup", factor="run_factor")
    others = rows.drop("way").join(other, on=_KEY).with_columns(
        minutes=pl.coalesce("other_setup", "setup") / _MINUTE + pl.col("run_minutes") * pl.col("factor") / SCALE
    )  # fmt: skip
    return pl.concat([first, others.select(first.columns)])


def _smallest_orders(tables: Tables) -> pl.DataFrame:
    """Give the smallest order of each item that its lot sizes allow anywhere."""
    fixed = pl.when(pl.col("lot_rule") == "fixed").then("lot_quantity").otherwise(0)
    size = pl.max_horizontal("lot_minimum", "lot_multiple", fixed)
    rows = tables["item_site"].select("item", smallest=pl.when(size > 0).then(size).otherwise(SCALE))
    return rows.group_by("item").agg(pl.col("smallest").min())


def _amount() -> pl.Expr:
    text = (pl.col("smallest") / SCALE).cast(pl.String).str.strip_suffix(".0")
    return (
        pl.when(pl.col("smallest") == SCALE).then(pl.lit("one unit")).otherwise(pl.concat_str(text, pl.lit(" units")))
    )


# --- links, alternates, components ----------------------------------------------------------------------------------


def check_links(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find links between operations that do not exist or that wait for each other, and operations without a link."""
    links, operations = tables["operation_link"], tables["operation"]
    if not links.height:
        return []
    keys = operations.select("item", "site", "sequence")
    lost = [
        links.join(keys, left_on=["item", "site", end], right_on=["item", "site", "sequence"], how="anti").with_columns(
            lost=pl.col(end)
        )
        for end in ("before", "after")
    ]
    ends = [links.select("item", "site", sequence=end) for end in ("before", "after")]
    networks = links.select("item", "site").unique()
    alone = operations.join(networks, on=["item", "site"], how="semi").join(
        pl.concat(ends).unique(), on=["item", "site", "sequence"], how="anti"
    )
    return [
        *found(LINK_UNKNOWN, tables, "operation_link", pl.concat(lost)),
        *_routing_circles(links),
        *found(OPERATION_UNLINKED, tables, "operation", alone),
    ]


def _routing_circles(links: pl.DataFrame) -> list[Problem]:
    """Name the operations that wait for each other; an operation is called by item, site and number."""
    parts = ("item", "site")
    ends = [
        links.select(pl.concat_str(*parts, pl.col(end).cast(pl.String), separator="\x1f")).to_series()
        for end in ("before", "after")
    ]
    problems = []
    for circle in circles(*ends):
        item, site, _ = circle[0].split("\x1f")
        numbers = sorted(int(one.rsplit("\x1f", 1)[1]) for one in circle)
        names = ", ".join(str(number) for number in numbers)
        key = (item, site, numbers[0], numbers[-1])
        problems.append(ROUTING_CIRCLE.at("operation_link", key, "after", numbers[-1], item=item, circle=names))
    return problems


def check_pointers(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find alternates and components of operations that do not exist."""
    operations = tables["operation"]
    lost = tables["operation_alternate"].join(operations, on=["item", "sequence", "site"], how="anti")
    routed = operations.select(parent="item", operation="sequence").unique()
    lines = tables["bom_line"].filter(pl.col("operation") > 0).join(routed, on=["parent", "operation"], how="anti")
    return [
        *found(ALTERNATE_UNKNOWN, tables, "operation_alternate", lost, "sequence"),
        *found(BOM_OPERATION_UNKNOWN, tables, "bom_line", lines, "operation"),
    ]


def check_made_items(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find items that are made here, but not how."""
    item, planned = tables["item"], tables["item_site"]
    elsewhere = codes_where(planned, pl.col("source").is_in(["buy", "transfer", "none"]), "item")
    here = codes_where(planned, pl.col("source") == "make", "item")
    timed = codes_where(planned, pl.col("lead_time").is_not_null() | (pl.col("lead_time_per_unit") > 0), "item")
    code = pl.col("code")
    makes = ((pl.col("kind") == "make") & ~code.is_in(elsewhere.implode())) | code.is_in(here.implode())
    made = item.filter(makes & pl.col("active") & ~code.is_in(timed.implode()))
    made = made.join(tables["operation"].select(code="item").unique(), on="code", how="anti")
    parents = tables["bom_line"].select(code="parent").unique()
    return [
        *found(MADE_OF_NOTHING, tables, "item", made.join(parents, on="code", how="anti"), "kind"),
        *found(ROUTING_MISSING, tables, "item", made.join(parents, on="code", how="semi"), "kind"),
    ]


# --- work centers ---------------------------------------------------------------------------------------------------


def check_setups(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find set-up matrices without rows, and families that a matrix does not know."""
    changes = tables["setup_change"]
    centers = tables["work_center"].filter(pl.col("setup_matrix") != "")
    if not centers.height:
        return []
    known = changes["matrix"].unique()
    lost = centers.filter(~pl.col("setup_matrix").is_in(known.implode()))
    names = changes.select("matrix", family="to_family").unique()
    any_other = names.filter(pl.col("family") == "*").select("matrix")
    rows = tables["operation"].filter(pl.col("setup_family") != "")
    rows = rows.join(centers.select(work_center="code", matrix="setup_matrix"), on="work_center")
    rows = rows.filter(pl.col("matrix").is_in(known.implode())).join(any_other, on="matrix", how="anti")
    strange = rows.join(names, left_on=["matrix", "setup_family"], right_on=["matrix", "family"], how="anti")
    strange = strange.unique(["matrix", "setup_family"], keep="first", maintain_order=True)
    return [
        *found(MATRIX_MISSING, tables, "work_center", lost, "setup_matrix"),
        *found(FAMILY_MISSING, tables, "operation", strange, "setup_family"),
    ]


def check_efficiency(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find work centers whose speed is far from the standard."""
    odd = ~pl.col("efficiency").is_between(0.4 * SCALE, 2 * SCALE)
    return found(EFFICIENCY_ODD, tables, "work_center", tables["work_center"].filter(odd), "efficiency")


CHECKS = (
    *CALENDAR_CHECKS,
    check_operations,
    check_repeats,
    check_fits,
    check_links,
    check_pointers,
    check_made_items,
    check_setups,
    check_efficiency,
)
"""Everything that is checked of processes."""
