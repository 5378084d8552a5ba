"""People: users, roles, permissions, sessions, tokens. Knows nothing of HTTP."""

from __future__ import annotations

from plantwright.core.access.acting import act
from plantwright.core.access.own import (
    Webhook,
    change_password,
    first_link,
    first_link_is_good,
    has_users,
    make_token,
    use_first_link,
    users,
    webhooks,
)
from plantwright.core.access.own_settings import own_settings, set_own
from plantwright.core.access.person import Person, local_person
from plantwright.core.access.roles import BUILT_IN_ROLES, known_rights, roles
from plantwright.core.access.signing import (
    forget_people,
    person_named,
    person_of_session,
    person_of_token,
    remember_local,
    remembered_local,
    remembered_person,
    sign_in,
    sign_out,
)

__all__ = [
    "BUILT_IN_ROLES",
    "Person",
    "Webhook",
    "act",
    "change_password",
    "first_link",
    "first_link_is_good",
    "forget_people",
    "has_users",
    "known_rights",
    "local_person",
    "make_token",
    "own_settings",
    "person_named",
    "person_of_session",
    "person_of_token",
    "remember_local",
    "remembered_local",
    "remembered_person",
    "roles",
    "set_own",
    "sign_in",
    "sign_out",
    "use_first_link",
    "users",
    "webhooks",
]
