"""`<StartGather>`: report every key in the background."""

from dataclasses import dataclass, field
from typing import ClassVar

from offhook.hooks import Hook
from offhook.verbs import Line, Step, Verb
from offhook.verbs import attributes as declare


@dataclass(frozen=True, kw_only=True)
class StartGather(Verb):
    """Report every key the party presses, whatever else the call is doing, until StopGather.

    It takes no time: the next verb runs at once. It goes on through other documents, redirects and
    changes by REST. While a `<Gather>` collects, keys go there and are not reported. A second
    StartGather replaces the first.

    ## Events

    `dtmf` goes to `dtmfUrl` for every key, with `digit`; replies are ignored.

    ## Example

    ```xml
    <Response>
      <StartGather dtmfUrl="/keys"/>
      <PlayAudio>/audio/long-story.mp3</PlayAudio>
    </Response>
    ```
    """

    name: ClassVar[str] = "StartGather"
    background: ClassVar[bool] = True

    hook: Hook = field(metadata=declare.webhook("dtmf", required=True, fallback=False))
    tag: str | None = declare.tag()

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    async def run(self, line: Line) -> Step:
        """Begin to listen."""
        line.listen(self.hook.primary)
        return None
