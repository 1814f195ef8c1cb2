"""Cursors of streams: how far each partition was read, signed, so that nobody reads what came before his
subscription or beside it."""

from collections.abc import Mapping
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from contracts.topics import CASE_PROGRESSED
from services.api.paging import bad_cursor
from services.chassis.log import Extent, TopicPartition

Place = dict[int, int]  # the offset to go on at, by partition
TOPIC = CASE_PROGRESSED.name


class Cursors:
    """Places as cursors and back; a cursor is good for the subscription it was made for."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def wrap(self, subscription: UUID, place: Place) -> str:
        """The place as a cursor."""
        cursor = self._signer(subscription).dumps({str(n): offset for n, offset in sorted(place.items())})
        return cursor if isinstance(cursor, str) else cursor.decode()

    def unwrap(self, subscription: UUID, cursor: str) -> Place:
        """The place; a 422 where the hub did not give this cursor to this subscription."""
        try:
            return place_of(self._signer(subscription).loads(cursor))
        except BadData:
            raise bad_cursor() from None

    def _signer(self, subscription: UUID) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=f"stream {subscription}")


def place_of(positions: Mapping[str, int]) -> Place:
    """A place as it is kept, with JSON's string keys."""
    return {int(partition): offset for partition, offset in positions.items()}


def placed(place: Place, extents: Mapping[TopicPartition, Extent]) -> Place:
    """The place in the log as it is: a partition not read yet, or of which retention has taken what comes
    next, begins at its first record. Better twice than not at all."""
    return {
        at.partition: known if begin <= (known := place.get(at.partition, begin)) <= end else begin
        for at, (begin, end) in extents.items()
    }


def behind(place: Place, extents: Mapping[TopicPartition, Extent]) -> bool:
    """Whether there is anything between the place and these ends."""
    return any(place[at.partition] < extent.end for at, extent in extents.items())


def positions(place: Place) -> dict[TopicPartition, int]:
    """For `Log.tail`."""
    return {TopicPartition(TOPIC, partition): offset for partition, offset in place.items()}
