"""The SQL tables: one for each declared entity that is stored, and the kernel's own."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, Table, Text

from plantwright.core.column import TEXTUAL, Kind
from plantwright.core.entity import Entity, stored_entities

ROW_VERSION = "row_version"
"""Column that counts the changes of a row, 1 when it is new: by it a lost update is seen."""
USER_FIELDS = "user_fields"
"""Column with the values of the plant's own fields as JSON, empty where there are none."""


def metadata() -> MetaData:
    """Give every table of the store, made from the declarations that have been imported.

    Columns that name rows of other tables have no FOREIGN KEY. An empty text means "none" there and not NULL,
    places such as SUPPLIER have no row, and with deferred foreign keys the load of 154 000 bill lines takes a third
    longer. `references.check` holds the rule in the same transaction instead.
    """
    tables = MetaData()
    kernel_tables(tables)
    for entity in stored_entities().values():
        entity_table(entity, tables)
    return tables


def entity_table(entity: type[Entity], tables: MetaData) -> Table:
    """Make the SQL table of an entity.

    In SQLite the rows lie in the order of the key (WITHOUT ROWID): the file is a third smaller and reading faster.
    """
    columns = [
        Column(
            name, sql_type(column.kind), primary_key=name in entity.key, nullable=column.nullable, autoincrement=False
        )
        for name, column in entity.columns.items()
    ]
    own = (Column(ROW_VERSION, BigInteger, nullable=False), Column(USER_FIELDS, Text))
    return Table(entity.name, tables, *columns, *own, sqlite_with_rowid=False)


def sql_type(kind: Kind) -> Text | Boolean | BigInteger:
    """Give the SQL type in which the stored value of a kind is kept."""
    if kind in TEXTUAL:
        return Text()
    return Boolean() if kind is Kind.FLAG else BigInteger()


def kernel_tables(tables: MetaData) -> None:
    """Make the tables of the kernel that are no entities: plans and the journal."""
    Table("schema_info", tables, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
    Table(
        "plan",
        tables,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, Text, nullable=False) for name in ("scenario", "inputs", "engine", "status")),
        *(Column(name, Text, nullable=False) for name in ("options", "seconds", "totals", "problems")),
        Column("as_of", BigInteger, nullable=False),
        Column("seed", BigInteger, nullable=False),
        Column("verified", Boolean, nullable=False),
        Column("pinned", Boolean, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("at", "by")),
    )
    Table(
        "plan_table",
        tables,
        Column("plan", BigInteger, primary_key=True, autoincrement=False),
        Column("name", Text, primary_key=True),
        Column("rows", BigInteger, nullable=False),
        Column("data", LargeBinary, nullable=False),
    )
    _journal_tables(tables)
    _access_tables(tables)
    _job_table(tables)


def _journal_tables(tables: MetaData) -> None:
    journal = Table(
        "journal",
        tables,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, Text, nullable=False) for name in ("at", "by", "action", "arguments")),
        Column("key", Text),
        Column("answer", Text),
        Column("reverses", BigInteger),
        Column("reversed_by", BigInteger),
    )
    Index("journal_key", journal.c.key, unique=True)
    change = Table(
        "journal_change",
        tables,
        Column("journal", BigInteger, primary_key=True, autoincrement=False),
        Column("step", BigInteger, primary_key=True, autoincrement=False),
        Column("entity", Text, nullable=False),
        # The key as JSON where the change is of one row: the history of a row need not open the other changes.
        Column("key", Text),
        Column("before", LargeBinary),
        Column("after", LargeBinary),
    )
    Index("journal_change_row", change.c.entity, change.c.key)


def _access_tables(tables: MetaData) -> None:
    """Make the tables of what is secret.

    None of them is declared as an entity, so that nothing which works from the declarations (the journal, files,
    reports, the API) can ever show a hash. Times are whole seconds since 1970.
    """
    Table(
        "password",
        tables,
        Column("user", Text, primary_key=True),
        Column("hash", Text, nullable=False),
        Column("must_change", Boolean, nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in ("failed", "locked_until")),
    )
    session = Table(
        "session",
        tables,
        Column("hash", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("user", "agent", "address")),
        *(Column(name, BigInteger, nullable=False) for name in ("began", "seen")),
    )
    Index("session_user", session.c.user)
    Table(
        "api_secret",
        tables,
        Column("hash", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("user", "name")),
        Column("last_used", BigInteger, nullable=False),
    )
    Table("first_link", tables, Column("hash", Text, primary_key=True), Column("expires", BigInteger, nullable=False))
    # What a person has set for the page stands here for the same reason: it is shown to nobody else.
    Table(
        "own_setting",
        tables,
        *(Column(name, Text, primary_key=True) for name in ("user", "name")),
        Column("value", Text, nullable=False),
    )
    # It stands beside the journal, since it changes nothing of the plant.
    event = Table(
        "sign_event",
        tables,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, Text, nullable=False) for name in ("what", "user", "by", "detail", "address", "agent")),
        *(Column(name, BigInteger, nullable=False) for name in ("first", "last", "count")),
    )
    Index("sign_event_of", event.c.what, event.c.user, event.c.address)
    # A webhook's secret signs what is sent, so it is kept as it is.
    Table("webhook_secret", tables, Column("name", Text, primary_key=True), Column("secret", Text, nullable=False))


def _job_table(tables: MetaData) -> None:
    job = Table(
        "job",
        tables,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, Text, nullable=False) for name in ("kind", "arguments", "by", "state", "stage")),
        *(Column(name, Text, nullable=False) for name in ("problems", "stop_by", "worker", "schedule")),
        Column("result", Text),
        # Share in millionths, times in milliseconds since 1970, the day of a schedule in days since 1970.
        *(Column(name, BigInteger, nullable=False) for name in ("share", "asked", "due")),
        *(Column(name, BigInteger) for name in ("began", "ended", "beat")),
    )
    Index("job_state", job.c.state)
