"""The sample plant and its plan, made once for all tests that only look at them."""

from importlib.resources import as_file, files

import pytest

import plantwright as pw


@pytest.fixture(scope="session")
def pumps():
    with as_file(files("plantwright") / "samples" / "pumps") as folder:
        plant = pw.load(folder)
    return plant, pw.plan(plant)
