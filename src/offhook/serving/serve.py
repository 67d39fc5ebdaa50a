"""Starts everything in order, serves until told to stop, and ends everything in reverse order."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
import uvicorn

from offhook.api import assembly
from offhook.app import Node, Parts
from offhook.calls.limits import Settings as CallSettings
from offhook.clock import Clock
from offhook.config import Config
from offhook.ids import Ids
from offhook.media.control import WorkerMedia
from offhook.media.messages import MediaPlane, Sink
from offhook.media.worker import WorkerSettings
from offhook.scopes import ThreadOffload, background
from offhook.serving.book import Book
from offhook.serving.speech import SpeechProcess
from offhook.settings import Settings
from offhook.sip.resolve import Resolver, ask_dns
from offhook.sip.sockets import NetworkSockets
from offhook.store import Store
from offhook.webhooks.client import AiohttpClient
from offhook.webhooks.guard import Guard

OFFLOAD_THREADS = 8  # for store reads, audio decoding, password hashing and waiting for speech
BACKLOG = 2048  # HTTP connections waiting to be accepted
PURGE_EVERY_S = 3600.0

log = structlog.get_logger(__name__)


async def serve(config: Config) -> None:
    """Run a node until SIGINT or SIGTERM; raises OSError when a port is taken."""
    settings = config.settings
    async with running_node(config) as node:
        server = uvicorn.Server(
            uvicorn.Config(
                node.asgi,
                host=settings.server.host,
                port=settings.server.port,
                loop="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                backlog=BACKLOG,
                server_header=False,
                timeout_graceful_shutdown=int(settings.limits.drain_s),
            )
        )
        log.info(
            "serving",
            http=f"{settings.server.host}:{settings.server.port}",
            sip=f"{settings.sip.host}:{settings.sip.port}",
        )
        await server.serve()
        node.asgi.admission.close(int(settings.limits.drain_s))


@asynccontextmanager
async def running_node(config: Config) -> AsyncIterator[Node]:
    """Build a node from its configuration, start it, and stop it after the body."""
    settings = config.settings
    clock, rng = Clock(), random.SystemRandom()
    ids = Ids(rng, secrets.token_hex(4))
    offload = ThreadOffload(OFFLOAD_THREADS)
    store = await offload(lambda: Store.open(settings.store.url, clock, threaded=True))
    resolver = Resolver(ask_dns, clock.now, rng)
    sockets = NetworkSockets(
        resolver, settings.sip.host, settings.sip.port, settings.sip.advertised_host or ""
    )
    fixed = await offload(lambda: config.directory(rng))
    book = Book(fixed, store, offload, resolver)
    await book.refresh()
    await sockets.bind()
    http = AiohttpClient(
        Guard(settings.webhooks.allow, settings.webhooks.deny),
        ca_file=Path(settings.webhooks.ca_file) if settings.webhooks.ca_file else None,
    )
    speech = SpeechProcess()
    media: list[WorkerMedia] = []

    def make_media(sink: Sink) -> MediaPlane:
        media.append(WorkerMedia(sink, _worker(settings)))
        return media[0]

    node = Node(
        Parts(
            clock=clock,
            ids=ids,
            offload=offload,
            store=store,
            http=http,
            synthesizer=speech,
            sockets=sockets,
            make_media=make_media,
            directory=book,
            calls=_calls(settings),
            api=_api(settings),
            trunk_addresses=lambda: book.addresses,
        )
    )
    await media[0].start()
    await node.start()
    try:
        async with background(book.keep()), background(_purge(store, offload)):
            yield node
    finally:
        await node.close()
        await media[0].close()
        await sockets.close()
        await http.close()
        speech.close()
        await offload(store.close)
        offload.close()


async def _purge(store: Store, offload: ThreadOffload) -> None:
    """Remove what has been kept long enough, from time to time."""
    while True:
        removed = await offload(store.purge)
        log.info("store.purged", calls=removed)
        await asyncio.sleep(PURGE_EVERY_S)


def _worker(settings: Settings) -> WorkerSettings:
    media = settings.media
    return WorkerSettings(
        host=media.host,
        advertised=media.advertised_host,
        first_port=media.first_port,
        last_port=media.last_port,
        capacity=settings.limits.calls,
    )


def _base_url(settings: Settings) -> str:
    server = settings.server
    return (server.base_url or f"http://{server.host}:{server.port}").rstrip("/")


def _calls(settings: Settings) -> CallSettings:
    return CallSettings(
        base_url=_base_url(settings),
        node_calls=settings.limits.calls,
        recently_ended_s=settings.limits.recently_ended_window_s,
        shutdown_grace_s=settings.limits.drain_s,
    )


def _api(settings: Settings) -> assembly.Settings:
    tokens = settings.tokens
    return assembly.Settings(
        public_url=settings.server.base_url,
        in_flight=settings.limits.in_flight,
        detailed_not_found=settings.errors.not_found_wording == "detailed",
        https_with_credentials=settings.webhooks.require_https_with_credentials,
        token_secret=tokens.secret.encode() if tokens.secret else None,
        token_lifetime_s=tokens.lifetime_s,
        static_tokens=tokens.static,
    )
