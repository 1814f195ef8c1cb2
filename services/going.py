"""How a command of ours runs."""

import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from contracts.errors import HubError
from services.chassis.logs import place_of
from services.chassis.settings import Settings

T = TypeVar("T")


def go(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; what went wrong is one line, not a traceback: of what nobody foresaw its kind and its
    place, since its words, which Python would print, may quote a citizen."""
    os.umask(0o077)  # what we write holds people's data: nobody else on the machine reads it
    try:
        import uvloop

        return uvloop.run(work)
    except HubError as error:
        sys.exit(f"Stopped: {error}")
    except Exception as error:
        sys.exit(f"Stopped by a fault of the hub: {place_of(error)}")


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
