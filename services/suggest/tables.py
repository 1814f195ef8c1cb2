"""What was asked of the language model, and what came of it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from contracts.tables import UtcDateTime


class Asked(SQLModel, table=True):
    """A case somebody asked about: the claim before, the record after. No text of the case is in it."""

    __tablename__ = "asked"

    case_id: UUID = Field(primary_key=True)
    model: str
    outcome: str = Field(index=True)  # asking, again, suggested, withheld, or why there is no suggestion
    attempts: int
    asked_at: datetime = Field(sa_type=UtcDateTime)
    again_at: datetime | None = Field(sa_type=UtcDateTime)
    took_ms: int | None
    prompt_tokens: int | None
    answer_tokens: int | None
    category: str | None
