"""Tables of the plant: list, get, create, change, delete, and many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from starlette.responses import Response

from plantwright.core import journal
from plantwright.core.entity import Entity, plant_entities
from plantwright.core.parameters import Parameter
from plantwright.core.problem import BAD_ARGUMENT, ProblemError, stop_on_errors
from plantwright.core.reading import Place, read_table
from plantwright.core.store import Counts, Transaction
from plantwright.core.store.problems import ROW_MISSING
from plantwright.core.store.tables import ROW_VERSION
from plantwright.doors.api import sites
from plantwright.doors.api.choosing import WHICH, chosen
from plantwright.doors.api.endpoint import Ask, Endpoint, Operation, endpoint, option
from plantwright.doors.api.rows import from_json, to_json
from plantwright.doors.http.told import BODY_WRONG, NO_SUCH_PATH, answer, as_list, status_of

MANY = 100_000
"""Rows that are taken at once at most; more come faster by an import."""
VERSION = option(ROW_VERSION, "Version of the row as it was read", int, required=True)


def entity_of(ask: Ask, right: str) -> type[Entity]:
    """Give the table of the path, once it is clear that the person may do this with it."""
    name = ask.path["table"]
    entity = plant_entities().get(name)
    if entity is None:
        ask.person.must(f"{right}:{name}")  # who may not see a table learns nothing of it
        raise ProblemError([NO_SUCH_PATH.at(value=f"/tables/{name}")])
    ask.person.must(f"{right}:{name}")
    return entity


def visible(ask: Ask, entity: type[Entity]) -> pl.DataFrame:
    """Give the rows that the person may see, with their versions."""
    return sites.seen(ask, entity.name, ask.desk.shelf.table(entity.name))


# --- looking --------------------------------------------------------------------------------------------------------


@endpoint("GET", "/tables", "Tables", gives={"type": "object"}, example='.get("/tables")')
def list_tables(ask: Ask) -> dict[str, Any]:
    """List the tables that you may read, with their columns."""
    return {"tables": [_told(ask, one) for name, one in plant_entities().items() if ask.person.may(f"read:{name}")]}


def _told(ask: Ask, entity: type[Entity]) -> dict[str, Any]:
    columns = [
        {"name": name, "kind": str(column.kind), "required": column.required, "unit": column.unit, "help": column.help,
         "bounds": column.describe_bounds(), "choices": list(column.choices), "names": column.target}
        for name, column in ask.desk.shelf.columns(entity.name).items()
    ]  # fmt: skip
    write = ask.person.may(f"write:{entity.name}")
    return {
        "name": entity.name, "area": entity.area, "help": (entity.__doc__ or "").strip(), "key": list(entity.key),
        "ledger": entity.ledger, "may_write": write, "columns": columns,
    }  # fmt: skip


def _lists(_one: Endpoint) -> Iterable[Operation]:
    for name, entity in plant_entities().items():
        answers = page_schema({"$ref": f"#/components/schemas/{name}"})
        example = f'.get("/tables/{name}", params={{"limit": 10}})'
        yield Operation(f"/tables/{name}", f"list_{name}", f"List rows of {name}", _doc(entity), f"read:{name}",
                        WHICH, None, answers, example=example)  # fmt: skip


def page_schema(row: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a page of rows."""
    parts = {
        "rows": {"type": "array", "items": row},
        "total": {"type": "integer"},
        "next": {"type": ["string", "null"]},
    }
    return {"type": "object", "properties": parts, "required": list(parts)}


@endpoint("GET", "/tables/{table}", "Tables", query=WHICH, each=_lists)
def list_rows(ask: Ask) -> dict[str, Any]:
    """List rows of a table."""
    entity = entity_of(ask, "read")
    wanted = ask.read(WHICH)
    shelf = ask.desk.shelf
    columns, zone = shelf.columns(entity.name), shelf.settings.zone
    found = chosen(visible(ask, entity), entity.key, columns, wanted, zone, entity.name)
    return {"rows": to_json(found.rows, columns, zone), "total": found.total, "next": found.next}


def key_query(entity: type[Entity]) -> dict[str, Parameter]:
    """Describe the key of a row as it stands after the question mark."""
    return {
        name: option(name, entity.columns[name].help, default="", required=entity.columns[name].required)
        for name in entity.key
    }


def _doc(entity: type[Entity]) -> str:
    return " ".join((entity.__doc__ or "").split())


