"""ABC and XYZ classes, kanban cards and demand-driven buffers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import abc_classes, buffer_zones, kanban_cards, net_flow, xyz_classes


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def test_item_that_crosses_the_limit_belongs_to_the_class_above():
    found = abc_classes([10, 70, 20, 0])
    assert found.letter == ("B", "A", "A", "C")
    assert found.measure.tolist() == [1.0, 0.7, 0.9, 1.0]
    assert found.rank.tolist() == [2, 0, 1, 3]


def test_items_without_any_value_are_all_in_the_last_class():
    assert abc_classes([0, 0]).letter == ("C", "C")
    assert abc_classes([]).letter == ()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_no_item_is_in_a_better_class_than_one_of_more_value(values):
    found = abc_classes(values)
    ranked = sorted(range(len(values)), key=lambda place: found.rank[place])
    assert [values[place] for place in ranked] == sorted(values, reverse=True)
    assert [found.code[place] for place in ranked] == sorted(found.code)


def test_variation_on_a_limit_is_of_the_steadier_class():
    found = xyz_classes([10, 10, 10, 0], [5, 10, 10.1, 3])
    assert found.letter == ("X", "Y", "Z", "Z")
    assert found.rank.tolist() == [0, 1, 2, 3]


def test_classes_say_what_is_wrong():
    assert columns(lambda: abc_classes([1, -1], limits=(0.9, 0.8))) == ["value", "limits"]
    assert columns(lambda: abc_classes([1], limits=())) == ["limits"]
    assert columns(lambda: xyz_classes([1], [1, 2], limits=(0,))) == ["limits", "deviation"]


def test_kanbans_of_stevenson_and_of_heizer_and_render():
    """Stevenson 2007, chapter 15, example 1: 1.728, so 2; Heizer and Render 2011, chapter 16, example 1: 5."""
    assert kanban_cards(300, 0.12, 25, safety=0.2).working.steps[-2].value == pytest.approx(1.728)
    assert kanban_cards(300, 0.12, 25, safety=0.2).cards == 2
    assert kanban_cards(500, 2, 250, safety_stock=250).cards == 5


def test_a_whole_number_of_cards_is_not_rounded_up_by_floating_point():
    assert kanban_cards(0.1, 3, 0.1).cards == 3


def test_kanban_says_what_is_wrong():
    assert columns(lambda: kanban_cards(0, 0, 0, safety=-1)) == ["demand", "replenishment_time", "container", "safety"]


def test_green_is_the_largest_of_its_three_reasons():
    assert buffer_zones(10, 12, 0.5, 0.5).green == 60
    assert buffer_zones(10, 12, 0.5, 0.5, order_cycle=7).green == 70
    assert buffer_zones(10, 12, 0.5, 0.5, order_cycle=7, minimum_order=90).green == 90


def test_buffer_without_lead_time_is_its_green_zone():
    zones = buffer_zones(10, 0, 0.5, 0.5, order_cycle=7)
    assert (zones.top_of_red, zones.top_of_yellow, zones.top_of_green) == (0, 0, 70)


def test_order_reaches_the_top_of_green_and_waits_above_yellow():
    zones = buffer_zones(10, 12, 0.5, 0.5)
    assert net_flow(zones, 100, 120, [9], threshold=45).order == 0
    assert net_flow(zones, 100, 120, [10], threshold=45).order == zones.top_of_green - 210


def test_buffer_says_what_is_wrong():
    assert columns(lambda: buffer_zones(-1, float("nan"), 0, 0.5)) == ["daily_usage", "lead_time", "lead_time_factor"]
    assert columns(lambda: net_flow(buffer_zones(1, 1, 1, 1), -1, 0, [0], threshold=0)) == ["on_hand", "threshold"]
