"""The classify stage: a complaint comes in, one case a matter goes out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, select

from classifier.judge import Judge
from classifier.judgement import Judgement
from classifier.matters import hints_of, matter_of
from classifier.tables import Complaint, ShadowCount
from contracts.events import Actor, CaseCommand, CaseOpened, ComplaintReceived
from contracts.ids import case_id, event_id
from contracts.personal import Contract
from contracts.stage import Event, How, Outcome, View, Write
from contracts.tables import one_of
from contracts.topics import CASE_COMMAND, CASE_OPENED, COMPLAINT_RECEIVED, Topic
from contracts.vocabulary import Action, ActorKind, Flag

NOWHERE = "unknown"  # the key of cases whose place nobody knows


@dataclass(frozen=True, slots=True)
class _Known:
    """What is on record of a complaint."""

    revision: str
    revisions: int
    matters: int
    received_at: datetime


@dataclass(slots=True)
class ClassifyStage:
    """Opens a case for each matter; a revision supplements the cases there are and opens what is new.

    Another judge may take the place of `judge` between two batches.
    """

    judge: Judge
    name: str = "classify"
    reads: tuple[Topic, ...] = (COMPLAINT_RECEIVED,)

    def queries(self, batch: Sequence[Event]) -> Mapping[str, Select[Any]]:
        names = ("id", "revision", "revisions", "matters", "received_at")
        columns = [getattr(Complaint, name) for name in names]
        ids = {_data(event).complaint_id for event in batch}
        return {"complaints": select(*cast(Any, columns)).where(one_of(Complaint.id, ids))}

    def decide(self, view: View, batch: Sequence[Event]) -> list[Outcome]:
        known = {
            row.id: _Known(row.revision, row.revisions, row.matters, row.received_at)
            for row in view["complaints"]
        }
        judgements = self.judge.judge_all([(_data(e).posting.text, hints_of(_data(e))) for e in batch])
        outcomes = []
        for event, judgement in zip(batch, judgements, strict=True):
            complaint = _data(event)
            before = known.get(complaint.complaint_id)
            outcome, after = self._one(event, complaint, judgement, before)
            known[complaint.complaint_id] = after
            outcomes.append(outcome)
        return self._with_counts(outcomes, judgements)

    def _with_counts(self, outcomes: list[Outcome], judgements: Sequence[Judgement]) -> list[Outcome]:
        """The outcomes; the first that writes also counts what a model in shadow made of the batch.

        In one order, or two workers that count the same pairs would wait for each other.
        """
        judged = [(o, j) for o, j in zip(outcomes, judgements, strict=True) if o.writes]
        pairs = Counter(
            (m.category, m.would) for _, judgement in judged for m in judgement.matters if m.would
        )
        if self.judge.shadow is None or not pairs:
            return outcomes
        counts = [_count(self.judge, *pair, number) for pair, number in sorted(pairs.items())]
        first = judged[0][0]
        return [replace(o, writes=[*o.writes, *counts]) if o is first else o for o in outcomes]

    def _one(
        self, event: Event, complaint: ComplaintReceived, judgement: Judgement, before: _Known | None
    ) -> tuple[Outcome, _Known]:
        if before and before.revision == complaint.revision:
            return Outcome(event), before
        had = before.matters if before else 0
        after = _Known(
            complaint.revision,
            (before.revisions if before else 0) + 1,
            max(had, len(judgement.matters)),
            before.received_at if before else complaint.received_at,
        )
        events = [
            *(_supplement(event, complaint, judgement, ordinal) for ordinal in range(had)),
            *(self._open(event, complaint, judgement, ordinal) for ordinal in range(had, after.matters)),
        ]
        return Outcome(event, [self._row(complaint, judgement, after, before)], events), after

    def _row(
        self, complaint: ComplaintReceived, judgement: Judgement, now: _Known, before: _Known | None
    ) -> Write:
        posting = complaint.posting
        values = {
            "id": complaint.complaint_id,
            "platform": posting.platform.value,
            "external_id": posting.external_id,
            "revision": now.revision,
            "revisions": now.revisions,
            "text": posting.text,
            "posting": posting,
            "language": judgement.language,
            "matters": now.matters,
            "taxonomy": self.judge.rulebook.version,
            "received_at": now.received_at,
            "revised_at": complaint.received_at,
        }
        return Write(Complaint, values, How.PUT if before else How.INSERT)

    def _open(self, event: Event, complaint: ComplaintReceived, judgement: Judgement, ordinal: int) -> Event:
        judge = self.judge
        matter = matter_of(complaint, judgement, ordinal, judge.rulebook.version, judge.version)
        key = matter.town_code or NOWHERE
        return _follow(event, ordinal, CASE_OPENED, key, str(matter.case_id), CaseOpened(matter=matter))


def _count(judge: Judge, category: str, would: str, matters: int) -> Write:
    values = {
        "version": judge.shadow.version if judge.shadow else "",
        "live": judge.version or "",
        "category": category,
        "would": would,
        "matters": matters,
    }
    return Write(ShadowCount, values, How.ADD)


def _data(event: Event) -> ComplaintReceived:
    return cast(ComplaintReceived, event.data)


def _supplement(event: Event, complaint: ComplaintReceived, judgement: Judgement, ordinal: int) -> Event:
    case = case_id(complaint.complaint_id, ordinal)
    command = CaseCommand(
        case_id=case,
        action=Action.SUPPLEMENT,
        actor=Actor(kind=ActorKind.PLATFORM, name=complaint.posting.platform.value),
        at=complaint.received_at,
        note=_words(complaint.posting.text, judgement, ordinal),
        flags=_flags(judgement, ordinal),
    )
    return _follow(event, ordinal, CASE_COMMAND, str(case), str(case), command)


def _words(text: str, judgement: Judgement, ordinal: int) -> str:
    """The matching matter's words: another's may be for other eyes. All where the new text has fewer matters,
    with the flags of all."""
    if ordinal < len(judgement.matters):
        matter = judgement.matters[ordinal]
        return text[matter.start : matter.end]
    return text


def _flags(judgement: Judgement, ordinal: int) -> tuple[Flag, ...]:
    """The matching matter's flags; all of them where the new text has fewer matters, lest one be lost."""
    if ordinal < len(judgement.matters):
        return judgement.matters[ordinal].flags
    return tuple(dict.fromkeys(flag for matter in judgement.matters for flag in matter.flags))


def _follow(cause: Event, ordinal: int, topic: Topic, key: str, subject: str, data: Contract) -> Event:
    return Event(
        id=event_id(cause.id, "classify", ordinal),
        topic=topic,
        key=key,
        subject=subject,
        time=cause.time,
        data=data,
        cause=cause.id,
        traceparent=cause.traceparent,
    )
