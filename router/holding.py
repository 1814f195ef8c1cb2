"""Where a batch stands: possible twins, loads and who holds which case, as earlier inputs left them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contracts.stage import How, Write
from router.tables import ForceLoad, Held, TwinCandidate
from router.twins import Pool


@dataclass(slots=True)
class Now:
    """What holds at this point of the batch: the view, and what earlier inputs changed."""

    pool: Pool
    loads: dict[str, int]
    held: dict[UUID, str]
    linked: Sequence[tuple[UUID, UUID]] = ()  # cases and their leads
    writes: list[Write] = field(default_factory=list)

    def hold(self, case_id: UUID, force_id: str) -> None:
        """The case counts for this force, and for no other."""
        self._count(self.held.get(case_id), -1)
        self._count(force_id, 1)
        self.held[case_id] = force_id
        self.writes.append(Write(Held, {"case_id": case_id, "force_id": force_id}, How.PUT))

    def free(self, case_id: UUID) -> None:
        """The case counts for nobody; nothing happens the second time."""
        if force_id := self.held.pop(case_id, None):
            self._count(force_id, -1)
            self.writes.append(Write(Held, {"case_id": case_id}, How.DELETE))

    def forget(self, case_id: UUID) -> None:
        """The case is repeated no more, nor is any that is linked to it."""
        self.pool.drop(case_id)
        for gone in (case_id, *(case for case, lead in self.linked if lead == case_id)):
            self.writes.append(Write(TwinCandidate, {"case_id": gone}, How.DELETE))

    def _count(self, force_id: str | None, by: int) -> None:
        if force_id:
            self.loads[force_id] = self.loads.get(force_id, 0) + by
            self.writes.append(Write(ForceLoad, {"force_id": force_id, "open_cases": by}, How.ADD))
