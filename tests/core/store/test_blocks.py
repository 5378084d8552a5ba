"""Few rows go through the store as plain values, many as frames; nobody can tell which."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plantwright.core import journal
from plantwright.core.entity import ENTITIES
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store, blocks
from plantwright.core.store.blocks import Few, Many, block_of

from .conftest import items, rows

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CODES = st.sampled_from(["A", "B", "C", "Ä", 'q"\\'])
ITEM = {
    "code": CODES,
    "name": st.one_of(st.text("ab é\n", max_size=4), st.none()),
    "kind": st.sampled_from(["make", "buy", None]),
    "active": st.one_of(st.booleans(), st.none()),
    "safety_stock": st.just(3),  # no column of items
    "shade": st.one_of(st.text("xy", max_size=2), st.none()),  # a field of the plant
    "weight": st.one_of(st.integers(-5, 2**62), st.none()),  # and another
    "row_version": st.integers(1, 2),
    "low": st.just(1.5),
}
MOVE = {
    "number": st.sampled_from(["M1", "M2", "M3"]),
    "item": st.sampled_from(["A", "B", "nothing", ""]),
    "from_location": st.sampled_from(["LOSS", "W1", "nowhere"]),
    "to_location": st.sampled_from(["LOSS", "W1", "nowhere"]),
    "quantity": st.integers(0, 10**12),
    "at": st.integers(0, 10**6),
    "recorded_at": st.integers(0, 10**6),
    "by": st.just("anna"),
}


def some_rows(columns, must):
    """Rows that all give the same columns of a table."""

    def of(names):
        named = {name: columns[name] for name in columns if name in names or name in must}
        return st.lists(st.fixed_dictionaries(named), min_size=0, max_size=4)

    return st.sets(st.sampled_from(sorted(columns))).flatmap(of)


def step(acts, name, columns, must):
    """What is done to a table, with which rows."""
    return st.tuples(st.sampled_from(acts), st.just(name), some_rows(columns, must))


KEYS = {name: ITEM[name] for name in ("code", "row_version")}
STEP = st.one_of(
    step(["insert", "upsert", "update"], "item", ITEM, ("code", "name", "kind")),
    step(["delete"], "item", KEYS, ("code",)),
    step(["insert", "upsert"], "stock_move", MOVE, tuple(MOVE)),
)
STEPS = st.lists(STEP, min_size=1, max_size=3)


def frame_of(name, given_rows):
    """Rows as a frame, in which a column of nulls alone has the type of its table."""
    known = {n: c.dtype for n, c in ENTITIES[name].columns.items()} | {"row_version": pl.Int64()}
    known |= {"shade": pl.String(), "weight": pl.Int64()}
    if not given_rows:
        return ENTITIES[name].empty()
    return pl.DataFrame(
        {n: pl.Series([row[n] for row in given_rows], dtype=known.get(n)) for n in given_rows[0]}, strict=True
    )


def done(store, acts, few, as_frames):
    """Do acts one after the other; gives what each answered or refused, and at last the tables and the journal."""
    told = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(blocks, "FEW", few)
        for steps in acts:
            try:
                with store.begin("anna", "test") as tx:
                    for what, name, given_rows in steps:
                        told.append(getattr(tx, what)(name, frame_of(name, given_rows) if as_frames else given_rows))
            except ProblemError as error:
                told.append(error.problems)
        for entry in journal.entries(store, limit=3):
            try:
                told.append(journal.reverse(store, entry.number, "anna"))
            except ProblemError as error:
                told.append(error.problems)
    return told


def everything(store):
    """The tables and the journal of a store."""
    tables = {name: store.read(name, versions=True).rows() for name in ("item", "stock_move", "number_series")}
    found = journal.entries(store)
    steps = [[_step(change) for change in journal.changes(store, entry.number)] for entry in found]
    with store.reading() as connection:
        keys = connection.exec_driver_sql(
            "SELECT journal, step, entity, key FROM journal_change ORDER BY 1, 2"
        ).fetchall()
    return tables, found, steps, [tuple(row) for row in keys]


def _step(change):
    return change.entity, *(
        None if part is None else (part.columns, part.rows()) for part in (change.before, change.after)
    )


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A plant with a few rows and fields of its own, made once."""
    path = tmp_path_factory.mktemp("plants") / "begun.db"
    with Store.create(path, clock=lambda: NOON) as store, store.begin("anna", "import") as tx:
        own = [("shade", "text"), ("weight", "quantity")]
        fields = [{"entity": "item", "name": name, "kind": kind} for name, kind in own]
        tx.insert("user_field", rows("user_field", *fields))
        tx.insert("item", items("A", "B"))
        tx.insert("location", rows("location", {"code": "W1", "name": "Store", "kind": "stock"}))
    return path


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts=st.lists(STEPS, min_size=1, max_size=3))
def test_values_and_frames_leave_the_same_rows_problems_and_journal(begun, tmp_path_factory, acts):
    """Rows given as mappings or frames, handled as values or frames: the store tells and keeps the same."""
    outcomes = []
    for number, (few, as_frames) in enumerate([(50, False), (50, True), (0, True)]):
        path = tmp_path_factory.mktemp("copy") / f"{number}.db"
        path.write_bytes(begun.read_bytes())
        with Store.open(path, clock=lambda: NOON) as store:
            outcomes.append((done(store, acts, few, as_frames), everything(store)))
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_few_rows_become_values_and_more_a_frame():
    """The number of rows decides, however they are given."""
    few = [{"code": f"A{n}"} for n in range(blocks.FEW)]
    many = [*few, {"code": "B"}]
    text = {"code": pl.String()}
    for given_rows, kind in ((few, Few), (many, Many)):
        for form in (given_rows, pl.DataFrame(given_rows)):
            assert isinstance(blocks.fitting(block_of(ENTITIES["item"], form).shaped(text)), kind)


def test_rows_that_give_different_columns_are_refused():
    """A list of mappings is a table: what a column that lacks would mean is not guessed."""
    with pytest.raises(ValueError, match="same columns"):
        block_of(ENTITIES["item"], [{"code": "A"}, {"code": "B", "name": "b"}])


def test_a_number_beyond_64_bits_is_told_as_one(store):
    """Plain values have no type that would have refused it before."""
    with pytest.raises(ProblemError) as raised, store.begin("anna", "test") as tx:
        tx.insert("item", [{"code": "A", "name": "a", "kind": "make", "decimals": 2**63}])
    assert [problem.code for problem in raised.value.problems] == ["store-column-type"]
