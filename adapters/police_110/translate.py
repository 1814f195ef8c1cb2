"""110: XML in GB18030, read without DTDs, entities or network; an allow-list token in both directions."""

import re
from collections.abc import Generator, Mapping
from datetime import datetime
from uuid import UUID

import httpx
from lxml import etree

from adapters.base import Answer, Call, Listed, Spot
from adapters.dialects import same, sentence
from adapters.manifest import Manifest
from adapters.mapping import format_time, microseconds
from contracts.errors import Invalid, Transient
from contracts.events import ReceiptDue

CHARSET = "gb18030"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_ITEM = re.compile(r"<JJD>.*?</JJD>", re.DOTALL)
_MORE = re.compile(r"<GD>([01])</GD>")
_END = "</JJDLB>"


class Translate:
    """What the manifest cannot say."""

    def __init__(self, manifest: Manifest, secrets: Mapping[str, str]) -> None:
        self._manifest, self._secrets = manifest, secrets

    def auth(self) -> httpx.Auth:
        """Our token on each request."""
        return Token(self._secrets["our_token"])

    def ask(self, spot: Spot) -> Call:
        """The listing request."""
        return Call(
            "GET", self._manifest.listing.path, {"afterSeq": str(spot.start), "limit": str(spot.size)}
        )

    def read(self, answer: Answer) -> Listed:
        """The list's items. Where the document is whole but not well formed, each item is read by itself."""
        self.accepted(answer)
        text = self._text(answer)
        if not text.rstrip().endswith(_END):
            raise Transient("police_110 sent an answer that is cut or no list")
        root, more = parse(text), _MORE.search(text)
        if more is None:
            raise Invalid("unexpected_shape", "police_110 sent a listing of another shape")
        if root is None:
            return Listed([_item(part) for part in _ITEM.findall(text)], more[1] == "1")
        return Listed([_fields(item) for item in root.iterfind("JJD")], more[1] == "1")

    def tell(self, receipt: ReceiptDue, key: UUID) -> Call:
        """The result as a document; the platform knows a repetition by LSH."""
        word = self._manifest.word(receipt.answer, receipt.outcome)
        result = etree.Element("CZFK")
        for name, value in (
            ("LSH", str(key)),
            ("JJDBH", receipt.external_id),
            ("CZZT", word),
            ("CZJG", sentence(receipt, word)),
            ("CZDW", receipt.force_name or ""),
            ("FKSJ", format_time(microseconds(receipt.at), self._manifest.time)),
        ):
            etree.SubElement(result, name).text = _NOT_XML.sub("", value)
        document = etree.tostring(result, encoding=CHARSET, xml_declaration=True)
        path = self._manifest.write_back.address(receipt.external_id)
        return Call(
            "POST",
            path,
            headers={"Content-Type": f"text/xml; charset={CHARSET}"},
            content={"content": document},
        )

    def accepted(self, answer: Answer) -> None:
        """Any success the other side signed with its own token counts."""
        if not same(self._secrets["their_token"], answer.headers.get("X-Peer-Token", "")):
            raise Invalid("unknown_peer", "what answers at police_110's address does not hold its token")

    def unwrap(self, headers: Mapping[str, str], body: bytes, now: datetime) -> object:
        """No pushes."""
        raise Invalid("no_webhook", "police_110 is pulled, it does not push")

    def _text(self, answer: Answer) -> str:
        return _NOT_XML.sub("", answer.body.decode(CHARSET, "replace"))


class Token(httpx.Auth):
    """The allow-list token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-Access-Token"] = self._token
        yield request


def parse(text: str) -> "etree._Element | None":
    """The document's root; None where it is not well formed. Raises `Invalid` for one with a DTD."""
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Invalid("unexpected_shape", "police_110 sent a document with a DTD")
    return root


def _fields(item: "etree._Element") -> dict[str, object]:
    fields: dict[str, object] = {}
    for child in item.iterchildren("*"):
        name = str(child.tag)
        fields[name] = {"DZ": [e.text or "" for e in child.iterchildren("DZ")]} if len(child) else child.text
    return fields


def _item(part: str) -> object:
    item = parse(part)
    return part if item is None else _fields(item)
