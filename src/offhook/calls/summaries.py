"""Short JSON accounts of what came in, for the event log and the `initiate` webhook."""

from typing import Any

from offhook.requests import OutboundRequest
from offhook.sip.transport import Address

SECRET_HEADERS = ("authorization", "proxy-authorization")


def request(made: OutboundRequest) -> dict[str, Any]:
    """Return what createCall asked for, without credentials."""
    return {
        "to": made.to,
        "from": made.from_,
        "applicationId": made.application_id,
        "priority": made.priority,
        "callTimeout": made.call_timeout_s,
        "callbackTimeout": made.callback_timeout_s,
    }


def sip_message(data: bytes, peer: Address) -> dict[str, Any]:
    """Return a SIP message as text for the log, credentials removed."""
    lines = []
    for line in data.decode("utf-8", "replace").split("\r\n"):
        name, colon, _ = line.partition(":")
        secret = colon and name.strip().lower() in SECRET_HEADERS
        lines.append(f"{name}: [redacted]" if secret else line)
    return {
        "message": "\n".join(lines),
        "peer": f"{peer.transport}:{peer.host}:{peer.port}",
    }
