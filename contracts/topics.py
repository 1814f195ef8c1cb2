"""Every topic, declared once: topic creation, AsyncAPI, k8s resources and the console come from here."""

from dataclasses import dataclass
from datetime import timedelta

from contracts import events
from contracts.personal import Contract


@dataclass(frozen=True, slots=True)
class Topic:
    """A named, partitioned stretch of the log. `key` says what keeps order together."""

    name: str
    event: type[Contract]
    key: str
    about: str
    partitions: int = 6
    retention: timedelta = timedelta(days=30)


COMPLAINT_RECEIVED = Topic(
    "complaint.received.v1",
    events.ComplaintReceived,
    "complaint id",
    "A posting was let in at a door and is now a complaint.",
)
CASE_OPENED = Topic(
    "case.opened.v1",
    events.CaseOpened,
    "town code, so that twins meet in one worker",
    "One matter was split out of a complaint and judged.",
)
CASE_ROUTED = Topic(
    "case.routed.v1",
    events.CaseRouted,
    "id of the case that has the hand-off (a twin travels with its lead)",
    "A force was matched, or a twin found, or a person must decide.",
)
CASE_COMMAND = Topic(
    "case.command.v1",
    events.CaseCommand,
    "id of the case that has the hand-off",
    "Somebody, or an expired clock, wants something done to a case.",
)
CASE_PROGRESSED = Topic(
    "case.progressed.v1",
    events.CaseProgressed,
    "case id",
    "A case changed: the whole of it as it is now, and what changed.",
)
RECEIPT_DUE = Topic(
    "receipt.due.v1",
    events.ReceiptDue,
    "platform",
    "A source platform must be told where its complaint stands.",
)
WARNING_RAISED = Topic(
    "warning.raised.v1",
    events.WarningRaised,
    "town code",
    "A pattern somebody must look at before it turns into something worse.",
    partitions=1,
    retention=timedelta(days=180),
)
DEAD_LETTER = Topic(
    "dead.letter.v1",
    events.DeadLetter,
    "key of the origin",
    "A record no stage could process, with the reason, waiting to be mended and redriven.",
    partitions=1,
    retention=timedelta(days=180),
)

TOPICS = (
    COMPLAINT_RECEIVED,
    CASE_OPENED,
    CASE_ROUTED,
    CASE_COMMAND,
    CASE_PROGRESSED,
    RECEIPT_DUE,
    WARNING_RAISED,
    DEAD_LETTER,
)
BY_NAME = {topic.name: topic for topic in TOPICS}
