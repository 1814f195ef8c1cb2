"""The engines answer, and what they acknowledged outlives kill -9."""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.engines import EngineError
from deploy.kafka.engine import fetch_jars
from tests.engines import Postgres, Server


@pytest.mark.kafka
async def test_kafka_keeps_what_it_acknowledged(kafka: Server) -> None:
    address = kafka.url.removeprefix("kafka://")
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic("engine-test", 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True) as producer:
        await producer.send_and_wait("engine-test", b"kept")

    kafka.kill()
    kafka.restart()

    consumer = AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
    consumer.assign([TopicPartition("engine-test", 0)])
    async with consumer:
        assert (await consumer.getone()).value == b"kept"


@pytest.mark.postgres
async def test_postgres_keeps_what_it_committed(postgres: Postgres) -> None:
    address = postgres.fresh_database().replace("+asyncpg", "")
    connection = await asyncpg.connect(address)
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS n")

    postgres.kill()
    postgres.restart()

    connection = await asyncpg.connect(address)
    assert await connection.fetchval("SELECT n FROM kept") == 7
    assert await connection.fetchval("SHOW fsync") == "on"
    await connection.close()


@pytest.mark.postgres
def test_fresh_databases_are_apart(postgres: Postgres) -> None:
    assert postgres.fresh_database() != postgres.fresh_database()


def test_without_maven_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(EngineError, match="install `mvn`"):
        fetch_jars("java")


@pytest.mark.kafka
@pytest.mark.postgres
def test_the_command_prints_addresses_and_stops_in_order(kafka: Server, postgres: Postgres) -> None:
    folder = Path(tempfile.mkdtemp())  # not `tmp_path`: root's is closed to the user that PostgreSQL runs as
    folder.chmod(0o755)
    command = [sys.executable, "-m", "deploy.engines", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as engines:
        assert engines.stdout and engines.stderr
        printed = [engines.stdout.readline(), engines.stdout.readline()]
        engines.send_signal(signal.SIGTERM)
        told = engines.stderr.read()
    assert printed[0].startswith("export HUB_LOG=kafka://127.0.0.1:")
    assert printed[1].startswith("export HUB_DATABASE=postgresql+asyncpg://")
    assert engines.returncode == 0, told
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()
    shutil.rmtree(folder)
