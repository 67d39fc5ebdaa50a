"""One entry of the error catalogue, and the exception that carries it to an HTTP client."""

from dataclasses import dataclass
from enum import StrEnum
from string import Formatter


class Who(StrEnum):
    """Who can do something about a failure."""

    APP = "app"
    OPERATOR = "operator"
    CALLER = "caller"
    CARRIER = "carrier"
    OFFHOOK = "offhook"


class Kind(StrEnum):
    """Where a failure is met."""

    HTTP = "http"  # a response
    CALL = "call"  # cause and errorMessage of a webhook, and of the call's state
    OUTCOME = "outcome"  # a status in a webhook; the call goes on


class Envelope(StrEnum):
    """The form that a response puts a refusal into."""

    VOICE = "voice"  # errors.md 1
    OAUTH = "oauth"  # RFC 6749 5.2, of the token endpoint
    ENDPOINTS = "endpoints"  # errors.md 7.1


@dataclass(frozen=True, slots=True)
class Entry:
    """A failure a client can see: what is sent, what it means and what to do about it."""

    id: str  # slug, unique in the catalogue
    status: int | None  # HTTP status; None for what webhooks and call state report
    type: str  # `type` of the body, `error` of the token endpoint, the cause, or a status
    description: str  # pattern with {placeholders}; empty where a status says it all
    who: Who
    meaning: str
    fix: str
    wire_id: str | None = None  # `id` of the body: null, or "" for 409 and 429 (errors.md 1)
    member: str = ""  # of a webhook, and the event it is of: holds `type` where no text is told
    envelope: Envelope = Envelope.VOICE  # of a response

    @property
    def kind(self) -> Kind:
        """Where clients meet it."""
        if self.status is not None:
            return Kind.HTTP
        return Kind.OUTCOME if self.member else Kind.CALL

    @property
    def placeholders(self) -> frozenset[str]:
        """Names that must be given a value before this can be sent."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.description) if name)

    def text(self, **values: object) -> str:
        """Return the description with all placeholders filled in."""
        assert values.keys() == self.placeholders, f"{self.id} needs {sorted(self.placeholders)}"
        return self.description.format(**values)


class ApiError(Exception):
    """A refusal of an HTTP request; nothing outside the catalogue can be sent.

    `why` says what the contract's text does not: the very thing that was wrong. It is kept for
    whoever asks with the request's id, and is never part of the answer. `source` is the culprit
    in the request where the envelope has a place for it: `field`, `parameter`, `header` or
    `reference`, and its name.
    """

    def __init__(
        self,
        entry: Entry,
        /,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        why: str = "",
        source: tuple[str, str] | None = None,
        **values: object,
    ) -> None:
        self.entry = entry
        self.headers = headers  # those the status asks for (errors.md 1.1)
        self.why = why
        self.source = source
        self.values = values  # of the description's placeholders
        self.description = entry.text(**values)
        super().__init__(self.description)
