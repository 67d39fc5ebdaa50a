"""Refusals of what Offhook offers beyond the contract; their bodies have the contract's form."""

from offhook.errors.entry import Entry, Who

KEY_FORM = Entry(
    "idempotency-key-form",
    400,
    "validation",
    "Invalid Idempotency-Key: must be 1 to 255 visible ASCII characters",
    Who.APP,
    "The header is empty, too long, sent twice, or has a space or another character in it that "
    "is not visible ASCII.",
    "Send one key for each call you mean to place, such as a UUID.",
)
KEY_REUSED = Entry(
    "idempotency-key-reused",
    409,
    "validation",
    "Idempotency-Key [{key}] was used for another request",
    Who.APP,
    "Within the last 24 hours a request of this account named the same key, and its body said "
    "something else; no call was placed.",
    "Repeat a request with the body it had, and name a new key for a new call.",
    wire_id="",
)

WEBHOOK_STATE = Entry(
    "webhook-state",
    409,
    "validation",
    "Webhook [{eventId}] cannot be sent again in its current state",
    Who.OPERATOR,
    "It is still under way, or it is a synchronous one, whose reply would lead nowhere now.",
    "Wait until it is delivered or given up; of a synchronous one, look at its attempts instead.",
    wire_id="",
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))
