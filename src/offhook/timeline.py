"""The event log of a call or conference as lines for people: when, which part, what happened."""

from collections.abc import Callable
from typing import Any

from offhook.records import Event

Data = dict[str, Any]

PARTS = {
    "sip": "SIP",
    "media": "media",
    "recording": "tape",
    "stream": "stream",
    "transcription": "text",
    "webhook": "HTTP",
    "bxml": "BXML",
    "verb": "verb",
    "conference": "room",
}


def line(event: Event, started: float) -> str:
    """Return one line: seconds since `started`, part, text."""
    return f"{event.at - started:8.3f}  {told(event)}"


def told(event: Event) -> str:
    """Return part and text. Much of it is other people's: what is no character is spelled out."""
    return f"{part(event):<6} {printable(text(event))}"


def part(event: Event) -> str:
    """Return which part of the server tells of it."""
    noun = event.kind.partition(".")[0]
    return PARTS.get(noun, noun)


def text(event: Event) -> str:
    """Return what happened, with other people's words as they are."""
    return _TEXTS.get(event.kind, _plain)(event.data) or event.kind


def printable(line: str) -> str:
    """Return a text in which nothing can move a terminal's cursor or change its colours."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _plain(data: Data) -> str:
    return ", ".join(f"{name} {value}" for name, value in data.items() if value is not None)


def _sip(arrow: str) -> Callable[[Data], str]:
    def told(data: Data) -> str:
        first = str(data["message"]).partition("\n")[0]
        return f"{arrow} {first.removesuffix(' SIP/2.0').removeprefix('SIP/2.0 ')}"

    return told


def _webhook(data: Data) -> str:
    came = data.get("failure") or data.get("status")
    again = " (fallback)" if data.get("fallback") else ""
    return f"{data['eventType']} {data['method']} {data['url']}{again}: {came}"


def _created(data: Data) -> str:
    if "request" in data:
        return f"REST created: {data['request']['to']}"
    return f"{data['parent']} calls {data['to']}"


def _document(data: Data) -> str:
    return f"a document of {len(data['text'])} characters from {data['origin']}"


def _counters(data: Data) -> str:
    return (
        f"{data['packets_sent']} packets sent, {data['packets_received']} received, "
        f"{data['packets_lost']} lost, jitter {data['jitter_ms']:.1f} ms{_scores(data)}"
    )


def _scores(data: Data) -> str:
    """Return the MOS of both directions, as far as they are known."""
    known = (("here", data.get("mos_heard")), ("there", data.get("mos_sent")))
    said = " and ".join(f"{value:.1f} {where}" for where, value in known if value is not None)
    return f", MOS {said}" if said else ""


def _voice(data: Data) -> str:
    return "the party begins to speak" if data["active"] else "the party is silent"


def _seat(data: Data) -> str:
    how = [word for word in ("mute", "hold") if data[word]]
    if data["coached"]:
        how.append(f"coaches {', '.join(data['coached'])}")
    return f"{data['call']}: {', '.join(how) or 'talks and hears'}"


_TEXTS: dict[str, Callable[[Data], str]] = {
    "sip.sent": _sip("-->"),
    "sip.received": _sip("<--"),
    "webhook.answered": _webhook,
    "webhook.failed": _webhook,
    "bxml.accepted": _document,
    "bxml.refused": lambda data: f"refused: {data['reason']}",
    "verb.started": lambda data: f"{data['verb']} (line {data['line']})",
    "verb.ended": lambda data: f"{data['verb']} ended: {data['outcome']}",
    "media.opened": lambda data: f"RTP at {data['host']}:{data['rtp_port']}",
    "media.connected": lambda data: (
        f"{data['codec']} with {data['host']}:{data['rtp_port']}, DTMF {data['dtmf']}"
    ),
    "media.digit": lambda data: f"key {data['digit']}{' (in-band)' if data['inband'] else ''}",
    "media.voice": _voice,
    "media.closed": _counters,
    "recording.started": lambda data: f"began: {' and '.join(data['tracks'])}",
    "recording.transcribed": lambda data: f"text is {data['transcription']}",
    "recording.made": lambda data: f"is {data['status']}",
    "conference.created": lambda data: f"{data['name']} begins",
    "conference.joined": lambda data: f"{data['call']} joins",
    "conference.left": lambda data: f"{data['call']} leaves",
    "conference.refused": lambda data: f"{data['call']} is refused: {data['reason']}",
    "conference.member": _seat,
    "conference.entered": lambda data: f"is in {data['name']} ({data['conference']})",
    "conference.ended": lambda data: f"ends: {data['reason']}",
    "speech.played": lambda data: f"{data['duration_s']:.2f} s of speech",
    "audio.played": lambda data: f"{data['duration_s']:.2f} s from {data['url']}",
    "webhook.resent": lambda data: f"{data['by']} has an event sent again: {data['event_id']}",
    "call.created": _created,
    "call.received": lambda data: f"a call for {data['to']} from {data['source']}",
    "call.state": lambda data: f"is {data['state']}",
    "call.ended": lambda data: " ".join(filter(None, ["ended:", data["cause"], data["message"]])),
}
