"""How a command of ours runs."""

import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from contracts.errors import HubError
from services.chassis.settings import Settings

T = TypeVar("T")


def go(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; what went wrong on purpose is one line, not a traceback."""
    os.umask(0o077)  # what we write holds people's data: nobody else on the machine reads it
    try:
        import uvloop

        return uvloop.run(work)
    except HubError as error:
        sys.exit(f"Stopped: {error}")


def on_database(work: Callable[[Any], Awaitable[T]]) -> T:
    """What `work` makes of the hub's database."""
    from services.chassis.database import Database

    async def there() -> T:
        database = Database(Settings().database_url)
        try:
            return await work(database)
        finally:
            await database.stop()

    return go(there())
