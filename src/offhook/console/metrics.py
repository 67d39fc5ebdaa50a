"""Figures of the server for Prometheus, at /metrics on the port of the API.

Who may read them is who may see the console as an operator: anybody at this machine where nobody
has to log in, else a user with the role `operator`, by Basic authentication. A scrape reads what is
there and counts nothing. No label holds a number, a name or an id of anybody's.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from offhook.calls.exchange import Exchange
from offhook.console.guard import Door, is_local
from offhook.console.instruments import Instruments
from offhook.directory import OPERATOR, User
from offhook.media.frames import Beat
from offhook.store import Store
from offhook.store.tally import Spread

PREFIX = "offhook_"
READS = ("GET", "HEAD")
MEDIA = {  # of each worker
    "legs": "Legs and rooms with sound",
    "legs_limit": "Legs and rooms that there is a place for",
    "busy": "Share of a core that ticks took",
    "ticks_skipped": "Ticks given up in the last second",
}


class Figures(Collector):
    """Everything of a node that Offhook measures."""

    def __init__(self, exchange: Exchange, store: Store, instruments: Instruments) -> None:
        self._exchange = exchange
        self._store = store
        self._instruments = instruments

    def collect(self) -> Iterable[Metric]:
        """Return the figures of this moment."""
        sessions, instruments = self._exchange.sessions, self._instruments
        yield _gauge("call_legs", "Call legs now", sessions.total)
        yield _gauge("call_legs_limit", "limits.calls", sessions.node_limit)
        yield _gauge("queued_calls", "Calls that wait in a queue", self._exchange.dialer.waiting)
        yield _gauge("requests", "Requests of the API in flight", instruments.in_flight())
        yield _gauge("requests_limit", "limits.in_flight", instruments.most_in_flight)
        yield _gauge("webhook_lanes", "Calls with webhooks under way", instruments.lanes())
        yield _gauge("store_backlog", "Changes that wait for the disk", self._store.backlog)
        yield _gauge("store_healthy", "1: the store takes what it is given", self._store.healthy)
        yield from self._load()
        yield from _media(instruments.beats(), instruments.legs)
        tally = self._store.tally
        yield _counter("events", "Entries of logs", "kind", tally.events)
        yield _counter("calls_ended", "Calls that have ended", "cause", tally.causes)
        yield _mos(tally.mos)
        yield _counter("incidents", "Failures that were told an id", "kind", tally.incidents)

    def _load(self) -> Iterator[Metric]:
        headroom = self._instruments.headroom
        _, most = headroom.first
        yield _gauge("headroom", "Share of the scarcest resource that is left", max(0.0, 1 - most))
        yield _gauge("full", "1: new calls are refused with 503", headroom.full)
        used = GaugeMetricFamily(f"{PREFIX}used", "Share that is used", labels=["resource"])
        for name, share in headroom.used.items():
            used.add_metric([name], share)
        yield used


def _media(beats: Sequence[Beat | None], capacity: int) -> Iterator[Metric]:
    """Return what the media workers' last beats say; one that is being replaced has none."""
    gauges = {
        name: GaugeMetricFamily(f"{PREFIX}media_{name}", about, labels=["worker"])
        for name, about in MEDIA.items()
    }
    late = f"{PREFIX}media_tick_lateness_seconds"
    lateness = GaugeMetricFamily(late, "Of ticks in the last second", labels=["worker", "of"])
    for number, beat in enumerate(beats, 1):
        if beat is not None:
            worker = str(number)
            figures = (beat.legs, capacity, beat.busy_ms / 1000, beat.skipped)
            for gauge, value in zip(gauges.values(), figures, strict=True):
                gauge.add_metric([worker], float(value))
            lateness.add_metric([worker, "mean"], beat.late_ms_mean / 1000)
            lateness.add_metric([worker, "latest"], beat.late_ms_max / 1000)
    yield from (*gauges.values(), lateness)


def _mos(spreads: Mapping[str, Spread]) -> HistogramMetricFamily:
    """Return how legs that have ended sounded, heard here and sent to the far end."""
    about = "Mean opinion score of legs (E-model, 1 to 4.5)"
    family = HistogramMetricFamily(f"{PREFIX}call_mos", about, labels=["direction"])
    for direction, spread in spreads.items():
        steps = [*map(str, spread.steps), "+Inf"]
        upto = list(zip(steps, accumulate(spread.counts), strict=True))
        family.add_metric([direction], upto, spread.total)
    return family


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, about, value=float(value))


def _counter(name: str, about: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(PREFIX + name, about, labels=[label])
    for each in sorted(counts):
        family.add_metric([each], counts[each])
    return family


class Metrics:
    """The page itself: an ASGI application (ASGI 3)."""

    def __init__(self, figures: Collector, door: Door) -> None:
        self._door = door
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(figures)
        ProcessCollector(registry=self._registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await (await self._answer(Request(scope)))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in READS:
            return PlainTextResponse("Figures can only be read.\n", 405, {"Allow": "GET, HEAD"})
        if not is_local(self._door, request) and not await self._is_operator(request):
            told = "Figures are for users with the role operator.\n"
            challenge = {"WWW-Authenticate": 'Basic realm="Offhook", charset="UTF-8"'}
            return PlainTextResponse(told, 401, challenge)
        headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"}
        return Response(generate_latest(self._registry), headers=headers)

    async def _is_operator(self, request: Request) -> bool:
        kind, _, coded = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
        except ValueError:
            return False
        if kind.lower() != "basic":
            return False
        user = await self._door.user(name, password)
        return user is not None and self._operates(user, request)

    def _operates(self, user: User, request: Request) -> bool:
        address = request.client.host if request.client else None
        return any(
            OPERATOR in roles and self._door.lets(user, address, account)
            for account, roles in user.roles.items()
        )
