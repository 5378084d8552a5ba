"""Sites: people who are given some see and write the rows of these alone, by whatever act.

A row belongs to the site that it names; where it names none, to that of the place, work center, person or order that
it is about. A row that goes from one site to another belongs to both, and the people of either may write it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import polars as pl

from plantwright.core.entity import ENTITIES, Entity, plant_entities
from plantwright.core.finding import SHOWN, and_more, main_site, zone_of
from plantwright.core.frames import written
from plantwright.core.problem import Problem, problem_kind
from plantwright.core.store import Store, Transaction

FORBIDDEN = problem_kind(
    "site-not-allowed", "{who} may not write rows of the site {value}.", "Ask an administrator for the right to it."
)

PLANNED = {("plan", "action_message")}
"""What an act writes for the whole plant, whoever asks for it: the messages of a plan."""


def guard_sites(store: Store) -> Store:
    """Let a store keep no act that writes rows of sites which are not those of who acts; gives the store.

    Doors for several people do so. The command line does not: who can open the file owns the plant.
    """
    store.guard = outside_sites
    return store


def outside_sites(tx: Transaction) -> list[Problem]:
    """Find what an act has written at sites that are not those of who acts; of users without sites nothing is asked."""
    cursor: Any = tx.connection.connection.cursor()  # the driver's own: every act asks
    cursor.execute(tx.driver.marked('SELECT site FROM user_site WHERE "user" = ?'), (tx.by,))
    found = cursor.fetchall()
    return _Looker(tx, frozenset(site for (site,) in found)).foreign() if found else []


def site_column(entity: type[Entity]) -> str:
    """Give the column that tells the site of a row; empty where rows name no site, or two."""
    if entity.name == "site":
        return entity.key[0]
    column = entity.columns.get("site")
    return "site" if column is not None and column.target == "site" else ""


@lru_cache(maxsize=256)
def owner_columns(name: str) -> tuple[str, ...]:
    """Give the columns that name what the rows of a table are about, where that is of a site.

    Those of the key come first: an operation of an order is where the order is. A move of stock, which has a number
    of its own, is where both of its places are.
    """
    entity = ENTITIES[name]
    targets = {column.name: ENTITIES.get(column.target) for column in entity.columns.values()}
    named = [column for column, target in targets.items() if target is not None and _has_site(target)]
    return tuple([column for column in named if column in entity.key] or named)


def ends_of(entity: type[Entity]) -> list[str]:
    """Give the columns that name the sites from which and to which a row goes; empty where it stays at one."""
    return [] if site_column(entity) else [name for name, column in entity.columns.items() if column.target == "site"]


def _has_site(entity: type[Entity]) -> bool:
    return len(entity.key) == 1 and entity.name != "site" and bool(site_column(entity))


def tree_column(entity: type[Entity]) -> str:
    """Give the column in which a row names the one that holds it, such as the warehouse of a bin; empty for none."""
    return next((column for column, target in entity.references().items() if target == entity.name), "")


class _Looker:
    """Looks at the changes of one act, for somebody who has some sites."""

    def __init__(self, tx: Transaction, allowed: frozenset[str]) -> None:
        self.tx, self.allowed = tx, allowed
        tables = {name: tx.read(name) for name in ("setting", "site")}
        self.main, self.zone = main_site(tables), zone_of(tables)

    def foreign(self) -> list[Problem]:
        """Give a problem for each row that is at a site which is not the person's."""
        own = plant_entities()
        found: dict[tuple[str, str, str], dict[str, None]] = {}
        for change in self.tx.changes:
            if change.entity not in own or (self.tx.action, change.entity) in PLANNED:
                continue
            for rows in (change.before, change.after):
                for column, site, key in self._outside(own[change.entity], rows) if rows is not None else ():
                    found.setdefault((change.entity, column, site), {})[key] = None
        return [one for (name, column, site), keys in found.items() for one in self._told(name, column, site, [*keys])]

    def _told(self, name: str, column: str, site: str, keys: list[str]) -> list[Problem]:
        told = [FORBIDDEN.at(name, key, column, site, who=self.tx.by) for key in keys[:SHOWN]]
        return told + and_more(FORBIDDEN, name, len(keys))

    def _outside(self, entity: type[Entity], rows: pl.DataFrame) -> Iterator[tuple[str, str, str]]:
        """Give the rows that the person may not write: the column that tells the site, the site, and the key."""
        keys: list[str] = []
        for column, sites in self._sites(entity, rows):
            foreign = [place for place, site in enumerate(sites) if site is not None and site not in self.allowed]
            if foreign and not keys:
                texts = written(rows.select(entity.key), entity.columns, self.zone)
                keys = [" / ".join(parts) for parts in texts.iter_rows()]
            yield from ((column, str(sites[place]), keys[place]) for place in foreign)

    def _sites(self, entity: type[Entity], rows: pl.DataFrame) -> list[tuple[str, list[str | None]]]:
        """Give the sites of rows by the columns that tell them; None for what is at no site."""
        column = site_column(entity)
        if column:
            return [(column, self._named(entity, rows, column))]
        ends = ends_of(entity)
        if ends:  # of the people of either end
            pairs = rows.select(ends).rows()
            return [(ends[0], [next((end for end in pair if end in self.allowed), pair[0]) for pair in pairs])]
        owners = [(name, ENTITIES[entity.columns[name].target]) for name in owner_columns(entity.name)]
        homes = {name: self._homes(owner, set(rows[name])) for name, owner in owners}
        return [(name, [homes[name].get(code) for code in rows[name]]) for name, _ in owners]

    def _named(self, entity: type[Entity], rows: pl.DataFrame, column: str) -> list[str | None]:
        """Give the sites that rows name themselves, or those of what holds them; the main one where there is none."""
        tree = tree_column(entity)
        if not tree:
            return [site or self.main for site in rows[column]]
        holders = set(rows.filter(pl.col(column) == "")[tree])
        homes = self._homes(entity, holders)
        return [site or homes.get(holder, self.main) for site, holder in rows.select(column, tree).iter_rows()]

    def _homes(self, entity: type[Entity], codes: set[str]) -> dict[str, str]:
        """Give the sites of rows by their codes; those without one, such as virtual places, are left out."""
        tree, site, holder = tree_column(entity), dict[str, str](), dict[str, str]()
        ask = codes - {"", None}
        while ask:
            rows = self._rows(entity, ask)
            site |= dict(zip(rows[entity.key[0]], rows["site"], strict=True))
            holder |= dict(zip(rows[entity.key[0]], rows[tree], strict=True)) if tree else {}
            ask = {holder[code] for code in ask if code in holder and not site[code]} - {"", *site}
        homes = {code: _first_site(code, site, holder) for code in codes if code in site}
        return {code: home or self.main for code, home in homes.items() if home or not tree}

    def _rows(self, entity: type[Entity], codes: set[str]) -> pl.DataFrame:
        """Read rows by their codes; those that the act has deleted as they were."""
        key = entity.key[0]
        rows = self.tx.read(entity.name, {key: sorted(codes)})
        gone = [c.before for c in self.tx.changes if c.entity == entity.name and c.before is not None]
        parts = [part.filter(pl.col(key).is_in(list(codes))).select(rows.columns) for part in gone]
        return pl.concat([rows, *parts]).unique(key, keep="first", maintain_order=True)


def _first_site(code: str, site: dict[str, str], holder: dict[str, str]) -> str:
    """Give the site of a row, or that of the first one up the tree that has one."""
    seen = set[str]()
    while not site.get(code) and holder.get(code) and code not in seen:
        seen.add(code)
        code = holder[code]
    return site.get(code, "")
