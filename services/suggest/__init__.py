"""Asks a language model, where one is set, what cases in triage may be. Nothing waits for it."""
