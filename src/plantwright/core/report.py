"""What people look at: each report is a typed function that gives a table, declared once; every door shows it.

Which of the bundles a report wants, it says by the names of its first parameters: `plan`, `other` (the plan to compare
with), `plant`, `store`. The others are what people choose::

    @report
    def late_orders(plan: Plan, customer: str = "") -> Table:
        \"\"\"Orders projected after their due date, the latest first.\"\"\"
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

import polars as pl

from plantwright.core.parameters import Parameter, parameters_of, read_arguments
from plantwright.core.problem import ProblemError, problem_kind

REPORT_UNKNOWN = problem_kind(
    "report-unknown", "There is no report {value}.", "Choose one of those listed in the documentation."
)

INPUTS = ("plan", "other", "plant", "store")
"""Names of the parameters that a door fills with a bundle; all others are chosen by people."""

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Heading:
    """How a column of a table is shown: its label, unit and meaning."""

    label: str = ""
    unit: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a table: `kind` such as bar, line or gantt; `x`, `series` and `options` name its columns."""

    kind: str
    title: str
    x: str
    series: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """What a report gives: a frame as people see it, the sentence that says what it means, and charts of it."""

    title: str
    sentence: str
    frame: pl.DataFrame
    columns: Mapping[str, Heading] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()

    def heading(self, name: str) -> Heading:
        """Give how a column is shown; one that is not described is headed by its name."""
        given = self.columns.get(name, Heading())
        return Heading(given.label or name.replace("_", " ").capitalize(), given.unit, given.help)


@dataclass(frozen=True, slots=True)
class Report:
    """One declared report; `wants` are the bundles it needs, `permission` what a user must hold to see it."""

    name: str
    permission: str
    label: str
    help: str
    wants: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    function: Callable[..., Table]


REPORTS: dict[str, Report] = {}
"""Every declared report by name, in the order of declaration."""


@overload
def report(function: Function) -> Function: ...
@overload
def report(*, label: str = "", name: str = "", permission: str = "") -> Callable[[Function], Function]: ...


def report(function: Any = None, *, label: str = "", name: str = "", permission: str = "") -> Any:
    """Declare a function as a report.

    Parameters
    ----------
    function : the function, where the decorator stands without brackets
    label : how people see it; its name with spaces where it is left out
    name : the name, where it shall not be the function's
    permission : what a user must hold to see it; empty for everybody

    Returns
    -------
    The function itself.

    Raises
    ------
    TypeError : it has no docstring or a parameter of another type; the name is taken
    """

    def declare(function: Function) -> Function:
        called = name or function.__name__
        text = inspect.getdoc(function)
        if not text or called in REPORTS:
            raise TypeError(f"the report {called} needs a docstring and a name of its own")
        shown = label or called.replace("_", " ").capitalize()
        wants = tuple(part for part in inspect.signature(function).parameters if part in INPUTS)
        chosen = parameters_of(function, INPUTS)
        REPORTS[called] = Report(called, permission, shown, text, wants, chosen, function)
        return function

    return declare if function is None else declare(function)


def run_report(name: str, arguments: Mapping[str, Any], given: Mapping[str, Any]) -> Table:
    """Make a report.

    Parameters
    ----------
    name : name of the report
    arguments : what people chose, values or their texts
    given : the bundles by name (`plan`, `other`, `plant`, `store`); more than are wanted may be given

    Raises
    ------
    ProblemError : there is no such report, or the arguments are wrong (all faults at once)
    """
    if name not in REPORTS:
        raise ProblemError([REPORT_UNKNOWN.at(value=name)])
    declared = REPORTS[name]
    values = read_arguments(name, declared.parameters, arguments)
    return declared.function(**{part: given[part] for part in declared.wants}, **values)
