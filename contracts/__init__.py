"""The language the whole house speaks: words, events, topics, errors. Imports nothing of ours."""
