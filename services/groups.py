"""Which consumer groups read a topic: those that must not fall behind on it."""

from collections.abc import Mapping, Sequence

from contracts.topics import (
    CASE_COMMAND,
    CASE_OPENED,
    CASE_PROGRESSED,
    CASE_ROUTED,
    COMPLAINT_RECEIVED,
    RECEIPT_DUE,
)

GROUPS: Mapping[str, Sequence[str]] = {
    COMPLAINT_RECEIVED.name: ["classify"],
    CASE_OPENED.name: ["route"],
    CASE_PROGRESSED.name: ["route"],
    CASE_ROUTED.name: ["feedback"],
    CASE_COMMAND.name: ["feedback"],
    RECEIPT_DUE.name: ["receipt"],
}
