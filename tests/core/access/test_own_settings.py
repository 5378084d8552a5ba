"""Settings of a person: kept by name, nobody else's, and in no journal."""

import pytest

from plantwright.core.access import own_settings, set_own
from plantwright.core.journal import entries
from plantwright.core.problem import ProblemError


def test_each_person_keeps_settings_of_their_own_and_can_take_them_away(new):
    before = len(entries(new))
    set_own(new, "anna", "table:stock", "wide")
    set_own(new, "anna", "table:stock", "narrow")
    set_own(new, "bob", "table:stock", "bob's")
    assert own_settings(new, "anna") == {"table:stock": "narrow"}
    set_own(new, "anna", "table:stock", "")
    assert own_settings(new, "anna") == {}
    assert own_settings(new, "bob") == {"table:stock": "bob's"}
    assert len(entries(new)) == before


def test_a_setting_without_bounds_is_refused(new):
    with pytest.raises(ProblemError) as refused:
        set_own(new, "anna", "table:stock", "x" * 20_001)
    assert [one.code for one in refused.value.problems] == ["own-setting-too-long"]
