"""Every table of the house, gathered for migrations."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import classifier.tables
import feedback.tables
import router.tables
import services.chassis.cursors
import services.chassis.ledger
import services.chassis.letters
import services.console.tables
import services.http.tables
import services.models.tables
import services.suggest.tables

OWNERS = (
    classifier.tables,
    router.tables,
    feedback.tables,
    services.chassis.ledger,
    services.chassis.letters,
    services.chassis.cursors,
    services.console.tables,
    services.http.tables,
    services.models.tables,
    services.suggest.tables,
)


def metadata() -> MetaData:
    """All tables; that their owners are imported is what puts them there."""
    assert OWNERS  # noqa: S101
    return SQLModel.metadata
