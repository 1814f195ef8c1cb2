"""Which log to run on: the one switch is a URL."""

from pathlib import Path

from services.chassis.log import Log


def open_log(url: str) -> Log:
    """The log at `local:PATH` or `kafka://host:port[,host:port]`, not yet started.

    Raises `ValueError` for anything else. A hub on the local log never loads a Kafka client.
    """
    kind, _, place = url.partition(":")
    if kind == "local" and place:
        from services.chassis.local import LocalLog

        return LocalLog(Path(place))
    if kind == "kafka" and place.startswith("//") and len(place) > 2:
        from services.chassis.kafka import KafkaLog

        return KafkaLog(place[2:])
    raise ValueError("a log is local:PATH or kafka://host:port[,host:port]")
