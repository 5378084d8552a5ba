"""Every declared action as a form."""

from __future__ import annotations

from plantwright.core.action import ACTIONS
from plantwright.core.reader import say
from plantwright.doors.web.forms import act_form
from plantwright.doors.web.kit import address, box, empty, facts, head, heading, link, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat


@screen("/do", "Acts")
async def acts(seat: Seat) -> None:
    """List what can be done."""
    head("Acts", "Everything that can be done to the plant, each with its form.")
    with box("pw-card pw-list"):
        for one in ACTIONS.values():
            if seat.person.may(one.permission):
                with box("pw-list-row"):
                    link(one.label, address(seat, f"/do/{one.name}"))
                    words("span", "")
                    words("span", one.help.splitlines()[0], "pw-dim")


@screen("/do/{action}", "Act")
async def do(seat: Seat) -> None:
    """Ask for what an action needs, and do it."""
    declared = ACTIONS.get(seat.query["action"])
    if declared is None:
        empty(say("There is no act {action}.", action=seat.query["action"]), ("All acts", "/do"))
        return
    seat.person.must(declared.permission)
    head(declared.label, declared.help.splitlines()[0])
    with box("pw-card"):
        act_form(seat, declared.name, seat.query)
    heading("As it is done elsewhere")
    facts([("Command line", f"plantwright do … {declared.name.replace('_', '-')}"),
           ("API", f"POST /api/v1/actions/{declared.name}")])  # fmt: skip
