"""Texts that are answered once and never kept: new passwords and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT_OUT = "(kept out)"
"""What the journal holds in the place of a secret."""


@dataclass(frozen=True)
class Secret:
    """A secret in the answer of an action: the caller gets it once, the journal and logs never.

    >>> Secret("b7f2")
    Secret()
    """

    text: str = field(repr=False)


def covered(value: Any) -> Any:
    """Give an answer with all secrets covered.

    >>> covered({"user": "anna", "password": Secret("b7f2")})
    {'user': 'anna', 'password': '(kept out)'}
    """
    return _with_secrets(value, shown=False)


def uncovered(value: Any) -> Any:
    """Give an answer with its secrets as plain texts."""
    return _with_secrets(value, shown=True)


def _with_secrets(value: Any, *, shown: bool) -> Any:
    if isinstance(value, Secret):
        return value.text if shown else KEPT_OUT
    if isinstance(value, Mapping):
        return {name: _with_secrets(part, shown=shown) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_secrets(part, shown=shown) for part in value]
    return value
