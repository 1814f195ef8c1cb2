"""Where what can be had again is kept, outside the repository."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/shuzhi-fengqiao`, by default below `~/.cache`; root's below `/var/cache`.

    Root's home is closed to the unprivileged user that PostgreSQL must run as.
    """
    own = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    folder = Path(os.environ.get("XDG_CACHE_HOME") or own) / "shuzhi-fengqiao"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


def cached(name: str, fill: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache. Where it is missing `fill` makes it; it appears only when whole."""
    folder = cache_folder() / name
    if folder.exists():
        return folder
    partial = folder.with_name(f"{name}.{os.getpid()}")
    partial.mkdir()
    try:
        fill(partial)
        partial.chmod(0o755)
        partial.rename(folder)
    except OSError:
        if not folder.exists():  # else another process was quicker
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder
