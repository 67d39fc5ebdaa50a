"""Starts everything in order, serves until told to stop, and ends everything in reverse order."""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import structlog
import uvicorn

from offhook.api import assembly
from offhook.api.protocol import protocol
from offhook.app import ConsoleSettings, Node, Parts
from offhook.calls.headroom import Headroom
from offhook.calls.limits import Settings as CallSettings
from offhook.clock import Clock
from offhook.config import Config
from offhook.console.desk import Contact
from offhook.garbage import seldom_collected
from offhook.hooks import is_loopback
from offhook.ids import Ids, SystemRandom
from offhook.media.messages import MediaPlane, Report, Sink
from offhook.media.pool import Pool, count
from offhook.media.work import WorkerSettings
from offhook.scopes import ThreadOffload, background
from offhook.serving.book import Book
from offhook.serving.meters import meters
from offhook.serving.recognition import RecognitionProcess
from offhook.serving.speech import SpeechProcess
from offhook.serving.storage import open_files
from offhook.settings import Settings
from offhook.sip.registrar import Login
from offhook.sip.resolve import Resolver, ask_dns
from offhook.sip.sockets import NetworkSockets
from offhook.speech.whisper import installed
from offhook.store import Store, StoreError
from offhook.store.files import Files, StorageError
from offhook.webhooks.client import AiohttpClient
from offhook.webhooks.guard import Guard
from offhook.webhooks.websocket_client import AiohttpWebSockets
from offhook.webrtc import Gateway
from offhook.webrtc.gateway import WebRtcGateway, make_gateway

OFFLOAD_THREADS = 8  # for store reads, audio decoding, password hashing and waiting for speech
FILE_THREADS = 8  # for media of recordings: a storage in trouble keeps its callers waiting
BACKLOG = 2048  # HTTP connections waiting to be accepted
WEBSOCKET_BYTES = 262_144  # of a message of a device
PURGE_EVERY_S = 3600.0
STDIN = 0
READ_BYTES = 4096

log = structlog.get_logger(__name__)


class HttpServer(uvicorn.Server):
    """uvicorn without its signal handling, which would end the process before the calls."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`."""
        yield


async def serve(config: Config, *, with_stdin: bool = False) -> None:
    """Run a node until SIGINT or SIGTERM; raises OSError when a port is taken.

    `with_stdin` also ends it with standard input: a pipe from a process that it must not outlive.
    """
    settings = config.settings
    listener = _listener(settings)
    async with running_node(config, listener.getsockname()[1]) as node:
        options = uvicorn.Config(
            node.front,
            ws="wsproto",
            ws_max_size=WEBSOCKET_BYTES,
            http=protocol(Ids(SystemRandom()), node.asgi.unreadable),
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=round(settings.limits.drain_s),
        )
        log.info("serving", http=_shown(listener), sip=node.sip_address)
        server = HttpServer(options)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        if with_stdin:
            loop.add_reader(STDIN, _read, loop, stop)
        async with background(server.serve([listener])) as serving:
            await stop.wait()
            log.info("stopping", calls=len(node.exchange.calls))
            node.asgi.admission.close(round(settings.limits.drain_s))  # 503 from now on
            await node.drain()
            server.should_exit = True
            await serving


