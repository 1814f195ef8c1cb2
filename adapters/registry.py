"""Which platforms there are: every folder here that holds a manifest."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import httpx

from adapters import manifest as manifests
from adapters.adapter import Adapter
from adapters.manifest import Manifest
from contracts.errors import Invalid

_HERE = Path(__file__).parent


def names() -> list[str]:
    """The platforms that have an adapter."""
    return sorted(path.parent.name for path in _HERE.glob("*/manifest.toml"))


@cache
def manifest(name: str) -> Manifest:
    """A platform's manifest. Raises `Invalid` where it has none."""
    if name not in names():
        raise Invalid("no_adapter", f"there is no adapter for this platform; there are {', '.join(names())}")
    return manifests.load(_HERE / name)


def make(
    name: str, http: httpx.AsyncClient, secrets: Mapping[str, str], settings: Manifest | None = None
) -> Adapter:
    """The platform's adapter. `settings` is its manifest where something is set otherwise, as `base_url`.

    Raises `Invalid` where a credential the platform needs is not among `secrets`.
    """
    settings = settings or manifest(name)
    if missing := [need for need in settings.needs if not secrets.get(need)]:
        raise Invalid("no_credentials", f"{name} needs {', '.join(missing)}")
    return Adapter(settings, _part(name, "translate").Translate(settings, secrets), http)


def simulator(name: str) -> ModuleType:
    """The platform's simulator module: `app(desk, faults)` and `item(telling, number, at)`."""
    return _part(name, "simulator")


def _part(name: str, part: str) -> ModuleType:
    return import_module(f"adapters.{name}.{part}")
