"""The official Python SDK asks how long the queue is (rest.md 7)."""

from collections.abc import Iterator
from pathlib import Path

import bandwidth
import pytest
from bandwidth.exceptions import UnauthorizedException
from tests.interop.conftest import VoiceServer
from tests.interop.site import running_site
from tests.interop.threads import loop_thread

pytestmark = pytest.mark.slow


@pytest.fixture
def busy_server(tmp_path: Path) -> Iterator[VoiceServer]:
    """A server that places one call in five seconds."""
    limits = "cps = 2\ndequeue_rate = 0.2"
    with loop_thread() as loop, loop.within(running_site(tmp_path, limits=limits)) as site:
        yield VoiceServer(site, loop)


def statistics(server: VoiceServer, password: str) -> bandwidth.AccountStatistics:
    """Ask for the statistics of the account."""
    configuration = bandwidth.Configuration(
        host=server.server.api,
        ignore_operation_servers=True,
        username=server.server.user,
        password=password,
    )
    with bandwidth.ApiClient(configuration) as client:
        return bandwidth.StatisticsApi(client).get_statistics(server.server.account)


def test_the_queue_grows_with_calls_that_wait(busy_server: VoiceServer) -> None:
    password = busy_server.server.password
    empty = statistics(busy_server, password)
    for _ in range(4):
        busy_server.rest.create(busy_server.site.request())
    full = statistics(busy_server, password)

    assert (empty.current_call_queue_size, empty.max_call_queue_size) == (0, 600)
    assert full.current_call_queue_size in (3, 4)  # the first one is placed at once
    assert full.max_call_queue_size == 600


def test_a_stranger_is_told_nothing(busy_server: VoiceServer) -> None:
    with pytest.raises(UnauthorizedException) as caught:
        statistics(busy_server, "wrong")

    assert caught.value.status == 401