def _read(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Take what comes on standard input, which means nothing until it ends."""
    if not os.read(STDIN, READ_BYTES):
        loop.remove_reader(STDIN)
        stop.set()


def _listener(settings: Settings) -> socket.socket:
    """Open the HTTP port before anything else, so that a taken one is known at once."""
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{host}:{port}"


@asynccontextmanager
async def running_node(config: Config, http_port: int) -> AsyncIterator[Node]:
    """Build a node from its configuration, start it, and stop it after the body."""
    settings = config.settings
    clock, rng = Clock(), SystemRandom()
    resolver = Resolver(ask_dns, clock.now, rng)
    async with AsyncExitStack() as stack:
        offload, files_offload = _threads(stack, OFFLOAD_THREADS), _threads(stack, FILE_THREADS)
        media = _media(stack, settings)
        files = open_files(settings)
        store = await offload(lambda: Store.open(settings.store.url, clock, threaded=True))
        stack.push_async_callback(offload, store.close)
        book = Book(await offload(config.directory), store, offload, resolver)
        await book.refresh()
        sockets = await _sockets(stack, resolver, settings)
        http, websockets = _clients(stack, settings)
        node = Node(
            Parts(
                clock=clock,
                ids=Ids(rng, secrets.token_hex(4)),
                offload=offload,
                store=store,
                files=files,
                files_offload=files_offload,
                http=http,
                websockets=websockets,
                synthesizer=stack.enter_context(closing(SpeechProcess())),
                recognizer=_recognizer(stack, settings),
                hearing_offload=_threads(stack, 1),  # one passage after the other
                sockets=sockets,
                make_media=media.make,
                directory=book,
                calls=_calls(settings, http_port),
                api=_api(settings),
                console=_console(settings),
                gateway=_gateway(stack, settings),
                login=Login(settings.sip.realm, settings.sip.digests),
                trunk_addresses=lambda: book.addresses,
                fixed=lambda: book.fixed,
                headroom=_headroom(settings, media.pool, clock),
            )
        )
        await media.pool.start()
        stack.push_async_callback(media.pool.close)
        await node.start()
        stack.push_async_callback(node.close)
        stack.enter_context(seldom_collected())
        purge = _purge(node, settings, offload)
        for work in (book.keep(), _check(files, files_offload), purge):
            await stack.enter_async_context(background(work))
        yield node


def _headroom(settings: Settings, pool: Pool, clock: Clock) -> Headroom:
    """Make what measures how much of the machine is used."""
    return Headroom(
        meters(lambda: pool.beats, pool.capacity, clock.now),
        settings.limits.load,
    )


def _gateway(stack: AsyncExitStack, settings: Settings) -> Gateway:
    """Make what speaks WebRTC, if it is installed."""
    ours, media_host = settings.webrtc, settings.media.host
    everywhere = media_host in ("0.0.0.0", "::")  # noqa: S104
    place = (ours.host, ours.advertised_host, ours.stun_server)
    gateway = make_gateway(*place, "127.0.0.1" if everywhere else media_host)
    if isinstance(gateway, WebRtcGateway):
        stack.push_async_callback(gateway.stop)
    return gateway


def _recognizer(stack: AsyncExitStack, settings: Settings) -> RecognitionProcess | None:
    """Make what understands speech, if it is installed and wanted."""
    if settings.speech.recognizer == "none" or not installed():
        return None
    recognizer = RecognitionProcess()
    stack.callback(recognizer.close)
    return recognizer


async def _sockets(stack: AsyncExitStack, resolver: Resolver, settings: Settings) -> NetworkSockets:
    """Open the SIP ports."""
    sip = settings.sip
    sockets = NetworkSockets(resolver, sip.host, sip.port, sip.advertised_host or "")
    await sockets.bind()
    stack.push_async_callback(sockets.close)
    return sockets


def _threads(stack: AsyncExitStack, count: int) -> ThreadOffload:
    offload = ThreadOffload(count)
    stack.callback(offload.close)
    return offload


def _media(stack: AsyncExitStack, settings: Settings) -> "Media":
    """Let the media workers begin to start."""
    media = Media(settings)
    media.pool.begin()
    stack.push_async_callback(media.pool.close)
    return media


class Media:
    """The media workers, which start before there is a node to report to."""

    def __init__(self, settings: Settings) -> None:
        media = settings.media
        self._sink: Sink | None = None
        ports = media.last_port - media.first_port
        workers = media.workers or count(settings.limits.calls, os.cpu_count() or 1, ports)
        rows = 2 if workers == 1 else 3  # each may be alone in a room, and be patched
        self.pool = Pool(
            self._report,
            WorkerSettings(
                host=media.host,
                advertised=media.advertised_host,
                first_port=media.first_port,
                last_port=media.last_port,
                sockets=media.sockets,
                realtime=media.realtime,
                capacity=rows * settings.limits.calls,
            ),
            workers,
        )

    def _report(self, report: Report) -> None:
        assert self._sink is not None, "nobody has asked for anything yet"
        self._sink(report)

    def make(self, sink: Sink) -> MediaPlane:
        """Report to a node from here on."""
        self._sink = sink
        return self.pool


def _clients(stack: AsyncExitStack, settings: Settings) -> tuple[AiohttpClient, AiohttpWebSockets]:
    """Make what connects to applications: one guard and one set of authorities for both."""
    webhooks = settings.webhooks
    guard = Guard(webhooks.allow, webhooks.deny)
    ca_file = Path(webhooks.ca_file) if webhooks.ca_file else None
    http = AiohttpClient(guard, ca_file=ca_file)
    websockets = AiohttpWebSockets(guard, ca_file=ca_file)
    stack.push_async_callback(http.close)
    stack.push_async_callback(websockets.close)
    return http, websockets


async def _check(files: Files, offload: ThreadOffload) -> None:
    """Tell at the start, not at the first recording, that media cannot be kept."""
    try:
        await offload(files.check)
    except StorageError as error:
        log.warning("recordings.not_kept", reason=str(error))


async def _purge(node: Node, settings: Settings, offload: ThreadOffload) -> None:
    """Remove what has been kept long enough, from time to time; a later time will do as well."""
    while True:
        try:
            calls = await offload(node.store.purge)
            recordings = await node.archive.purge(settings.recordings.keep_days * 86_400)
            log.info("store.purged", calls=calls, recordings=recordings)
        except (StoreError, OSError) as error:
            log.warning("store.not_purged", error=str(error))
        await asyncio.sleep(PURGE_EVERY_S)


def _calls(settings: Settings, http_port: int) -> CallSettings:
    base_url = settings.server.base_url or f"http://{settings.server.host}:{http_port}"
    return CallSettings(
        base_url=base_url.rstrip("/"),
        node_calls=settings.limits.calls,
        endpoints=settings.limits.endpoints,
        flat_endpoint_events=settings.webhooks.endpoint_events == "flat",
        recently_ended_s=settings.limits.recently_ended_window_s,
        shutdown_grace_s=settings.limits.drain_s,
        https_with_credentials=settings.webhooks.require_https_with_credentials,
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


def _console(settings: Settings) -> ConsoleSettings:
    """Ask for a login wherever somebody else than who sits at this machine may come from."""
    public = settings.server.base_url or ""
    local = is_loopback(settings.server.host)
    local = local and (not public or is_loopback(urlsplit(public).hostname or ""))
    return ConsoleSettings(
        enabled=settings.console.enabled,
        open=local and settings.console.login == "auto",
        secure=public.startswith("https:"),
        contacts=[Contact(**msgspec.structs.asdict(each)) for each in settings.contacts],
    )
