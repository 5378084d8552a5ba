"""A plant with an administrator, and a clock that stands until a test moves it."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

import plantwright.core.access.actions  # noqa: F401 - declares them
from plantwright.core.access import first_link, passwords, use_first_link
from plantwright.core.action import run_action
from plantwright.core.store import Store

SECRET = "correct horse battery"  # noqa: S105 - of these plants alone


@pytest.fixture(autouse=True, scope="module")
def light_hashes():
    """Hashes of the same kind that take no time: these tests sign in hundreds of times; the doors use real ones."""
    light = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: light)
        passwords.nobodys_hash.cache_clear()
        yield
    passwords.nobodys_hash.cache_clear()


class Clock:
    """A clock that stands."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def later(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def new(target, clock):
    """A plant without users."""
    with Store.open(target, clock=clock, busy_seconds=1.0) as opened:
        yield opened


@pytest.fixture
def store(new):
    """A plant whose administrator is anna."""
    use_first_link(new, first_link(new), "Anna", SECRET)
    return new


def act(store, name, /, **arguments):
    return run_action(store, name, arguments, "anna")


def codes_of(raised):
    return [problem.code for problem in raised.value.problems]
