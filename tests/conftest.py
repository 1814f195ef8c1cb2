"""What every test may ask for: the real engines and a real browser; and how long Hypothesis may take."""

import pytest
from hypothesis import HealthCheck, settings

from tests.figures import LINES

pytest_plugins = ["tests.engines"]

# No test is judged by the clock: how fast this machine happens to be today says nothing about the hub.
settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured on labelled texts."""
    for line in LINES:
        terminalreporter.write_line(line)