def _example_key(entity: type[Entity]) -> str:
    return "params={" + ", ".join(f'"{name}": row["{name}"]' for name in entity.key) + "}"


def _of_rows(verb: str, summary: str) -> Any:
    """Describe what is done with one row, for each table."""

    def each(one: Endpoint) -> Iterable[Operation]:
        """Give the operation of an endpoint for every table; rows of a ledger are neither changed nor deleted."""
        part = one.path.rpartition("/")[2]
        for name, entity in plant_entities().items():
            if entity.ledger and one.method in {"PATCH", "DELETE"}:
                continue
            query = key_query(entity) | ({ROW_VERSION: VERSION} if one.method == "DELETE" else {})
            body = {"$ref": f"#/components/schemas/{name}_change"} if one.method == "PATCH" else None
            row = one.method != "DELETE" and part == "row"
            gives = {"$ref": f"#/components/schemas/{name}"} if row else {"type": "object"}
            right = f"{'read' if one.method == 'GET' else 'write'}:{name}"
            yield Operation(f"/tables/{name}/{part}", f"{verb}_{name}", summary.format(name), _doc(entity), right,
                            query, body, gives, example=_row_example(one.method, entity, part))  # fmt: skip

    return each


def _row_example(method: str, entity: type[Entity], part: str) -> str:
    key = _example_key(entity)
    if method == "GET":
        return f'.get("/tables/{entity.name}/{part}", {key})'
    if method == "DELETE":
        with_version = key[:-1] + f', "{ROW_VERSION}": row["{ROW_VERSION}"]}}'
        return f'.delete("/tables/{entity.name}/row", {with_version})'
    own = next((name for name in entity.columns if name not in entity.key), "")
    change = f'"{own}": row["{own}"], ' if own else ""
    return f'.patch("/tables/{entity.name}/row", {key}, json={{{change}"{ROW_VERSION}": row["{ROW_VERSION}"]}})'


def _key_of(ask: Ask, entity: type[Entity], more: Sequence[str] = ()) -> pl.DataFrame:
    """Read the key after the question mark into a raw frame of one row."""
    columns = {name: entity.columns[name] for name in entity.key}
    given = {name: value for name, value in ask.query.items() if name not in more}
    texts = pl.DataFrame({name: [value] for name, value in given.items()})
    if not given:
        texts = pl.DataFrame({entity.key[0]: [""]})
    frame, problems = read_table(entity, texts, columns, ask.desk.shelf.settings.zone, Place("the address"))
    stop_on_errors(problems)
    return frame


def _row(ask: Ask, entity: type[Entity], key: pl.DataFrame) -> dict[str, Any]:
    found = _row_there(ask, entity, key)
    if found is None:
        raise ProblemError([ROW_MISSING.at(entity.name, key.row(0))])
    return found


def _row_there(ask: Ask, entity: type[Entity], key: pl.DataFrame) -> dict[str, Any] | None:
    """Give a row that the person may see; None where there is none."""
    shelf = ask.desk.shelf
    test = pl.all_horizontal(pl.col(name) == key[name][0] for name in entity.key)
    found = visible(ask, entity).filter(test)
    return to_json(found, shelf.columns(entity.name), shelf.settings.zone)[0] if found.height else None


@endpoint("GET", "/tables/{table}/row", "Tables", each=_of_rows("get", "Get a row of {}"))
def get_row(ask: Ask) -> Response:
    """Get one row by its key."""
    entity = entity_of(ask, "read")
    row = _row(ask, entity, _key_of(ask, entity))
    return answer(row, headers={"ETag": f'"{row[ROW_VERSION]}"'})


