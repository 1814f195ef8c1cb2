"""Rows of models, and of what people decided about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from contracts.tables import JsonB, UtcDateTime


class ClassifierModel(SQLModel, table=True):
    """A trained model, whole, so that every process that can reach the database can have it."""

    __tablename__ = "classifier_model"

    version: str = Field(primary_key=True)
    arrays: bytes = Field(repr=False)  # the .npz as the classifier writes it
    sha256: str
    taxonomy: str
    lessons: int  # corrections it learnt
    learnt_until: datetime = Field(sa_type=UtcDateTime)  # when the newest of them was made
    made_at: datetime = Field(sa_type=UtcDateTime)
    figures: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))
    report: str  # Markdown


class ModelDecision(SQLModel, table=True):
    """One decision; the newest of a slot holds. Never changed: its key is the lock between two who decide."""

    __tablename__ = "model_decision"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    slot: str  # a Slot
    version: str | None  # none: the model that ships, or nobody in shadow
    by: str
    role: str | None
    at: datetime = Field(sa_type=UtcDateTime)


class ModelFault(SQLModel, table=True):
    """A model that a classify process was told to use and cannot; it goes on with the one before."""

    __tablename__ = "model_fault"

    version: str = Field(primary_key=True)
    code: str
    at: datetime = Field(sa_type=UtcDateTime)
