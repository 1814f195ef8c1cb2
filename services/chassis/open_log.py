"""Which log to run on: the one switch is a URL."""

from pathlib import Path

from services.chassis.kafka_access import Access
from services.chassis.log import Log


def open_log(url: str, access: Access | None = None) -> Log:
    """The log at `local:PATH` or `kafka://host:port[,host:port]`, not yet started. `access` is for Kafka: in
    plain text without it.

    Raises `ValueError` for anything else. A hub on the local log never loads a Kafka client.
    """
    kind, _, place = url.partition(":")
    if kind == "local" and place:
        from services.chassis.local import LocalLog

        return LocalLog(Path(place))
    if kind == "kafka" and place.startswith("//") and len(place) > 2:
        from services.chassis.kafka import KafkaLog

        return KafkaLog(place[2:], access=access)
    raise ValueError("a log is local:PATH or kafka://host:port[,host:port]")
