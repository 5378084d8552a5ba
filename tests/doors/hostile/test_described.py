"""What the OpenAPI document allows, and what it does not, drawn by schemathesis: no answer breaks or is unnamed.

The examples are the same at each run. `/events` never ends, so that it has its own tests.
"""

import json
import shutil
from contextlib import suppress

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from plantwright.doors.api.openapi import description, operations
from plantwright.doors.api.serving import declared
from plantwright.doors.http import make_app
from plantwright.doors.http.exact_json import to_bytes
from plantwright.flows.catalog import load_actions, load_jobs, load_reports

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 2
DRAWN = hypothesis.settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)  # fmt: skip

load_actions(), load_reports(), load_jobs(), declared()
NAMES = [operation.name for _, operation in operations()]


@pytest.fixture(scope="module")
def described(people_once, tmp_path_factory):
    """The operations of the document by their names, and a function that sends one case as the administrator."""
    db = shutil.copy(people_once[0], tmp_path_factory.mktemp("described") / "plant.db")
    app = make_app(str(db), web=False, deliver=False)
    token = {"Authorization": f"Bearer {people_once[1]['ada']}"}
    # Loaded by itself: of an application schemathesis leaves the path out by which it got the document.
    schema = schemathesis.openapi.from_dict(json.loads(to_bytes(description())))
    schema.app = app
    found = [result.ok() for result in schema.get_all_operations()]
    yield {one.definition.raw["operationId"]: one for one in found}, token
    shutdown_lifespans()


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_one_that_the_document_names(described, name):
    known, token = described

    @DRAWN
    @hypothesis.given(known[name].as_strategy(generation_mode=GenerationMode.POSITIVE))
    def fits(case):
        case.call_and_validate(headers=token, checks=CHECKS)

    @DRAWN
    @hypothesis.given(known[name].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def does_not_fit(case):
        case.call_and_validate(headers=token, checks=CHECKS)

    fits()
    with suppress(hypothesis.errors.Unsatisfiable):  # there may be nothing that could be given wrongly
        does_not_fit()
