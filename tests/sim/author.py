"""An application that writes at random: documents good and bad, and whatever HTTP may bring."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import TypeVar

from offhook.testing.app import REFUSED, SILENCE, UNTRUSTED, Received, Reply, document
from offhook.testing.invariants import ASKED

T = TypeVar("T")

LOOP = "/loop"  # a page that only redirects to itself

CLIPS = (*["t1.wav"] * 6, "st.wav", "t1.mp3", "/deep/ulaw.wav", "http://m.test/alaw.wav")
BROKEN_CLIPS = ("404.wav", "x.ogg", "http://nowhere.test/t1.wav")
INVALID = (
    "<Dance/>",
    "<Pause></Response>",
    '<Pause duration="0"/>',
    "<Gather><Pause/></Gather>",
    '<Tag>x</Tag><Redirect tag="y"/>',
    "<SpeakSentence> </SpeakSentence>",
    "<PlayAudio>ftp://app.test/t1.wav</PlayAudio>",
    "stray text",
)


class Author:
    """Replies to events, each time otherwise; the same seed writes the same."""

    pages = 8  # documents per call; after that the application hangs up

    def __init__(self, rng: Random, on_event: Callable[[str], None]) -> None:
        self._rng = rng
        self.on_event = on_event  # is told the call id
        self._pages: Counter[str] = Counter()
        self._urls = 0

    def reply(self, request: Received) -> Reply:
        """Answer one request that carries an event."""
        self.on_event(request.event["callId"])
        if request.path == "/moved":
            return document("<Hangup/>")
        if request.event["eventType"] not in ASKED:
            return self._indifferent()
        if request.path == LOOP:
            return document(f'<Redirect redirectUrl="{LOOP}"/>')
        call_id = request.event["callId"]
        self._pages[call_id] += 1
        if self._pages[call_id] > self.pages:
            return document("<Hangup/>")
        reply = self._answer(request)
        return reply.after(self._seconds(0, 6)) if self._chance(0.3) else reply

    def verbs(self) -> str:
        """Write what stands in a document."""
        length = self._rng.choice((0, 1, 2, 2, 3, 3, 4, 6))
        return "".join(self._verb() for _ in range(length))

    def url(self, name: str) -> str:
        """Return a URL of the application that nobody else is given."""
        self._urls += 1
        host = "http://m.test" if self._chance(0.1) else ""
        return f"{host}/{name}/{self._urls}"

    # replies

    def _answer(self, request: Received) -> Reply:
        """Return what is next for a call; what the event says of it is of no interest."""
        del request
        return self._something()

    def _something(self) -> Reply:
        return self._draw(
            (78, self._good),
            (5, self._invalid),
            (3, lambda: Reply(status=204)),
            (1, lambda: Reply(status=200, body="{}")),
            (4, lambda: Reply(status=self._rng.choice((400, 404, 500, 503)))),
            (2, lambda: Reply(status=302, headers={"Location": "/moved"})),
            (3, lambda: REFUSED),
            (1, lambda: UNTRUSTED),
            (2, lambda: SILENCE),
            (1, lambda: document(f'<Redirect redirectUrl="{LOOP}"/>')),
        )

    def _good(self) -> Reply:
        return document(self.verbs())

    def _invalid(self) -> Reply:
        return document(self.verbs() + self._rng.choice(INVALID))

    def _indifferent(self) -> Reply:
        return self._rng.choice((*[Reply()] * 5, Reply(status=500), REFUSED, Reply(delay_s=0.7)))

    # verbs

    def _verb(self) -> str:
        return self._draw(
            (5, self._pause),
            (4, self._clip),
            (3, self._sentence),
            (6, self._gather),
            (2, self._ring),
            (2, self._send_dtmf),
            (3, self._redirect),
            (2, self._tag_verb),
            (3, lambda: f'<StartGather dtmfUrl="{self.url("dtmf")}" {self._tag()}/>'),
            (1, lambda: "<StopGather/>"),
            (1, lambda: "<Hangup/>"),
        )

    def _pause(self) -> str:
        return f'<Pause duration="{self._seconds(1, 9)}"/>'

    def _clip(self) -> str:
        clips = BROKEN_CLIPS if self._chance(0.05) else CLIPS
        return f"<PlayAudio>{self._rng.choice(clips)}</PlayAudio>"

    def _sentence(self) -> str:
        voice = ' voice="nobody"' if self._chance(0.03) else ""
        words = " ".join(["hey"] * self._rng.randint(1, 3))
        return f"<SpeakSentence{voice}>{words}</SpeakSentence>"

    def _gather(self) -> str:
        nested = "".join(
            self._clip() if self._chance(0.5) else self._sentence()
            for _ in range(self._rng.choice((0, 0, 1, 2)))
        )
        attributes = [
            f'firstDigitTimeout="{self._seconds(0, 9)}"',
            'interDigitTimeout="1"',
            f'maxDigits="{self._rng.randint(1, 4)}"',
            self._maybe('terminatingDigits="#"'),
            self._maybe('repeatCount="2"'),
            self._maybe('input="dtmf_speech"'),
            self._tag(),
        ]
        if self._chance(0.6):
            attributes.append(self._hook("gather"))
        return f"<Gather {' '.join(attributes)}>{nested}</Gather>"

    def _ring(self) -> str:
        answer = self._maybe('answerCall="false"')
        return f'<Ring duration="{self._seconds(1, 9)}" {answer}/>'

    def _send_dtmf(self) -> str:
        keys = "".join(self._rng.choices("0123456789*#ABCDw", k=self._rng.randint(1, 4)))
        return f'<SendDtmf toneDuration="60" toneInterval="50">{keys}</SendDtmf>'

    def _redirect(self) -> str:
        return f"<Redirect {self._hook('redirect')} {self._tag()}/>"

    def _tag_verb(self) -> str:
        return self._rng.choice(("<Tag/>", "<Tag>one</Tag>", "<Tag> two words </Tag>"))

    def _tag(self) -> str:
        return self._rng.choice(("", "", "", 'tag=""', 'tag="three"'))

    def _hook(self, event: str) -> str:
        parts = [f'{event}Url="{self.url(event)}"', self._maybe(f'{event}Method="GET"')]
        if self._chance(0.5):
            parts.append(f'{event}FallbackUrl="{self.url("fallback")}"')
            parts.append(self._maybe(f'{event}FallbackMethod="GET"'))
        return " ".join(parts)

    def _draw(self, *kinds: tuple[float, Callable[[], T]]) -> T:
        """Do one of these things, each as often as its weight says."""
        (kind,) = self._rng.choices([each for _, each in kinds], [weight for weight, _ in kinds])
        return kind()

    def _seconds(self, least: int, most: int) -> float:
        """Return some tenths of a second, so that several things happen at one moment."""
        return self._rng.randint(least, most) / 10

    def _maybe(self, text: str) -> str:
        return text if self._chance(0.3) else ""

    def _chance(self, probability: float) -> bool:
        return self._rng.random() < probability
