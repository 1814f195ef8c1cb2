"""The topics as resources of the Strimzi operator: `python -m deploy.topics` writes k8s/topics.yaml."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from contracts.topics import TOPICS, Topic

TARGET = Path(__file__).parents[1] / "k8s" / "topics.yaml"
MAX_BATCH_BYTES = 1024 * 1024 + 128 * 1024  # a record of 1 MiB with its key and headers
_HEADER = "# Generated from contracts/topics.py by `python -m deploy.topics`. Do not edit.\n"


def resource(topic: Topic) -> dict[str, Any]:
    """One KafkaTopic. Three copies, two of which must have a record before it counts as written."""
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {
            "name": topic.name,
            "labels": {"strimzi.io/cluster": "hub"},
            "annotations": {"description": topic.about, "key": topic.key},
        },
        "spec": {
            "partitions": topic.partitions,
            "replicas": 3,
            "config": {
                "min.insync.replicas": 2,
                "retention.ms": topic.retention // timedelta(milliseconds=1),
                "max.message.bytes": MAX_BATCH_BYTES,
            },
        },
    }


def rendered() -> str:
    """The whole file."""
    return _HEADER + yaml.safe_dump_all(map(resource, TOPICS), sort_keys=False, width=110)


if __name__ == "__main__":
    TARGET.write_text(rendered(), "utf-8")
