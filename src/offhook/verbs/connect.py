"""`<Connect>`: talk to a browser or app."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.hooks import Hook, Target
from offhook.verbs import Line, Part, Step, Verb, values
from offhook.verbs import attributes as declare

LONGEST_ID = 256


def endpoint_id(text: str) -> str:
    """Read the id of an endpoint; any word is one, if only of one that does not exist."""
    if len(text) > LONGEST_ID or len(text.split()) != 1:
        raise ValueError("must be the id of an endpoint")
    return text


@dataclass(frozen=True, kw_only=True)
class Endpoint(Part):
    """An endpoint of the account."""

    name: ClassVar[str] = "Endpoint"

    id: str = declare.text(endpoint_id, "endpoint id", "whom to talk to")


@dataclass(frozen=True, kw_only=True)
class Connect(Verb):
    """Let this call talk to a WebRTC endpoint of the account: a browser or an app.

    The endpoint needs a device that is connected and sends sound
    ([docs/endpoints.md](../endpoints.md)). The two talk until the device leaves, or the endpoint is
    deleted; then the next verb runs. A call that hangs up or is sent elsewhere by REST lets the
    device go. If no device is to be had the next verb runs at once, and if nobody answers after 30
    seconds.

    ## Events

    `eventCallbackUrl` is told how far it is, with `event` `connectStatus`: `status` is `INITIATED`,
    and then one of `COMPLETED`, `TIMED_OUT` (nobody answered), `DENIED` (somebody would not),
    `CANCELED` (this call ended or went elsewhere before) or `FAILED`; of an endpoint that no call
    can have, `FAILED` alone. If that URL fails, `eventFallbackUrl` is told once. Devices that come
    and go are told to the URL that the endpoint was created with, never here.

    ## Example

    ```xml
    <Response>
      <Connect eventCallbackUrl="/connected">
        <Endpoint>e-15ac29a2-1331029c-2cb0-4a07-b215-b22865662d85</Endpoint>
      </Connect>
    </Response>
    ```
    """

    name: ClassVar[str] = "Connect"
    blocks: ClassVar[bool] = True
    moves: ClassVar[bool] = True

    event_callback_url: str | None = declare.special(
        None, "url", values.url, "where connectStatus events go"
    )
    event_fallback_url: str | None = declare.special(
        None, "url", values.url, "told once when the first URL fails"
    )
    endpoints: tuple[Endpoint, ...] = declare.parts((Endpoint,), "whom to talk to; exactly one")

    def __post_init__(self) -> None:
        if len(self.endpoints) != 1:
            raise ValueError(f"needs one <Endpoint>, but has {len(self.endpoints)}")

    async def run(self, line: Line) -> Step:
        """Talk until the device leaves."""
        events = None
        if self.event_callback_url is not None:
            spare = self.event_fallback_url
            events = Hook(Target(self.event_callback_url), Target(spare) if spare else None)
        await line.connect(self.endpoints[0].id, events)
        return None
