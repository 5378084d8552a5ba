"""Units of measure: what may be converted into what, and exactly how.

Every unit belongs to a dimension and has an exact factor to that dimension's base unit. Within a dimension any unit
converts into any other. Across dimensions only an item can say how: a litre of paint weighs 1.2 kg, a litre of
nothing in particular weighs nothing. An item may also have units of its own, such as a can that holds 2.5 litres.

Factors are fractions, so nothing is lost before the one rounding at the end, to a millionth, as the caller named it.
The factors of inch, foot, yard, pound, ounce and gallon are those of NIST Handbook 44, appendix C; the three-letter
aliases are the common codes of UN/ECE Recommendation 20.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import polars as pl

from plantwright.core.exact import LARGEST, SCALE, Rounding, round_ratio, to_decimal
from plantwright.core.problem import Problem, ProblemError, problem_kind

UNIT_UNKNOWN = problem_kind(
    "unit-unknown", "{value} is not a unit that is known{of_item}.", "Declare the unit, or write one that is known."
)
UNIT_CLASH = problem_kind(
    "unit-clash",
    "{value} cannot be converted into {other}{of_item}: one measures {dimension}, the other {other_dimension}.",
    "Use units of the same kind, or declare for the item how many {other} one {value} is.",
)
UNIT_TWICE = problem_kind(
    "unit-twice", "The unit {value} has two meanings.", "Keep one of them, or give the other a code of its own."
)
UNIT_CONTRADICTION = problem_kind(
    "unit-contradiction",
    "One {value} of item {key} is {factor} {other} here, but {known} {other} by what is declared elsewhere.",
    "Correct the factor, or remove the row.",
)
UNIT_FACTOR = problem_kind(
    "unit-factor", "The factor of unit {value} must be an exact number above 0; it is {factor}.", "Correct the factor."
)

Factor = int | str | Decimal | Fraction
"""An exact number; a float is refused, because 0.1 is not one tenth in it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its dimension and how many of the dimension's base unit one of it is."""

    code: str
    dimension: str
    factor: Factor
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemUnit:
    """For one item: one `unit` is `factor` of `in_unit`; the two may be of different dimensions."""

    item: str
    unit: str
    factor: Factor
    in_unit: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A converted value in millionths, and what the rounding left: exact value minus `value`, in millionths."""

    value: int
    residue: Fraction


@dataclass(frozen=True, slots=True)
class Factors:
    """Row by row, one `from` unit is numerator / denominator `to` units; null where a problem stands."""

    numerator: pl.Series
    denominator: pl.Series
    problems: tuple[Problem, ...]


# The base unit of each dimension comes first in it.
BUILT_IN: tuple[Unit, ...] = (
    Unit("pcs", "count", 1, ("pc", "piece", "pieces", "ea", "each", "unit", "units", "C62", "H87", "PCE", "NAR")),
    Unit("pair", "count", 2, ("pr",)),
    Unit("dozen", "count", 12, ("doz", "DZN")),
    Unit("hundred", "count", 100, ("CEN",)),
    Unit("gross", "count", 144, ("GRO",)),
    Unit("thousand", "count", 1000, ("MIL",)),
    Unit("kg", "mass", 1, ("KGM",)),
    Unit("mg", "mass", "0.000001", ("MGM",)),
    Unit("g", "mass", "0.001", ("GRM",)),
    Unit("t", "mass", 1000, ("tonne", "TNE")),
    Unit("lb", "mass", "0.45359237", ("lbs", "LBR")),
    Unit("oz", "mass", Fraction("0.45359237") / 16, ("ONZ",)),
    Unit("m", "length", 1, ("MTR",)),
    Unit("um", "length", "0.000001", ("µm", "4H")),
    Unit("mm", "length", "0.001", ("MMT",)),
    Unit("cm", "length", "0.01", ("CMT",)),
    Unit("dm", "length", "0.1", ("DMT",)),
    Unit("km", "length", 1000, ("KMT",)),
    Unit("in", "length", "0.0254", ("inch", "INH")),
    Unit("ft", "length", "0.3048", ("FOT",)),
    Unit("yd", "length", "0.9144", ("YRD",)),
    Unit("m2", "area", 1, ("m²", "sqm", "MTK")),
    Unit("mm2", "area", "0.000001", ("mm²", "MMK")),
    Unit("cm2", "area", "0.0001", ("cm²", "CMK")),
    Unit("in2", "area", Fraction("0.0254") ** 2, ("sqin", "INK")),
    Unit("ft2", "area", Fraction("0.3048") ** 2, ("sqft", "FTK")),
    Unit("l", "volume", 1, ("litre", "liter", "dm3", "LTR")),
    Unit("ml", "volume", "0.001", ("cm3", "MLT", "CMQ")),
    Unit("cl", "volume", "0.01", ("CLT",)),
    Unit("hl", "volume", 100, ("HLT",)),
    Unit("m3", "volume", 1000, ("m³", "cbm", "MTQ")),
    Unit("mm3", "volume", "0.000001", ("mm³", "MMQ")),
    Unit("in3", "volume", Fraction("0.254") ** 3, ("INQ",)),
    Unit("ft3", "volume", Fraction("3.048") ** 3, ("FTQ",)),
    Unit("gal", "volume", 231 * Fraction("0.254") ** 3, ("GLL",)),
    Unit("floz", "volume", 231 * Fraction("0.254") ** 3 / 128, ("OZA",)),
    Unit("gal-uk", "volume", "4.54609", ("GLI",)),
    Unit("s", "time", 1, ("sec", "SEC")),
    Unit("ms", "time", "0.001", ("C26",)),
    Unit("min", "time", 60, ("MIN",)),
    Unit("h", "time", 3600, ("hr", "HUR")),
    Unit("d", "time", 86_400, ("day", "DAY")),
    Unit("week", "time", 604_800, ("WEE",)),
    Unit("J", "energy", 1, ("JOU",)),
    Unit("kJ", "energy", 1000, ("KJO",)),
    Unit("MJ", "energy", 1_000_000, ("3B",)),
    Unit("Wh", "energy", 3600, ("WHR",)),
    Unit("kWh", "energy", 3_600_000, ("KWH",)),
    Unit("MWh", "energy", 3_600_000_000, ("MWH",)),
)

# Where one base unit is: the name of its dimension, or of a unit that only one item has.
_Place = tuple[str, Fraction]


@dataclass(frozen=True)
class UnitSystem:
    """All units of a plant: the built-in ones, its own, and those of single items.

    Parameters
    ----------
    units
        The plant's own units, beside `BUILT_IN`.
    item_units
        What single items add: units of their own, and bridges between dimensions.

    Raises
    ------
    ProblemError
        With every fault of the declarations: an unknown unit, a code with two meanings, a factor that is not above 0,
        an item whose factors contradict each other.

    Examples
    --------
    >>> paint = [ItemUnit("PAINT", "can", "2.5", "l"), ItemUnit("PAINT", "l", "1.2", "kg")]
    >>> system = UnitSystem(item_units=tuple(paint))
    >>> system.convert(2_000_000, "can", "kg", "PAINT", "exact").value
    6000000
    """

    units: tuple[Unit, ...] = ()
    item_units: tuple[ItemUnit, ...] = ()
    _known: Mapping[str, Unit] = field(init=False, repr=False, compare=False)
    _links: Mapping[str, Mapping[str, _Place]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        object.__setattr__(self, "_known", _index((*BUILT_IN, *self.units), problems))
        object.__setattr__(self, "_links", {})
        object.__setattr__(self, "_links", self._link_items(problems))
        if problems:
            raise ProblemError(problems)

    def find(self, code: str) -> Unit | None:
        """Find a unit by its code or alias; where no spelling fits exactly, upper and lower case are the same."""
        return self._known.get(code) or self._known.get(_folded(code))

    def factor(self, from_unit: str, to_unit: str, item: str = "") -> Fraction | Problem:
        """Give how many `to_unit` one `from_unit` is, or the problem that forbids it.

        Examples
        --------
        >>> UnitSystem().factor("lb", "g")
        Fraction(45359237, 100000)
        >>> UnitSystem().factor("l", "kg").code
        'unit-clash'
        """
        places = [self._place(code, item) for code in (from_unit, to_unit)]
        for code, place in zip((from_unit, to_unit), places, strict=True):
            if place is None:
                return UNIT_UNKNOWN.at(key=item, value=code, of_item=_of(item))
        (start, one), (goal, other) = (place for place in places if place)
        if start == goal:
            return one / other
        links = self._links.get(item, {})
        (root, ahead), (other_root, behind) = links.get(start, (start, _ONE)), links.get(goal, (goal, _ONE))
        if root != other_root:
            clash = {"other": to_unit, "dimension": start, "other_dimension": goal, "of_item": _of(item)}
            return UNIT_CLASH.at(key=item, value=from_unit, **clash)
        return one * ahead / behind / other

    def convert(
        self, value: int, from_unit: str, to_unit: str, item: str = "", rounding: Rounding = "half-even"
    ) -> Converted:
        """Convert one value in millionths, rounded to a millionth as named, with what the rounding left.

        Raises
        ------
        ProblemError
            When a unit is unknown, or the dimensions differ and the item has no bridge.

        Examples
        --------
        >>> UnitSystem().convert(1_000_000, "in", "cm")
        Converted(value=2540000, residue=Fraction(0, 1))
        """
        factor = self.factor(from_unit, to_unit, item)
        if isinstance(factor, Problem):
            raise ProblemError([factor])
        whole = value * factor
        rounded = round_ratio(whole.numerator, whole.denominator, rounding)
        return Converted(rounded, whole - rounded)

    def factors(self, from_unit: pl.Series, to_unit: pl.Series, item: pl.Series | None = None) -> Factors:
        """Give the factor of every row as a pair of whole numbers; each distinct case is worked out once.

        Examples
        --------
        >>> found = UnitSystem().factors(pl.Series(["lb", "l"]), pl.Series(["kg", "kg"]))
        >>> found.numerator.to_list(), found.denominator.to_list(), [p.code for p in found.problems]
        ([45359237, None], [100000000, None], ['unit-clash'])
        """
        items = item if item is not None else pl.repeat("", len(from_unit), eager=True)
        columns = {"from": from_unit, "to": to_unit, "item": items}
        rows = pl.DataFrame({name: series.cast(pl.String).fill_null("") for name, series in columns.items()})
        cases = rows.unique(maintain_order=True)
        found = [_held(self.factor(*case), case) for case in cases.iter_rows()]
        pairs = [None if isinstance(one, Problem) else one for one in found]
        cases = cases.with_columns(
            numerator=pl.Series([one and one.numerator for one in pairs], dtype=pl.Int64),
            denominator=pl.Series([one and one.denominator for one in pairs], dtype=pl.Int64),
        )
        whole = rows.join(cases, on=["from", "to", "item"], how="left", maintain_order="left")
        problems = tuple(one for one in found if isinstance(one, Problem))
        return Factors(whole["numerator"], whole["denominator"], problems)

    def _place(self, code: str, item: str) -> _Place | None:
        """Say where a unit stands for an item: the dimension or own unit, and how many of its base one is."""
        unit = self.find(code)
        if unit is not None:
            return unit.dimension, Fraction(unit.factor)
        own = _own(code)
        return (own, _ONE) if own in self._links.get(item, {}) else None

    def _link_items(self, problems: list[Problem]) -> dict[str, dict[str, _Place]]:
        """Join, item by item, the dimensions and own units that its rows bridge; each then knows its root."""
        links: dict[str, dict[str, _Place]] = {}
        for row in self.item_units:
            if self.find(row.unit) is None:
                links.setdefault(row.item, {})[_own(row.unit)] = _own(row.unit), _ONE
        object.__setattr__(self, "_links", links)
        for row in self.item_units:
            problem = _factor_problem(row.unit, row.factor, row.item) or self._link(row, links)
            if problem is not None:
                problems.append(problem)
        return links

    def _link(self, row: ItemUnit, links: dict[str, dict[str, _Place]]) -> Problem | None:
        start, goal = self._place(row.unit, row.item), self._place(row.in_unit, row.item)
        if start is None or goal is None:
            code = row.unit if start is None else row.in_unit
            return UNIT_UNKNOWN.at("item_unit", (row.item, row.unit), "unit", code, of_item=_of(row.item))
        tree = links.setdefault(row.item, {})
        root, ahead = tree.setdefault(start[0], (start[0], _ONE))
        other, behind = tree.setdefault(goal[0], (goal[0], _ONE))
        # One base of the row's unit is this many bases of the unit it is given in.
        step = Fraction(row.factor) * goal[1] / start[1]
        if root != other:
            for place, (top, share) in tree.items():
                if top == root:
                    tree[place] = other, share * step * behind / ahead
        elif ahead != step * behind:
            known = ahead / behind / goal[1] * start[1]
            words = {"other": row.in_unit, "factor": _text(row.factor), "known": _text(known)}
            return UNIT_CONTRADICTION.at("item_unit", row.item, "factor", row.unit, **words)
        return None


def apply_factors(values: pl.Series, factors: Factors) -> tuple[pl.Series, pl.Series]:
    """Convert a column in millionths, rounded half to even; beside it, whether the rounding left something.

    A result beyond 64 bits is null. Cost: linear.

    Examples
    --------
    >>> found = UnitSystem().factors(pl.Series(["in", "g"]), pl.Series(["cm", "lb"]))
    >>> [series.to_list() for series in apply_factors(pl.Series([1_000_000, 1_000_000]), found)]
    [[2540000, 2205], [False, True]]
    """
    wide = {"value": values, "over": factors.numerator, "under": factors.denominator}
    frame = pl.DataFrame({name: series.cast(pl.Int128) for name, series in wide.items()})
    product, under = pl.col("value") * pl.col("over"), pl.col("under")
    floor, rest = product // under, product % under
    beyond = 2 * rest - under
    up = (beyond > 0) | ((beyond == 0) & (floor % 2 == 1))
    rounded = (floor + up.cast(pl.Int128)).cast(pl.Int64, strict=False)
    done = frame.select(value=rounded, residue=rest != 0)
    return done["value"].rename(values.name), done["residue"].rename(values.name)


_ONE = Fraction(1)


def _index(units: Iterable[Unit], problems: list[Problem]) -> dict[str, Unit]:
    """List the units by code, by alias, and by either in lower case where that has one meaning."""
    known: dict[str, Unit] = {}
    folded: dict[str, set[Unit]] = {}
    for unit in units:
        problem = _factor_problem(unit.code, unit.factor)
        if problem is not None:
            problems.append(problem)
            continue
        for code in (unit.code, *unit.aliases):
            if code in known and not _same(known[code], unit):
                problems.append(UNIT_TWICE.at("unit", code, "code", code))
            known.setdefault(code, unit)
            folded.setdefault(_folded(code), set()).add(unit)
    for code, meanings in folded.items():
        if len(meanings) == 1:
            known.setdefault(code, next(iter(meanings)))
    return known


def _same(one: Unit, other: Unit) -> bool:
    return one.dimension == other.dimension and Fraction(one.factor) == Fraction(other.factor)


def _factor_problem(code: str, factor: Factor, item: str = "") -> Problem | None:
    try:
        fine = not isinstance(factor, float) and Fraction(factor) > 0
    except (ValueError, TypeError, ArithmeticError):
        fine = False
    if fine:
        return None
    return UNIT_FACTOR.at("item_unit" if item else "unit", item or code, "factor", code, factor=factor)


def _held(factor: Fraction | Problem, case: tuple[str, ...]) -> Fraction | Problem:
    """Refuse a factor whose numerator or denominator does not fit 64 bits."""
    if isinstance(factor, Problem) or max(factor.numerator, factor.denominator) <= LARGEST:
        return factor
    return UNIT_FACTOR.at(key=case[2], column="factor", value=case[0], factor=factor)


def _text(factor: Factor) -> str:
    """Write a factor for people: a decimal where six places hold it, else a fraction."""
    scaled = Fraction(factor) * SCALE
    return f"{to_decimal(scaled.numerator):f}" if scaled.denominator == 1 else str(Fraction(factor))


def _folded(code: str) -> str:
    # The mark keeps a folded spelling apart from a code that is written in lower case.
    return "\0" + code.casefold()


def _own(code: str) -> str:
    return f"unit {code}"


def _of(item: str) -> str:
    return f" for item {item}" if item else ""
