"""The adapters of a process: manifests that ship, addresses and credentials from the settings."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from adapters import registry
from adapters.adapter import Adapter
from contracts.errors import Invalid
from contracts.vocabulary import Platform
from services.chassis.house import House
from services.chassis.settings import Settings

Webhook = Callable[[Mapping[str, str], bytes, datetime], Mapping[str, object]]


def adapters(house: House) -> dict[str, Adapter]:
    """Every platform's adapter whose credentials we have, by name."""
    return {
        name: _adapter(house, name) for name in registry.names() if _secrets(house.settings, name) is not None
    }


def address(settings: Settings, name: str) -> str:
    """Where a platform is: as the settings say, else as its manifest."""
    return settings.platforms.get(name) or registry.manifest(name).base_url


def ports(settings: Settings) -> dict[str, int]:
    """The ports of the platforms, for simulators that stand in for them."""
    addresses = {name: urlsplit(address(settings, name)) for name in registry.names()}
    return {name: parts.port for name, parts in addresses.items() if parts.port}


def _adapter(house: House, name: str) -> Adapter:
    manifest = registry.manifest(name).model_copy(update={"base_url": address(house.settings, name)})
    return registry.make(name, house.http, _secrets(house.settings, name) or {}, manifest)


def _secrets(settings: Settings, name: str) -> dict[str, str] | None:
    if name in settings.platform_secrets:
        return {key: value.get_secret_value() for key, value in settings.platform_secrets[name].items()}
    return dict(registry.manifest(name).simulator.secrets) if settings.demo else None


def webhooks(house: House) -> Mapping[Platform, Webhook]:
    """What turns a platform's push into a raw posting, for every platform that pushes."""
    return {Platform(name): _webhook(adapter) for name, adapter in adapters(house).items()}


def _webhook(adapter: Adapter) -> Webhook:
    def verified(headers: Mapping[str, str], body: bytes, now: datetime) -> Mapping[str, object]:
        item = adapter.verify_and_translate(headers, body, now)
        if item.fault or item.posting is None:
            raise item.fault or Invalid("no_posting", "the push holds no posting")
        return item.posting

    return verified
