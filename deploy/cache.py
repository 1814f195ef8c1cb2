"""Where what can be had again is kept, outside the repository."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/shuzhi-fengqiao`, by default below `~/.cache`."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "shuzhi-fengqiao"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
