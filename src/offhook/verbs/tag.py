"""`<Tag>`: change the call's tag."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from offhook.verbs import Line, Step, Verb, values
from offhook.verbs import attributes as declare


@dataclass(frozen=True, kw_only=True)
class Tag(Verb):
    """Set the call's tag, which every later webhook of the call carries.

    An empty `<Tag/>` clears it. Tag does not answer the call and takes no time.

    ## Example

    ```xml
    <Response>
      <Tag>customer 4711</Tag>
      <SpeakSentence>Welcome back.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "Tag"

    tag: str = declare.text(
        partial(values.words, longest=declare.LONGEST_TAG),
        f"text of at most {declare.LONGEST_TAG} characters",
        "the new tag; blank clears it",
        required=False,
    )

    @property
    def answers(self) -> bool:
        """Never."""
        return False

    async def run(self, line: Line) -> Step:
        """Change the tag."""
        line.set_tag(self.tag)
        return None
