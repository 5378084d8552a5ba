"""Evaluate the formula of a line of a bill of material exactly, with nothing but arithmetic in q."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from fractions import Fraction

_BINARY: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda a, b: Fraction(a // b),
    ast.Mod: operator.mod,
    ast.Pow: lambda a, b: Fraction(a**b),
}
_COMPARE: dict[type[ast.cmpop], Callable[[Fraction, Fraction], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_CALLS: dict[str, Callable[..., Fraction]] = {
    "ceil": lambda a: Fraction(math.ceil(a)),
    "floor": lambda a: Fraction(math.floor(a)),
    "round": lambda a: Fraction(round(a)),
    "min": min,
    "max": max,
    "abs": abs,
}


def evaluate(text: str, q: Fraction) -> Fraction | None:
    """Give the value for an order of `q` units; nothing when the formula cannot be read.

    Examples
    --------
    >>> evaluate("ceil(q / 12)", Fraction(30))
    Fraction(3, 1)
    """
    try:
        return _value(ast.parse(text, mode="eval").body, q)
    except (SyntaxError, ArithmeticError, TypeError, ValueError, KeyError):
        return None


def _value(node: ast.expr, q: Fraction) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return Fraction(str(node.value))
    if isinstance(node, ast.Name) and node.id == "q":
        return q
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_value(node.left, q), _value(node.right, q))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, q)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _CALLS[node.func.id](*(_value(argument, q) for argument in node.args))
    if isinstance(node, ast.IfExp):
        return _value(node.body if _holds(node.test, q) else node.orelse, q)
    raise ValueError("this formula uses more than arithmetic in q")


def _holds(node: ast.expr, q: Fraction) -> bool:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _COMPARE[type(node.ops[0])](_value(node.left, q), _value(node.comparators[0], q))
    raise ValueError("a condition compares two values")
