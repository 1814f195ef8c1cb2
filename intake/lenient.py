"""The door for postings that are pulled: nobody is there to be told «correct this and send it again».

A complaint must not wait because its phone number has a digit too many. What cannot be read in an
optional field is kept as words behind the text, where a person will see it; only a posting without
text or id cannot come in.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.errors import Invalid
from contracts.stage import Event
from intake.admit import Sender, admit

_NEEDED = frozenset({"", "external_id", "text", "platform", "reporter"})
_REMARK = "［来源附注］"


def admit_pulled(raw: object, sender: Sender, now: datetime, traceparent: str | None = None) -> Event:
    """As `admit`, but unreadable optional fields become a remark. Raises `Invalid` for the rest."""
    try:
        return admit(raw, sender, now, traceparent)
    except Invalid as refused:
        unreadable = [fault.field for fault in refused.faults]
        if not isinstance(raw, Mapping) or not unreadable or _NEEDED.intersection(unreadable):
            raise
        return admit(_with_remark(raw, unreadable), sender, now, traceparent)


def _with_remark(raw: Mapping[str, Any], unreadable: list[str]) -> dict[str, Any]:
    copy = dict(raw) | ({"reporter": dict(raw["reporter"])} if raw.get("reporter") else {})
    remarks = []
    for field in unreadable:
        holder, _, name = field.rpartition(".")
        value = (copy[holder] if holder else copy).pop(name)
        remarks.append(f"{name}: {str(value)[:200]}")
    copy["text"] = f"{raw['text']}\n{_REMARK}{'; '.join(remarks)}"
    return copy
