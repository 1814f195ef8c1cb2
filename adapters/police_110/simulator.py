"""110 接处警 as the hub sees it from outside."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from lxml import etree

from adapters import registry
from adapters.control import base_app
from adapters.dialects import same
from adapters.faults import Faults
from adapters.mapping import BEIJING, format_time, microseconds
from adapters.police_110.translate import CHARSET, parse
from adapters.simulation import Desk, Item
from adapters.telling import Telling, code_of

STATES = {"已接收", "已移交", "处置中", "已化解", "未化解", "已办结", "已转办", "重新处置"}
TIME = "%Y%m%d%H%M%S"


def app(desk: Desk, faults: Faults) -> FastAPI:
    """The platform's HTTP API."""
    api = base_app("110接处警 (simulator)", desk, faults)
    allowed = Depends(_allowed)

    @api.get("/jcj/incidents", dependencies=[allowed])
    async def incidents(afterSeq: int, limit: int = 50) -> Response:  # noqa: N803 - theirs
        items, more = desk.after(afterSeq, min(limit, 200))
        root = etree.Element("JJDLB")
        etree.SubElement(root, "GD").text = "1" if more else "0"
        for item in items:
            root.append(_incident(item))
        return _answer(root)

    @api.post("/jcj/incidents/{number}/feedback", dependencies=[allowed])
    async def feedback(number: str, request: Request) -> Response:
        body = parse((await request.body()).decode(CHARSET, "replace"))
        if body is None or body.findtext("CZZT") not in STATES or not body.findtext("LSH"):
            raise HTTPException(422, "no feedback")
        if not desk.knows(number):
            raise HTTPException(404, "no such incident")
        desk.receive(body.findtext("LSH") or "", {str(child.tag): child.text for child in body})
        return _answer(etree.Element("OK"))

    return api


async def _allowed(x_access_token: Annotated[str, Header()] = "") -> None:
    if not same(registry.manifest("police_110").simulator.secrets["our_token"], x_access_token):
        raise HTTPException(403, "not on the allow-list")


def _answer(root: "etree._Element") -> Response:
    body = etree.tostring(root, encoding=CHARSET, xml_declaration=True)
    token = {"X-Peer-Token": registry.manifest("police_110").simulator.secrets["their_token"]}
    return Response(body, media_type=f"text/xml; charset={CHARSET}", headers=token)


def item(telling: Telling, number: int) -> tuple[str, dict[str, Any]]:
    """A new incident: its id and its record."""
    at = microseconds(telling.at)
    external_id = f"{telling.town_code[:6] or '330600'}{telling.at.astimezone(BEIJING):%y%m%d}{number:07d}"
    codes = registry.manifest("police_110").codes["intent_hint"]
    return external_id, {
        "JJDBH": external_id,
        "BJSJ": format_time(at, TIME),
        "BJNR": telling.text,
        "BJRXM": telling.name,
        "BJDH": telling.phone,
        "BJRSFZH": telling.id_number,
        "XZQHDM": telling.town_code,
        "SFDD": telling.address,
        "SADW": telling.organisation,
        "BJLX": code_of(codes, telling.intent),
        "FJWBZ": "1" if telling.non_police else "0",
    }


def _incident(item: Item) -> "etree._Element":
    incident = etree.Element("JJD")
    etree.SubElement(incident, "XH").text = str(item.seq)
    for name, value in item.data.items():
        etree.SubElement(incident, name).text = str(value)
    return incident
