"""Every kind of problem has an example that provokes it, and its words say what is wrong and what to do."""

import re

import pytest

import gallery

EXAMPLES = gallery.examples()


def test_every_kind_of_problem_has_an_example():
    assert sorted(set(gallery.codes()) - set(EXAMPLES)) == []


def test_every_example_is_of_a_kind_that_exists():
    assert sorted(set(EXAMPLES) - set(gallery.codes())) == []


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_example_gives_the_problem_with_its_place_and_remedy(code, tmp_path):
    problem = gallery.problem_of(EXAMPLES[code], tmp_path)
    assert problem is not None
    assert problem.message.endswith((".", "?"))
    assert problem.remedy
    assert not re.search(r"\{|\}|\bNone\b|\bnan\b", problem.message + problem.remedy)
