"""People: who may sign in, what each role may do, tokens of programs, and addresses that are told of changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from nicegui import ui

from plantwright.core import wording
from plantwright.core.access import known_rights, roles, users
from plantwright.core.access.roles import RoleOf
from plantwright.core.action import ACTIONS
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.forms import act_form, tell_secrets
from plantwright.doors.web.kit import box, button, chip, drawer, empty, head, heading, tell, words
from plantwright.doors.web.pages.plans import when
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread

Act = tuple[str, Callable[[], Any], bool]
"""Words on a button, what it does, and whether that is to be thought over."""


@screen("/people", "People", "group", "System", right="admin.users")
async def people(seat: Seat) -> None:
    """Show users, roles, tokens and webhooks."""
    found = await in_thread(lambda: users(seat.store))
    known = await in_thread(lambda: roles(seat.store))
    tables = await in_thread(lambda: seat.store.read_all(["api_token", "webhook"]))
    view = await seat.view(need_plan=False)
    zone, year = view.settings.zone, await seat.year()
    active = sum(1 for one in found if one["active"])
    sentence = (
        say("{users} may sign in.", users=wording.count(active, "user"))
        if found
        else "Nobody has an account yet: who sits at this machine may do all."
    )
    with head("People", sentence):
        button("Add a user", partial(_ask, seat, "make_user"), icon="person_add", main=True)
    _users(seat, found, zone, year)
    heading("Roles")
    _roles(seat, known, found)
    heading("Tokens of programs")
    _tokens(seat, tables["api_token"].to_dicts(), zone, year, can=bool(found))
    heading("Webhooks")
    _webhooks(seat, tables["webhook"].to_dicts())


def _ask(seat: Seat, name: str, given: Mapping[str, str] | None = None, fixed: tuple[str, ...] = ()) -> None:
    """Open the form of an act in the drawer; what it answers once is shown, then the page is read anew."""
    with drawer(ACTIONS[name].label) as made:
        words("p", ACTIONS[name].help.splitlines()[0], "pw-dim")

        def done(answer: Any) -> None:
            if not tell_secrets(ACTIONS[name].label, answer, ui.navigate.reload):
                ui.navigate.reload()
            made.delete()

        act_form(seat, name, given, done, fixed=fixed)


async def _do(seat: Seat, action: str, /, **arguments: str) -> None:
    """Do an act that needs no questions."""
    try:
        answer = await seat.act(action, arguments)
    except ProblemError as error:
        tell(f"{error.problems[0].message} {error.problems[0].remedy}", bad=True)
        return
    if not tell_secrets(say("New password of {user}", user=arguments.get("user", "")), answer, ui.navigate.reload):
        ui.navigate.reload()


def _table(header: tuple[str, ...]) -> Any:
    with box("pw-card pw-scroll"), box("pw-table", "table"):
        with box(tag="thead"), box(tag="tr"):
            for name in header:
                words("th", say(name))
        return box(tag="tbody")


def _buttons(*acts: Act) -> None:
    with box(tag="td"), box("pw-bar").style("margin: 0; justify-content: flex-end"):
        for label, act, bad in acts:
            button(label, act, bad=bad)


def _users(seat: Seat, found: list[dict[str, Any]], zone: str, year: int) -> None:
    if not found:
        empty("Users belong here. The first one should be an administrator: give the role administrator.")
        return
    with _table(("Name", "Person", "Roles", "Sites", "Last seen", "")):
        for one in found:
            name = one["name"]
            with box(tag="tr"):
                with box(tag="td"):
                    words("b", name + " ")
                    _state(one)
                words("td", " · ".join(filter(None, (one["full_name"], one["email"]))))
                words("td", ", ".join(one["roles"]) or wording.NONE)
                words("td", ", ".join(one["sites"]) or say("all"))
                seen = datetime.fromtimestamp(one["seen"], UTC).isoformat() if one["seen"] else ""
                words("td", when(seen, zone, year) if seen else wording.NONE)
                _buttons(*_acts(seat, one))


def _acts(seat: Seat, one: dict[str, Any]) -> list[Act]:
    """Give what can be done about a user."""
    user, only = {"user": one["name"]}, ("user",)
    about = {**user, "full_name": one["full_name"], "email": one["email"]}
    acts: list[Act] = [
        ("Edit", partial(_ask, seat, "set_user", about, only), False),
        ("Roles", partial(_ask, seat, "set_roles", {**user, "roles": ", ".join(one["roles"])}, only), False),
        ("Sites", partial(_ask, seat, "set_sites", {**user, "sites": ", ".join(one["sites"])}, only), False),
        ("New password", partial(_do, seat, "set_password", **user), False),
    ]
    if one["active"]:
        return [*acts, ("Deactivate", partial(_do, seat, "deactivate", **user), True)]
    return [*acts, ("Activate", partial(_do, seat, "activate", **user), False)]


def _state(one: dict[str, Any]) -> None:
    if not one["active"]:
        chip("inactive")
    if one["locked"]:
        chip("locked for a while", "late")
    if one["must_change"]:
        chip("temporary password", "risk")


def _roles(seat: Seat, known: Mapping[str, RoleOf], found: list[dict[str, Any]]) -> None:
    with _table(("Role", "What it is for", "Users", "Rights", "")):
        for one in known.values():
            holders = [user["name"] for user in found if one.name in user["roles"]]
            with box(tag="tr"):
                with box(tag="td"):
                    words("b", one.name + " ")
                    if not one.built_in:
                        chip("of this plant")
                words("td", one.help)
                words("td", ", ".join(holders) or wording.NONE)
                with box(tag="td"):
                    button(
                        wording.count(len(one.rights), "right"),
                        partial(_rights, one),
                        hint=say("Rights of {name}", name=one.name),
                    )
                given = {"name": one.name, "help": one.help, "rights": ", ".join(one.rights)}
                acts: list[Act] = [("Change", partial(_ask, seat, "set_role", given), False)]
                if not one.built_in:
                    acts.append(("Delete", partial(_do, seat, "delete_role", name=one.name), True))
                _buttons(*acts)
    with box("pw-bar").style("margin-top: 8px"):
        button("Add a role", partial(_ask, seat, "set_role"), icon="add")
        button("All rights", _all_rights, icon="key")


def _rights(one: RoleOf) -> None:
    said = known_rights()
    with drawer(say("Rights of {name}", name=one.name)):
        for right in one.rights:
            with box("pw-list-row"):
                words("code", right)
                words("span", "")
                words("span", said.get(right, "all rights of this form" if "*" in right else ""), "pw-dim")


def _all_rights() -> None:
    with drawer("All rights"):
        words("p", say("A star stands for any part: read:* lets all tables be looked at."), "pw-dim")
        for right, what in sorted(known_rights().items()):
            with box("pw-list-row"):
                words("code", right)
                words("span", "")
                words("span", what, "pw-dim")


def _tokens(seat: Seat, rows: list[dict[str, Any]], zone: str, year: int, *, can: bool) -> None:
    if not can:
        empty("A token acts for a user: add a user first.")
        return
    if rows:
        with _table(("For", "Token", "Rights", "Made", "Until", "")):
            for one in rows:
                with box(tag="tr"):
                    for text in (one["user"], one["name"], one["rights"]):
                        words("td", text)
                    for moment in (one["made"], one["expires"]):
                        words("td", wording.moment(moment, zone, year))
                    _buttons(("End", partial(_do, seat, "end_token", user=one["user"], name=one["name"]), True))
    button("Make a token", partial(_ask, seat, "add_token"), icon="key")


def _webhooks(seat: Seat, rows: list[dict[str, Any]]) -> None:
    if not seat.person.may("admin.webhooks"):
        return
    if rows:
        with _table(("Name", "Address", "Told of", "")):
            for one in rows:
                with box(tag="tr"):
                    for text in (one["name"], one["url"], one["events"]):
                        words("td", text)
                    _buttons(("Delete", partial(_do, seat, "delete_webhook", name=one["name"]), True))
    button("Add a webhook", partial(_ask, seat, "set_webhook"), icon="webhook")
