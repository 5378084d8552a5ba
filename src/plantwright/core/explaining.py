"""Topics of which the working is shown: each is a function from a name to a `Page`, declared once; every door asks.

It is declared with ``@explains("reorder-point", label="Reorder point")`` above a function of the plan, the name of what
is asked about, and the site; its docstring is the help.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from plantwright.core.pages import Page, View
from plantwright.core.problem import ProblemError, problem_kind
from plantwright.core.reading import did_you_mean

TOPIC_UNKNOWN = problem_kind(
    "topic-unknown", "There is no working of {value}.{hint}", "Ask for one of: {known}."
)  # fmt: skip

Explain = Callable[[View, str, str], Page]


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of computed number whose working can be asked for; `help` says what its name stands for."""

    name: str
    label: str
    help: str
    function: Explain


TOPICS: dict[str, Topic] = {}
"""Every declared topic by name, in the order of declaration."""


def explains(name: str, *, label: str) -> Callable[[Explain], Explain]:
    """Declare a function that shows the working of one number.

    Parameters
    ----------
    name : as people type it, such as reorder-point
    label : how people see it

    Returns
    -------
    The function itself: it takes the plant with its plan, the key of what is asked about (an item, an order) and the
    site, empty for the main one.

    Raises
    ------
    TypeError : it has no docstring, or the name is taken
    """

    def declare(function: Explain) -> Explain:
        text = inspect.getdoc(function)
        if not text or name in TOPICS:
            raise TypeError(f"the topic {name} needs a docstring and a name of its own")
        TOPICS[name] = Topic(name, label, text, function)
        return function

    return declare


def explained(plan: View, name: str, of: str, site: str = "") -> Page:
    """Show the working of a number.

    Raises
    ------
    ProblemError : there is no such topic, or nothing to say about what is named
    """
    if name not in TOPICS:
        known = ", ".join(sorted(TOPICS))
        raise ProblemError([TOPIC_UNKNOWN.at(value=name, hint=did_you_mean(name, TOPICS), known=known)])
    return TOPICS[name].function(plan, of, site)
