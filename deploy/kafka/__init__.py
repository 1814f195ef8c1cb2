"""One Apache Kafka node, run from its own jars."""
