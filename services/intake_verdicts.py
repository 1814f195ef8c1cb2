"""One verdict for each item of a request: good items are taken, bad ones named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from fastapi.responses import Response
from pydantic_core import to_json

from contracts.errors import Invalid
from contracts.faults import Said
from contracts.stage import Event
from contracts.vocabulary import Platform
from intake.admit import external_id_of
from intake.unknown import unknown_fields
from services.chassis import meters
from services.chassis.envelope import encode
from services.chassis.log import Log
from services.http.problem import respond
from services.intake_described import Verdict

_NONE = Said("No item was taken; each verdict says why.", "没有来件被接收，原因见各项 verdicts。")
_EMPTY = Said("The array is empty: send at least one posting.", "数组为空：至少应有一件来件。")
Read = Callable[[object], object]  # from an item of the body to a raw posting
LetIn = Callable[[object], Event]  # from a raw posting to an event; raises `Invalid`


class Judged(NamedTuple):
    """An item: what is said of it, and what goes into the log."""

    verdict: Verdict
    event: Event | None


async def take(log: Log, items: Sequence[object], read: Read, let_in: LetIn) -> list[Judged]:
    """Returns when every good item is durable. Raises `LogDown` where that cannot be had."""
    judged = [_judge(index, item, read, let_in) for index, item in enumerate(items)]
    messages = [encode(one.event) for one in judged if one.event]
    if messages:
        await log.publish(messages)
    return judged


def count(judged: Sequence[Judged], platform: Platform) -> None:
    """For the metrics; only after `take`, so that nothing is counted as taken that is not."""
    accepted = _accepted(judged)
    meters.POSTINGS.labels(platform, "accepted").inc(accepted)
    meters.POSTINGS.labels(platform, "refused").inc(len(judged) - accepted)
    meters.IGNORED_FIELDS.labels(platform).inc(sum(one.verdict["unknown_count"] for one in judged))


def answer(judged: Sequence[Judged], trace: str) -> Response:
    """202 all taken, 207 some, 422 none."""
    accepted = _accepted(judged)
    refused = len(judged) - accepted
    verdicts = [one.verdict for one in judged]
    summary = {"accepted": accepted, "refused": refused, "verdicts": verdicts}
    headers = {"traceparent": trace}
    if not judged:
        return respond(422, "nothing_sent", _EMPTY, headers, **summary)
    if not accepted:
        return respond(422, "none_accepted", _NONE, headers, **summary)
    return Response(to_json(summary), 207 if refused else 202, headers, "application/json")


def _accepted(judged: Sequence[Judged]) -> int:
    return sum(one.event is not None for one in judged)


def _judge(index: int, item: object, read: Read, let_in: LetIn) -> Judged:
    raw: object = None
    try:
        raw = read(item)
        event = let_in(raw)
    except Invalid as refusal:
        faults = [asdict(fault) for fault in refusal.faults]
        return Judged(_verdict(index, raw, None, faults), None)
    return Judged(_verdict(index, raw, event.subject, []), event)


def _verdict(
    index: int, raw: object, complaint_id: str | None, faults: Sequence[Mapping[str, str]]
) -> Verdict:
    unknown = unknown_fields(raw)
    return {
        "index": index,
        "external_id": external_id_of(raw),
        "status": "accepted" if complaint_id else "refused",
        "complaint_id": complaint_id,
        "faults": list(faults),
        "unknown_fields": [field._asdict() for field in unknown.named],
        "unknown_count": unknown.total,
    }
