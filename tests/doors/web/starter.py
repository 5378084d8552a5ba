"""The page by itself, with the person at the machine: for tests, where the whole server is not wanted.

Usage: python starter.py DATABASE PORT
"""

import sys

import uvicorn
from fastapi import FastAPI

from plantwright.core.access import local_person
from plantwright.core.store import Store
from plantwright.doors.web import mount


class Known:
    """Says of every request that the person at the machine asks."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] in {"http", "websocket"}:
            scope.setdefault("state", {})["person"] = local_person("tester")
        await self.app(scope, receive, send)


def main(database, port):
    app = FastAPI()
    mount(app, Store.open(database))
    app.add_middleware(Known)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
