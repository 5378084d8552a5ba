"""What people who are given some sites see: the rows of these, and those that are about no site at all.

Where a row belongs follows from the declaration of its table, as `sites` tells: to the site that it names, else to
that of what it is about, such as the order of an operation or the demand of a reason. What API and page show comes
through here, so that a new table is looked after by its columns alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from plantwright.core.access.sites import ends_of, owner_columns, site_column, tree_column
from plantwright.core.entity import ENTITIES, Entity


@dataclass
class Sight:
    """What may be seen of one plant, and of one plan of it.

    Parameters
    ----------
    sites : the sites that may be seen
    main : the site that is meant where a row names none
    read : gives any table, of the plant or of the plan, by its name
    """

    sites: frozenset[str]
    main: str
    read: Callable[[str], pl.DataFrame]
    _homes: dict[str, pl.DataFrame] = field(default_factory=dict)

    def of(self, name: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows of a table that may be seen, in their order."""
        entity = ENTITIES[name]
        column, ends, owners = site_column(entity), ends_of(entity), owner_columns(name)
        if column and tree_column(entity):
            return self._by_owners(rows, {entity.key[0]: entity})
        if column:
            return rows.filter(self._may(self._site(entity, column)))
        if ends:
            return rows.filter(pl.any_horizontal(pl.col(end).is_in(sorted(self.sites)) for end in ends))
        if owners:
            return self._by_owners(rows, {name: ENTITIES[entity.columns[name].target] for name in owners})
        return rows

    def _may(self, site: pl.Expr) -> pl.Expr:
        return site.is_null() | site.is_in(sorted(self.sites))

    def _site(self, entity: type[Entity], column: str) -> pl.Expr:
        """Give the site that rows name; none where an empty cell stands for every site."""
        empty = None if entity.columns[column].shared else self.main
        return pl.when(pl.col(column) == "").then(pl.lit(empty, pl.String)).otherwise(pl.col(column))

    def _by_owners(self, rows: pl.DataFrame, owners: Mapping[str, type[Entity]]) -> pl.DataFrame:
        """Keep rows of which something that they are about is at a site that may be seen, or nothing is at any."""
        sites = []
        for column, owner in owners.items():
            homes = self.homes(owner)
            named = rows[column].to_frame("code").join(homes, on="code", how="left", maintain_order="left")
            # Of what is not there nothing is known, so it is not shown; places without a site are virtual.
            lost = (pl.col("code") != "") & pl.col("home").is_null() & pl.lit(not tree_column(owner))
            sites.append(named.select(pl.when(lost).then(pl.lit("")).otherwise(pl.col("home")).alias(column)))
        known = pl.concat(sites, how="horizontal")
        some = pl.any_horizontal(pl.col(column).is_in(sorted(self.sites)).fill_null(value=False) for column in owners)
        none = pl.all_horizontal(pl.col(column).is_null() for column in owners)
        return rows.filter(known.select((some | none).alias("#"))["#"])

    def homes(self, entity: type[Entity]) -> pl.DataFrame:
        """Give the site of each row of a table by its code; none for those at no site, such as virtual places."""
        if entity.name not in self._homes:
            self._homes[entity.name] = self._read_homes(entity)
        return self._homes[entity.name]

    def _read_homes(self, entity: type[Entity]) -> pl.DataFrame:
        rows, tree = self.read(entity.name), tree_column(entity)
        column = site_column(entity)
        if not tree:
            return rows.select(code=pl.col(entity.key[0]), home=self._site(entity, column))
        site = dict(rows.select(entity.key[0], column).iter_rows())
        holder = dict(rows.select(entity.key[0], tree).iter_rows())
        homes = [_first_site(code, site, holder) for code in site]
        return pl.DataFrame({"code": list(site), "home": homes}, schema={"code": pl.String, "home": pl.String})


def _first_site(code: str, site: Mapping[str, str], holder: Mapping[str, str]) -> str | None:
    """Give the site of a row, or that of the first one up the tree that has one."""
    seen = set[str]()
    while not site.get(code) and holder.get(code) and code not in seen:
        seen.add(code)
        code = holder[code]
    return site.get(code) or None


__all__ = ["Sight"]
