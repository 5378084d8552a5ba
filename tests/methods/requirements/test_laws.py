"""Laws that every plan keeps, on random small plants, judged by a checker that shares no code with the planner."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.requirements.checker import BUY, MAKE, NONE, PHANTOM, SUBCONTRACT, TRANSFER, Judge
from tests.methods.requirements.plants import DAY, UNIT, Plant, plan_of

quanta = st.sampled_from([1, 1_000, UNIT // 2, UNIT])
moments = st.integers(-3, 30).map(lambda day: day * DAY // 2)


@st.composite
def a_node(draw, number, count):
    kinds = [MAKE, MAKE, BUY, SUBCONTRACT, NONE] + ([PHANTOM, TRANSFER] if number + 1 < count else [])
    quantum = draw(quanta)
    node = {"kind": draw(st.sampled_from(kinds)), "quantum": quantum}
    node["on_hand"] = draw(st.sampled_from([0, 0, 3, 50])) * UNIT
    node["safety_stock"] = draw(st.sampled_from([0, 0, 2])) * UNIT
    node["safety_time"] = draw(st.sampled_from([0, 0, DAY]))
    node["lead_fixed"] = draw(st.integers(0, 4)) * DAY
    node["lead_per_unit"] = draw(st.sampled_from([0.0, 0.7]))
    node["lead_extra"] = draw(st.sampled_from([0, 90]))
    node["fence"] = draw(st.sampled_from([-(10**9), 3 * DAY]))
    node["multiple"] = draw(st.sampled_from([0, 0, 4])) * UNIT
    node["minimum"] = draw(st.sampled_from([0, 0, 7])) * UNIT
    node["maximum"] = draw(st.sampled_from([0, 0, 0, 12])) * UNIT
    node["lot_rule"] = draw(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6, 7]))
    node["fill"] = draw(st.sampled_from([0, 0, 9])) * UNIT if node["lot_rule"] == 0 else 0
    node |= {"fixed_quantity": 5 * UNIT, "period": 4 * DAY, "order_cost": 50.0, "holding_cost": 1.0}
    if node["kind"] == TRANSFER:
        node["supplying_node"] = draw(st.integers(number + 1, count - 1))
    return node


@st.composite
def a_line(draw, parent, count):
    line = {"owner": parent, "component": draw(st.integers(parent + 1, count - 1))}
    line["per"] = draw(st.sampled_from([UNIT, 2 * UNIT, 333_333, 1, 1_500_000]))
    line["fixed"] = draw(st.sampled_from([0, 0, UNIT, 7]))
    line["scrap"] = draw(st.sampled_from([0, 50_000, 333_333]))
    line["rounding"] = draw(st.sampled_from([0, 0, 3 * UNIT]))
    if draw(st.booleans()):
        line["effective_from"] = draw(moments)
    if draw(st.integers(0, 3)) == 0:
        line |= {"per": 2, "denominator": 3, "scrap": 0}
    return line


@st.composite
def plants(draw, *, extras=True):
    count = draw(st.integers(2, 5))
    nodes = [draw(a_node(number, count)) for number in range(count)]
    parents = draw(st.lists(st.integers(0, count - 2), max_size=6))
    plant = Plant(nodes=nodes, lines=sorted((draw(a_line(p, count)) for p in parents), key=lambda line: line["owner"]))
    amounts = st.integers(1, 30).map(lambda n: n * UNIT // 2)
    any_node = st.integers(0, count - 1)
    plant.demands = [
        {"node": draw(any_node), "time": draw(moments), "quantity": draw(amounts), "priority": draw(st.integers(0, 3))}
        for _ in range(draw(st.integers(1, 6)))
    ]
    plant.supplies = [
        {
            "node": draw(any_node),
            "time": draw(moments),
            "quantity": draw(amounts),
            "kind": draw(st.integers(0, 1)),
            "explode": draw(st.integers(0, 1)),
        }
        for _ in range(draw(st.integers(0, 3)))
    ]
    if extras:
        add_extras(draw, plant, count, amounts, any_node)
    return plant


def add_extras(draw, plant, count, amounts, any_node):
    supplies = len(plant.supplies)
    if supplies:
        plant.open_needs = [
            {
                "node": draw(any_node),
                "time": draw(moments),
                "quantity": draw(amounts),
                "supply": draw(st.integers(0, supplies - 1)),
            }
            for _ in range(draw(st.integers(0, 2)))
        ]  # fmt: skip
        served = draw(st.integers(0, len(plant.demands) - 1))
        if draw(st.booleans()):
            plant.supplies[0] |= {"serves": served, "node": plant.demands[served]["node"]}
    plant.substitutes = [
        {"owner": line, "node": draw(any_node), "ratio": draw(st.sampled_from([UNIT, 750_000, 2 * UNIT]))}
        for line in range(len(plant.lines))
        if draw(st.booleans())
    ]
    plant.alternatives = [
        {"owner": node, "node": draw(any_node), "lead": draw(st.integers(0, 2)) * DAY}
        for node in range(count)
        if draw(st.integers(0, 3)) == 0
    ]
    plant.co_products = [
        {"owner": node, "node": draw(st.integers(node + 1, count - 1)), "per": draw(st.sampled_from([UNIT, 333_333]))}
        for node in range(count - 1)
        if draw(st.integers(0, 3)) == 0
    ]


@given(plants(extras=False))
@settings(max_examples=100)
def test_plain_plans_break_no_rule(plant):
    assert Judge(plant, plan_of(plant)).faults() == []


@given(plants())
@settings(max_examples=150)
def test_plans_with_substitutes_alternatives_and_co_products_break_no_rule(plant):
    assert Judge(plant, plan_of(plant)).faults() == []


def orders_and_shortages(plan):
    """Give what is planned and what is unmet, without row numbers of the demands."""
    orders = [getattr(plan.orders, name).tolist() for name in ("node", "quantity", "start", "due", "projected")]
    unmet = plan.requirements.time[plan.unmet.requirement], plan.requirements.node[plan.unmet.requirement]
    return orders, sorted(zip(*(part.tolist() for part in (*unmet, plan.unmet.quantity)), strict=True))


@given(plants(), st.randoms(use_true_random=False))
def test_the_order_of_demand_rows_changes_nothing(plant, random):
    demands = [d | {"time": d["time"] + row, "priority": 0} for row, d in enumerate(plant.demands)]
    supplies = [{k: v for k, v in s.items() if k != "serves"} for s in plant.supplies]
    plant = replace(plant, demands=demands, supplies=supplies)
    shuffled = replace(plant, demands=random.sample(demands, len(demands)))
    assert orders_and_shortages(plan_of(plant)) == orders_and_shortages(plan_of(shuffled))


@given(plants())
def test_planning_twice_gives_the_same_plan(plant):
    first, second = plan_of(plant), plan_of(plant)
    for part in ("orders", "requirements", "co_products", "pegs", "unmet"):
        for name in getattr(first, part).__dataclass_fields__:
            assert np.array_equal(getattr(getattr(first, part), name), getattr(getattr(second, part), name))
