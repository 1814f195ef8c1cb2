"""What is kept of models, and what was decided about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from contracts.errors import Invalid
from contracts.stage import AnyRow, How, Query, Write
from contracts.tables import columns
from services.chassis.database import Database
from services.console.trail import Somebody, entry
from services.console.words import Deed, Way
from services.models.tables import ClassifierModel, ModelDecision, ModelFault

SHIPPED = "shipped"  # what the model is called that came with the hub


class Slot(StrEnum):
    """What a model is decided to be."""

    LIVE = "live"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class By:
    """Who decides: a login with its role and post, or a program."""

    name: str
    role: str | None = None
    post: str = Way.API


@dataclass(frozen=True, slots=True)
class Decided:
    """All that was decided, newest first."""

    decisions: Sequence[AnyRow]

    @property
    def seq(self) -> int:
        """The newest one's number; 0 before the first."""
        return self.decisions[0].seq if self.decisions else 0

    @property
    def live(self) -> str | None:
        """The version that judges; None is the one that ships."""
        return next(iter(self.ever_live()), None)

    @property
    def shadow(self) -> str | None:
        """The version that judges along; None is nobody."""
        return next((row.version for row in self.decisions if row.slot == Slot.SHADOW), None)

    @property
    def last_live(self) -> AnyRow | None:
        """The decision that put the live version into service; None since the beginning."""
        return next((row for row in self.decisions if row.slot == Slot.LIVE), None)

    @property
    def previous(self) -> str | None:
        """The version to go back to; None is the one that ships."""
        return next(islice(self.ever_live(), 1, None), None)

    def ever_live(self) -> Iterable[str | None]:
        """Versions that were live, newest first; at the end the one that ships, with which all began."""
        return dict.fromkeys([*(row.version for row in self.decisions if row.slot == Slot.LIVE), None])


def decisions() -> Query:
    """Every decision, newest first; people make few."""
    return select(*columns(ModelDecision)).order_by(col(ModelDecision.seq).desc())


def models() -> Query:
    """Every model without its arrays, newest first."""
    return select(*_light()).order_by(col(ClassifierModel.made_at).desc())


def one_model(version: str) -> Query:
    """The model of this version, without its arrays."""
    return select(*_light()).where(col(ClassifierModel.version) == version)


def _light() -> Sequence[Any]:
    return [column for column in columns(ClassifierModel) if column.name != "arrays"]


def faults() -> Query:
    """What could not be used."""
    return select(*columns(ModelFault)).order_by(col(ModelFault.at).desc())


async def decided(database: Database) -> Decided:
    """What holds now."""
    return Decided(await database.rows(decisions()))


async def decide(
    database: Database, slot: Slot, version: str | None, by: By, saw: Decided | None = None
) -> None:
    """Write a decision down, and the trail's entry with it, by what the decider saw. Whoever goes live is in
    shadow no more.

    Raises `Invalid` where there is no such version, `Clash` where somebody else has decided since.
    """
    if version and not await database.rows(
        select(col(ClassifierModel.version)).where(col(ClassifierModel.version) == version)
    ):
        raise Invalid("unknown_model", "no model has this version")
    now = saw or await decided(database)
    wanted = [(slot, version)]
    if slot is Slot.LIVE and version and version == now.shadow:
        wanted.append((Slot.SHADOW, None))
    rows = [
        {
            "seq": seq,
            "slot": slot.value,
            "version": version,
            "by": by.name,
            "role": by.role,
            "at": datetime.now(UTC),
        }
        for seq, (slot, version) in enumerate(wanted, start=now.seq + 1)
    ]
    async with database.transaction() as connection:
        await database.write(connection, [Write(ModelDecision, row, How.INSERT) for row in rows])
        await database.write(connection, [_entry(slot, version, by)])


def _entry(slot: Slot, version: str | None, by: By) -> Write:
    deed = Deed.MODEL_LIVE if slot is Slot.LIVE else Deed.MODEL_SHADOW
    nothing = SHIPPED if slot is Slot.LIVE else "–"
    return entry(Somebody(by.name, by.post), deed, version or nothing)
