"""Hierarchies of forecasts that are none."""

from provokes import provokes, raised

from plantwright.methods.forecasting import build_hierarchy, check_adds_up


@provokes("hierarchy-does-not-add-up")
def total_is_not_the_sum(folder):
    tree = build_hierarchy({"item": ["P-100", "P-200"]}, [()])
    return check_adds_up(tree, [100, 40, 50])


@provokes("hierarchy-two-parents")
def item_in_two_families(folder):
    codes = {"item": ["P-100", "P-100"], "family": ["pumps", "spares"], "site": ["north", "south"]}
    return raised(lambda: build_hierarchy(codes, [(), ("family",)], within={"item": "family"}))
