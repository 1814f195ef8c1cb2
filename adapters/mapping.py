"""From a platform's item to a posting, by the manifest's field map and code maps."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from adapters.base import Posting, Pulled
from adapters.manifest import Manifest, Target
from adapters.paging import MAX_MARK
from contracts.errors import Fault, Invalid, Transient
from contracts.faults import Code, Wrong
from contracts.ids import digest

BEIJING = timezone(timedelta(hours=8))
NEEDED: frozenset[Target] = frozenset({"external_id", "text"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNREADABLE = (ValueError, TypeError, OverflowError, OSError, RecursionError)


def parse_json(body: bytes, who: str) -> Any:
    """JSON, or `Transient`: an answer that was cut looks like this and will be whole next time."""
    try:
        return json.loads(body)
    except _UNREADABLE:
        raise Transient(f"{who} sent an answer that is cut or no JSON") from None


def find(value: Any, path: str) -> Any:
    """What lies at a dotted path; None where there is nothing."""
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def parse_time(value: Any, form: str) -> datetime:
    """An aware time. Raises one of the usual errors for what is none."""
    if form == "epoch_ms":
        return _EPOCH + timedelta(milliseconds=int(value))
    at = datetime.fromisoformat(value) if form == "iso" else datetime.strptime(value, form)
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).astimezone(UTC)


def format_time(microseconds: int, form: str) -> str:
    """The instant as the platform writes it. Raises `Invalid` beyond the calendar."""
    if form == "epoch_ms":
        return str(microseconds // 1000)
    try:
        at = (_EPOCH + timedelta(microseconds=microseconds)).astimezone(BEIJING)
    except OverflowError:
        raise Invalid("bad_cursor", "the cursor lies beyond the calendar") from None
    return at.isoformat() if form == "iso" else at.strftime(form)


def microseconds(at: datetime) -> int:
    """Since 1970, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def position(item: object, manifest: Manifest) -> int | None:
    """Where the item lies in the listing; None where it does not say."""
    value = find(item, manifest.cursor.field)
    try:
        mark = (
            int(_text(value))
            if manifest.cursor.kind == "sequence"
            else microseconds(parse_time(value, manifest.time))
        )
    except _UNREADABLE:
        return None
    return mark if 0 <= mark <= MAX_MARK else None


def translate(item: object, manifest: Manifest) -> Pulled:
    """The item as a posting, or with its fault. Never raises."""
    try:
        posting = _posting(item, manifest)
    except Invalid as fault:
        raw = _raw(item)
        return Pulled(_key(item, manifest) or digest(raw), digest(raw), fault=fault, raw=raw)
    return Pulled(posting["external_id"], digest(_raw(posting)), posting=posting)


def _posting(item: object, manifest: Manifest) -> Posting:
    if not isinstance(item, Mapping):
        raise Invalid("unreadable_item", "the item is no record of fields")
    posting: Posting = {}
    faults: list[Fault] = []
    for target, source in manifest.fields.items():
        found = _find_all(item, source)
        if not found:
            continue
        try:
            _put(posting, target, _value(found, target, manifest))
        except _UNREADABLE:
            if target in NEEDED:
                faults.append(Wrong(Code.UNREADABLE).at(target))
            else:
                _put(posting, target, _raw(found[0]))  # as it came: intake says what becomes of it
    missing = NEEDED - posting.keys() - {fault.field for fault in faults}
    faults += [Wrong(Code.REQUIRED).at(target) for target in sorted(missing)]
    if faults:
        raise Invalid("bad_item", "these fields are missing or cannot be read", faults)
    return posting


def _find_all(item: object, source: str | tuple[str, ...]) -> list[Any]:
    found = [find(item, path) for path in ((source,) if isinstance(source, str) else source)]
    return [value for value in found if value not in (None, "", [])]


def _value(found: list[Any], target: Target, manifest: Manifest) -> Any:
    if target == "text":
        return "\n".join(_text(value) for value in found)
    if target == "occurred_at":
        return parse_time(found[0], manifest.time).isoformat()
    if target == "attachments":
        return [_text(address) for address in found[0]]
    if target in manifest.codes:
        return manifest.codes[target].get(_text(found[0]))  # a code nobody told us of is no hint
    return _town(found[0]) if target == "town_code" else _text(found[0])


def _put(posting: Posting, target: Target, value: Any) -> None:
    if value in (None, "", []):
        return
    *path, name = target.split(".")
    for step in path:
        posting = posting.setdefault(step, {})
    posting[name] = value


def _text(value: Any) -> str:
    """A scalar as text. Half a surrogate pair (a cut emoji) becomes a replacement character."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError("no scalar")
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _town(value: Any) -> str:
    """Nine digits of a statistical code of twelve; six, the county's, where the town's part is empty."""
    code = _text(value)[:9]
    return code[:6] if code[6:].strip("0") == "" else code


def _raw(item: object) -> str:
    text = (
        item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True, default=str)
    )
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _key(item: object, manifest: Manifest) -> str | None:
    source = manifest.fields["external_id"]
    try:
        return _text(find(item, source if isinstance(source, str) else source[0])) or None
    except _UNREADABLE:
        return None