@endpoint("GET", "/tables/{table}/history", "Tables", each=_of_rows("history_of", "Get the history of a row of {}"))
def row_history(ask: Ask) -> dict[str, Any]:
    """Tell every change of a row, the latest first: who, when, and the row before and after."""
    entity = entity_of(ask, "read")
    key = _key_of(ask, entity)
    shelf = ask.desk.shelf
    columns, zone = shelf.columns(entity.name), shelf.settings.zone

    def shown(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
        rows = pl.DataFrame([dict(row)], schema_overrides={n: c.dtype for n, c in columns.items()}) if row else None
        if rows is None or not sites.seen(ask, entity.name, rows).height:
            return None
        return to_json(rows, columns, zone)[0]

    steps = [
        {"entry": step.entry.number, "at": step.entry.at, "by": step.entry.by, "action": step.entry.action,
         "before": shown(step.before), "after": shown(step.after)}
        for step in journal.history(ask.store, entity.name, key.row(0))
    ]  # fmt: skip
    return {"steps": [step for step in steps if step["before"] or step["after"]]}


# --- writing --------------------------------------------------------------------------------------------------------


def _creates(_one: Endpoint) -> Iterable[Operation]:
    for name, entity in plant_entities().items():
        example = f'.post("/tables/{name}", json=new)'
        yield Operation(f"/tables/{name}", f"create_{name}", f"Add a row to {name}", _doc(entity), f"write:{name}", {},
                        {"$ref": f"#/components/schemas/{name}_new"}, {"$ref": f"#/components/schemas/{name}"},
                        example=example)  # fmt: skip


@endpoint("POST", "/tables/{table}", "Tables", body="json", status=201, keyed=True, each=_creates)
def create_row(ask: Ask) -> Response:
    """Add a row; what is left out takes its default."""
    entity = entity_of(ask, "write")
    frames = _frames(ask, entity, [ask.object()], complete=True)
    with ask.desk.writing, ask.store.begin(ask.person.name, "create", _named(entity, frames[0]), ask.key) as tx:
        if not tx.replayed:
            tx.insert(entity.name, frames[0])
            tx.answer({"entry": tx.number})
    row = _row_written(ask, entity, frames[0])
    return answer(row, 201)


def _named(entity: type[Entity], frame: pl.DataFrame) -> dict[str, Any]:
    return {"table": entity.name, "key": [str(value) for value in frame.select(entity.key).row(0)]}


def _row_written(ask: Ask, entity: type[Entity], frame: pl.DataFrame) -> dict[str, Any]:
    """Give a row that was just written; a person without the right to read gets its key alone."""
    ask.desk.shelf.refresh()
    if ask.person.may(f"read:{entity.name}"):
        return _row(ask, entity, frame.select(entity.key))
    shelf = ask.desk.shelf
    return to_json(frame.select(entity.key), shelf.columns(entity.name), shelf.settings.zone)[0]


def _frames(ask: Ask, entity: type[Entity], given: Sequence[Any], *, complete: bool) -> list[pl.DataFrame]:
    """Read what was sent, with all its faults; `complete` asks for every required column."""
    if not all(isinstance(row, dict) for row in given):
        raise ProblemError([BODY_WRONG.at(what="a row is no object", must='rows as JSON objects: {"column": value}')])
    shelf = ask.desk.shelf
    columns = shelf.columns(entity.name)
    if complete:
        needed = dict.fromkeys((name for name, column in columns.items() if column.required), None)
        given = [{**needed, **{n: v for n, v in row.items() if n != ROW_VERSION}} for row in given]
    frames, problems = from_json(entity, given, columns, shelf.settings.zone)
    stop_on_errors(problems)
    return frames


@endpoint("PATCH", "/tables/{table}/row", "Tables", body="json", each=_of_rows("change", "Change a row of {}"))
def change_row(ask: Ask) -> Response:
    """Change a row; what is left out stays. It is refused where somebody has changed the row since it was read."""
    entity = entity_of(ask, "write")
    key, given = _key_of(ask, entity), ask.object()
    if not isinstance(given.get(ROW_VERSION), int):
        raise ProblemError([BAD_ARGUMENT.at(column=ROW_VERSION, value="missing", must="the version that was read")])
    fixed = [name for name in entity.key if name in given]
    if fixed:
        raise ProblemError([BAD_ARGUMENT.at(column=fixed[0], value="given", must="left out: the key of a row stays")])
    shelf = ask.desk.shelf
    texts = to_json(key, entity.columns, shelf.settings.zone)[0]
    frame = _frames(ask, entity, [{**texts, **given}], complete=False)[0]
    try:
        with ask.desk.writing, ask.store.begin(ask.person.name, "change", _named(entity, frame), ask.key) as tx:
            if not tx.replayed:
                tx.update(entity.name, frame)
                tx.answer({"entry": tx.number} if ask.key else None)
    except ProblemError as error:
        if {one.code for one in error.problems} != {"changed-meanwhile"}:
            raise
        return _clash(ask, entity, frame, error)
    return answer(_row_written(ask, entity, frame))


def _clash(ask: Ask, entity: type[Entity], frame: pl.DataFrame, error: ProblemError) -> Response:
    """Refuse a change of a row that somebody else has changed, with the row as it is now and what differs in it."""
    told: dict[str, Any] = {"problems": as_list(error.problems)}
    if ask.person.may(f"read:{entity.name}"):
        shelf = ask.desk.shelf
        wanted = to_json(frame.drop(ROW_VERSION, strict=False), shelf.columns(entity.name), shelf.settings.zone)[0]
        ask.desk.shelf.refresh()
        now = _row_there(ask, entity, frame.select(entity.key))
        differs = {n: {"yours": value, "now": now[n]} for n, value in wanted.items() if value != now[n]} if now else {}
        told |= {"now": now, "differs": differs}
    return answer(told, status_of(error.problems))


@endpoint("DELETE", "/tables/{table}/row", "Tables", each=_of_rows("delete", "Delete a row of {}"))
def delete_row(ask: Ask) -> dict[str, Any]:
    """Delete a row; refused where others name it, or somebody has changed it since it was read."""
    entity = entity_of(ask, "write")
    wanted = Ask(ask.desk, ask.person, ask.path, {ROW_VERSION: ask.query.get(ROW_VERSION, "")}, ask.headers)
    version = wanted.read({ROW_VERSION: VERSION})[ROW_VERSION]
    key = _key_of(ask, entity, (ROW_VERSION,)).with_columns(pl.lit(version, pl.Int64).alias(ROW_VERSION))
    with ask.desk.writing, ask.store.begin(ask.person.name, "delete", _named(entity, key), ask.key) as tx:
        if not tx.replayed:
            if not tx.delete(entity.name, key):
                raise ProblemError([ROW_MISSING.at(entity.name, key.select(entity.key).row(0))])
            tx.answer({"entry": tx.number})
    return {"deleted": True, "entry": tx.answered["entry"]}


def _bulks(_one: Endpoint) -> Iterable[Operation]:
    gives = {"type": "object"}
    for name, entity in plant_entities().items():
        body = {
            "type": "object", "required": ["rows"],
            "properties": {
                "rows": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}_new"}},
                "dry_run": {"type": "boolean", "description": "Tell what would change, and write nothing"},
            },
        }  # fmt: skip
        example = f'.post("/tables/{name}/rows", json={{"rows": [new], "dry_run": True}})'
        yield Operation(f"/tables/{name}/rows", f"put_{name}", f"Add and change rows of {name}", _doc(entity),
                        f"write:{name}", {}, body, gives, example=example)  # fmt: skip


