"""Stock policies that are asked for what cannot be."""

from provokes import provokes, raised

from plantwright.methods.stock import all_units_discount


@provokes("discount-rises")
def discount_rises(folder):
    return raised(lambda: all_units_discount(1300, 8, 0.3, [0, 400, 800], [0.75, 0.72, 0.80]))
