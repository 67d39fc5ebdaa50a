"""`<Transfer>`: bring somebody else into the call."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from offhook.hooks import Hook
from offhook.verbs import Goto, Line, Step, Verb, legs
from offhook.verbs import attributes as declare
from offhook.verbs.legs import Destination, Manner, PhoneNumber, SipUri

MOST_DESTINATIONS: Final = 8


@dataclass(frozen=True, kw_only=True)
class Transfer(Verb):
    """Ring one to eight parties at once and let the caller talk to the first that answers.

    The caller hears ringing meanwhile. Each party is a call of its own, with `parentCallId`.
    Whoever answers first wins, and the other parties are given up. With `transferAnswerUrl` the
    reply runs for the new party alone before the two talk; it must not hold Bridge, Conference,
    Connect, Forward, Refer or Transfer. An empty reply joins them at once.

    The verb ends when the other party hangs up, when nobody answers, and when a limit of the
    account leaves no party to ring. When this call hangs up, or is sent elsewhere by REST, all
    parties are dropped.

    ## Events

    `transferAnswer` goes to `transferAnswerUrl` for the new leg when it answers.
    `transferDisconnect` goes to `transferDisconnectUrl` when a leg has ended, however it did.
    `transferComplete` goes to `transferCompleteUrl` with `transferCallerId`, `transferTo` and
    `cause` when the transfer is over; its reply is the next document. Without it the next verb
    runs.

    ## Example

    ```xml
    <Response>
      <Transfer callTimeout="20" transferCompleteUrl="/after">
        <PhoneNumber transferAnswerUrl="/whisper">+12025550199</PhoneNumber>
        <SipUri>sip:ann@example.com</SipUri>
      </Transfer>
    </Response>
    ```
    """

    name: ClassVar[str] = "Transfer"
    blocks: ClassVar[bool] = True
    moves: ClassVar[bool] = True

    caller: str | None = legs.caller("transferCallerId", "who seems to call; the other party")
    privacy: bool = legs.privacy()
    transfer_caller_display_name: str | None = legs.display_name("transferCallerDisplayName")
    call_timeout_s: float = legs.call_timeout()
    hook: Hook | None = field(default=None, metadata=declare.webhook("transferComplete"))
    tag: str | None = declare.tag()
    diversion: str = legs.diversion()
    diversion_reason: str = legs.diversion_reason()
    destinations: tuple[Destination, ...] = declare.parts(
        (PhoneNumber, SipUri), "whom to ring, all at once"
    )

    def __post_init__(self) -> None:
        count = len(self.destinations)
        if not 1 <= count <= MOST_DESTINATIONS:
            raise ValueError(
                f"needs 1 to {MOST_DESTINATIONS} <PhoneNumber> or <SipUri>, but has {count}"
            )
        name = self.transfer_caller_display_name
        legs.check_privacy(self.privacy, name, "transferCallerDisplayName")

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    @property
    def leaves(self) -> bool:
        """With a URL for the event."""
        return self.hook is not None

    async def run(self, line: Line) -> Step:
        """Ring, and talk until one side leaves."""
        manner = Manner(
            self.caller,
            self.transfer_caller_display_name,
            self.privacy,
            self.call_timeout_s,
            self.diversion,
            self.diversion_reason,
        )
        fields = await line.transfer(self.destinations, manner)
        return Goto(self.hook, "transferComplete", fields) if self.hook else None
