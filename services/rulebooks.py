"""Where a stage's rulebooks are: a county's own folder, or what ships."""

from pathlib import Path

from contracts.errors import Unusable
from services.chassis.settings import Settings

_OWNERS = ("classifier", "router", "feedback")


def rules_of(settings: Settings, owner: str) -> Path | None:
    """The county's folder for this owner; None where it has none and the shipped rules hold.

    Raises `Unusable` where there is no such folder of rulebooks, or nobody's in it: a slip, not a wish.
    """
    if settings.rulebooks is None:
        return None
    if not any((settings.rulebooks / owner).is_dir() for owner in _OWNERS):
        raise Unusable(f"HUB_RULEBOOKS: {settings.rulebooks} has no folder {', '.join(_OWNERS)} in it")
    folder = settings.rulebooks / owner
    return folder if folder.is_dir() else None
