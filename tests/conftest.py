"""What every test run says at its end, and that no example of a property is timed."""

import pytest
from hypothesis import settings
from tests.scenarios import conformance

from offhook.errors import CATALOGUE

PROVOKED = "test_every_error_is_provoked_told_and_explained["

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much of the contract has tests; under xdist only the controller says it."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", ())]
    if provoked := [nodeid.partition(PROVOKED)[2] for nodeid in passed if PROVOKED in nodeid]:
        entries = {name.rstrip("]").partition(".")[0] for name in provoked}
        terminalreporter.write_line(
            f"errors: {len(entries)} of {len(CATALOGUE)} provoked on real servers, in "
            f"{len(provoked)} ways, told and explained"
        )
    terminalreporter.write_line(conformance.summary(conformance.tests()))
    played, named = (_total(terminalreporter, f"chaos_{what}") for what in ("played", "named"))
    if played:
        terminalreporter.write_line(f"explain: {named} of {played} injected faults were named")


def _total(terminalreporter: pytest.TerminalReporter, name: str) -> int:
    """Add up what tests recorded under a name."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, [])]
    return sum(value for report in reports for key, value in report.user_properties if key == name)
