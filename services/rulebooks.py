"""Where a stage's rulebooks are: a county's own folder, or what ships."""

from pathlib import Path

from services.chassis.settings import Settings


def rules_of(settings: Settings, owner: str) -> Path | None:
    """The county's folder for this owner; None where it has none and the shipped rules hold."""
    folder = settings.rulebooks / owner if settings.rulebooks else None
    return folder if folder and folder.is_dir() else None
