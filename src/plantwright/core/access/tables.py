"""Tables of people: who may sign in and what each may do.

They are kept by the program (role system): no file, report or plant holds them. What is secret in them, the hashes of
passwords and tokens, stands in tables of the store that are no entities at all.
"""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.entity import Entity


class User(Entity, key="name", role="system"):
    """Somebody who may sign in."""

    name = col.code("Name by which the user signs in and stands in the journal")
    full_name = col.text("Name of the person")
    email = col.text("Address for messages")
    active = col.flag("Whether the user may sign in", default=True)


class Role(Entity, key="name", role="system"):
    """A named list of rights that the plant makes for itself; one with the name of a built-in role replaces it."""

    name = col.code("Name of the role")
    help = col.text("What the role is for")


class RoleRight(Entity, key=("role", "right"), role="system"):
    """One right of a role that the plant makes for itself."""

    role = col.ref("role", "The role")
    right = col.code("The right, such as read:item; * stands for any part, as in report:*")


class UserRole(Entity, key=("user", "role"), role="system"):
    """A role that a user has."""

    user = col.ref("user", "The user")
    role = col.ref("role", "The role")


class UserSite(Entity, key=("user", "site"), role="system"):
    """A site whose rows a user may see and write; a user without any has all sites."""

    user = col.ref("user", "The user")
    site = col.ref("site", "The site")


class ApiToken(Entity, key=("user", "name"), role="system"):
    """A token by which a program acts for a user."""

    user = col.ref("user", "For whom the program acts")
    name = col.code("What the token is for")
    rights = col.text("Rights, apart by blanks; the token may do what both it and the user may")
    made = col.moment("When it was made")
    expires = col.moment("Until when it can be used")


class Webhook(Entity, key="name", role="system"):
    """An address that is told of changes."""

    name = col.code("Name of the webhook")
    url = col.text("Address to which the changes are sent")
    events = col.text("Tables and actions of which it is told, apart by blanks; * for all", default="*")
    active = col.flag("Whether it is told", default=True)
