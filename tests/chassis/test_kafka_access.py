"""Kafka over TLS, with a name and a password: clients get what is set, and half of it is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import LogDown, Unusable
from services.chassis.house import open_house
from services.chassis.kafka import KafkaLog
from services.chassis.kafka_access import access_of
from services.chassis.settings import Settings
from tests.chassis.log_helpers import everything, messages, new_group, new_topic, numbers, running, take
from tests.chassis.secured import PASSWORD, USER, SecuredKafka
from tests.engines import running as running_engine

KAFKA, NAMED = "kafka://127.0.0.1:9", {"kafka_user": USER, "kafka_password": PASSWORD}
HALVES: list[dict[str, Any]] = [
    NAMED,
    {"kafka_ca": "ca.pem"},
    {"kafka_security": "ssl"} | NAMED,
    {"kafka_security": "sasl_ssl"},
    {"kafka_security": "sasl_ssl", "kafka_user": USER},
    {"kafka_security": "sasl_ssl", "kafka_password": PASSWORD},
    {"kafka_security": "ssl", "kafka_ca": "/nowhere/ca.pem"},
    {"kafka_security": "ssl", "kafka_ca": __file__},
    {"kafka_security": "ssl", "log": ""},
]


@pytest.mark.parametrize("half", HALVES)
async def test_half_of_an_access_is_refused_at_the_start(tmp_path: Path, half: dict[str, Any]) -> None:
    with pytest.raises(Unusable, match="HUB_KAFKA") as refused:
        async with open_house(Settings(**{"data": tmp_path, "log": KAFKA, **half})):
            pass
    assert PASSWORD not in str(refused.value)


@pytest.fixture(scope="module")
def secured() -> Iterator[SecuredKafka]:
    engine = SecuredKafka()
    with running_engine(engine):
        yield engine


def log_at(engine: SecuredKafka, **changes: Any) -> KafkaLog:
    said = {"log": KAFKA, "kafka_security": "sasl_ssl", "kafka_ca": engine.ca, **NAMED, **changes}
    access = access_of(Settings(**said))
    assert PASSWORD not in f"{access!r} {Settings(**said)!r}"
    return KafkaLog(f"127.0.0.1:{engine.secured}", patience=8.0, access=access)


@pytest.mark.kafka
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
async def test_all_clients_come_in_over_tls_by_name(secured: SecuredKafka, mechanism: str) -> None:
    topic = new_topic()
    async with running(log_at(secured, kafka_mechanism=mechanism)) as log:
        await log.create([topic])
        async with log.subscribe([topic.name], new_group()) as member:
            await log.publish(messages(topic, range(20)))
            assert set(numbers(await take(member, 20))) == set(range(20))
        assert len(await everything(log, [topic])) == 20


@pytest.mark.kafka
@pytest.mark.parametrize(
    "wrong",
    [
        {"kafka_password": "guessed"},
        {"kafka_ca": None},  # nobody the machine trusts vouches for it
        {"kafka_security": "plaintext", "kafka_ca": None, "kafka_user": "", "kafka_password": ""},
        {"kafka_security": "ssl", "kafka_user": "", "kafka_password": ""},
    ],
)
async def test_nobody_else_comes_in(
    secured: SecuredKafka, wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(LogDown) as away:
        async with running(log_at(secured, **wrong)):
            pass
    assert PASSWORD not in f"{away.value!r} {caplog.text}"
