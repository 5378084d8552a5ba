"""Formulas for quantities: written as text, checked, compiled to a small program, run inside the kernels.

A program is a list of instructions for a stack machine: push a constant, push the order quantity, or replace the top
of the stack by a result. No text is ever evaluated by Python.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.methods.requirements.exact import LARGEST, SCALE, Floats, Ints
from plantwright.methods.working_time import primitive

BAD_FORMULA = problem_kind(
    "bad-formula",
    "The formula '{value}' has {what}.",
    "Use numbers, {names}, + - * /, brackets, and min, max, ceil, floor.",
)

PUSH, QUANTITY, ADD, SUBTRACT, MULTIPLY, DIVIDE, LEAST, MOST, CEIL, FLOOR, NEGATE = range(11)
DEEPEST = 64
STACK = DEEPEST + 1

_BINARY = {ast.Add: ADD, ast.Sub: SUBTRACT, ast.Mult: MULTIPLY, ast.Div: DIVIDE}
_FOLDED = {"min": LEAST, "max": MOST}
_SINGLE = {"ceil": CEIL, "floor": FLOOR}
Program = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Formulas:
    """Compiled formulas, one after the other.

    Parameters
    ----------
    pointer
        int64[formulas + 1]; where the steps of each begin.
    steps
        float64; for each instruction its code, and the constant that it pushes or 0.
    """

    pointer: Ints
    steps: Floats


def compile_formula(text: str, names: Mapping[str, float] | None = None) -> Program:
    """Compile one formula.

    Parameters
    ----------
    text
        Such as ``ceil(q / 12) * 2 + 1``; ``q`` is the order quantity in units.
    names
        Values of further names, such as the parameters of a variant.

    Returns
    -------
    The instructions, each with its constant.

    Raises
    ------
    ProblemError
        With everything in the text that is not a number, a known name, or an allowed operation.

    Examples
    --------
    >>> value_of(compile_formula("ceil(q / 12) * 2 + boxes", {"boxes": 1.0}), 25.0)
    7.0
    """
    compiler = _Compiler(text, {} if names is None else names)
    program = compiler.run()
    if compiler.problems:
        raise ProblemError(compiler.problems)
    return program


def formulas(programs: Sequence[Program]) -> Formulas:
    """Put compiled formulas into flat arrays, in the order in which BOM lines refer to them."""
    steps = [step for program in programs for step in program]
    ends = np.cumsum([0] + [2 * len(program) for program in programs])
    return Formulas(
        pointer=ends.astype(np.int64),
        steps=np.array(steps, dtype=np.float64).ravel(),
    )


def value_of(program: Program, quantity: float) -> float:
    """Run a compiled formula for an order quantity in units; not a number where it divides by zero."""
    steps = formulas([program]).steps
    return float(run_formula(steps, 0, steps.size, float(quantity), np.zeros(STACK)))


@dataclass
class _Compiler:
    text: str
    names: Mapping[str, float]

    def run(self) -> Program:
        """Compile the text; its faults are in `problems` then, and the program is of no use."""
        self.problems: list[Problem] = []
        try:
            tree = ast.parse(self.text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self._refuse("no meaning: it cannot be read")
            return []
        program = self._steps(tree.body)
        if _depth(program) > DEEPEST:
            self._refuse(f"more than {DEEPEST} open brackets or operands")
        return program

    def _refuse(self, what: str) -> Program:
        names = ", ".join(["q", *self.names])
        self.problems.append(BAD_FORMULA.at(column="formula", value=self.text, what=what, names=names))
        return []

    def _steps(self, node: ast.expr) -> Program:  # noqa: PLR0911 - one return for each kind of part
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return [(PUSH, float(number))]
            case ast.Name(id=name):
                return self._name(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return [*self._steps(left), *self._steps(right), (_BINARY[type(op)], 0.0)]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return [*self._steps(operand), (NEGATE, 0.0)]
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._steps(operand)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments)
        return self._refuse(f"a part that is not allowed: {ast.unparse(node)}")

    def _name(self, name: str) -> Program:
        if name == "q":
            return [(QUANTITY, 0.0)]
        if name in self.names:
            return [(PUSH, float(self.names[name]))]
        return self._refuse(f"an unknown name: {name}")

    def _call(self, name: str, arguments: list[ast.expr]) -> Program:
        parts = [self._steps(argument) for argument in arguments]
        if name in _SINGLE and len(parts) == 1:
            return [*parts[0], (_SINGLE[name], 0.0)]
        if name in _FOLDED and len(parts) >= 2:
            rest = [step for part in parts[1:] for step in [*part, (_FOLDED[name], 0.0)]]
            return [*parts[0], *rest]
        return self._refuse(f"a call that is not allowed: {name} with {len(parts)} values")


def _depth(program: Program) -> int:
    height = deepest = 0
    for code, _ in program:
        height += 1 if code in (PUSH, QUANTITY) else -1 if code <= MOST else 0
        deepest = max(deepest, height)
    return deepest


@primitive
def run_formula(steps: Floats, first: int, end: int, quantity: float, stack: Floats) -> float:
    """Run the formula that lies in ``steps[first:end]`` on the stack; it is not a number where it divides by zero."""
    top = -1
    for place in range(first, end, 2):
        code = int(steps[place])
        if code <= QUANTITY:
            top += 1
            stack[top] = steps[place + 1] if code == PUSH else quantity
        elif code <= MOST:
            top -= 1
            stack[top] = _combined(code, stack[top], stack[top + 1])
        elif code == CEIL:
            stack[top] = np.ceil(stack[top] - 1e-9)
        elif code == FLOOR:
            stack[top] = np.floor(stack[top] + 1e-9)
        else:
            stack[top] = -stack[top]
    return float(stack[0])


@primitive
def _combined(code: int, a: float, b: float) -> float:
    if code == ADD:
        return a + b
    if code == SUBTRACT:
        return a - b
    if code == MULTIPLY:
        return a * b
    if code == DIVIDE:
        return a / b if b != 0.0 else np.nan
    return min(a, b) if code == LEAST else max(a, b)


@primitive
def formula_quantity(steps: Floats, first: int, end: int, quantity: int, stack: Floats) -> int:
    """Give the scaled result for a scaled order quantity, rounded up; -1 when it is no quantity.

    The real result carries an error far below a millionth of a unit, so a thousandth of that is let go before rounding.
    """
    result = run_formula(steps, first, end, quantity / SCALE, stack) * SCALE
    if not (result > -0.5 and result <= LARGEST):
        return -1
    return int(max(np.ceil(result - 1e-3), 0.0))
