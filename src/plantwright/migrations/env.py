"""What Alembic runs to bring a store to the newest version; the store gives the connection."""

from __future__ import annotations

from alembic import context

from plantwright.core.store.tables import metadata


def run() -> None:
    """Run the migrations on the connection that the store has given."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata(),
        render_as_batch=True,  # SQLite cannot alter most of a table in place
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic loads this file; a plain import runs nothing
    run()
