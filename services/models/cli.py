"""What the command line does with models: learn, look, try in shadow. Only the console lets one go live."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from services.chassis.database import Database
from services.chassis.settings import Settings
from services.rulebooks import rules_of

out = Console(soft_wrap=True)
T = TypeVar("T")


async def learn(folds: int) -> None:
    """Train a candidate from corpus and corrections and say how it compares."""
    from services.models.retrain import retrain

    settings = Settings()
    folder, rules = settings.data / "models", rules_of(settings, "classifier")
    made = await _on_database(lambda database: retrain(database, folder, rules, folds, out.print))
    for line in made.gist:
        out.print(line)
    out.print(f"{made.version}: {made.folder / 'report.md'}", highlight=False)
    out.print(f"Nothing changes yet. Next: python -m services model shadow {made.version}", highlight=False)


async def show() -> None:
    """Every model, and what holds now."""
    from services.models.store import decided, models

    async def look(database: Database) -> None:
        now, rows = await decided(database), await database.rows(models())
        table = Table("version", "made", "corrections", "is")
        table.add_row("shipped", "", "", "" if now.live else "live")
        for row in rows:
            state = {now.live: "live", now.shadow: "in shadow"}.get(row.version, "")
            table.add_row(row.version, f"{row.made_at:%Y-%m-%d %H:%M}", str(row.lessons), state)
        out.print(table)

    await _on_database(look)


async def shadow(version: str | None) -> None:
    """Have it judge along from now on; None takes out whoever does."""
    from services.console.trail import command_line
    from services.models.store import By, Slot, decide

    me = command_line()
    by = By(me.login, post=me.post)
    await _on_database(lambda database: decide(database, Slot.SHADOW, version, by))
    out.print(f"{version} judges along; the console's page of models counts what it would have said."
              if version else "Nobody judges along.")  # fmt: skip


async def _on_database(work: Callable[[Database], Awaitable[T]]) -> T:
    database = Database(Settings().database_url)
    try:
        return await work(database)
    finally:
        await database.stop()
