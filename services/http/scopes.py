"""The scopes of API keys, apart from the doors that ask for them: the command line needs no web framework."""

from enum import StrEnum


class Scope(StrEnum):
    """What a key may be used for."""

    COMPLAINTS_WRITE = "complaints:write"
    COMPLAINTS_READ = "complaints:read"
    CASES_READ = "cases:read"
    CASES_ACT = "cases:act"
    STREAMS_READ = "streams:read"
    STREAMS_WRITE = "streams:write"
    OPS_READ = "ops:read"
    OPS_WRITE = "ops:write"
