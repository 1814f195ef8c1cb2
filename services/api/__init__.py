"""The hub's REST API: complaints, cases, streams, operations."""
