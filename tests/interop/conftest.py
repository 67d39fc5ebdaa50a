"""The servers that foreign programs meet: real processes, with real sockets."""

from collections.abc import Iterator
from dataclasses import dataclass

import bandwidth
import pytest
from tests.interop.site import Site, running_site
from tests.interop.threads import LoopThread, loop_thread

from offhook.testing.rest import Rest
from offhook.testing.server import RunningServer


@dataclass(frozen=True)
class VoiceServer:
    """A server for blocking clients; `loop` runs what concerns the application and telephones."""

    site: Site
    loop: LoopThread

    @property
    def server(self) -> RunningServer:
        """Where the server is and what opens it."""
        return self.site.server

    @property
    def rest(self) -> Rest:
        """A client of the server."""
        return self.site.rest


@pytest.fixture(scope="module")
def voice_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoiceServer]:
    """A server with an application and telephones, for all tests of a module."""
    folder = tmp_path_factory.mktemp("server")
    with (
        loop_thread() as loop,
        loop.within(running_site(folder, limits="cps = 1000")) as site,
    ):
        yield VoiceServer(site, loop)


@pytest.fixture
def client(voice_server: VoiceServer) -> Iterator[bandwidth.ApiClient]:
    """The official SDK as it comes, but for its host."""
    server = voice_server.server
    configuration = bandwidth.Configuration(
        host=server.api,
        ignore_operation_servers=True,
        username=server.user,
        password=server.password,
    )
    with bandwidth.ApiClient(configuration) as made:
        yield made
