"""An independent judge of material plans: plain Python and exact fractions, no planner code."""

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from math import ceil

UNIT = 1_000_000
EVER, LONG_AGO = 1 << 60, -(1 << 60)
MAKE, BUY, TRANSFER, SUBCONTRACT, PHANTOM, NONE = range(6)


def rows(table):
    """Turn a result table into a list of dictionaries."""
    names = list(table.__dataclass_fields__)
    return [dict(zip(names, map(int, values), strict=True)) for values in zip(*(getattr(table, n) for n in names))]  # noqa: B905


class Judge:
    def __init__(self, plant, plan):
        self.plant, self.plan = plant, plan
        self.needs, self.orders = rows(plan.requirements), rows(plan.orders)
        self.pegs, self.unmet, self.extra = rows(plan.pegs), rows(plan.unmet), rows(plan.co_products)
        self.lines = sorted(plant.lines, key=lambda line: line["owner"])

    def faults(self):
        """Give every rule that the plan breaks, in words."""
        checks = (
            self.demands_stand, self.explosions, self.passed_on, self.pegs_add_up, self.supplies_suffice,
            self.lots_fit, self.dates, self.in_time, self.no_more_than_needed, self.filled_up,
            self.first_come_first_served, self.co_products_come, self.served_is_kept,
        )  # fmt: skip
        return [fault for check in checks for fault in check()]

    def quantum(self, node):
        return self.plant.nodes[node].get("quantum", UNIT)

    def amount(self, line, quantity):
        per = Fraction(line.get("per", UNIT), line.get("denominator", UNIT))
        exact = (quantity * per + line.get("fixed", 0)) * (1 + Fraction(line.get("scrap", 0), UNIT))
        for step in (1, line.get("rounding", 0), self.quantum(line["component"])):
            exact = ceil(exact / step) * step if step else exact
        return int(exact)

    def effective(self, line, start):
        return line.get("effective_from", LONG_AGO) <= start < line.get("effective_to", EVER)

    def demands_stand(self):
        given = [(d["node"], d["time"], d["quantity"]) for d in self.plant.demands]
        given += [(d["node"], d["time"], d["quantity"]) for d in self.plant.open_needs]
        planned = [(n["node"], n["time"], n["quantity"] + n["moved"]) for n in self.needs[: len(given)]]
        if given != planned:
            yield f"demands changed: {given} {planned}"

    def explosions(self):
        asked = defaultdict(int)
        for need in self.needs:
            if need["via"] < 0 and (need["origin_kind"] == 1 or need["line"] >= 0):
                key = need["origin_kind"], need["origin"], need["line"], need["node"]
                asked[key] += need["quantity"] + need["moved"]
        expected = dict(self.expected_of_planned()) | dict(self.expected_of_open())
        if dict(asked) != expected:
            yield f"explosion differs: {dict(asked)} expected {expected}"

    def expected_of_planned(self):
        for row, order in enumerate(self.orders):
            if order["kind"] == TRANSFER:
                step = self.quantum(order["from_node"]) if order["alternative"] == 0 else 1
                yield (1, row, -1, order["from_node"]), -(-order["quantity"] // step) * step
            if order["kind"] in (MAKE, SUBCONTRACT):
                yield from self.bill(1, row, order["node"], order["quantity"], order["start"])

    def expected_of_open(self):
        for row, supply in enumerate(self.plant.supplies):
            start = max(supply["time"] - self.lead({**supply, "alternative": 0}), self.plant.as_of)
            if supply.get("explode"):
                yield from self.bill(2, row, supply["node"], supply["quantity"], start)

    def bill(self, kind, row, node, quantity, start):
        for number, line in enumerate(self.lines):
            amount = self.amount(line, quantity) if line["owner"] == node and self.effective(line, start) else 0
            if amount:
                yield (kind, row, number, line["component"]), amount

    def passed_on(self):
        for row, need in enumerate(self.needs):
            children = [n for n in self.needs if n["via"] == row]
            if bool(children) > bool(need["moved"]):
                yield f"{row} has children but moved nothing"
            if self.plant.nodes[need["node"]].get("kind", 0) == PHANTOM:
                yield from self.through_phantom(row, need, children)
            elif need["moved"]:
                yield from self.substituted(row, need, children)

    def through_phantom(self, row, need, children):
        start = self.orders[need["origin"]]["start"] if need["origin_kind"] == 1 else need["time"]
        expected = {
            number: self.amount(line, need["moved"])
            for number, line in enumerate(self.lines)
            if line["owner"] == need["node"] and need["moved"] and self.effective(line, start)
        }
        found = {n["line"]: n["quantity"] + n["moved"] for n in children}
        if found != {number: amount for number, amount in expected.items() if amount}:
            yield f"phantom {row}: {found} expected {expected}"

    def substituted(self, row, need, children):
        options = [s for s in self.plant.substitutes if s["owner"] == need["line"]]
        replaced = Fraction(0)
        room = Fraction(0)
        for child in children:
            option = options[child["rank"] - 1]
            ratio = Fraction(option.get("ratio", UNIT), UNIT)
            used = child["quantity"] + child["moved"]
            if option["node"] != child["node"]:
                yield f"{row} uses {child['node']}, not substitute {option['node']}"
            if not option.get("effective_from", LONG_AGO) <= need["time"] < option.get("effective_to", EVER):
                yield f"{row} uses a substitute out of its time"
            replaced += used / ratio
            room += self.quantum(child["node"]) / ratio
        if not need["moved"] <= replaced < need["moved"] + room:
            yield f"{row}: {need['moved']} was replaced by {children}"

    def pegs_add_up(self):
        served = defaultdict(int)
        for peg in self.pegs:
            served[peg["requirement"]] += peg["quantity"]
            if peg["quantity"] <= 0:
                yield f"empty peg {peg}"
        for missing in self.unmet:
            served[missing["requirement"]] += missing["quantity"]
            node = self.needs[missing["requirement"]]["node"]
            if self.plant.nodes[node].get("kind", 0) != NONE:
                yield f"{missing} is unmet although node {node} has a source"
        for row, need in enumerate(self.needs):
            if served[row] != need["quantity"]:
                yield f"requirement {row}: {need['quantity']} wanted, {served[row]} pegged"

    def supply(self, kind, row):
        """Give node, moment and quantity of a supply."""
        if kind == 0:
            return row, LONG_AGO, self.plant.nodes[row].get("on_hand", 0)
        if kind == 1:
            own = self.plant.supplies[row]
            return own["node"], own["time"], own["quantity"]
        if kind == 2:
            own = self.extra[row]
            return own["node"], own["time"], own["quantity"]
        own = self.orders[row]
        return own["node"], own["projected"], own["quantity"]

    def supplies_suffice(self):
        taken = defaultdict(int)
        for peg in self.pegs:
            kind = 3 if peg["supply_kind"] == 4 else peg["supply_kind"]
            taken[kind, peg["supply"]] += peg["quantity"]
            if self.supply(kind, peg["supply"])[0] != self.needs[peg["requirement"]]["node"]:
                yield f"{peg} crosses nodes"
            is_transfer = peg["supply_kind"] == 4
            if kind == 3 and is_transfer != (self.orders[peg["supply"]]["kind"] == TRANSFER):
                yield f"{peg} calls its supply by the wrong kind"
        for (kind, row), quantity in taken.items():
            if quantity > self.supply(kind, row)[2]:
                yield f"supply {kind} {row} gives {quantity} of {self.supply(kind, row)[2]}"

    def lots_fit(self):
        for order in self.orders:
            node = self.plant.nodes[order["node"]]
            step = node.get("multiple", 0) or self.quantum(order["node"])
            if order["alternative"]:
                step, node = self.quantum(order["node"]), {}
            if node.get("lot_rule", 0) == 1:
                if order["quantity"] != node["fixed_quantity"]:
                    yield f"{order} is not the fixed quantity"
                continue
            most = node.get("maximum", 0) or EVER
            if order["quantity"] % step or not node.get("minimum", 0) <= order["quantity"] <= most:
                yield f"{order} breaks its lot limits"

    def lead(self, order):
        node = self.plant.nodes[order["node"]]
        if order["alternative"]:
            mine = [a for a in self.plant.alternatives if a["owner"] == order["node"]]
            return mine[order["alternative"] - 1].get("lead", 0)
        own = node.get("lead_fixed", 0) + node.get("lead_per_unit", 0.0) * order["quantity"] / UNIT
        return ceil(own - 1e-9) + node.get("lead_extra", 0)

    def dates(self):
        for row, order in enumerate(self.orders):
            lead, as_of = self.lead(order), self.plant.as_of
            late = order["due"] - lead < as_of
            right = {
                "latest_start": order["due"] - lead,
                "start": max(order["due"] - lead, as_of),
                "projected": max(order["due"], as_of + lead) if late else order["due"],
            }
            if {name: order[name] for name in right} != right or bool(order["flags"] & 1) != late:
                yield f"order {row} has wrong dates: {order} expected {right}"
            if not order["alternative"] and order["due"] < self.plant.nodes[order["node"]].get("fence", LONG_AGO):
                yield f"order {row} is due before the fence"
            for need in self.needs:
                if need["origin_kind"] == 1 and need["origin"] == row and need["time"] != order["start"]:
                    yield f"{need} is not wanted at the start of its order"

    def ready(self, number):
        """Give the moment from which a node can have whatever it needs."""
        node = self.plant.nodes[number]
        leads = [self.lead(order) for order in self.orders if order["node"] == number]
        most = max([*leads, self.lead({"node": number, "alternative": 0, "quantity": 500 * UNIT})])
        return max(self.plant.as_of + most, node.get("fence", LONG_AGO)) + node.get("safety_time", 0)

    def flows(self, number):
        """Give what comes to a node and what is wanted there, as (moment, quantity)."""
        come = [(LONG_AGO, self.plant.nodes[number].get("on_hand", 0))]
        come += [(s["time"], s["quantity"]) for s in self.plant.supplies if s["node"] == number]
        come += [(s["time"], s["quantity"]) for s in self.extra if s["node"] == number]
        come += [(o["projected"], o["quantity"]) for o in self.orders if o["node"] == number]
        return come, [(n["time"], n["quantity"]) for n in self.needs if n["node"] == number]

    def in_time(self):
        if any(s.get("serves", -1) >= 0 for s in self.plant.supplies):
            return
        for number, node in enumerate(self.plant.nodes):
            if node.get("kind", 0) == NONE:
                continue
            come, wanted = self.flows(number)
            for moment in sorted({time for time, _ in wanted if time >= self.ready(number)}):
                there = sum(quantity for time, quantity in come if time <= moment)
                if there < sum(quantity for time, quantity in wanted if time <= moment):
                    yield f"node {number} is short at {moment} although there was time"

    def no_more_than_needed(self):
        for number, node in enumerate(self.plant.nodes):
            _, wanted = self.flows(number)
            simple = not any(node.get(name) for name in ("minimum", "multiple", "lot_rule", "fill"))
            receipts = [s for s in [*self.plant.supplies, *self.extra] if s["node"] == number]
            if (
                not simple
                or receipts
                or node.get("kind", 0) >= PHANTOM
                or number in {a["owner"] for a in self.plant.alternatives}
            ):
                continue
            planned = sum(o["quantity"] for o in self.orders if o["node"] == number)
            need = sum(quantity for _, quantity in wanted) + node.get("safety_stock", 0) - node.get("on_hand", 0)
            moments = len({time for time, _ in wanted}) + 1
            if not max(need, 0) <= planned < max(need, 0) + moments * self.quantum(number):
                yield f"node {number} plans {planned} for {need}"

    def filled_up(self):
        """Orders of one date fill a node with nothing but stock up to its level, and not beyond."""
        for number, node in enumerate(self.plant.nodes):
            receipts = [s for s in [*self.plant.supplies, *self.extra] if s["node"] == number]
            brings = number in {a["owner"] for a in self.plant.alternatives}
            gives = number in {s["node"] for s in [*self.plant.substitutes, *self.plant.alternatives]}
            if not node.get("fill") or node.get("kind", 0) >= PHANTOM or receipts or brings or gives:
                continue
            level = node.get("safety_stock", 0) + node["fill"]
            step = node.get("multiple", 0) or self.quantum(number)
            room = ceil(Fraction(max(node.get("minimum", 0), 1), step)) * step
            come, wanted = self.flows(number)
            mine = [(o["due"], o["quantity"]) for o in self.orders if o["node"] == number]
            for due in {moment for moment, _ in mine}:
                there = come[0][1] + sum(quantity for moment, quantity in mine if moment <= due)
                until = due + node.get("safety_time", 0)
                there -= sum(quantity for moment, quantity in wanted if moment <= until)
                before = there - sum(quantity for moment, quantity in mine if moment == due)
                if not level <= there < level + room or before >= node.get("safety_stock", 0):
                    yield f"node {number} has {before}, then {there}, at {due}: its level is {level}"

    def first_come_first_served(self):
        moments = defaultdict(lambda: defaultdict(list))
        for peg in self.pegs:
            if not self.is_kept(peg):
                row = peg["requirement"]
                moment = self.supply(min(peg["supply_kind"], 3), peg["supply"])[1]
                moments[self.needs[row]["node"]][self.needs[row]["time"], self.needs[row]["priority"], row].append(
                    moment
                )
        for node, served in moments.items():
            turns = [(min(served[rank]), max(served[rank])) for rank in sorted(served)]
            if any(before[1] > after[0] for before, after in pairwise(turns)):
                yield f"node {node} serves out of turn"

    def is_kept(self, peg):
        return peg["supply_kind"] == 1 and self.plant.supplies[peg["supply"]].get("serves", -1) >= 0

    def co_products_come(self):
        expected = []
        for node in range(len(self.plant.nodes)):
            mine = [c for c in self.plant.co_products if c["owner"] == node]
            sources = [(1, i, o["quantity"], o["projected"]) for i, o in enumerate(self.orders) if o["node"] == node]
            sources = [s for s in sources if self.orders[s[1]]["alternative"] == 0]
            sources += [
                (2, i, s["quantity"], s["time"])
                for i, s in enumerate(self.plant.supplies)
                if s["node"] == node and s.get("kind", 0) in (MAKE, SUBCONTRACT)
            ]
            for kind, row, quantity, moment in sources:
                for c in mine:
                    step = self.quantum(c["node"])
                    brought = quantity * c["per"] // UNIT // step * step
                    if brought:
                        expected.append((kind, row, c["node"], moment, brought))
        found = [(e["parent_kind"], e["parent"], e["node"], e["time"], e["quantity"]) for e in self.extra]
        if sorted(found) != sorted(expected):
            yield f"co-products {found} expected {expected}"

    def served_is_kept(self):
        for row, supply in enumerate(self.plant.supplies):
            demand = supply.get("serves", -1)
            if demand < 0:
                continue
            others = (
                sum(s["quantity"] for s in self.plant.supplies if s.get("serves", -1) == demand) - supply["quantity"]
            )
            asked = self.plant.demands[demand]["quantity"]
            least = min(supply["quantity"], max(asked - others, 0))
            kept = sum(
                p["quantity"]
                for p in self.pegs
                if p["supply_kind"] == 1 and p["supply"] == row and p["requirement"] == demand
            )
            if kept < least:
                yield f"supply {row} keeps {kept} of {least} for demand {demand}"
