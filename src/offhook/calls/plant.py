"""The plant: everything a call needs of the world, made once by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass

from offhook.calls.archive import Archive
from offhook.calls.clips import ClipBank
from offhook.calls.gauges import Gauges
from offhook.calls.headroom import Headroom
from offhook.calls.hearing import Hearing
from offhook.calls.limits import Settings
from offhook.calls.listening import Listening
from offhook.calls.turned_away import TurnedAway
from offhook.clock import Clock
from offhook.directory import Directory
from offhook.ids import Ids
from offhook.media.messages import MediaPlane
from offhook.scopes import Offload, TaskOwner
from offhook.sip.endpoint import Endpoint
from offhook.sip.registrar import Registrar
from offhook.speech import Synthesizer
from offhook.store import Store
from offhook.webhooks.channel import Channels
from offhook.webhooks.downloads import Downloads
from offhook.webhooks.fetch import Courier
from offhook.webhooks.outbox import Outbox
from offhook.webrtc import Gateway


@dataclass(frozen=True, slots=True)
class Plant:
    """Shared by all calls of a node."""

    settings: Settings
    directory: Callable[[], Directory]  # the one in force now
    clock: Clock
    ids: Ids
    offload: Offload
    store: Store
    courier: Courier
    outbox: Outbox
    downloads: Downloads
    channels: Channels
    synthesizer: Synthesizer
    sip: Endpoint
    sip_host: str  # what our own URIs say
    registrar: Registrar
    media: MediaPlane
    clips: ClipBank
    listening: Listening
    gauges: Gauges
    archive: Archive
    hearing: Hearing
    dictations: TaskOwner  # live transcriptions, whose calls may be over
    turned_away: TurnedAway
    gateway: Gateway
    headroom: Headroom
