"""The adapters of a process: manifests that ship, addresses and credentials from the settings."""

from adapters import registry
from adapters.adapter import Adapter
from services.chassis.house import House
from services.chassis.settings import Settings


def adapters(house: House) -> dict[str, Adapter]:
    """Every platform's adapter whose credentials we have, by name."""
    return {
        name: _adapter(house, name) for name in registry.names() if _secrets(house.settings, name) is not None
    }


def _adapter(house: House, name: str) -> Adapter:
    manifest = registry.manifest(name)
    if address := house.settings.platforms.get(name):
        manifest = manifest.model_copy(update={"base_url": address})
    return registry.make(name, house.http, _secrets(house.settings, name) or {}, manifest)


def _secrets(settings: Settings, name: str) -> dict[str, str] | None:
    if name in settings.platform_secrets:
        return {key: value.get_secret_value() for key, value in settings.platform_secrets[name].items()}
    return dict(registry.manifest(name).simulator.secrets) if settings.demo else None
