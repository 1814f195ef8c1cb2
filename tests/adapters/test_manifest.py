"""What a manifest may say, and what becomes of one that is wrong."""

from pathlib import Path

import httpx
import pytest

from adapters import manifest as manifests
from adapters import registry
from contracts.errors import Invalid
from contracts.vocabulary import Answer, Outcome, Platform

DISPUTE = registry.manifest("dispute_code")


def test_every_folder_with_a_manifest_is_a_platform() -> None:
    assert registry.names() == ["dispute_code", "hotline_12345", "peoples_appeal", "police_110"]
    assert all(registry.manifest(name).platform == Platform(name) for name in registry.names())


def test_an_id_cannot_leave_its_segment() -> None:
    assert DISPUTE.write_back.address("../a b?c/d", "k") == "/api/v2/disputes/..%2Fa%20b%3Fc%2Fd/results/k"


def test_an_outcome_has_its_own_word_where_there_is_one() -> None:
    assert DISPUTE.word(Answer.CLOSED, Outcome.FAILED) == "调解不成"
    assert DISPUTE.word(Answer.CLOSED, Outcome.SETTLED) == "归档"


def test_a_missing_word_is_named() -> None:
    dumb = DISPUTE.model_copy(update={"write_back": DISPUTE.write_back.model_copy(update={"words": {}})})
    with pytest.raises(Invalid, match="accepted"):
        dumb.word(Answer.ACCEPTED, None)


@pytest.mark.parametrize("text", ["", "not toml", 'platform = "mars"'])
def test_a_wrong_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.toml").write_text(text)
    with pytest.raises(Invalid, match=tmp_path.name):
        manifests.load(tmp_path)


def test_a_platform_without_an_adapter_is_named() -> None:
    with pytest.raises(Invalid, match="police_110"):
        registry.make("../grid", httpx.AsyncClient(), {})
