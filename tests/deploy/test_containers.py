"""The image and the compose file name what exists."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.topics import MAX_BATCH_BYTES
from services.chassis.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "shuzhi-fengqiao"}
BUILDER = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_only_for_services_that_can_tell(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        if wait["condition"] == "service_healthy":
            assert SERVICES[other]["healthcheck"]["test"]
        else:
            assert SERVICES[other]["restart"] == "no", "only what ends can complete"


@pytest.mark.parametrize("name", OURS)
def test_a_process_of_ours_can_write_nowhere_but_tmp(name: str) -> None:
    service = OURS[name]
    assert service["command"] == [name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_volumes_are_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_everything_configured_is_a_setting() -> None:
    texts = BUILDER + (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
    texts += (ROOT / "deploy" / "env.example").read_text("utf-8")
    names = {name.lower() for name in re.findall(r"\bHUB_([A-Z_]+)\b", texts)}
    assert names
    assert names <= set(Settings.model_fields)


def test_the_brokers_take_the_same_records() -> None:
    local = (ROOT / "deploy" / "kafka" / "server.properties").read_text("utf-8")
    assert f"message.max.bytes={MAX_BATCH_BYTES}\n" in local
    assert SERVICES["kafka"]["environment"]["KAFKA_MESSAGE_MAX_BYTES"] == MAX_BATCH_BYTES


def test_the_image_holds_every_package_that_runs() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"deploy", "bench", "tests"}
    copied = {words[0] for words in re.findall(r"^COPY (\w+) (\w+)$", BUILDER, re.MULTILINE)}
    assert copied == packages
    context = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {f"!{package}" for package in packages} <= set(context)


def test_the_image_is_the_python_that_is_tested() -> None:
    oldest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert oldest
    assert set(re.findall(r"^FROM python:([\d.]+)", BUILDER, re.MULTILINE)) == {oldest[1]}
