"""A short way to write tables out in a migration; what a released migration gives it never changes its meaning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

TYPES = {"text": sa.Text, "bigint": sa.BigInteger, "boolean": sa.Boolean, "blob": sa.LargeBinary}


def create_tables(tables: dict[str, str], *, clustered: bool) -> None:
    """Make tables.

    Parameters
    ----------
    tables : for each table its columns, such as ``"code text key, name text, due bigint null"``
    clustered : whether SQLite keeps the rows in the order of the key (WITHOUT ROWID), which small rows want
    """
    for name, columns in tables.items():
        parts = [_column(text.split()) for text in columns.split(",")]
        op.create_table(name, *parts, sqlite_with_rowid=not clustered)


def _column(words: list[str]) -> sa.Column[object]:
    name, kind, *more = words
    return sa.Column(name, TYPES[kind](), primary_key="key" in more, nullable="null" in more, autoincrement=False)
