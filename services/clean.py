"""Empties the data folder, but not under a running hub."""

import asyncio
import shutil
from pathlib import Path

from services.chassis.open_log import open_log


async def empty(folder: Path) -> None:
    """Remove everything. Raises `LogDown` where a hub has the embedded log open."""
    log = open_log(f"local:{folder / 'log.db'}")
    await log.start()
    await log.stop()
    await asyncio.to_thread(shutil.rmtree, folder)
