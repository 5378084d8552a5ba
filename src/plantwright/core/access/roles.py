"""Roles: named lists of patterns. Nine are built in; the plant makes others, or its own in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plantwright.core.action import ACTIONS
from plantwright.core.entity import plant_entities
from plantwright.core.jobs import JOBS
from plantwright.core.report import REPORTS
from plantwright.core.store import Store, built_in

SEES_ALL = ("read:*", "report:*")


@dataclass(frozen=True)
class RoleOf:
    """A role: what it is for, its patterns, and whether it is built in."""

    name: str
    help: str
    rights: tuple[str, ...]
    built_in: bool = True


def _writes(*tables: str) -> tuple[str, ...]:
    return tuple(f"write:{table}" for table in tables)


_PLANNED = (
    "item", "item_unit", "item_site", "bom_line", "substitute", "co_product", "operation", "operation_alternate",
    "operation_link", "setup_change", "production_order", "production_operation", "production_component", "order_hold",
    "sales_order_line", "customer", "forecast", "sales_history", "demand_event", "forecast_setup", "forecast_override",
    "transfer_lane", "transfer_order", "scenario", "scenario_edit",
    "calendar", "calendar_shift", "calendar_exception", "work_center", "tool", "resource_cost", "family_cost",
    "budget_line", "capacity_option", "allocation",
)  # fmt: skip

BUILT_IN_ROLES: dict[str, RoleOf] = {
    role.name: role
    for role in (
        RoleOf("administrator", "Does everything, and says who may do what", ("*",)),
        RoleOf("planner", "Plans the plant: orders, bills, routings, scenarios, messages",
               (*SEES_ALL, *_writes(*_PLANNED), "planning.*", "demand.*", "scheduling.*", "inventory.*", "scenario.*",
                "jobs.run", "data.import", "data.fix")),
        RoleOf("buyer", "Buys: suppliers, purchase orders, messages",
               (*SEES_ALL, *_writes("supplier", "supplier_item", "purchase_order_line", "transfer_order"),
                "planning.messages", "planning.orders", "purchasing.*")),
        RoleOf("supervisor", "Leads a shop: people, shifts, down time, orders",
               (*SEES_ALL, *_writes("person", "person_skill", "absence", "down_time", "calendar_exception",
                                    "order_hold", "production_order", "production_operation", "production_component"),
                "planning.messages", "planning.orders", "scheduling.*", "inventory.moves", "execution.*",
                "jobs.run")),
        RoleOf("operator", "Works at a machine: reports what was made and used",
               (*SEES_ALL, "inventory.moves", "execution.*")),
        RoleOf("quality", "Inspects: holds and releases orders and stock",
               (*SEES_ALL, *_writes("order_hold"), "quality.*")),
        RoleOf("maintenance", "Keeps machines and tools running: down time and its plans",
               (*SEES_ALL, *_writes("down_time", "tool"), "maintenance.*")),
        RoleOf("finance", "Values and prices: exchange rates, costs",
               (*SEES_ALL, *_writes("exchange_rate"), "costing.*")),
        RoleOf("viewer", "Looks at everything and changes nothing", SEES_ALL),
    )
}  # fmt: skip
"""The roles that every plant has, by name; a later version may give them the rights to what it brings."""

built_in("role", BUILT_IN_ROLES)

EXTRA_RIGHTS = {
    "jobs.run": "Ask for long work, such as a plan, and stop it",
    "admin.users": "Say who may sign in and do what",
    "admin.audit": "Look at the journal of everybody",
}
"""Rights that no declared action, report or table brings with it."""


def roles(store: Store) -> dict[str, RoleOf]:
    """Give every role by name: the built-in ones, and those that the plant has made."""
    tables = store.read_all(["role", "role_right"])
    rights: dict[str, list[str]] = {}
    for role, right in tables["role_right"].select("role", "right").iter_rows():
        rights.setdefault(role, []).append(right)
    own = {
        name: RoleOf(name, what_for, tuple(rights.get(name, ())), built_in=False)
        for name, what_for in tables["role"].select("name", "help").iter_rows()
    }
    return {**BUILT_IN_ROLES, **own}


def known_rights() -> Mapping[str, str]:
    """Give every right that is asked for somewhere, with what it allows; flows.catalog loads what is declared."""
    rights = dict(EXTRA_RIGHTS)
    for name, table in plant_entities().items():
        rights[f"read:{name}"] = f"Look at the table {table.title.lower()}"
        rights[f"write:{name}"] = f"Change the table {table.title.lower()}"
    rights |= {f"report:{name}": f"Look at the report {report.label}" for name, report in REPORTS.items()}
    for action in ACTIONS.values():
        said = rights.get(action.permission, "")
        rights[action.permission] = f"{said}, {action.label.lower()}" if said else action.label
    return rights | {job.permission: job.help for job in JOBS.values() if job.permission not in rights}
