"""Short JSON accounts of what came in, for the event log and the `initiate` webhook."""

from typing import Any

import msgspec

from offhook.calls.gauges import Row
from offhook.calls.journal import Journal
from offhook.directory import normal_number
from offhook.errors import calls
from offhook.facts import Completed, Redirected, Request, Rescripted
from offhook.media import mos
from offhook.media.messages import Closed
from offhook.records import Recording
from offhook.requests import OutboundRequest
from offhook.sip import annotations
from offhook.sip.endpoint import IncomingCall
from offhook.sip.transport import Address
from offhook.sip.trunks import called_party

CREDENTIALS = "authorization"
SECRET_HEADERS = (CREDENTIALS, f"proxy-{CREDENTIALS}")


def request(made: OutboundRequest) -> dict[str, Any]:
    """Return what createCall asked for, without credentials."""
    return {
        "to": made.to,
        "from": made.from_,
        "applicationId": made.application_id,
        "priority": made.priority,
        "callTimeout": made.call_timeout_s,
        "callbackTimeout": made.callback_timeout_s,
        **({"ignored": list(made.ignored)} if made.ignored else {}),
    }


def made(recording: Recording) -> dict[str, Any]:
    """Return what became of a recording, why parts of it are missing, and of its text."""
    wish = recording.transcription
    told = {
        "recording": recording.recording_id,
        "status": str(recording.status),
        "why": recording.failure,
        "transcription": str(wish.status) if wish else None,
        "without_text": wish.failure if wish else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def counted(closed: Closed, samples: list[Row]) -> dict[str, Any]:
    """Return what was counted of a leg: in all, and in the course of a longer call.

    With the MOS of what was heard here and there, where enough is known to tell.
    """
    told = msgspec.structs.asdict(closed.counters)
    told |= {"mos_heard": _rounded(mos.heard(told)), "mos_sent": _rounded(mos.sent(told))}
    return {**told, "samples": samples} if samples else told


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def initiate_fields(incoming: IncomingCall) -> dict[str, Any]:
    """Return what `initiate` says beside the common block (webhooks.md 7, `initiate`)."""
    by_number = normal_number(called_party(incoming)).startswith("+")
    return {
        "uui": annotations.user_to_user(incoming.headers),
        "diversion": annotations.diversion(incoming.headers),
        "stirShaken": annotations.stir_shaken(incoming.headers),
        "sipHeaders": None if by_number else annotations.customer_headers(incoming.headers) or None,
        "callerDisplayName": incoming.from_display,
    }


def refused(incoming: IncomingCall, code: int, why: str) -> dict[str, Any]:
    """Return an INVITE that became no call."""
    return {
        "code": code,
        "why": why,
        "to": incoming.target,
        "from": incoming.from_uri,
        "source": incoming.source.host,
        "sipCallId": incoming.call_id,
    }


def log_change(journal: Journal, request: Request) -> None:
    """Log what REST has ordered."""
    match request:
        case Redirected(hook=hook):
            journal.log("rest.redirected", url=calls.bare_url(hook.primary.url))
        case Rescripted(body=body):
            journal.log("rest.rescripted", bytes=len(body))
        case Completed():
            journal.log("rest.completed")


def sip_message(data: bytes, peer: Address) -> dict[str, Any]:
    """Return a SIP message as text for the log, credentials removed."""
    text = data.decode("utf-8", "replace")
    return {
        "message": _without_secrets(text)
        if CREDENTIALS in text.lower()
        else text.replace("\r\n", "\n"),
        "peer": f"{peer.transport}:{peer.host}:{peer.port}",
    }


def _without_secrets(text: str) -> str:
    lines = []
    secret = False
    for line in text.split("\r\n"):
        if secret and line.startswith((" ", "\t")):
            continue  # a folded line belongs to the one before (RFC 3261 7.3.1)
        name, colon, _ = line.partition(":")
        secret = bool(colon) and name.strip().lower() in SECRET_HEADERS
        lines.append(f"{name}: [redacted]" if secret else line)
    return "\n".join(lines)
