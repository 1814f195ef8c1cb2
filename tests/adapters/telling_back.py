"""What every adapter keeps when it writes a result back."""

import itertools
from uuid import uuid4

import pytest

from adapters.adapter import Adapter
from adapters.faults import Faults
from adapters.simulation import Desk
from contracts.errors import Invalid
from contracts.vocabulary import Answer, Outcome
from tests.adapters.bench import Bench, until_done


class TellingBack(Bench):
    """In the platform's words, once."""

    async def test_every_answer_has_a_word_the_platform_knows(self, adapter: Adapter, desk: Desk) -> None:
        external_id = self.put(desk)
        told = list(itertools.product(Answer, [None, *Outcome]))
        for answer, outcome in told:
            await adapter.push(self.receipt(external_id, answer=answer, outcome=outcome), uuid4())
        assert desk.state()["receipts"] == len(told)

    async def test_a_receipt_told_again_is_one_receipt(
        self, adapter: Adapter, desk: Desk, faults: Faults
    ) -> None:
        external_id = self.put(desk)
        receipts = {uuid4(): self.receipt(external_id) for _ in range(5)}
        faults.error = faults.too_many = faults.truncated = 0.3
        for key, receipt in [*receipts.items(), *receipts.items()]:
            await until_done(adapter, receipt, key)
        assert desk.state()["receipts"] == len(receipts)
        assert desk.state()["receipts_repeated"] >= len(receipts)

    async def test_a_receipt_for_something_unknown_is_invalid(self, adapter: Adapter, desk: Desk) -> None:
        for external_id in ("nobody-knows-this", "../../list", "a b/ü?x=1"):
            with pytest.raises(Invalid):
                await adapter.push(self.receipt(external_id), uuid4())
        assert desk.state()["receipts"] == 0
