import httpx
import pytest
from hypothesis import strategies as st

from adapters import registry
from adapters.adapter import Adapter
from adapters.simulation import Desk
from contracts.errors import Invalid, Transient
from tests.adapters.conformance import Conformance, patient

SECRETS = registry.manifest("police_110").simulator.secrets
ITEM = "<JJD><XH>{}</XH><JJDBH>J{}</JJDBH><BJSJ>20260301080000</BJSJ><BJNR>{}</BJNR></JJD>"


def listing(*items: str, head: str = "") -> str:
    return f'<?xml version="1.0" encoding="GB18030"?>{head}<JJDLB><GD>0</GD>{"".join(items)}</JJDLB>'


def serving(document: str, token: str = SECRETS["their_token"]) -> Adapter:
    body, headers = document.encode("gb18030"), {"X-Peer-Token": token}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body, headers=headers))
    http = httpx.AsyncClient(transport=transport)
    return registry.make("police_110", http, SECRETS, patient(registry.manifest("police_110")))


class TestPolice110(Conformance):
    platform = "police_110"

    def spoil(self, body: bytes, data: st.DataObject) -> bytes:
        at = data.draw(st.integers(0, len(body)))
        wild = st.one_of(st.binary(max_size=12), st.sampled_from([b"</JJD>", b"<", b"&x;", b"<JJD>"]))
        return body[:at] + data.draw(wild) + (b"" if data.draw(st.booleans()) else body[at:])

    async def test_rare_characters_arrive(self, adapter: Adapter, desk: Desk) -> None:
        text = "𠮷某与龑某、䶮某在曹娥江边 <争执> & 吵闹 😀"
        self.put(desk, text)
        page = await adapter.pull(None)
        assert page.postings[0].posting is not None
        assert page.postings[0].posting["text"] == text

    async def test_non_police_is_said(self, adapter: Adapter, desk: Desk) -> None:
        self.put(desk)
        desk.add("J2", {"JJDBH": "J2", "BJNR": "x", "BJSJ": "20260301080000", "FJWBZ": "1"})
        postings = [item.posting for item in (await adapter.pull(None)).postings]
        assert [posting and posting["non_police"] for posting in postings] == [False, True]


async def test_an_item_that_breaks_the_document_stops_nothing() -> None:
    broken = ITEM.format(2, 2, "3 < 4 & 机密")
    page = await serving(listing(ITEM.format(1, 1, "甲"), broken, ITEM.format(3, 3, "乙"))).pull(None)
    assert [item.posting and item.posting["text"] for item in page.postings] == ["甲", None, "乙"]
    assert page.postings[1].fault is not None
    assert page.postings[1].raw == broken
    assert "机密" not in repr(page)
    assert page.cursor == "3"


async def test_control_characters_are_dropped() -> None:
    page = await serving(listing(ITEM.format(1, 1, "水\x0b管\x00爆了"))).pull(None)
    assert page.postings[0].posting is not None
    assert page.postings[0].posting["text"] == "水管爆了"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE JJDLB [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE JJDLB [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE JJDLB SYSTEM "http://127.0.0.1:1/evil.dtd">',
    ],
)
async def test_documents_with_a_dtd_are_refused(head: str) -> None:
    with pytest.raises(Invalid, match="DTD"):
        await serving(listing(ITEM.format(1, 1, "&x;" if "ENTITY" in head else "甲"), head=head)).pull(None)


async def test_who_does_not_hold_the_token_is_not_believed() -> None:
    with pytest.raises(Invalid, match="unknown_peer"):
        await serving(listing(), token="another").pull(None)


async def test_a_document_cut_at_any_place_is_transient() -> None:
    whole = listing(ITEM.format(1, 1, "甲"), ITEM.format(2, 2, "乙"))
    for end in range(0, len(whole) - 1, 7):
        with pytest.raises(Transient):
            await serving(whole[:end]).pull(None)
