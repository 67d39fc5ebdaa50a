"""What went wrong with the streams of a call, which went on (errors.md 8.8)."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from offhook.errors import Entry, Who, streams
from offhook.explain.finding import Finding
from offhook.explain.story import Story
from offhook.records import Event


class Meaning(NamedTuple):
    """What a reason usually means, what helps, and who must act."""

    words: str
    fix: str
    who: Who = Who.APP


# By the first words of the reason why a WebSocket was not opened.
REFUSALS: Final[Mapping[str, Meaning]] = {
    "connection failed": Meaning(
        "nothing took the connection, or it broke during the handshake",
        "Start the server of the stream, and check host and port of its destination.",
    ),
    "host not found": Meaning(
        "the host name of its destination does not exist",
        "Correct the host name, or its DNS entry.",
    ),
    "host not allowed": Meaning(
        "streams may not go to that address",
        "If the server really is there, add its network to webhooks.allow.",
        Who.OPERATOR,
    ),
    "TLS handshake failed": Meaning(
        "the server's certificate was not accepted, or it speaks no TLS on that port",
        "Check that the certificate is valid, for this host, and issued by a known authority.",
    ),
    "timed out": Meaning(
        "the server did not answer the handshake",
        "Let it answer at once, and do slow work afterwards.",
    ),
    "HTTP 401": Meaning(
        "the server did not accept the credentials",
        "Give destinationUsername and destinationPassword as the server expects them.",
    ),
    "HTTP 403": Meaning(
        "the server refused the handshake",
        "Let it accept requests without an Origin header, and look at what guards it.",
    ),
    "HTTP 404": Meaning(
        "the server has no WebSocket at that path",
        "Correct the path of the destination, or add the route to the server.",
    ),
    "HTTP 3": Meaning(
        "it answered with a redirect, and streams follow none",
        "Name the final URL.",
    ),
    "HTTP 5": Meaning("the server failed", "Look at its log."),
    "HTTP 2": Meaning(
        "a web page answered, and no WebSocket",
        "Correct the destination, or let proxies on the way pass the Upgrade header on.",
    ),
    "not a WebSocket": Meaning(
        "what answered does not speak WebSocket (RFC 6455)",
        "Correct the destination, or let proxies on the way pass the Upgrade header on.",
    ),
}


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """Tell of each stream that was refused or broke, and of what got lost on others."""
    del cause
    for event in story.all("stream.rejected") + story.all("stream.stopped"):
        member = streams.REJECTED if event.kind == "stream.rejected" else streams.STOPPED
        for entry in streams.ENTRIES:
            if (entry.member, entry.type) == (member, event.data.get("cause")):
                yield _failure(event, entry)
        if event.data.get("dropped"):
            yield _behind(event)
    for event in story.all("stream.ignored", count=1):
        yield _ignored(event)


def _failure(event: Event, entry: Entry) -> Finding:
    name, destination = event.data.get("stream"), event.data.get("destination")
    why = str(event.data.get("why") or "")
    meaning = _meaning(why) if entry is streams.REFUSED else None
    what = "was not started" if event.kind == "stream.rejected" else "broke"
    told = ": ".join(part for part in (why, meaning.words if meaning else "") if part)
    detail = f": {told}" if told else f": {event.data.get('message')}"
    sentence = f"Stream {name} to {destination} {what}{detail}."
    if meaning is None:
        return Finding(sentence, entry.fix, entry.who, entry, (event,))
    return Finding(sentence, meaning.fix, meaning.who, entry, (event,))


def _meaning(why: str) -> Meaning | None:
    return next((each for start, each in REFUSALS.items() if why.startswith(start)), None)


def _behind(event: Event) -> Finding:
    return Finding(
        f"The server of stream {event.data.get('stream')} did not keep up: "
        f"{event.data['dropped']} messages of 20 ms were left out for it.",
        "Let it read at once, and do slow work beside that.",
        Who.APP,
        evidence=(event,),
    )


def _ignored(event: Event) -> Finding:
    return Finding(
        f"Something that the server of stream {event.data.get('stream')} sent was ignored: "
        f"{event.data.get('reason')}.",
        "Correct the message (docs/streams.md).",
        Who.APP,
        evidence=(event,),
    )


RULES: Final = frozenset(entry.id for entry in streams.ENTRIES)  # those told above