class _DryRunError(Exception):
    """Ends the transaction of a dry run, so that nothing of it is kept."""


@endpoint("POST", "/tables/{table}/rows", "Tables", body="json", keyed=True, each=_bulks)
def put_rows(ask: Ask) -> dict[str, Any]:
    """Add rows whose key is new and change the others: all of them, or none with every fault told at once."""
    entity = entity_of(ask, "write")
    given = ask.object()
    rows, dry_run = given.get("rows"), given.get("dry_run", False)
    if not isinstance(rows, list) or not isinstance(dry_run, bool) or set(given) - {"rows", "dry_run"}:
        raise ProblemError([BODY_WRONG.at(what="it is no list of rows", must='{"rows": [...], "dry_run": false}')])
    if len(rows) > MANY:
        raise ProblemError([BAD_ARGUMENT.at(column="rows", value=len(rows), must=f"at most {MANY} rows")])
    frames = _frames(ask, entity, rows, complete=False)
    done: dict[str, Any] = {}
    try:
        arguments = {"table": entity.name, "rows": len(rows)}
        with ask.desk.writing, ask.store.begin(ask.person.name, "put", arguments, ask.key) as tx:
            if tx.replayed:
                return dict(tx.answered)
            done |= _put(tx, entity, frames)
            if dry_run:
                # Sites and references are looked at when an act is finished; a dry run must tell them too.
                tx.finish()
                raise _DryRunError  # noqa: TRY301 - the way to end a transaction without keeping it
            tx.answer({**done, "written": True, "entry": tx.number})
    except _DryRunError:
        return {**done, "written": False, "entry": 0}
    return dict(tx.answered)


def _put(tx: Transaction, entity: type[Entity], frames: Sequence[pl.DataFrame]) -> dict[str, int]:
    total = Counts()
    found = []
    for frame in frames:
        try:
            counts = tx.upsert(entity.name, frame)
        except ProblemError as error:
            found += error.problems
            continue
        total = Counts(total.inserted + counts.inserted, total.updated + counts.updated, total.same + counts.same)
    stop_on_errors(found)
    return {"inserted": total.inserted, "updated": total.updated, "same": total.same}
