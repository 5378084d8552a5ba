"""Lets the tests of the areas' checks write their plants as small CSV texts."""

import pytest

from plantwright.core.problem import errors
from plantwright.flows.check import check_plant
from plantwright.flows.exchange import faults_between, read_files
from plantwright.plant import make_plant

MONDAY = 20_458 * 1440
"""2026-01-05 00:00 UTC, the moment of every plant."""


@pytest.fixture
def checked(tmp_path):
    """Give a function from texts by table to the problems of that plant; lines are parted by " ; "."""

    def check(**tables):
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text("\n".join(text.split(" ; ")))
        parsed = read_files(tmp_path)
        assert not errors(parsed.problems + faults_between(parsed, {}))
        return check_plant(make_plant(parsed.tables, MONDAY))

    return check


@pytest.fixture
def codes(checked):
    """Give a function from texts by table to the codes of that plant's problems."""
    return lambda **tables: {problem.code for problem in checked(**tables)}
