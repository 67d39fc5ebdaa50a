"""`<Redirect>`: ask another URL what to do."""

from dataclasses import dataclass, field
from typing import ClassVar

from offhook.hooks import Hook
from offhook.verbs import Goto, Line, Step, Verb
from offhook.verbs import attributes as declare


@dataclass(frozen=True, kw_only=True)
class Redirect(Verb):
    """Ask another URL for the next document.

    The reply replaces this document: verbs after Redirect are checked but never run. It does not
    answer the call. A hundred redirects in a row with no verb between them that plays, waits or
    listens end the call with cause `error`.

    ## Events

    `redirect` goes to `redirectUrl`; its reply is the next document.

    ## Example

    ```xml
    <Response>
      <Redirect redirectUrl="/menu/main" tag="first visit"/>
    </Response>
    ```
    """

    name: ClassVar[str] = "Redirect"

    hook: Hook = field(metadata=declare.webhook("redirect", required=True))
    tag: str | None = declare.tag()

    @property
    def answers(self) -> bool:
        """Never."""
        return False

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    @property
    def leaves(self) -> bool:
        """Always."""
        return True

    async def run(self, line: Line) -> Step:
        """Leave this document."""
        return Goto(self.hook, "redirect")
