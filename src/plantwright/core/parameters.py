"""Parameters of actions and reports: read from the signature, so that every door asks for the same ones."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from plantwright.core.problem import Problem, ProblemError, problem_kind

ARGUMENT_UNKNOWN = problem_kind(
    "argument-unknown", "{table} has no parameter {column}.", "Leave it out; the parameters are: {known}."
)
ARGUMENT_MISSING = problem_kind("argument-missing", "{table} needs {column}.", "Give {must} for {column}.")
ARGUMENT_WRONG = problem_kind(
    "argument-wrong", "{column} of {table} must be {must}; it is {value}.", "Give a value that fits."
)

Day = TypeVar("Day", date, datetime)

KINDS = {
    str: "a text",
    int: "a whole number",
    bool: "yes or no",
    Decimal: "a decimal number",
    date: "a day such as 2026-03-31",
    datetime: "a moment such as 2026-03-31T14:30",
    list: "a list of texts",
}
"""What an argument of each type must be, in words."""
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a text parameter that names a row of an entity: ``order: Annotated[str, Ref("production_order")]``."""

    entity: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its type, default, choices, and what it means."""

    name: str
    type: type
    required: bool
    default: Any = None
    choices: tuple[Any, ...] = ()
    optional: bool = False
    reference: str = ""
    help: str = ""

    @property
    def must(self) -> str:
        """What an argument must be, in words."""
        if self.choices:
            return "one of " + ", ".join(map(str, self.choices))
        return KINDS[self.type]


def parameters_of(function: Callable[..., Any], skipped: Sequence[str]) -> dict[str, Parameter]:
    """Read the parameters of a function from its signature and the text on each from its docstring.

    Parameters
    ----------
    function : its parameters are annotated with str, int, bool, Decimal, date, datetime, list[str] or a Literal, each
        also with None
    skipped : names that are no parameters for people, such as tx

    Raises
    ------
    TypeError : a parameter has another type or none
    """
    hints = get_type_hints(function, include_extras=True)
    helps = _helps(inspect.getdoc(function) or "")
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in skipped:
            found[name] = _parameter(function.__name__, parameter, hints.get(name), helps.get(name, ""))
    return found


def _parameter(function: str, parameter: inspect.Parameter, hint: Any, help: str) -> Parameter:
    reference = ""
    if get_origin(hint) is Annotated:
        hint, *marks = get_args(hint)
        reference = next((mark.entity for mark in marks if isinstance(mark, Ref)), "")
    parts = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    kinds = [part for part in parts if part is not type(None)]
    choices = get_args(kinds[0]) if get_origin(kinds[0]) is Literal else ()
    kind = type(choices[0]) if choices else get_origin(kinds[0]) or kinds[0]
    if len(kinds) != 1 or kind not in KINDS or (kind is list and get_args(kinds[0]) != (str,)):
        raise TypeError(f"{function}: {parameter.name} needs one of the types of parameters, not {hint}")
    required = parameter.default is inspect.Parameter.empty
    default = None if required else parameter.default
    return Parameter(parameter.name, kind, required, default, choices, len(kinds) < len(parts), reference, help)


def _helps(text: str) -> dict[str, str]:
    """Read the section Parameters of a docstring in numpy's convention, with the text on the line or below it."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=\n\n\w|\n\w+\n-+\n|\Z)", text, re.DOTALL | re.MULTILINE)
    helps: dict[str, str] = {}
    names: list[str] = []
    for line in (section[1] if section else "").splitlines():
        head = re.match(r"(\w+(?:, \w+)*)(?: : (.*))?$", line)
        if head:
            names = head[1].split(", ")
            helps |= dict.fromkeys(names, head[2] or "")
        elif line.strip():
            helps |= {name: f"{helps[name]} {line.strip()}".strip() for name in names}
    return helps


def read_arguments(of: str, parameters: Mapping[str, Parameter], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Check arguments against the parameters and turn texts into values; defaults are filled in.

    Parameters
    ----------
    of : name of the action or report, for the messages
    parameters : as `parameters_of` gives them
    arguments : values, or their texts as they come from a form, a command line or JSON

    Raises
    ------
    ProblemError : every argument that is unknown, missing or wrong
    """
    known = ", ".join(parameters) or "none"
    found = [ARGUMENT_UNKNOWN.at(table=of, column=name, known=known) for name in arguments if name not in parameters]
    values = {}
    for name, parameter in parameters.items():
        value = _read(of, parameter, arguments.get(name, _ABSENT))
        if isinstance(value, Problem):
            found.append(value)
        values[name] = value
    if found:
        raise ProblemError(found)
    return values


_ABSENT = object()


def _read(of: str, parameter: Parameter, value: Any) -> Any:
    if value is _ABSENT or (value is None and not parameter.optional):
        if parameter.required:
            return ARGUMENT_MISSING.at(table=of, column=parameter.name, must=parameter.must)
        return parameter.default
    if value is None or (value == "" and parameter.optional):
        return None
    try:
        read = _READERS[parameter.type](value)
    except (ValueError, TypeError, InvalidOperation):
        read = _ABSENT
    if read is _ABSENT or (parameter.choices and read not in parameter.choices):
        return ARGUMENT_WRONG.at(table=of, column=parameter.name, value=value, must=parameter.must)
    return read


def _read_text(value: Any) -> str:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    raise TypeError


_LARGEST = 10**12
"""No number of a plant is larger, in whatever unit; the same bound holds for what comes in files."""
_YEARS = range(1900, 2200)


def _read_whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite() or abs(number) > _LARGEST or number != number.to_integral_value():
        raise ValueError
    return int(number)


def _read_flag(value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in _FLAGS:
        raise ValueError
    return _FLAGS[word]


def _read_decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > _LARGEST:
        raise ValueError
    return number


def _read_day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return _in_years(date.fromisoformat(value))


def _read_moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else _in_years(datetime.fromisoformat(value))


def _in_years(day: Day) -> Day:
    if day.year not in _YEARS:
        raise ValueError
    return day


def _read_texts(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else list(value)
    return [_read_text(part).strip() for part in parts if part != ""]


_READERS: dict[type, Callable[[Any], Any]] = {
    str: _read_text,
    int: _read_whole,
    bool: _read_flag,
    Decimal: _read_decimal,
    date: _read_day,
    datetime: _read_moment,
    list: _read_texts,
}
