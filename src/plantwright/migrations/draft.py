"""Draft the next version of the tables from the declarations.

Run ``python -m plantwright.migrations.draft "what changes"``.
The draft is read and corrected by a person before it is released. With ``--first`` the first version is written anew,
which is right only as long as no store of it is in use.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Table, create_engine

import plantwright.plant  # noqa: F401 - declares every table
from plantwright.core.store import schema
from plantwright.core.store.tables import metadata
from plantwright.migrations.shorthand import TYPES

HEAD = '''"""{message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}


def upgrade() -> None:
    """Change the tables."""
{body}
'''


FIRST = '''"""First version."""

from __future__ import annotations

from alembic import op

from plantwright.migrations.shorthand import create_tables

revision = "0001"
down_revision = None

ENTITIES = {{
{entities}
}}
KERNEL = {{
{kernel}
}}


def upgrade() -> None:
    """Make the tables."""
    create_tables(ENTITIES, clustered=True)
    create_tables(KERNEL, clustered=False)
{indexes}
'''


def first_version() -> str:
    """Write out all declared tables as the first migration."""
    clustered: list[str] = []
    kernel: list[str] = []
    indexes: list[str] = []
    for table in sorted(metadata().tables.values(), key=lambda table: table.name):
        where = kernel if table.dialect_options["sqlite"]["with_rowid"] else clustered
        where.append(f'    "{table.name}": {_columns(table)},')
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            names = [column.name for column in index.columns]
            indexes.append(f'    op.create_index("{index.name}", "{table.name}", {names!r}, unique={index.unique})')
    return FIRST.format(entities="\n".join(clustered), kernel="\n".join(kernel), indexes="\n".join(indexes))


def _columns(table: Table) -> str:
    kinds = {kind: name for name, kind in TYPES.items()}
    texts = [
        f"{c.name} {kinds[type(c.type)]}{' key' if c.primary_key else ' null' if c.nullable else ''}" for c in table.c
    ]
    lines = textwrap.wrap(", ".join(texts), 105)
    return "(\n" + "\n".join(f'        "{line}{" " if line != lines[-1] else ""}"' for line in lines) + "\n    )"


def draft(connection: Connection) -> str:
    """Give the statements that bring the tables of a database to the declarations."""
    context = MigrationContext.configure(connection, opts={"render_as_batch": True, "target_metadata": metadata()})
    script = produce_migrations(context, metadata())
    if script.upgrade_ops is None or script.upgrade_ops.is_empty():
        return ""
    code = render_python_code(script.upgrade_ops, render_as_batch=True, migration_context=context)
    lines = [line for line in code.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(line if line.startswith("    ") or not line else f"    {line}" for line in lines).rstrip()


def main(message: str, *, first: bool) -> Path | None:
    """Write the draft of the next version, or of the first; gives the file, or None where nothing differs."""
    if first:
        return _written(schema.MIGRATIONS / "versions" / "0001_first_version.py", first_version())
    known = schema.revisions()
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/draft.sqlite")
        with engine.begin() as connection:
            schema.upgrade(connection)
            body = draft(connection)
        engine.dispose()
    if not body:
        return None
    revision = f"{len(known) + 1:04d}"
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")[:40]
    path = schema.MIGRATIONS / "versions" / f"{revision}_{slug}.py"
    return _written(path, HEAD.format(message=message, revision=revision, before=known[-1], body=body))


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=False)  # noqa: S603
    return path


if __name__ == "__main__":
    is_first = "--first" in sys.argv
    words = [word for word in sys.argv[1:] if word != "--first"]
    written = main(words[0] if words else "First version", first=is_first)
    sys.stdout.write(f"{written or 'The tables are as declared: there is nothing to write.'}\n")
