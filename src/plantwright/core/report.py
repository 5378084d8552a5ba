"""What people look at: each report is a typed function that gives a `Page`, declared once; every door shows it.

Which of the bundles a report wants, it says by the names of its first parameters: `plan`, `other` (the plan to compare
with), `plant`. The others are what people choose::

    @report
    def late_orders(plan: View, customer: str = "") -> Page:
        \"\"\"Orders projected after their due date, the latest first.\"\"\"
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, overload

from plantwright.core.pages import Page
from plantwright.core.parameters import Parameter, parameters_of, read_arguments
from plantwright.core.problem import ProblemError, problem_kind
from plantwright.core.wording import titled

REPORT_UNKNOWN = problem_kind(
    "report-unknown", "There is no report {value}.", "Choose one of those listed in the documentation."
)

INPUTS = ("plan", "other", "plant")
"""Names of the parameters that a door fills with a bundle; all others are chosen by people."""

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Report:
    """One declared report; `wants` are the bundles it needs, `permission` what a user must hold to see it."""

    name: str
    permission: str
    label: str
    help: str
    wants: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    function: Callable[..., Page]


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
        shown = label or titled(called)
        wants = tuple(part for part in inspect.signature(function).parameters if part in INPUTS)
        chosen = parameters_of(function, INPUTS)
        REPORTS[called] = Report(called, permission, shown, text, wants, chosen, function)
        return function

    return declare if function is None else declare(function)


def run_report(name: str, arguments: Mapping[str, Any], given: Mapping[str, Any]) -> Page:
    """Make a report.

    Parameters
    ----------
    name : name of the report
    arguments : what people chose, values or their texts
    given : the bundles by name (`plan`, `other`, `plant`); more than are wanted may be given

    Returns
    -------
    The page, with the label of the report as its title where it has none of its own.

    Raises
    ------
    ProblemError : there is no such report, or the arguments are wrong (all faults at once)
    """
    if name not in REPORTS:
        raise ProblemError([REPORT_UNKNOWN.at(value=name)])
    declared = REPORTS[name]
    values = read_arguments(name, declared.parameters, arguments)
    page = declared.function(**{part: given[part] for part in declared.wants}, **values)
    return page if page.title else replace(page, title=declared.label)
