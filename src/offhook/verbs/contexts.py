"""Where a document can come from, and which verbs it may hold there (bxml.md 3)."""

from enum import StrEnum

from offhook.verbs import Verb


class Context(StrEnum):
    """What runs the document."""

    CALL = "call"  # answered, or nobody knows
    UNANSWERED = "unanswered"  # the reply to `initiate`
    TRANSFER_ANSWER = "transfer-answer"  # a leg that has not been joined yet
    CONFERENCE = "conference"
    ENDPOINT = "endpoint"  # a device of an endpoint, which is no telephone


def refusal(verb: type[Verb], context: Context) -> str | None:
    """Return why a document of this context must not hold the verb, if so."""
    if context is Context.TRANSFER_ANSWER and verb.moves:
        return f"<{verb.name}> is not allowed before the leg is bridged"
    if context is Context.CONFERENCE and not verb.in_conference:
        return f"{verb.name} is not allowed in a conference"  # worded by errors.md 5.2
    if context is Context.ENDPOINT and verb.by_telephone:
        return f"<{verb.name}> is not allowed for an endpoint"
    return None
