"""What people do: each action is a typed function, declared once; every door offers it from this declaration.

An action checks, decides and appends in one transaction::

    @action("inventory.moves", label="Move stock")
    def move_stock(tx: Transaction, item: str, quantity: Decimal, to: str = "MAIN") -> str:
        \"\"\"Move a quantity to another place.\"\"\"
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from plantwright.core.parameters import Parameter, parameters_of, read_arguments
from plantwright.core.problem import ProblemError, problem_kind
from plantwright.core.secret import covered, uncovered
from plantwright.core.store import Store
from plantwright.core.store.plain import plain

ACTION_UNKNOWN = problem_kind(
    "action-unknown", "There is no action {value}.", "Choose one of those listed in the documentation."
)

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Action:
    """One declared action; `permission` is what a user must hold to do it."""

    name: str
    permission: str
    label: str
    help: str
    parameters: Mapping[str, Parameter]
    function: Callable[..., Any]


ACTIONS: dict[str, Action] = {}
"""Every declared action by name, in the order of declaration."""


def action(permission: str, *, label: str = "", name: str = "") -> Callable[[Function], Function]:
    """Declare a function as an action.

    Parameters
    ----------
    permission : what a user must hold to do it, such as planning.messages
    label : how people see it, such as on a button; its name with spaces where it is left out
    name : the name, where it shall not be the function's

    Returns
    -------
    The function itself, which can be called with an open transaction.

    Raises
    ------
    TypeError : it has no docstring, no first parameter tx, or a parameter of another type; the name is taken
    """

    def declare(function: Function) -> Function:
        called = name or function.__name__
        text = inspect.getdoc(function)
        if not text or next(iter(inspect.signature(function).parameters), "") != "tx":
            raise TypeError(f"the action {called} needs a docstring and a first parameter tx")
        if called in ACTIONS:
            raise TypeError(f"the action {called} is declared twice")
        shown = label or called.replace("_", " ").capitalize()
        ACTIONS[called] = Action(called, permission, shown, text, parameters_of(function, ("tx",)), function)
        return function

    return declare


def run_action(store: Store, name: str, arguments: Mapping[str, Any], by: str, key: str | None = None) -> Any:
    """Do an action in one transaction, with its arguments and answer in the journal.

    Parameters
    ----------
    store : where it is done
    name : name of the action
    arguments : values or their texts
    by : who acts; whether that user may is asked before
    key : idempotency key: the same act with the same key is done once, and answered twice

    Returns
    -------
    What the action answers, in the terms of JSON, the first time and when it is repeated with its key; a `Secret` in
    it is given the first time only.

    Raises
    ------
    ProblemError : the arguments are wrong (all faults at once), or the action refuses
    """
    if name not in ACTIONS:
        raise ProblemError([ACTION_UNKNOWN.at(value=name)])
    declared = ACTIONS[name]
    values = read_arguments(name, declared.parameters, arguments)
    with store.begin(by, name, values, key) as tx:
        if tx.replayed:
            return tx.answered
        answer = declared.function(tx, **values)
        tx.answer(covered(answer))
    return plain(uncovered(answer))
