"""What every test run says at its end, and that no example of a property is timed."""

import pytest
from hypothesis import settings
from tests.scenarios import conformance

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much of the contract has tests; under xdist only the controller says it."""
    terminalreporter.write_line(conformance.summary(conformance.tests()))
