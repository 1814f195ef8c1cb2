"""What was too large to be pulled is a dead letter without its content; who fetched it types it in."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from adapters.base import Pulled
from contracts.errors import Invalid
from contracts.vocabulary import Platform
from services.chassis.letters import Letter
from services.door import take
from tests.api.hub import hub_in
from tests.console.posted import signed_in

FAULT = Invalid("left_out", "an item larger than 20 bytes was left out, at or soon after (XH 17)")
LEFT_OUT = Pulled("left out, before 2", "", fault=FAULT, raw='{"external_id": "", "text": ""}')


async def test_what_was_left_out_is_told_and_can_be_typed_in(tmp_path: Path) -> None:
    async with hub_in(tmp_path, stages=()) as hub:
        log, database = hub.house.log, hub.house.database
        await take(log, database, Platform.HOTLINE_12345, [LEFT_OUT], datetime.now(UTC))
        [row] = await database.rows(select(col(Letter.id), col(Letter.reason)))
        client = await signed_in(hub)
        page = await client.get(f"/dead-letters/{row.id}")
        assert page.status_code == 200
        assert "<code>XH 17</code>" in page.text
        mend = f"/dead-letters/{row.id}/redrive"
        assert (await client.post(mend, data={"text": LEFT_OUT.raw})).status_code == 422
        typed = '{"external_id": "SX1", "text": "路灯不亮三天了，请派人来修。"}'
        assert (await client.post(mend, data={"text": typed})).status_code == 303
