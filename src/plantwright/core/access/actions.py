"""What administrators do about people; every act stands in the journal, and none of them shows a secret there."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

import polars as pl

from plantwright.core.access import passwords
from plantwright.core.access.audit import note
from plantwright.core.access.names import faults_of_name, tidy
from plantwright.core.access.person import allows
from plantwright.core.access.roles import BUILT_IN_ROLES
from plantwright.core.action import action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.parameters import Ref
from plantwright.core.problem import Problem, ProblemError, problem_kind, stop_on_errors
from plantwright.core.secret import Secret
from plantwright.core.store import Transaction

USER_MISSING = problem_kind("user-missing", "There is no user {value}.", "See the list of users.")
USER_EXISTS = problem_kind("user-exists", "There is a user {value} already.", "Choose another name.")
LAST_ADMINISTRATOR = problem_kind(
    "last-administrator",
    "Nobody would be left who may say who does what.",
    "Give another active user the role administrator first.",
)
RIGHT_WRONG = problem_kind(
    "right-wrong", "{value} cannot be a right.", "Write it like read:item or planning.*, as on the page of people."
)
DAYS_WRONG = problem_kind(
    "token-days", "A token lasts from 1 to 3660 days, not {value}.", "Give a number of days in between."
)
ADDRESS_WRONG = problem_kind(
    "webhook-address", "{value} is no address of a webhook.", "Write it in full, such as https://example.com/changes."
)
NOT_THERE = problem_kind("access-missing", "There is no {table} {value}.", "See the list on the page of people.")


# --- users ----------------------------------------------------------------------------------------------------------


@action("admin.users", label="Add a user")
def make_user(
    tx: Transaction, name: str, full_name: str = "", email: str = "", roles: list[str] | None = None,
    sites: list[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Add a user, with a temporary password that is shown once and must be changed at the first sign-in.

    Parameters
    ----------
    tx : the open transaction
    name : name by which the user signs in
    full_name : name of the person
    email : address for messages
    roles : roles of the user
    sites : sites whose rows the user may see and write; all where none is given
    """
    password = passwords.temporary_password()
    add_user(tx, name, full_name, email, password, must_change=True)
    _replace(tx, "user_role", tidy(name), "role", [tidy(role) for role in roles or ()])
    _replace(tx, "user_site", tidy(name), "site", sites or [])
    return {"user": tidy(name), "password": Secret(password)}


def add_user(tx: Transaction, name: str, full_name: str, email: str, password: str, *, must_change: bool) -> None:
    """Add the row of a user and the password."""
    user = tidy(name)
    faults = faults_of_name("user", user)
    if tx.read("user", {"name": user}).height:
        faults.append(USER_EXISTS.at("user", user, value=user))
    stop_on_errors(faults)
    row = {"name": user, "full_name": full_name.strip(), "email": email.strip()}
    tx.insert("user", raw_frame(ENTITIES["user"], [row]))
    put_password(tx, user, password, must_change=must_change)


def put_password(tx: Transaction, user: str, password: str, *, must_change: bool) -> None:
    """Keep the hash of a new password, unlock the account, and end all sessions of the user."""
    hashed = passwords.hash_of(password)
    run = _runner(tx)
    run('DELETE FROM password WHERE "user" = ?', user)
    columns = '"user", hash, must_change, failed, locked_until'
    run(f"INSERT INTO password ({columns}) VALUES (?, ?, ?, 0, 0)", user, hashed, must_change)
    run('DELETE FROM session WHERE "user" = ?', user)


@action("admin.users", label="Give a new password")
def set_password(tx: Transaction, user: Annotated[str, Ref("user")]) -> dict[str, Any]:
    """Give a user a temporary password that is shown once and must be changed; unlocks the account, ends its sessions.

    Parameters
    ----------
    tx : the open transaction
    user : name of the user
    """
    name = _known(tx, user)
    password = passwords.temporary_password()
    put_password(tx, name, password, must_change=True)
    _note(tx, "password given", name)
    return {"user": name, "password": Secret(password)}


@action("admin.users", label="Let a user sign in no more")
def deactivate(tx: Transaction, user: Annotated[str, Ref("user")]) -> dict[str, Any]:
    """Let a user sign in no more; sessions and tokens end, and what the user did stays in the journal.

    Parameters
    ----------
    tx : the open transaction
    user : name of the user
    """
    return _activate(tx, user, active=False)


@action("admin.users", label="Let a user sign in again")
def activate(tx: Transaction, user: Annotated[str, Ref("user")]) -> dict[str, Any]:
    """Let a user sign in again.

    Parameters
    ----------
    tx : the open transaction
    user : name of the user
    """
    return _activate(tx, user, active=True)


