"""What every adapter keeps. A new platform is a folder and a subclass that names it."""

from tests.adapters.bench import Bench, drain, free_port, patient, until_done
from tests.adapters.fuzzing import Fuzzed
from tests.adapters.pulling import Pulling
from tests.adapters.telling_back import TellingBack

__all__ = ["Bench", "Conformance", "drain", "free_port", "patient", "until_done"]


class Conformance(Pulling, TellingBack, Fuzzed):
    """Subclass it as `Test…` and set `platform`."""
