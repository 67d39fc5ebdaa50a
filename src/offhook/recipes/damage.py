"""Damage to what a server of our own has on disk."""

import asyncio
import sqlite3
from contextlib import closing

from offhook.recipes.place import Place


async def execute(place: Place, statement: str, *values: object) -> None:
    """Change the server's database behind its back."""

    def change() -> None:
        path = place.kitchen.own.server.folder / "offhook.sqlite3"
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(statement, values)

    await asyncio.to_thread(change)
