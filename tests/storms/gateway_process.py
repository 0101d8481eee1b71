"""`python gateway_process.py PORT FOLDER`: the gateway on a SQLite store, alone in a process that can be killed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from halqa.gateway import Gateway
from halqa.gateway.server import listen, run
from halqa.stores import SqliteStores
from halqa.tickets import Tickets

SECRET = b"storm storm storm storm storm storm storm"


def main(port: int, folder: Path) -> None:
    house: dict[str, Gateway] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            house["gateway"] = Gateway(SqliteStores(folder), Tickets(SECRET))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await house["gateway"].stores.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await house["gateway"](scope, receive, send)

    run(app, listen("127.0.0.1", port), lambda: house["gateway"].stop())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
