"""`<Refer>`: send the caller elsewhere, and out of this server."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from offhook.errors import Cause
from offhook.facts import Referred
from offhook.hooks import Hook
from offhook.verbs import End, Goto, Line, Part, Step, Verb, values
from offhook.verbs import attributes as declare


@dataclass(frozen=True, kw_only=True)
class SipUri(Part):
    """Where the caller is sent; what `<Transfer>` says with attributes is ignored here."""

    name: ClassVar[str] = "SipUri"

    to: str = declare.text(values.sip_uri, "SIP URI", "the address; `sip:` may be left out")


@dataclass(frozen=True, kw_only=True)
class Refer(Verb):
    """Ask the caller's own telephone to call a SIP URI instead, and leave the call to it.

    Only calls that came in by SIP URI can be referred: one that came in by telephone number, and
    one that was placed from here, fail at once. The caller's side is sent a REFER (RFC 3515); it
    then tells with NOTIFYs how its new call fares, for three minutes at most. Meanwhile the call
    cannot be changed by REST, only ended.

    When the caller got through, this call is hung up. When the REFER is refused, or the new call
    fails, or nothing is heard of it, the call goes on here.

    ## Events

    `referComplete` goes to `referCompleteUrl` with `referCallStatus` (`success` or `failure`),
    `referSipResponseCode`, the answer to the REFER, and `notifySipResponseCode`, how the new call
    ended or began; each code is there if it came. After a success the reply is ignored. After a
    failure it is the next document; without the URL the next verb runs.

    ## Example

    ```xml
    <Response>
      <Refer referCompleteUrl="/referred">
        <SipUri>sip:ann@example.com</SipUri>
      </Refer>
    </Response>
    ```
    """

    name: ClassVar[str] = "Refer"
    blocks: ClassVar[bool] = True
    moves: ClassVar[bool] = True
    by_telephone: ClassVar[bool] = True

    complete: Hook | None = field(
        default=None,
        metadata=declare.webhook("referComplete", fallback=False, credentials=False),
    )
    tag: str | None = declare.tag()
    targets: tuple[SipUri, ...] = declare.parts((SipUri,), "where to; exactly one")

    def __post_init__(self) -> None:
        if len(self.targets) != 1:
            raise ValueError(f"needs one <SipUri>, but has {len(self.targets)}")

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    @property
    def leaves(self) -> bool:
        """With a URL for the event; without it, a refused caller hears the next verb."""
        return self.complete is not None

    async def run(self, line: Line) -> Step:
        """Refer, and wait for what comes of it."""
        outcome = await line.refer(self.targets[0].to)
        if not outcome.success:
            return Goto(self.complete, "referComplete", report(outcome)) if self.complete else None
        if self.complete:  # not asked, but told: the call ends whatever the reply says
            line.notify("referComplete", report(outcome), self.complete.primary)
        return End(Cause.HANGUP)


def report(outcome: Referred) -> dict[str, Any]:
    """Return what `referComplete` says beside the common fields."""
    return {
        "referCallStatus": "success" if outcome.success else "failure",
        "referSipResponseCode": outcome.answered,
        "notifySipResponseCode": outcome.notified,
    }
