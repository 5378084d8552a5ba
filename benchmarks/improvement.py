"""Draw how a search improved the schedule of a plan: weighted late days over seconds, and their bound, as SVG.

    plantwright plan plant.db --seconds 60
    python benchmarks/improvement.py plant.db docs/methods/improvement.svg

It draws what the latest plan of the plant keeps in `plan_improvement`; nothing is measured here.
"""

from __future__ import annotations

import argparse
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 320, 64, 40, 24, 44
"""The picture, and the room around the curve, in pixels."""

Step = tuple[float, float, float]


def steps_of(database: str) -> list[Step]:
    """Read seconds, weighted late days and their bound from the latest plan."""
    from plantwright.core.exact import SCALE
    from plantwright.core.store import Store
    from plantwright.flows.plan_store import load_plan

    with Store.open(database) as store:
        rows = load_plan(store, tables=("plan_improvement",)).raw["plan_improvement"].sort("step")
    columns = (rows[name].to_list() for name in ("seconds", "objective", "bound"))
    return [(at / SCALE, value / SCALE, bound / SCALE) for at, value, bound in zip(*columns, strict=True)]


def drawn(steps: list[Step], end: float, title: str) -> str:
    """Draw the steps; what was reached last holds to the end."""
    most = max(value for _, value, _ in steps) * 1.05 or 1.0

    def x(seconds: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * seconds / end, 1)

    def y(days: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * days / most, 1)

    way = f"M{x(steps[0][0])} {y(steps[0][1])}" + "".join(f" H{x(at)} V{y(value)}" for at, value, _ in steps[1:])
    low = y(steps[-1][2])
    font = 'font-family="sans-serif" font-size="13" fill="#444"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {font}>',
        f'<title>{title}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24">{title}</text>',
        f'<path d="M{x(0)} {y(0)} H{x(end)} M{x(0)} {y(0)} V{y(most)}" stroke="#999" fill="none"/>',
        *(_label(x(end * k / 6), y(0) + 18, "middle", f"{end * k / 6:.0f} s") for k in range(7)),
        *(_label(x(0) - 8, y(most * k / 4) + 4, "end", f"{most * k / 4:,.0f}") for k in range(5)),
        f'<path d="M{x(0)} {low} H{x(end)}" stroke="#b45309" stroke-dasharray="5 4" fill="none"/>',
        _label(x(end) - 4, low - 6, "end", f"no schedule has fewer than {steps[-1][2]:,.0f}"),
        f'<path d="{way} H{x(end)}" stroke="#1d4ed8" stroke-width="2" fill="none"/>',
        _label(x(end) - 4, y(steps[-1][1]) - 6, "end", f"{steps[-1][1]:,.0f}"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _label(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>'


def main() -> None:
    """Draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--title", default="Weighted late days")
    options = parser.parse_args()
    steps = steps_of(options.database)
    if not steps:
        parser.error("the latest plan has no record of improvement; plan with --seconds")
    options.picture.write_text(drawn(steps, max(steps[-1][0], 1.0), options.title))


if __name__ == "__main__":
    main()
