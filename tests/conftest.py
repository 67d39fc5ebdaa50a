"""What every test run says at its end."""

import pytest
from tests.scenarios import conformance


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much of the contract has tests; under xdist only the controller says it."""
    terminalreporter.write_line(conformance.summary(conformance.tests()))
