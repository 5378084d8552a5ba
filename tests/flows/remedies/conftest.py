"""Small plants with one late order each, from lines of CSV."""

import shutil
from pathlib import Path

import pytest

import plantwright as pw

BASE = Path(__file__).parents[2] / "scenarios" / "_base"


@pytest.fixture
def plant(tmp_path):
    """Make a plant from tables as texts; what is not given comes from the base: one site, one shift from 6 to 14."""

    def make(**tables):
        folder = Path(shutil.copytree(BASE, tmp_path / "plant"))
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(text.strip() + "\n", encoding="utf-8")
        return pw.load(folder)

    return make
