"""`<Forward>`: give an unanswered call away."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Line, Step, Verb, legs, values
from offhook.verbs import attributes as declare
from offhook.verbs.legs import Destination, Manner


@dataclass(frozen=True, kw_only=True)
class Forward(Verb):
    """Hand an unanswered inbound call to somebody else, and have no more to do with it.

    The caller keeps hearing ringing, or what the other side plays before it answers, and is
    answered when the other party answers. No verb after
    Forward ever runs, and while it runs the call cannot be changed by REST, only ended. On a call
    that is answered, or outbound, it fails with cause `application-error`.

    ## Events

    None of its own: when either party hangs up, or nobody answers, `disconnect` tells why.

    ## Example

    ```xml
    <Response>
      <Forward to="+12025550199" callTimeout="20"/>
    </Response>
    ```
    """

    name: ClassVar[str] = "Forward"
    blocks: ClassVar[bool] = True
    moves: ClassVar[bool] = True
    by_telephone: ClassVar[bool] = True
    unanswered: ClassVar[bool] = True

    to: str = declare.special(
        "", "E.164 or SIP URI", values.party, "whom to call instead", required=True
    )
    caller: str | None = legs.caller("from", "who seems to call; the number that was called")
    privacy: bool = legs.privacy()
    caller_display_name: str | None = legs.display_name("callerDisplayName")
    call_timeout_s: float = legs.call_timeout()
    diversion: str = legs.diversion()
    diversion_reason: str = legs.diversion_reason()
    uui: str | None = declare.special(
        None,
        f"User-to-User values of at most {legs.LONGEST_UUI} characters",
        lambda text: values.user_to_user(text, legs.LONGEST_UUI),
        "sent in the INVITE (RFC 7433)",
    )

    def __post_init__(self) -> None:
        legs.check_privacy(self.privacy, self.caller_display_name, "callerDisplayName")

    @property
    def answers(self) -> bool:
        """Never: whoever it is forwarded to does."""
        return False

    @property
    def leaves(self) -> bool:
        """Always."""
        return True

    async def run(self, line: Line) -> Step:
        """Give the call away until it ends."""
        manner = Manner(
            self.caller,
            self.caller_display_name,
            self.privacy,
            self.call_timeout_s,
            self.diversion,
            self.diversion_reason,
        )
        return await line.forward(Destination(to=self.to, uui=self.uui), manner)
