"""`<Bridge>`: talk to another call."""

from dataclasses import dataclass, field
from typing import ClassVar

from offhook.hooks import Hook
from offhook.verbs import Goto, Line, Step, Verb
from offhook.verbs import attributes as declare

LONGEST_ID = 256


def call_id(text: str) -> str:
    """Read the id of a call; any word is one, if only of a call that does not exist."""
    if len(text) > LONGEST_ID or len(text.split()) != 1:
        raise ValueError("must be the id of a call")
    return text


@dataclass(frozen=True, kw_only=True)
class Bridge(Verb):
    """Let this call talk to another live call of the account.

    Whatever document the other call is running is cancelled. The two talk until one of them hangs
    up or is sent elsewhere by REST; exactly one event tells the call that stays. Recordings and
    StartGather of both calls go on, and keys that one party presses reach the other.

    When the other call leaves and there is no `bridgeCompleteUrl`, the next verb runs. When this
    call leaves and there is no `bridgeTargetCompleteUrl`, the other call is hung up.

    ## Events

    `bridgeComplete` goes to `bridgeCompleteUrl` when the other call has left, or, with `cause`,
    `errorMessage` and `errorId`, when it cannot be joined: it talks to somebody (`busy`), is not
    answered, forwarded or over (`rejected`), or is no call (`unknown`). The reply is the next
    document. `bridgeTargetComplete` goes to `bridgeTargetCompleteUrl` for the other call when this
    one has left; the reply runs on the other call.

    ## Example

    ```xml
    <Response>
      <Bridge bridgeCompleteUrl="/done">c-95ac8d6e-1a31c52e-b38f-4198-93c1-51633ec68f8d</Bridge>
    </Response>
    ```
    """

    name: ClassVar[str] = "Bridge"
    blocks: ClassVar[bool] = True
    moves: ClassVar[bool] = True

    target: str = declare.text(call_id, "call id", "the other call")
    complete: Hook | None = field(default=None, metadata=declare.webhook("bridgeComplete"))
    target_complete: Hook | None = field(
        default=None, metadata=declare.webhook("bridgeTargetComplete")
    )
    tag: str | None = declare.tag()

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    @property
    def leaves(self) -> bool:
        """With a URL for the event."""
        return self.complete is not None

    async def run(self, line: Line) -> Step:
        """Talk until one side leaves."""
        fields = await line.bridge(self.target, self.target_complete)
        return Goto(self.complete, "bridgeComplete", fields) if self.complete else None
