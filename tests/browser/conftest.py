"""One server and one browser for all browser tests of a process."""

from collections.abc import Iterator

import pytest
from tests.browser.stage import Stage, staged


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The server with its application and telephones, and Chromium."""
    with staged(tmp_path_factory.mktemp("console")) as ready:
        yield ready
