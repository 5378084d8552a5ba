"""A plant with an administrator, and a clock that stands until a test moves it."""

from datetime import UTC, datetime, timedelta

import pytest

import plantwright.core.access.actions  # noqa: F401 - declares them
from plantwright.core.access import first_link, use_first_link
from plantwright.core.action import run_action
from plantwright.core.store import Store

SECRET = "correct horse battery"  # noqa: S105 - of these plants alone


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
