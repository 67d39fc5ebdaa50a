"""What `<Transfer>` and `<Forward>` say of the legs they place (bxml.md 4.4, 4.21)."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from offhook.hooks import Hook, Target
from offhook.verbs import Part, values
from offhook.verbs import attributes as declare

LONGEST_UUI: Final = 256
LONGEST_NUMBER_UUI: Final = 350
TREATMENTS: Final = ("none", "propagate", "stack")
REASONS: Final = (
    "unknown",
    "user-busy",
    "no-answer",
    "unavailable",
    "unconditional",
    "time-of-day",
    "do-not-disturb",
    "deflection",
    "follow-me",
    "out-of-service",
    "away",
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a leg is placed: who seems to call, for how long, and where the call came from."""

    caller: str | None  # None: whoever the verb takes when the document names nobody
    display_name: str | None
    privacy: bool
    call_timeout_s: float
    diversion: str  # one of TREATMENTS
    diversion_reason: str


@dataclass(frozen=True, kw_only=True)
class Destination(Part):
    """Who is rung, and what the new leg does and reports."""

    to: str = ""
    answer: Hook | None = field(default=None, metadata=declare.webhook("transferAnswer"))
    disconnect: Hook | None = field(
        default=None, metadata=declare.webhook("transferDisconnect", fallback=False)
    )
    tag: str | None = declare.tag()
    uui: str | None = None

    @property
    def reported_to(self) -> Target | None:
        """Where the end of the leg is reported."""
        return self.disconnect.primary if self.disconnect else None


@dataclass(frozen=True, kw_only=True)
class PhoneNumber(Destination):
    """A telephone number to ring."""

    name: ClassVar[str] = "PhoneNumber"

    to: str = declare.text(values.number, "E.164", "the number")
    uui: str | None = declare.special(
        None,
        f"User-to-User values of at most {LONGEST_NUMBER_UUI} characters",
        lambda text: values.user_to_user(text, LONGEST_NUMBER_UUI),
        "sent in the INVITE (RFC 7433)",
    )


@dataclass(frozen=True, kw_only=True)
class SipUri(Destination):
    """A SIP URI to ring."""

    name: ClassVar[str] = "SipUri"

    to: str = declare.text(values.sip_uri, "SIP URI", "the address; `sip:` may be left out")
    uui: str | None = declare.special(
        None,
        f"User-to-User values of at most {LONGEST_UUI} characters",
        lambda text: values.user_to_user(text, LONGEST_UUI),
        "sent in the INVITE (RFC 7433)",
    )


def privacy() -> bool:
    """Declare `privacy`."""
    return declare.flag(False, "hide who is calling")


def call_timeout() -> float:
    """Declare `callTimeout`."""
    return declare.decimal(30.0, (1, 300), "seconds to wait for an answer once it rings")


def caller(name: str, about: str) -> str | None:
    """Declare who seems to call."""
    kind = "E.164, " + ", ".join(f"`{word}`" for word in values.HIDDEN)
    number: str | None = declare.special(None, kind, values.caller, about, name=name)
    return number


def display_name(name: str) -> str | None:
    """Declare the name that is shown to the called party."""
    shown: str | None = declare.special(
        None,
        "text of at most 256 characters",
        values.display_name,
        "name shown to the called party; with `privacy` one of the four words only",
        name=name,
    )
    return shown


def diversion() -> str:
    """Declare `diversionTreatment`."""
    treatment: str = declare.choice(
        "none",
        TREATMENTS,
        "Diversion headers of an inbound call (RFC 5806): sent on by `propagate`; `stack` adds one"
        " for the number that was called",
        name="diversionTreatment",
    )
    return treatment


def diversion_reason() -> str:
    """Declare `diversionReason`."""
    reason: str = declare.choice("unknown", REASONS, "why it is diverted; with `stack` only")
    return reason


def check_privacy(hidden: bool, name: str | None, attribute: str) -> None:
    """Refuse a name that would tell what privacy hides."""
    if hidden and name and name not in values.HIDDEN:
        words = ", ".join(values.HIDDEN)
        raise ValueError(f"attribute {attribute} with privacy must be one of {words}")
