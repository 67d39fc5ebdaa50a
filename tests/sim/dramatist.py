"""An author whose documents let calls meet, with recordings beside them."""

from collections.abc import Callable
from random import Random

from tests.sim.author import Author

from offhook.testing.app import Received, Reply, document

PHONES = 10  # at the far end of the trunk, numbered from 0
NOBODY = "+12025559999"
WAIT = 'wait="true"'
STREAMS = ("good", "chatty", "leaves", "breaks", "deaf", "late", "refuses")  # graph.py


def number_of(phone: int) -> str:
    """Return the number of a phone."""
    return f"+120255510{phone:02d}"


class Dramatist(Author):
    """The same seed writes the same."""

    pages = 5

    def __init__(
        self, rng: Random, on_event: Callable[[str], None], live: Callable[[], list[str]]
    ) -> None:
        super().__init__(rng, on_event)
        self._live = live  # calls
        self._mine = "c-1"  # the call that is written for
        self.bridges: list[tuple[str, str]] = []  # the URLs of each, of which one may be asked

    def reply(self, request: Received) -> Reply:
        """Answer one request that carries an event."""
        if "conferenceId" not in request.event:
            return super().reply(request)
        if request.event["eventType"] == "conferenceCompleted" or self._chance(0.6):
            return Reply(status=204)
        return document(self.conference_verbs()) if self._chance(0.8) else self._something()

    def _answer(self, request: Received) -> Reply:
        kind, self._mine = request.event["eventType"], request.event["callId"]
        if kind == "initiate" and self._chance(0.4):
            return document(self._draw((1, self._forward), (1, self._refer)))
        if kind == "transferAnswer" and self._chance(0.7):
            return document(self._announcement())
        return self._good() if self._chance(0.7) else self._something()

    def conference_verbs(self) -> str:
        """Write what a conference may do (bxml.md 3)."""
        return self._draw(
            (2, self._clip),
            (2, self._sentence),
            (2, self._start_recording),
            (1, self._steer_recording),
        )

    def verbs(self) -> str:
        """Write what stands in a document."""
        meeting = (1, self._conference)
        first = self._draw((3, self._verb), (2, self._bridge), (2, self._transfer), meeting)
        return first + "".join(self._verb() for _ in range(self._rng.choice((0, 1, 1, 2, 3))))

    def _verb(self) -> str:
        return self._draw(
            (3, self._pause),
            (1, self._clip),
            (1, self._sentence),
            (1, self._gather),
            (1, self._ring),
            (1, self._send_dtmf),
            (1, self._redirect),
            (1, lambda: f'<StartGather dtmfUrl="{self.url("dtmf")}"/>'),
            (8, self._transfer),
            (9, self._bridge),
            (4, self._conference),
            (3, self._record),
            (4, self._interrupted_recording),
            (2, self._steer_recording),
            (3, self._stream),
            (0.2, self._forward),
            (0.2, self._refer),
            (0.5, lambda: "<Hangup/>"),
        )

    def _announcement(self) -> str:
        """Write what a leg may do before it is bridged (bxml.md 3)."""
        return self._draw(
            (3, lambda: ""),
            (2, self._pause),
            (1, self._sentence),
            (1, self._gather),
            (1, self._record),
            (1, self._start_recording),
            (1, self._redirect),
        )

    def _transfer(self) -> str:
        legs = "".join(self._leg() for _ in range(self._rng.choice((1, 1, 1, 2, 3))))
        attributes = f'callTimeout="{self._rng.choice((1, 1, 30))}" {self._tag()}'
        if self._chance(0.6):
            attributes += " " + self._hook("transferComplete")
        return f"<Transfer {attributes}>{legs}</Transfer>"

    def _leg(self) -> str:
        attributes = [self._tag()]
        if self._chance(0.5):
            attributes.append(self._hook("transferAnswer"))
        if self._chance(0.7):
            attributes.append(f'transferDisconnectUrl="{self.url("transferDisconnect")}"')
        return f"<PhoneNumber {' '.join(attributes)}>{self._number()}</PhoneNumber>"

    def _bridge(self) -> str:
        own, other = self.url("bridgeComplete"), self.url("bridgeTargetComplete")
        self.bridges.append((own, other))
        attributes = [self._tag()]
        if self._chance(0.7):
            attributes.append(f'bridgeCompleteUrl="{own}"')
        if self._chance(0.7):
            attributes.append(f'bridgeTargetCompleteUrl="{other}"')
        others = [each for each in self._live() if each != self._mine]
        target = self._rng.choice([*others, *others, *others, self._mine, "c-0"])
        return f"<Bridge {' '.join(attributes)}>{target}</Bridge>"

    def _conference(self) -> str:
        attributes = [self._maybe('mute="true"'), self._maybe('hold="true"'), self._tag()]
        if self._chance(0.8):
            attributes.append(self._hook("conferenceEvent"))
        room = self._rng.choice(("one", "two"))
        return f"<Conference {' '.join(attributes)}>{room}</Conference>"

    def _forward(self) -> str:
        return f'<Forward to="{self._number()}" callTimeout="{self._rng.choice((1, 30))}"/>'

    def _refer(self) -> str:
        complete = f'referCompleteUrl="{self.url("referComplete")}"' if self._chance(0.7) else ""
        return f"<Refer {complete}><SipUri>sip:z@far.test</SipUri></Refer>"

    def _record(self) -> str:
        attributes = [self._recording(), f'maxDuration="{self._rng.choice((1, 1, 2))}"']
        if self._chance(0.6):
            attributes.append(self._hook("recordComplete"))
        return f"<Record {' '.join(attributes)}/>"

    def _start_recording(self) -> str:
        channels = self._maybe('multiChannel="true"')
        return f"<StartRecording {self._recording()} {channels}/>"

    def _interrupted_recording(self) -> str:
        started = self._start_recording()
        if self._chance(0.4):
            started += f"{self._pause()}<PauseRecording/>{self._pause()}<ResumeRecording/>"
        return started

    def _recording(self) -> str:
        attributes = "" if self._chance(0.9) else 'fileFormat="mp3"'
        if self._chance(0.7):
            attributes += f' recordingAvailableUrl="{self.url("recordingAvailable")}"'
        return attributes

    def _stream(self) -> str:
        name = self._rng.choice("abc")
        if self._chance(0.3):
            return f'<StopStream name="{name}" {self._maybe(WAIT)}/>'
        tracks = self._rng.choice(("inbound", "outbound", "both"))
        mode = self._rng.choice(("unidirectional", "bidirectional"))
        events = f'streamEventUrl="{self.url("stream")}"' if self._chance(0.8) else ""
        url = f"wss://ws.test/{self._rng.choice(STREAMS)}"
        more = f'tracks="{tracks}" mode="{mode}" {events}'
        return f'<StartStream name="{name}" destination="{url}" {more}/>'

    def _steer_recording(self) -> str:
        return self._rng.choice(("<PauseRecording/>", "<ResumeRecording/>", "<StopRecording/>"))

    def _pause(self) -> str:
        return f'<Pause duration="{self._seconds(1, 4)}"/>'

    def _number(self) -> str:
        return number_of(self._rng.randrange(PHONES)) if self._chance(0.95) else NOBODY
