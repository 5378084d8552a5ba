"""Whatever is sent, wherever, the server answers with a reason and never breaks."""

import json
import random

from plantwright.doors.api.openapi import description, operations

ODD = (
    "", " ", "x", "0", "-1", "1e400", "NaN", "9" * 25, "9" * 12, "yes", "2026-02-30", "0001-01-01", "9999-12-31T23:59Z",
    "24:00", "' OR 1=1 --", "\x00", "\x1f", "😀", "ß" * 300, "a,b,,c", "=1", "../x", "item = ", "= and =", "code = x",
    "a\nb", "\u202e", "%", "_", "{}", "[]",
)  # fmt: skip
SEED, TRIES = 7, 2
BODIES = (
    None, True, 0, -1, 2**62, 2**70, 1.5, 1e300, "", "x", "\x00", "\ud800", [], [[]], {}, {"a": {}}, ["x"], "9" * 400,
    "2026-13-01", "😀", "-0", "1e-30", "0.0000001", "=1",
)  # fmt: skip


def object_of(dice, schema):
    """An object with the names of a schema, and odd values."""
    names = list(schema.get("properties", {})) or ["x"]
    chosen = [name for name in names if name in schema.get("required", ()) or dice.random() < 0.4]
    return {name: dice.choice(BODIES) for name in (chosen or names[:1])}


def test_nothing_that_is_sent_breaks_the_server(plant):
    dice = random.Random(SEED)  # noqa: S311 - odd values, no secrets
    schemas, broken = description()["components"]["schemas"], []
    ask = plant.as_("ada")
    for one, operation in operations():
        if one.body == "file" or operation.path.endswith(("/verify", "/check")):
            continue
        body = dict(operation.body or {})
        body = schemas.get(body.get("$ref", "").rpartition("/")[2], body)
        for _ in range(TRIES):
            query = {name: dice.choice(ODD) for name in operation.query if dice.random() < 0.7}
            path = operation.path.replace("{number}", dice.choice(("0", "1", "99", "x", "9" * 30, "%00", "-1")))
            more = {}
            if one.body == "json":
                given = object_of(dice, body)
                if "rows" in given and dice.random() < 0.8:
                    given = {
                        "rows": [object_of(dice, schemas[operation.path.split("/")[2] + "_new"]) for _ in range(3)]
                    }
                more = {"content": json.dumps(given).encode(), "headers": {"Idempotency-Key": str(dice.random())}}
            answer = ask(one.method, path, params=query, **more)
            if answer.status_code >= 500:
                broken.append((one.method, path, query, more.get("content"), answer.text[:200]))
    assert not broken
