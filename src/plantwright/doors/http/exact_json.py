"""JSON that loses nothing: numbers are read as decimals, and texts that no file could hold are refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from plantwright.core.store.plain import plain

_DIGITS, _EXPONENT = 40, 30
_LARGEST = 2**63


def read_json(data: bytes) -> Any:
    """Read JSON text.

    Raises
    ------
    ValueError : it is no JSON in UTF-8, holds half of a character, or a number that no column can hold

    >>> read_json(b'{"quantity": 0.1}')
    {'quantity': Decimal('0.1')}
    """
    try:
        found = json.loads(
            data.decode("utf-8"), parse_float=_decimal, parse_int=_whole, parse_constant=_no_number,
            object_pairs_hook=_once,
        )  # fmt: skip
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if b"\\ud" in data.lower():
        _check_characters(found)
    return found


def to_bytes(value: Any) -> bytes:
    """Write JSON text in UTF-8."""
    return json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":")).encode()


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > _DIGITS or abs(number.adjusted()) > _EXPONENT:
        raise ValueError(f"the number {text[:_DIGITS]} is out of all bounds")
    return number


def _whole(text: str) -> int:
    number = int(text) if len(text) <= _DIGITS else _LARGEST
    if not -_LARGEST <= number < _LARGEST:
        raise ValueError(f"the number {text[:_DIGITS]} is out of all bounds")
    return number


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has a name twice")
    return found


def _check_characters(value: Any) -> None:
    """Refuse halves of surrogate pairs, which JSON can write and UTF-8 cannot."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise ValueError("a text holds half of a character") from error
