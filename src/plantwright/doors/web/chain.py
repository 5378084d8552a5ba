"""The picture of a chain: what a late order waited for, each link a bar in its time, from the demand to the cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.reader import retold, say
from plantwright.doors.web.kit import address, aria, box, chip, link, words
from plantwright.doors.web.seat import Seat

DAY = 1440
WORK = frozenset({"run time", "lead time", "transfer"})
"""Links in which something is done; in all others something waits."""
TICKS = 6


@dataclass(frozen=True)
class Scale:
    """The time that is drawn, in minutes."""

    start: int
    end: int

    def share(self, moment: int) -> float:
        """Give the place of a moment in per cent of the width.

        Examples
        --------
        >>> Scale(0, 200).share(50)
        25.0
        """
        return round(min(max((moment - self.start) / max(self.end - self.start, 1), 0.0), 1.0) * 100, 2)


def scale_of(links: Sequence[dict[str, Any]], due: int, projected: int) -> Scale:
    """Give the time from the first link to the last, with the due date and a little room.

    Examples
    --------
    >>> scale_of([{"start": 1000, "end": 2000}], 1500, 2400)
    Scale(start=972, end=2428)
    """
    ends = [one[name] for one in links for name in ("start", "end") if one[name] is not None] + [due, projected]
    room = (max(ends) - min(ends)) // 50
    return Scale(min(ends) - room, max(ends) + room)


def ticks(scale: Scale) -> list[int]:
    """Give moments for the axis: whole days, about half a dozen.

    Examples
    --------
    >>> ticks(Scale(0, 12 * 1440))
    [2880, 5760, 8640, 11520, 14400]
    """
    step = max(round((scale.end - scale.start) / DAY / TICKS), 1) * DAY
    first = -(-scale.start // step) * step
    return [one for one in range(first, scale.end, step) if scale.start < one]


def draw_chain(seat: Seat, links: Sequence[dict[str, Any]], demand: dict[str, Any], zone: str, year: int) -> None:
    """Draw the links below each other, the demand at the top, the cause at the bottom."""
    projected = demand["projected"] or max(one["end"] or demand["due"] for one in links)
    scale = scale_of(links, demand["due"], projected)
    with box("pw-chain").props(f"role=list {aria('What the order waited for')}"):
        with box("pw-step pw-axis").props("aria-hidden=true"):
            box()
            with box("pw-time"):
                for moment in ticks(scale):
                    words("span", wording.moment(moment, zone, year)).style(f"left: {scale.share(moment)}%")
            box()
        _end(demand, scale, zone, year, projected)
        for one in links:
            _link(seat, one, scale, demand, zone, year)


def _end(demand: dict[str, Any], scale: Scale, zone: str, year: int, projected: int) -> None:
    with box("pw-step").props("role=listitem"):
        with box("pw-what"):
            words("b", demand["demand"])
            words(
                "span",
                say(
                    "due {due}, complete {projected}",
                    due=_day(demand["due"], zone, year),
                    projected=_day(projected, zone, year),
                ),
                "pw-dim",
            )
        with box("pw-time"):
            _due(scale, demand["due"])
            left, right = scale.share(demand["due"]), scale.share(projected)
            box("pw-span late").style(f"left: {left}%; width: {max(right - left, 0.4)}%")
        words("span", say("{late_days} late", late_days=wording.days(demand["late_days"] / SCALE)), "pw-lost pw-late")


def _day(moment: int, zone: str, year: int) -> str:
    return wording.moment(moment, zone, year, ends=True)


def _due(scale: Scale, due: int) -> None:
    box("pw-due").style(f"left: {scale.share(due)}%").props["title"] = say("Due")


def _link(seat: Seat, one: dict[str, Any], scale: Scale, demand: dict[str, Any], zone: str, year: int) -> None:
    binding = bool(one["binding"])
    with box("pw-step binding" if binding else "pw-step").props("role=listitem"):
        with box("pw-what"):
            with box("pw-named"):
                link(one["order"], address(seat, f"/order/{one['order']}")) if one["order"] else None
                words("b", "" if one["object"] == one["order"] else one["object"])
                words("span", say(one["kind"]), "pw-dim")
                if binding:
                    chip("the cause", "late")
            words("span", retold(one["text"]), "pw-dim pw-said")
        with box("pw-time"):
            _due(scale, demand["due"])
            if one["start"] is not None and one["end"] is not None:
                left, right = scale.share(one["start"]), scale.share(one["end"])
                look = "late" if binding else "work" if one["kind"] in WORK else "wait"
                begin, end = (wording.moment(moment, zone, year, clock=True) for moment in (one["start"], one["end"]))
                times = say("{begin} to {end}", begin=begin, end=end)
                bar = box(f"pw-span {look}").style(f"left: {left}%; width: {max(right - left, 0.4)}%")
                bar.props["title"] = times
        lost = one["days"] / SCALE
        words(
            "span",
            say("{lost} lost", lost=wording.days(lost)) if lost >= 0.05 else wording.NONE,
            "pw-lost" + " pw-late" * binding,
        )
