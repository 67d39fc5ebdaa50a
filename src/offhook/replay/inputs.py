"""What came from outside on a recorded call: the far end's doings, and REST's.

Each is tied to the step of the log that came before it, and to the time since then: an app that
takes longer or speaks longer now does not make the far end press its keys too early.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from offhook.media.detect import HANGOVER_S
from offhook.records import Direction, Event
from offhook.replay.steps import is_point, is_question
from offhook.replay.tape import Tape

_TEXT = re.compile(r'"text":("(?:[^"\\]|\\.)*")')
_STATUS = re.compile(r"SIP/2\.0 (\d{3}) ")
_CSEQ = re.compile(r"^CSeq:\s*\d+\s+(\w+)", re.MULTILINE | re.IGNORECASE)
CHALLENGES: Final = (401, 407, 422)  # answered by another INVITE
SHORTEST_S: Final = 0.1  # of sound that counts as speech


@dataclass(frozen=True, slots=True)
class Ring:
    """The telephone rings; `early` with sound."""

    code: int
    early: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The receiver is lifted."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The call is refused with a SIP status."""

    code: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """The far end hangs up, or gives up before it was answered."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key is pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Somebody speaks for so long; `words` are those that a Gather heard."""

    duration_s: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    """REST redirects the call."""

    url: str


@dataclass(frozen=True, slots=True)
class Rescript:
    """REST replaces the document."""

    text: str


@dataclass(frozen=True, slots=True)
class Complete:
    """REST ends the call."""


Act = Ring | Answer | Refuse | HangUp | Key | Speak | Redirect | Rescript | Complete


@dataclass(frozen=True, slots=True)
class Input:
    """An act, so long after the first `points` points of the log."""

    points: int
    after_s: float
    act: Act


def of(tape: Tape) -> list[Input]:
    """Return what came from outside, in order."""
    found: list[Input] = []
    points, at = 0, tape.started
    answered = tape.call.direction is Direction.INBOUND
    for index, event in enumerate(tape.events):
        if is_point(event):
            points, at = points + 1, event.at
            continue
        for act in _acts(event, tape.events[index + 1 :], answered):
            answered = answered or isinstance(act, Answer)
            found.append(Input(points, event.at - at, act))
    return found


def _acts(event: Event, later: Sequence[Event], answered: bool) -> Iterator[Act]:
    match event.kind:
        case "sip.received":
            yield from _said(event.data["message"], later, answered)
        case "media.digit":
            yield Key(event.data["digit"])
        case "media.voice" if event.data["active"]:
            seconds = max(SHORTEST_S, _until_silent(event, later) - HANGOVER_S)
            yield Speak(seconds, _words(later))
        case "rest.redirected":
            yield Redirect(event.data["url"])
        case "rest.rescripted":
            documents = (e for e in later if e.kind in ("bxml.accepted", "bxml.refused"))
            if (document := next(documents, None)) is not None:
                yield Rescript(document.data["text"])
        case "rest.completed":
            yield Complete()


def _said(message: str, later: Sequence[Event], answered: bool) -> Iterator[Act]:
    """Return what a SIP message of the far end did."""
    if message.startswith(("BYE ", "CANCEL ")):
        yield HangUp()
    method, status = _CSEQ.search(message), _STATUS.match(message)
    if answered or status is None or method is None or method[1].upper() != "INVITE":
        return
    code = int(status[1])
    if 100 < code < 200:
        yield Ring(code, early="\nm=audio" in message)
    elif code < 300 and code >= 200:
        yield Answer()
    elif code >= 300 and not (code in CHALLENGES and _invites_again(later)):
        yield Refuse(code)


def _invites_again(later: Sequence[Event]) -> bool:
    sent = (e.data["message"] for e in later if e.kind == "sip.sent")
    return any(message.startswith("INVITE ") for message in sent)


def _words(later: Sequence[Event]) -> str:
    """Return what a Gather understood of what somebody begins to say; blank for nothing."""
    for index, event in enumerate(later):
        if event.kind == "media.voice" and event.data["active"]:
            break  # a pause: what comes is more of the same
        if event.kind == "speech.heard" and event.data["words"]:
            return _told(later[index:])
    return ""


def _told(later: Sequence[Event]) -> str:
    """Return the words in the next question of a Gather."""
    for event in later:
        if is_question(event) and event.data["eventType"] == "gather":
            found = _TEXT.search(event.data.get("body", ""))
            return str(json.loads(found[1])) if found else ""
    return ""


def _until_silent(event: Event, later: Sequence[Event]) -> float:
    """Return how long somebody spoke."""
    ends = (e.at for e in later if e.kind == "media.voice" and not e.data["active"])
    return next(ends, later[-1].at if later else event.at) - event.at
