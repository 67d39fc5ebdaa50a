"""The server that is measured, with its application and callee around it, and its own figures."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from offhook.capacity.client import Client, Tally
from offhook.capacity.parties import HOST, Application, Callee, Invited
from offhook.settings import Settings
from offhook.testing.rest import Rest
from offhook.testing.server import RunningServer, Wishes, free_ports, running_server

UNLIMITED = "cps = 100000\nsessions = 1000000"  # of an account: the machine is what is measured


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that a measurement needs."""

    server: RunningServer
    client: Client
    tally: Tally

    async def figures(self) -> "Figures":
        """Return what the server says of itself; raises OSError when it does not."""
        rest = Rest(self.server)
        answer = await asyncio.to_thread(rest.ask, "GET", "/metrics", headers={"Host": "localhost"})
        return Figures(
            [
                sample
                for family in text_string_to_metric_families(answer.body.decode())
                for sample in family.samples
            ]
        )


class Figures:
    """Samples of Prometheus."""

    def __init__(self, samples: list[Sample]) -> None:
        self._samples = samples

    def _named(self, name: str) -> Iterator[Sample]:
        return (sample for sample in self._samples if sample.name == name)

    @property
    def used(self) -> dict[str, float]:
        """The share of each resource that is used."""
        return {each.labels["resource"]: each.value for each in self._named("offhook_used")}

    @property
    def skipped(self) -> int:
        """Ticks that media workers gave up in the last second."""
        return round(sum(each.value for each in self._named("offhook_media_ticks_skipped")))


@asynccontextmanager
async def running_site(
    folder: Path, settings: Settings, document: str, tally: Tally, invited: Invited
) -> AsyncIterator[Site]:
    """Start a server with the media and limits of a configuration; raises ServerError."""
    app_port, sip_port = free_ports(2)
    loop = asyncio.get_running_loop()
    callee, _ = await loop.create_datagram_endpoint(lambda: Callee(invited), (HOST, sip_port))
    application = await loop.create_server(lambda: Application(document, tally.end), HOST, app_port)
    app = f"http://{HOST}:{app_port}"
    try:
        async with running_server(folder, _wishes(settings, app, sip_port)) as server:
            client = Client(server, app, tally)
            yield Site(server, client, tally)
            client.close()
    finally:
        callee.close()
        application.close()


def _wishes(settings: Settings, app: str, trunk: int) -> Wishes:
    media, limits = settings.media, settings.limits
    return Wishes(
        app,
        trunk,
        limits=UNLIMITED,
        ports=media.ports,
        media=f'sockets = "{media.sockets}"\nworkers = {media.workers}',
        node=(
            f"in_flight = {limits.in_flight}\ncalls = {limits.calls}\n"
            f"load = {limits.load}\ndrain_s = 0"
        ),
    )