def _activate(tx: Transaction, user: str, *, active: bool) -> dict[str, Any]:
    name = _known(tx, user)
    tx.update("user", tx.read("user", {"name": name}).with_columns(active=pl.lit(active)))
    if not active:
        _runner(tx)('DELETE FROM session WHERE "user" = ?', name)
    _keep_an_administrator(tx)
    return {"user": name, "active": active}


@action("admin.users", label="Change a user")
def set_user(
    tx: Transaction, user: Annotated[str, Ref("user")], full_name: str | None = None, email: str | None = None
) -> dict[str, Any]:
    """Change what is known of a user; what is left out stays.

    Parameters
    ----------
    tx : the open transaction
    user : name of the user
    full_name : name of the person
    email : address for messages
    """
    name = _known(tx, user)
    given = {"full_name": full_name, "email": email}
    values = [pl.lit(value.strip()).alias(column) for column, value in given.items() if value is not None]
    tx.update("user", tx.read("user", {"name": name}).with_columns(values))
    return {"user": name}


@action("admin.users", label="Set the roles of a user")
def set_roles(tx: Transaction, user: Annotated[str, Ref("user")], roles: list[str]) -> dict[str, Any]:
    """Set the roles of a user, in the place of those that the user has.

    Parameters
    ----------
    tx : the open transaction
    user : name of the user
    roles : all roles that the user shall have
    """
    name = _known(tx, user)
    wanted = [tidy(role) for role in roles]
    _replace(tx, "user_role", name, "role", wanted)
    _keep_an_administrator(tx)
    return {"user": name, "roles": wanted}


@action("admin.users", label="Set the sites of a user")
def set_sites(tx: Transaction, user: Annotated[str, Ref("user")], sites: list[str]) -> dict[str, Any]:
    """Set the sites whose rows a user may see and write, in the place of those so far.

    Parameters
    ----------
    tx : the open transaction
    user : name of the user
    sites : the sites; none for all
    """
    name = _known(tx, user)
    _replace(tx, "user_site", name, "site", sites)
    return {"user": name, "sites": sites}


# --- roles ----------------------------------------------------------------------------------------------------------


@action("admin.users", label="Set a role")
def set_role(tx: Transaction, name: str, rights: list[str], help: str = "") -> dict[str, Any]:
    """Make a role, or change its rights; one with the name of a built-in role replaces it.

    Parameters
    ----------
    tx : the open transaction
    name : name of the role
    rights : all its rights, such as read:item or report:*
    help : what the role is for
    """
    role, wanted = tidy(name), [right.strip() for right in rights]
    stop_on_errors([*faults_of_name("role", role), *_faults_of_rights(wanted)])
    tx.upsert("role", raw_frame(ENTITIES["role"], [{"name": role, "help": help.strip()}]))
    _replace(tx, "role_right", role, "right", wanted)
    _keep_an_administrator(tx)
    return {"role": role, "rights": wanted}


@action("admin.users", label="Delete a role")
def delete_role(tx: Transaction, name: str) -> dict[str, Any]:
    """Delete a role of the plant; one that replaced a built-in role gives way to it again.

    Parameters
    ----------
    tx : the open transaction
    name : name of the role
    """
    role = tidy(name)
    _replace(tx, "role_right", role, "right", [])
    if not tx.delete("role", pl.DataFrame({"name": [role]})):
        raise ProblemError([NOT_THERE.at("role", role, value=role)])
    _keep_an_administrator(tx)
    return {"role": role}


def _faults_of_rights(rights: list[str]) -> list[Problem]:
    return [RIGHT_WRONG.at(column="rights", value=right) for right in rights if not _is_right(right)]


def _is_right(right: str) -> bool:
    plain = right.replace("*", "x").replace("_", "x").replace("-", "x")
    return bool(right) and all(part.isalnum() for part in plain.replace(":", ".").split("."))


def _keep_an_administrator(tx: Transaction) -> None:
    """Refuse what would leave nobody who may give rights."""
    own = set(tx.read("role")["name"])
    able = {r.name for r in BUILT_IN_ROLES.values() if r.name not in own and allows(frozenset(r.rights), "admin.users")}
    for role, right in tx.read("role_right").select("role", "right").iter_rows():
        if role in own and allows(frozenset({right}), "admin.users"):
            able.add(role)
    active = tx.read("user", {"active": True})["name"].to_list()
    if tx.read("user_role", {"role": sorted(able), "user": active}).is_empty():
        raise ProblemError([LAST_ADMINISTRATOR.at()])


# --- tokens and webhooks --------------------------------------------------------------------------------------------


