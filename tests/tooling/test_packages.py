"""The lock file pins what pyproject.toml asks for and names no host; runtime packages are free of the GPL."""

import re
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

LESSER = {"psycopg", "psycopg-binary"}
"""Under the LGPL, used unchanged as libraries: the one copyleft that is let in."""

FREE = {"docutils"}
"""In the public domain or under BSD; it names the GPL for a mode of Emacs, which no wheel of it holds."""

COPYLEFT = re.compile(r"\b[AL]?GPL|GNU (Affero |Lesser |Library )?General Public", re.IGNORECASE)


def pinned():
    """The versions pinned for each package; a package has several where they differ by Python version."""
    pins = {}
    for line in LOCK.splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line)
            (pin,) = requirement.specifier
            assert pin.operator == "=="
            pins.setdefault(canonicalize_name(requirement.name), []).append(pin.version)
    return pins


def test_lock_pins_every_package_that_the_project_asks_for_within_its_range():
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    extras = PROJECT["project"].get("optional-dependencies", {}).values()
    pins = pinned()
    unmet = [
        wanted
        for wanted in map(Requirement, [*asked, *(one for extra in extras for one in extra)])
        if not all(version in wanted.specifier for version in pins.get(canonicalize_name(wanted.name), ["none"]))
    ]
    assert unmet == [], "run make lock"


def test_lock_names_no_host_and_no_path_of_a_machine():
    told = [line for line in LOCK.splitlines() if re.search(r"://|^-|(^|\s)/|@", line)]
    assert told == []


def runtime_packages():
    """The packages installed for a user: the project's dependencies and, in turn, theirs."""
    found, waiting = {}, [Requirement("plantwright")]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        extras = wanted.extras | {""}
        if (name, *sorted(extras)) in found:
            continue
        found[(name, *sorted(extras))] = distribution(name)
        needs = map(Requirement, distribution(name).requires or [])
        waiting += [
            need for need in needs if need.marker is None or any(need.marker.evaluate({"extra": e}) for e in extras)
        ]
    return {key[0]: package for key, package in found.items()}


def licence_of(package):
    """What the package says of its licence: the expression and classifiers, or else the first line of its text."""
    told = package.metadata
    classifiers = [line for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    short = [told.get("License-Expression") or "", *classifiers]
    return " ".join(part for part in short if part) or (told.get("License") or "").split("\n", 1)[0]


def test_every_runtime_package_says_its_licence():
    assert [name for name, package in runtime_packages().items() if not licence_of(package)] == []


def test_no_runtime_package_is_under_the_gpl_and_only_psycopg_under_the_lgpl():
    told = {name: licence_of(package) for name, package in runtime_packages().items()}
    held = {name: licence for name, licence in told.items() if COPYLEFT.search(licence) and name not in LESSER | FREE}
    assert held == {}
    assert [
        file for name in FREE & told.keys() for file in distribution(name).files or () if file.suffix == ".el"
    ] == []
    assert all("Lesser" in told[name] or "LGPL" in told[name] for name in LESSER & told.keys())


def test_python_that_runs_is_one_that_the_project_names():
    named = [line.rsplit(" ", 1)[1] for line in PROJECT["project"]["classifiers"] if "Python :: 3." in line]
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in named
