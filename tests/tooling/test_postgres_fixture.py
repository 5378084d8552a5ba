"""The shared PostgreSQL fixture gives every test an empty database on a real server."""

import sqlalchemy


def write_and_count(url):
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE item (id integer PRIMARY KEY)"))
        connection.execute(sqlalchemy.text("INSERT INTO item VALUES (1)"))
        rows = connection.execute(sqlalchemy.text("SELECT count(*) FROM item")).scalar_one()
        version = connection.dialect.server_version_info
    engine.dispose()
    return rows, version


def test_database_is_a_real_server_that_takes_tables(postgres_database):
    rows, version = write_and_count(postgres_database)
    assert rows == 1
    assert version >= (13,)


def test_next_test_finds_an_empty_database_even_where_a_connection_was_left_open(postgres_database):
    left_open = sqlalchemy.create_engine(postgres_database).connect()
    assert write_and_count(postgres_database)[0] == 1
    left_open.detach()
    left_open.close()
