"""`<PlayAudio>`: play a sound file."""

from dataclasses import dataclass, field
from typing import ClassVar

from offhook.hooks import Credentials
from offhook.verbs import Step, Studio, StudioVerb, values
from offhook.verbs import attributes as declare


@dataclass(frozen=True, kw_only=True)
class PlayAudio(StudioVerb):
    """Fetch a `.wav` or `.mp3` file and play it to its end.

    The URL may be relative to the URL of the document. Files are fetched with GET and cached as
    their HTTP headers allow. A file that cannot be fetched or is no sound ends the call with cause
    `application-error`; a sound of no length is skipped.

    The `mediaUrl` of a recording of the same account on this server needs no credentials, and one
    that has just ended may be asked for at once.

    ## Example

    ```xml
    <Response>
      <PlayAudio>greeting.wav</PlayAudio>
      <PlayAudio username="app" password="secret">https://files.example.com/terms.mp3</PlayAudio>
    </Response>
    ```
    """

    name: ClassVar[str] = "PlayAudio"
    blocks: ClassVar[bool] = True

    url: str = declare.text(values.url, "url", "where the sound is")
    credentials: Credentials | None = field(
        default=None, metadata=declare.basic_auth("HTTP Basic credentials for the sound")
    )

    @property
    def urls(self) -> tuple[str, ...]:
        """That of the sound."""
        return (self.url,)

    async def run(self, line: Studio) -> Step:
        """Play."""
        await line.play(self.url, self.credentials)
        return None
