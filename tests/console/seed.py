"""Invented complaints from the labelled texts, as a county would have them after a busy day."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from random import Random

from contracts import ids
from contracts.events import Actor, CaseCommand, CaseProgressed, ComplaintReceived, Person, Posting
from contracts.places import towns
from contracts.stage import Event
from contracts.topics import CASE_COMMAND, COMPLAINT_RECEIVED
from contracts.vocabulary import Action, ActorKind, Outcome, Platform
from feedback.life import ReturnReason, Who, allowed, needs
from services.chassis.envelope import encode
from services.chassis.log import Message

_EXAMPLES = Path(__file__).parents[1] / "examples"
_SURNAMES = "陈俞周楼何金赵孙钱徐斯郦宣骆蒋寿章石孟祝"
_GIVEN = ["建国", "春燕", "永明", "秀英", "志强", "小芳", "国良", "丽萍", "海波", "雅琴"]


def texts() -> list[str]:
    """All texts of the examples, mixed."""
    found = []
    for name in ("split", "danger", "foreign", "routing", "personal"):
        lines = (_EXAMPLES / f"{name}.jsonl").read_text("utf-8").splitlines()
        found += [json.loads(line)["text"] for line in lines]
    Random(3).shuffle(found)
    return found


def posting(n: int, text: str, platform: Platform, town: str | None, at: datetime) -> Posting:
    """One complaint of an invented person."""
    name = _SURNAMES[n % len(_SURNAMES)] + _GIVEN[n % len(_GIVEN)]
    return Posting(
        platform=platform,
        external_id=f"seed-{n}",
        text=text,
        occurred_at=at,
        reporter=Person(name=name, phone=f"1990000{n % 10000:04}"),
        town_code=town,
        address=f"{town and towns()[town].name}某路{n % 90 + 1}号",
    )


def received(posting: Posting, at: datetime) -> Event:
    """The posting as a door would let it in."""
    complaint = ids.complaint_id(posting.platform, posting.external_id)
    return Event(
        id=ids.event_id(complaint, "seed"),
        topic=COMPLAINT_RECEIVED,
        key=str(complaint),
        subject=str(complaint),
        time=at,
        data=ComplaintReceived(complaint_id=complaint, revision="1", received_at=at, posting=posting),
    )


def complaints(count: int, now: datetime) -> Iterator[Event]:
    """`count` complaints of the last quarter of an hour; every third in Fengqiao, the others anywhere."""
    chance = Random(11)
    codes, platforms = sorted(towns()), list(Platform)
    for n, text in enumerate(islice(cycle(texts()), count)):
        town = "330681109" if n % 3 == 0 else chance.choice([*codes, "330681110"])
        at = now - timedelta(seconds=int(chance.triangular(0, 900, 0)))
        yield received(posting(n, text, chance.choice(platforms), town, at), at)


def broken(n: int, now: datetime) -> Message:
    """A complaint that no stage can work with: its platform is none, its time no time."""
    whole = encode(received(posting(9000 + n, _BROKEN_TEXT, Platform.GRID, "330681109", now), now))
    data = json.loads(whole.value)
    data["posting"] |= {"platform": "fax", "occurred_at": "yesterday"}
    return Message(whole.topic, whole.key, json.dumps(data).encode(), whole.headers)


def command(case: CaseProgressed, action: Action, operator: str) -> Event:
    """A post of the force that has the case does this."""
    assert case.lead
    actor, at = Actor(kind=ActorKind.PERSON, name=operator, force_id=case.lead.force_id), datetime.now(UTC)
    data = CaseCommand(case_id=case.matter.case_id, action=action, actor=actor, at=at)
    event_id = ids.event_id(case.change.cause, f"seed-{action}", case.version)
    return Event(event_id, CASE_COMMAND, str(case.matter.case_id), str(case.matter.case_id), at, data)


def next_command(case: CaseProgressed, chance: Random, operator: str) -> Event | None:
    """Something sensible that a post would do next."""
    possible = [a for a in allowed(case, {Who.HOLDER, Who.TOWN}) if a in _USUAL]
    if not possible or case.lead is None:
        return None
    action = possible[0] if chance.random() < 0.85 else chance.choice(possible)
    wanted, at = needs(case, action), datetime.now(UTC)
    noted = "note" in wanted or chance.random() < 0.2
    command = CaseCommand(
        case_id=case.matter.case_id,
        action=action,
        actor=Actor(kind=ActorKind.PERSON, name=operator, force_id=case.lead.force_id),
        at=at,
        note="已与当事人电话沟通，约定次日上午现场查看。" if noted else None,
        reason=ReturnReason.WRONG_PLACE if "reason" in wanted else None,
        outcome=(case.outcome or Outcome.RESOLVED) if "outcome" in wanted else None,
    )
    key = str(case.linked_to or case.matter.case_id)
    event_id = ids.event_id(case.change.cause, f"seed-{action}", case.version)
    return Event(event_id, CASE_COMMAND, key, str(case.matter.case_id), at, command)


_BROKEN_TEXT = "村口路灯不亮，上报人孟祝英，电话19900009000。"
_USUAL: Sequence[Action] = (
    Action.SIGN, Action.DISPATCH, Action.ARRIVE, Action.MEDIATE, Action.AGREE, Action.SETTLE, Action.CLOSE,
    Action.RETURN,
)  # fmt: skip
