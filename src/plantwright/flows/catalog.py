"""Everything that is declared: reports, actions and jobs of all areas and flows, loaded when a door asks for them."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

import plantwright.areas
from plantwright.core.action import ACTIONS, Action
from plantwright.core.jobs import JOBS, JobKind
from plantwright.core.report import REPORTS, Report


def load_reports() -> Mapping[str, Report]:
    """Give every declared report by name."""
    _load("reports", "plantwright.flows.reports")
    for flow in ("order_book", "stock_state", "roll_up", "remedies.doing", "center_state", "promise.asking", "explain",
                 "forecasting.explaining",
                 "policy.reports", "policy.tree_reports", "policy.explained", "aggregate.reports",
                 "aggregate.explaining", "aggregate.weekly"):  # fmt: skip
        importlib.import_module(f"plantwright.flows.{flow}")
    return MappingProxyType(REPORTS)


def load_actions() -> Mapping[str, Action]:
    """Give every declared action by name."""
    _load("actions", "plantwright.flows.messages")
    importlib.import_module("plantwright.flows.remedies.doing")
    importlib.import_module("plantwright.flows.doctor")
    importlib.import_module("plantwright.flows.live")
    importlib.import_module("plantwright.flows.scenario_book")
    importlib.import_module("plantwright.core.access.actions")
    load_jobs()  # they are scheduled by an action
    return MappingProxyType(ACTIONS)


def load_jobs() -> Mapping[str, JobKind]:
    """Give every declared kind of long work by name."""
    importlib.import_module("plantwright.core.job_schedules")
    importlib.import_module("plantwright.flows.jobs")
    importlib.import_module("plantwright.flows.improve")
    importlib.import_module("plantwright.flows.remedies.doing")
    return MappingProxyType(JOBS)


def _load(part: str, flow: str) -> None:
    for area in pkgutil.iter_modules(plantwright.areas.__path__):
        name = f"plantwright.areas.{area.name}.{part}"
        if importlib.util.find_spec(name):
            importlib.import_module(name)
    importlib.import_module(flow)
