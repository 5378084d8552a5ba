"""Passwords: the rule for new ones, and their hashes by argon2id."""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import cache
from typing import TYPE_CHECKING

from plantwright.core.problem import Problem, problem_kind

if TYPE_CHECKING:
    from argon2 import PasswordHasher

WEAK = problem_kind(
    "password-weak",
    "This password cannot be used: it {why}.",
    "Choose one of at least 10 characters that is in no list, such as three or four words.",
)

SHORTEST, LONGEST = 10, 500

_COMMON = """
    abc abcd abcde abcdef abcdefg abcdefgh abcdefghi abcdefghij admin administrator adminadmin america andrew angel
    arsenal asdf asdfgh asdfghjkl azerty bailey baseball basketball batman buster changeit changeme charlie cheese
    chelsea chocolate computer daniel default demo dragon factory flower football freedom geheim george guest hallo
    harley hello helloworld hunter iloveyou internet jennifer jessica jordan killer letmein liverpool login london love
    lovely manager master matrix michael michelle minecraft monkey mustang nothing office orange passw pass password
    passwort pepper plantwright pokemon princess production purple qazwsx qazwsxedc qwer qwert qwerty qwertyui
    qwertyuiop qwertz qwertzuiop samsung secret server shadow soccer starwars summer sunshine superman support system
    temp test testing thomas tigger trustno user welcome whatever winter zxcvbn zxcvbnm
"""
COMMON = frozenset(_COMMON.split())
"""Words from which the most common passwords are made, by themselves or with digits and signs around them."""

_LOOKS_LIKE = str.maketrans("@4310$5!7", "aaeiossit")
_ROWS = ("01234567890123456789", "98765432109876543210", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz")


def faults_of(password: str, name: str) -> list[Problem]:
    """Give everything that is wrong with a new password; the problems do not hold it.

    >>> [problem.message for problem in faults_of("Password2026!", "anna")]
    ['This password cannot be used: it is one of those that are tried first.']
    """
    low = password.casefold()
    tests = {
        f"has fewer than {SHORTEST} characters": len(password) < SHORTEST,
        f"has more than {LONGEST} characters": len(password) > LONGEST,
        "is the name, or little more": bool(name) and name.casefold() in low and len(low) < len(name) + 6,
        "is one of those that are tried first": _is_common(low),
    }
    return [WEAK.at(column="password", why=why) for why, wrong in tests.items() if wrong]


def _is_common(low: str) -> bool:
    bare = re.sub(r"[\W\d_]+$|^[\W\d_]+", "", low)
    plain = re.sub(r"[\W\d_]+$|^[\W\d_]+", "", re.sub(r"[\d\W]+$", "", low).translate(_LOOKS_LIKE))
    repeated = len(set(low)) <= 2 or re.fullmatch(r"(.{1,5})\1+", low) is not None
    return bare in COMMON or plain in COMMON or repeated or any(low in row for row in _ROWS)


def temporary_password() -> str:
    """Make a password of 80 random bits that is easy to read out: no 0, 1, l and o."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(4)]
    return "-".join(groups)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 - only those who sign in need it

    return PasswordHasher()


def hash_of(password: str) -> str:
    """Give the argon2id hash of a password, with its salt and parameters in it."""
    return _hasher().hash(password)


@cache
def nobodys_hash() -> str:
    """Give the hash of a password that nobody knows: who gives an unknown name waits as long as for a known one."""
    return hash_of(secrets.token_urlsafe(32))


def is_right(hashed: str, password: str) -> bool:
    """Tell whether a password is that of a hash; takes some 50 ms, so that guessing takes long."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        return _hasher().verify(hashed, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def is_old(hashed: str) -> bool:
    """Tell whether a hash was made with parameters that are no longer used."""
    return _hasher().check_needs_rehash(hashed)


def new_token() -> str:
    """Make a token of 32 random bytes."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Give what the store keeps of a token. It is random, so a fast hash without salt is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
