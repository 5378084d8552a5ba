"""Worked examples of the textbooks, in weeks taken as days."""

from tests.methods.requirements.plants import DAY, UNIT, Plant, orders_of, plan_of, weeks

from plantwright.methods.requirements import NodeKind


def test_harmon_trumpet_valves_are_netted_against_stock_and_a_scheduled_receipt():
    """S. Nahmias, Production and Operations Analysis, 5th ed., 2005, section 7.1, examples 7.1 and 7.2."""
    trumpets = [77, 42, 38, 21, 26, 112, 45, 14, 76, 38]
    plant = Plant(
        nodes=[
            {"lead_fixed": 7 * DAY, "on_hand": 23 * UNIT},
            {"lead_fixed": 4 * DAY},
            {"lead_fixed": 3 * DAY, "on_hand": 186 * UNIT},
        ],
        lines=[{"owner": 0, "component": 1, "op": -1}, {"owner": 1, "component": 2, "per": 3 * UNIT}],
        demands=weeks(trumpets, first=15),
        supplies=[
            {"node": 0, "time": 15 * DAY, "quantity": 12 * UNIT},
            {"node": 0, "time": 17 * DAY, "quantity": 6 * UNIT},
            {"node": 0, "time": 18 * DAY, "quantity": 9 * UNIT},
            {"node": 2, "time": 3 * DAY, "quantity": 96 * UNIT},
        ],
    )
    plan = plan_of(plant)
    assert [quantity for _, _, quantity in orders_of(plan, 0)] == [42, 42, 32, 12, 26, 112, 45, 14, 76, 38]
    casings = orders_of(plan, 1)
    assert [quantity for _, _, quantity in casings] == [42, 42, 32, 12, 26, 112, 45, 14, 76, 38]
    assert [start for start, _, _ in casings] == list(range(4, 14))
    valves = orders_of(plan, 2)
    assert [quantity for _, _, quantity in valves] == [66, 36, 78, 336, 135, 42, 228, 114]
    assert [start for start, _, _ in valves] == list(range(3, 11))


def test_speaker_kits_gross_plan():
    """J. Heizer and B. Render, Operations Management, chapter 14: 50 kits in week 8, lot for lot, no stock."""
    # A of 2 B, 3 C; B of 2 D, 2 E; C of 2 E, 2 F; F of 2 D, 1 G. Lead times A1 B2 C1 D1 E2 F3 G2.
    a, b, c, d, e, f, g = range(7)
    structure = [(a, b, 2), (a, c, 3), (b, d, 2), (b, e, 2), (c, e, 2), (c, f, 2), (f, d, 2), (f, g, 1)]
    plant = Plant(
        nodes=[{"lead_fixed": lead * DAY, "kind": NodeKind.MAKE} for lead in (1, 2, 1, 1, 2, 3, 2)],
        lines=[{"owner": p, "component": q, "per": n * UNIT} for p, q, n in structure],
        demands=[{"node": a, "time": 8 * DAY, "quantity": 50 * UNIT}],
    )
    plan = plan_of(plant)
    assert {node: orders_of(plan, node) for node in range(7)} == {
        a: [(7, 8, 50)],
        b: [(5, 7, 100)],
        c: [(6, 7, 150)],
        d: [(2, 3, 600), (4, 5, 200)],
        e: [(3, 5, 200), (4, 6, 300)],
        f: [(3, 6, 300)],
        g: [(1, 3, 300)],
    }
    assert plan.level.tolist() == [0, 1, 1, 3, 2, 2, 3]


def test_speaker_kits_net_plan():
    """The same with stock A 10, B 15, C 20, D 10, E 10, F 5, G 0: the net requirements of the same chapter."""
    stock = (10, 15, 20, 10, 10, 5, 0)
    a, b, c, d, e, f, g = range(7)
    structure = [(a, b, 2), (a, c, 3), (b, d, 2), (b, e, 2), (c, e, 2), (c, f, 2), (f, d, 2), (f, g, 1)]
    plant = Plant(
        nodes=[
            {"lead_fixed": lead * DAY, "on_hand": n * UNIT}
            for lead, n in zip((1, 2, 1, 1, 2, 3, 2), stock, strict=True)
        ],
        lines=[{"owner": p, "component": q, "per": n * UNIT} for p, q, n in structure],
        demands=[{"node": a, "time": 8 * DAY, "quantity": 50 * UNIT}],
    )
    plan = plan_of(plant)
    assert {node: [(due, n) for _, due, n in orders_of(plan, node)] for node in range(7)} == {
        a: [(8, 40)],
        b: [(7, 65)],
        c: [(7, 100)],
        d: [(3, 380), (5, 130)],
        e: [(5, 120), (6, 200)],
        f: [(6, 195)],
        g: [(3, 195)],
    }
