"""The pytest plugin: a fixture `offhook`, and in the report of a failed test what happened.

pytest loads it by the entry point `pytest11`; nothing of Offhook is imported until a test asks for
the fixture.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from offhook.testing.lab import Lab


@pytest.fixture
def offhook() -> Iterator[Lab]:
    """A voice server in virtual time, with telephones: set `offhook.app` to your application."""
    from offhook.testing.lab import Lab

    lab = Lab()
    try:
        yield lab
    finally:
        lab.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the time lines of all calls to the report of a test that failed."""
    report = yield
    lab: Lab | None = getattr(item, "funcargs", {}).get("offhook")
    if lab is not None and call.when == "call" and report.failed:
        lab.failed = True
        report.sections.append(("what happened in the calls", lab.timeline() or "no call"))
    return report
