"""Lot sizing: how much to order, and for which needs, when ordering costs something and so does keeping.

Needs are rows of (time, quantity) in order of time, both whole numbers: quantities in the smallest unit of the item,
times in any unit (periods, days, minutes). Each rule returns `Lots`, whose `first` and `last` say which needs a lot
was made for. The requirements planner uses the same compiled rules.

>>> from plantwright.methods.lot_sizing import lot_cost, wagner_whitin
>>> needs = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]
>>> lots = wagner_whitin(range(12), needs, order_cost=54, holding_cost=0.40)
>>> lots.quantity.tolist()
[84, 130, 283, 140, 124, 160, 279]
>>> round(lot_cost(lots, range(12), needs, order_cost=54, holding_cost=0.40), 2)
501.2
"""

from plantwright.methods.lot_sizing.capacitated import (
    CapacitatedLots,
    CapacitatedPlan,
    capacitated_problem,
    judge_capacitated,
    read_capacitated,
)
from plantwright.methods.lot_sizing.capacitated_search import size_capacitated_lots
from plantwright.methods.lot_sizing.modifiers import adjust_lot
from plantwright.methods.lot_sizing.rules import (
    LotRule,
    Lots,
    economic_order_quantity,
    fixed_order_quantity,
    least_unit_cost,
    lot_cost,
    lot_for_lot,
    part_period_balancing,
    period_order_quantity,
    silver_meal,
    size_lots,
    wagner_whitin,
)

__all__ = [
    "CapacitatedLots",
    "CapacitatedPlan",
    "LotRule",
    "Lots",
    "adjust_lot",
    "capacitated_problem",
    "economic_order_quantity",
    "fixed_order_quantity",
    "judge_capacitated",
    "least_unit_cost",
    "lot_cost",
    "lot_for_lot",
    "part_period_balancing",
    "period_order_quantity",
    "read_capacitated",
    "silver_meal",
    "size_capacitated_lots",
    "size_lots",
    "wagner_whitin",
]
