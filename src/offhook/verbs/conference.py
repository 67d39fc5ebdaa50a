"""`<Conference>`: talk to all who are in the same conference."""

import re
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, Final

from offhook.hooks import Hook
from offhook.safexml import shown
from offhook.verbs import Admission, Line, Step, Verb, values
from offhook.verbs import attributes as declare

LONGEST_NAME: Final = 100
_NAME = re.compile(r"[A-Za-z0-9\-_.]*", re.ASCII)
_KIND = f"1 to {LONGEST_NAME} of A-Z, a-z, 0-9, `-`, `_` and `.`"


def conference_name(text: str) -> str:
    """Read the name of a conference; a blank one may stand in the other place."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"must hold only A-Z, a-z, 0-9, -, _ and ., but was {shown(text)}")
    return values.words(text, LONGEST_NAME)


def _timeout(name: str, about: str) -> float | None:
    bounds = (1, 25)
    kind = f"decimal {values.interval(bounds)}"
    read = partial(values.decimal, bounds=bounds)
    seconds: float | None = declare.special(None, kind, read, about, name=name)
    return seconds


@dataclass(frozen=True, kw_only=True)
class Conference(Verb):
    """Join the conference of that name, or open it, and stay until one of the two ends.

    Names belong to the account. Who joins first opens the conference, which gets an id of its own
    and lives until the last member has left; after that the name opens another one. A conference
    has 20 members at most and ends after 24 hours. A member leaves by hanging up, when REST sends
    its call elsewhere, or when another call bridges to it. When the conference itself is ended, by
    REST or by its age, the next verb runs.

    A member with `mute` hears and is not heard; with `hold` it neither hears nor is heard. A member
    with `callIdsToCoach` hears everybody and is heard by those calls alone; they may join before or
    after it. A conference has one coach at a time. REST changes all three at once. Keys do not
    reach the other members; StartGather reports them as ever. Recordings of the call go on.

    A 21st member, or a second coach, ends with cause `application-error`; the conference does not
    notice.

    ## Events

    `conferenceCreated`, then for each member `conferenceMemberJoin` and `conferenceMemberExit` go
    to `conferenceEventUrl`, with `conferenceId`, `name`, `tag` and for members `callId`, `from` and
    `to`; at last `conferenceCompleted`. URL, credentials, `callbackTimeout` and the tag are those
    of the call that opened the conference, whatever others say; without a URL there are no events.

    The reply to an event (but not to `conferenceCompleted`) may be empty, or a document for the
    conference: PlayAudio, SpeakSentence, StartRecording, StopRecording, PauseRecording and
    ResumeRecording. All members hear it. Documents run one after the other in the order of their
    arrival; those that REST sends wait in the same queue. A verb that fails is skipped. A document
    with any other verb is dropped as a whole, and the conference goes on.

    ## Example

    ```xml
    <Response>
      <Conference conferenceEventUrl="/conference" mute="true">daily</Conference>
      <SpeakSentence>The conference is over.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "Conference"
    blocks: ClassVar[bool] = True
    moves: ClassVar[bool] = True

    text: str = declare.text(conference_name, _KIND, "the name", required=False)
    alias: str = declare.special("", _KIND, conference_name, "the name if no text is", name="name")
    mute: bool = declare.flag(False, "hear, but do not be heard")
    hold: bool = declare.flag(False, "neither hear nor be heard")
    call_ids_to_coach: tuple[str, ...] = declare.phrases("the calls that alone hear this one")
    events: Hook | None = field(default=None, metadata=declare.webhook("conferenceEvent"))
    callback_timeout_s: float | None = _timeout(
        "callbackTimeout", "seconds for each of the conference's webhooks; else those of the call"
    )
    misspelt_timeout_s: float | None = _timeout("calbackTimeout", "another spelling of it")
    tag: str | None = declare.tag()

    def __post_init__(self) -> None:
        if not self.room:
            raise ValueError("needs the name of a conference as text")

    @property
    def room(self) -> str:
        """The name of the conference."""
        return self.text or self.alias

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    async def run(self, line: Line) -> Step:
        """Stay until the conference ends."""
        timeout_s = self.callback_timeout_s or self.misspelt_timeout_s
        coached = self.call_ids_to_coach
        admission = Admission(self.room, self.mute, self.hold, coached, self.events, timeout_s)
        await line.confer(admission)
        return None
