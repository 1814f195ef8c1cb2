"""One verdict for each item of a request: good items are taken, bad ones named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from fastapi.responses import Response
from pydantic_core import to_json

from contracts.errors import Invalid
from contracts.stage import Event
from contracts.vocabulary import Platform
from intake.admit import external_id_of, ignored_fields
from services.chassis import meters
from services.chassis.envelope import encode
from services.chassis.log import Log
from services.http.problem import respond
from services.intake_described import Verdict

Read = Callable[[object], object]  # from an item of the body to a raw posting
LetIn = Callable[[object], Event]  # from a raw posting to an event; raises `Invalid`


class Judged(NamedTuple):
    """An item: what is said of it, what goes into the log, how many of its fields nobody knows."""

    verdict: Verdict
    event: Event | None
    ignored: int


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
    meters.IGNORED_FIELDS.labels(platform).inc(sum(one.ignored for one in judged))


def answer(judged: Sequence[Judged], trace: str) -> Response:
    """202 all taken, 207 some, 422 none."""
    accepted = _accepted(judged)
    refused = len(judged) - accepted
    verdicts = [one.verdict for one in judged]
    summary = {"accepted": accepted, "refused": refused, "verdicts": verdicts}
    headers = {"traceparent": trace}
    if not accepted:
        return respond(422, "none_accepted", "No item was taken; each verdict says why.", headers, **summary)
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
        return Judged(_verdict(index, raw, None, faults), None, ignored_fields(raw))
    return Judged(_verdict(index, raw, event.subject, []), event, ignored_fields(raw))


def _verdict(
    index: int, raw: object, complaint_id: str | None, faults: Sequence[Mapping[str, str]]
) -> Verdict:
    return {
        "index": index,
        "external_id": external_id_of(raw),
        "status": "accepted" if complaint_id else "refused",
        "complaint_id": complaint_id,
        "faults": list(faults),
    }
