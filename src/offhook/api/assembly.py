"""Puts the API together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from offhook.api.admission import Admission
from offhook.api.app import Api, Server
from offhook.api.auth import Gate, Passwords
from offhook.api.calls import Calls
from offhook.api.conferences import Conferences
from offhook.api.creation import Creation
from offhook.api.devices import Devices
from offhook.api.endpoints import Endpoints
from offhook.api.events import Events, EventService
from offhook.api.explain import Archive, Explain
from offhook.api.idempotency import Idempotency
from offhook.api.oauth import TokenEndpoint
from offhook.api.openapi import Description
from offhook.api.recordings import Recordings
from offhook.api.refusals import Refusals
from offhook.api.routes import Tables
from offhook.api.service import (
    AnswerService,
    CallService,
    ConferenceService,
    EndpointService,
    MailService,
    RecordingService,
)
from offhook.api.site import Site
from offhook.api.statistics import Statistics
from offhook.api.tokens import Tokens
from offhook.api.transcriptions import Transcriptions
from offhook.api.webhooks import Webhooks
from offhook.api.wording import Wording
from offhook.clock import Clock
from offhook.directory import Directory
from offhook.ids import Ids
from offhook.records import Incident
from offhook.scopes import Offload


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator sets for the API."""

    public_url: str | None = None  # None takes it from each request's Host header
    in_flight: int = 1000  # requests at once
    detailed_not_found: bool = False  # `Call [id] not found` instead of `not found`
    https_with_credentials: bool = True  # refuse http answer URLs with user name and password
    token_secret: bytes | None = None  # 32 bytes or more; None makes one for this process
    token_lifetime_s: int = 3600
    static_tokens: Mapping[str, str] = field(default_factory=dict)  # token -> user name


@dataclass(frozen=True, slots=True)
class World:
    """What the API takes from its surroundings."""

    clock: Clock
    ids: Ids
    offload: Offload
    archive: RecordingService
    rooms: ConferenceService
    endpoints: EndpointService
    refused: Callable[[Incident], None]  # what is told of refused requests
    written: Archive  # what those and calls left behind
    answers: AnswerService
    mail: MailService
    events: EventService
    ready: Callable[[], bool] = lambda: True  # asked before each request; False answers 503


def assemble(
    service: CallService, directory: Callable[[], Directory], settings: Settings, world: World
) -> Server:
    """Return the ASGI application."""
    key = world.ids.rng.randbytes(32)
    passwords = Passwords(directory, world.offload, world.clock.now, key)
    tokens = Tokens(
        settings.token_secret or world.ids.rng.randbytes(32),
        settings.token_lifetime_s,
        world.clock,
        world.ids,
        settings.static_tokens,
    )
    creation = Creation(directory, settings.https_with_credentials)
    token_endpoint = TokenEndpoint(passwords, tokens)
    all_tables = tables(service, creation, settings, world, token_endpoint)
    site = Site(settings.public_url)
    api = Api(all_tables, Gate(directory, passwords, tokens), site)
    devices = Devices(world.endpoints, site, world.clock)
    refusals = Refusals(world.refused, world.clock)
    admission = Admission(settings.in_flight, world.ready)
    return Server(api, admission, refusals, world.ids, world.clock, devices)


def tables(
    service: CallService,
    creation: Creation,
    settings: Settings,
    world: World,
    token_endpoint: TokenEndpoint,
) -> Tables:
    """Return everything that can be asked for."""
    wording = Wording(settings.detailed_not_found)
    calls = Calls(service, creation, Idempotency(world.answers, world.clock), wording)
    recordings = Recordings(service, world.archive, wording, world.ids)
    conferences = Conferences(world.rooms, world.archive, wording)
    description = Description(lambda: found)
    found = Tables(
        operations=(
            *calls.routes(),
            *recordings.routes(),
            *conferences.routes(),
            *Statistics(service).routes(),
            *Transcriptions(world.archive, wording).routes(),
        ),
        beyond=(*Webhooks(world.mail).routes(), *Events(world.events).routes()),
        endpoints=Endpoints(world.endpoints).routes(),
        own=Explain(world.written, world.offload).routes(),
        open=(*token_endpoint.routes(), *description.routes()),
    )
    return found


def described() -> Tables:
    """Return the same of no server: to be looked at, and never run."""
    nothing: Any = None
    world = World(*(nothing for _ in fields(World)))
    return tables(nothing, nothing, Settings(), world, TokenEndpoint(nothing, nothing))
