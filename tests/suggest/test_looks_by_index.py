"""What is looked for several times a second is found by an index, however long the tables grow."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine

from contracts.stage import Query
from feedback.deliveries import waiting
from services.suggest.worker import _waiting
from services.tables import metadata

NOW = datetime(2026, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "index"),
    [(waiting(NOW), "receipt_next (platform=?"), (_waiting(NOW), "cases_by_force (force_id=? AND state=?")],
    ids=["receipts", "suggestions"],
)
def test_only_what_waits_is_read(query: Query, index: str) -> None:
    engine = create_engine("sqlite://")
    metadata().create_all(engine)
    said: Any = query.compile(engine, compile_kwargs={"render_postcompile": True})
    values = tuple(str(said.params[name]) for name in said.positiontup)
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all()
    assert any(index in row[-1] for row in plan) and not any(row[-1].startswith("SCAN") for row in plan)