@action("admin.users", label="Make a token of the API")
def add_token(
    tx: Transaction, user: Annotated[str, Ref("user")], name: str, rights: list[str], days: int = 365
) -> dict[str, Any]:
    """Make a token by which a program acts for a user; it is shown once.

    Parameters
    ----------
    tx : the open transaction
    user : for whom the program acts
    name : what the token is for
    rights : what the program may do, as far as the user may; * for all that the user may
    days : how long it can be used
    """
    owner, called, wanted = _known(tx, user), tidy(name), [right.strip() for right in rights]
    faults = [*faults_of_name("token", called), *_faults_of_rights(wanted)]
    if not 1 <= days <= 3660:
        faults.append(DAYS_WRONG.at(column="days", value=days))
    stop_on_errors(faults)
    token = passwords.new_token()
    row = {"user": owner, "name": called, "rights": " ".join(wanted), "made": tx.now, "expires": tx.now + days * 1440}
    _drop_secret(tx, owner, called)
    tx.upsert("api_token", raw_frame(ENTITIES["api_token"], [row]))
    values = (passwords.token_hash(token), owner, called)
    _runner(tx)('INSERT INTO api_secret (hash, "user", name, last_used) VALUES (?, ?, ?, 0)', *values)
    _note(tx, "token made", owner, called)
    return {"user": owner, "name": called, "token": Secret(token)}


@action("admin.users", label="End a token of the API")
def end_token(tx: Transaction, user: Annotated[str, Ref("user")], name: str) -> dict[str, Any]:
    """End a token; the program that has it is refused from now on.

    Parameters
    ----------
    tx : the open transaction
    user : for whom the program acts
    name : what the token is for
    """
    owner, called = tidy(user), tidy(name)
    _drop_secret(tx, owner, called)
    if not tx.delete("api_token", pl.DataFrame({"user": [owner], "name": [called]})):
        raise ProblemError([NOT_THERE.at("api_token", (owner, called), value=called)])
    _note(tx, "token ended", owner, called)
    return {"user": owner, "name": called}


def _drop_secret(tx: Transaction, user: str, name: str) -> None:
    _runner(tx)('DELETE FROM api_secret WHERE "user" = ? AND name = ?', user, name)


@action("admin.webhooks", label="Set a webhook")
def set_webhook(tx: Transaction, name: str, url: str, events: list[str] | None = None) -> dict[str, Any]:
    """Have an address told of changes; what is sent is signed with a secret that is shown once.

    Parameters
    ----------
    tx : the open transaction
    name : name of the webhook
    url : address to which the changes are sent
    events : tables and actions of which it is told; all where none is given
    """
    called, parts = tidy(name), urlsplit(url.strip())
    faults = faults_of_name("webhook", called)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        faults.append(ADDRESS_WRONG.at("webhook", called, "url", url))
    stop_on_errors(faults)
    row = {"name": called, "url": url.strip(), "events": " ".join(events or ["*"]), "active": True}
    tx.upsert("webhook", raw_frame(ENTITIES["webhook"], [row]))
    secret, run = passwords.new_token(), _runner(tx)
    run("DELETE FROM webhook_secret WHERE name = ?", called)
    run("INSERT INTO webhook_secret (name, secret) VALUES (?, ?)", called, secret)
    return {"name": called, "secret": Secret(secret)}


@action("admin.webhooks", label="Delete a webhook")
def delete_webhook(tx: Transaction, name: str) -> dict[str, Any]:
    """Tell an address no more.

    Parameters
    ----------
    tx : the open transaction
    name : name of the webhook
    """
    called = tidy(name)
    _runner(tx)("DELETE FROM webhook_secret WHERE name = ?", called)
    if not tx.delete("webhook", pl.DataFrame({"name": [called]})):
        raise ProblemError([NOT_THERE.at("webhook", called, value=called)])
    return {"name": called}


# --- shared ---------------------------------------------------------------------------------------------------------


def _known(tx: Transaction, user: str) -> str:
    name = tidy(user)
    if tx.read("user", {"name": name}).is_empty():
        raise ProblemError([USER_MISSING.at("user", name, value=user)])
    return name


def _replace(tx: Transaction, table: str, owner: str, column: str, values: list[str]) -> None:
    """Let exactly these values stand in a table of pairs, whose first column is the owner."""
    first = ENTITIES[table].key[0]
    before = tx.read(table, {first: owner})
    wanted = list(dict.fromkeys(value for value in values if value))
    tx.delete(table, before.filter(~pl.col(column).is_in(wanted)).select(ENTITIES[table].key))
    new = [{first: owner, column: value} for value in wanted if value not in set(before[column])]
    if new:
        tx.insert(table, raw_frame(ENTITIES[table], new))


def _note(tx: Transaction, what: str, user: str, detail: str = "") -> None:
    """Keep in the list of sign-ins what was done to an account; the journal has the act itself."""
    note(_runner(tx), int(tx.moment.timestamp()), what, user, tx.by, detail)


def _runner(tx: Transaction) -> Any:
    def run(statement: str, *values: Any) -> Any:
        return tx.connection.exec_driver_sql(tx.driver.marked(statement), values)

    return run
