"""Calls that the far side did not take: busy, silent, refused, unreachable (errors.md 8.3)."""

from offhook.errors import Who, calls
from offhook.explain.finding import Finding
from offhook.explain.story import Answered, Case, header
from offhook.records import Event

NO_ACK = "no ACK"  # what SIP says when its 200 was sent in vain (RFC 3261 13.3.1.4)

# What a refusal usually means on a trunk, and what helps.
MEANINGS = {
    400: ("it could not read our request", "Compare the INVITE with what the trunk documents."),
    403: (
        "it does not allow this call",
        "Check with the carrier that the account may call this destination, and from this number.",
    ),
    404: ("it knows no such number", "Check the number, and the form in which the trunk wants it."),
    405: ("it takes no calls at all", "Check the trunk's host and port."),
    406: ("it cannot do what we accept", "Check with the carrier which bodies it sends."),
    410: ("the number is no longer in service", "Remove the number."),
    415: ("it does not understand our SDP", "Check that the trunk speaks SDP over SIP."),
    416: ("it does not take this kind of URI", "Check whether the trunk wants sip: or tel: URIs."),
    420: ("it wants a SIP extension that we do not have", "Turn the extension off on the trunk."),
    421: ("it wants a SIP extension that we do not have", "Turn the extension off on the trunk."),
    423: ("it wants longer session intervals", "Raise the trunk's minimum or turn timers off."),
    433: ("it takes no anonymous calls", "Call without privacy."),
    481: ("it lost track of the call", "Look whether a proxy on the way was restarted."),
    482: ("the call came back to where it had been", "Look for a routing loop on the trunk."),
    483: ("the call passed through too many proxies", "Look for a routing loop on the trunk."),
    484: ("the number is not complete", "Dial the whole number with + and country code."),
    488: (
        "it takes none of the codecs that we offer (PCMU, PCMA)",
        "Allow G.711 on the far side.",
    ),
    603: ("the called party declined", "Nothing: somebody pressed 'decline'."),
    604: ("the number exists nowhere", "Check the number."),
    606: ("it takes none of the media that we offer", "Allow G.711 on the far side."),
    607: ("the called party does not want calls from you", "Do not call this number again."),
    608: ("an analytics engine blocked the call", "Have the carrier attest your caller id."),
}


def refusal(case: Case) -> Answered | None:
    """Return the final response that ended the call."""
    final = [r for r in case.story.responses() if r.status >= 300 and r.status not in (401, 407)]
    return final[-1] if final else None


def busy(case: Case) -> Finding:
    """486 or 600."""
    told = refusal(case)
    said = f" (it answered {told.status} {told.reason})" if told else ""
    return _finding(case, f"{case.story.record.to} was busy{said}.", case.entry.fix, told)


def no_answer(case: Case) -> Finding:
    """Our timer, 408 or 480."""
    story, told = case.story, refusal(case)
    if absent := story.last("call.unregistered"):
        sentence = f"{_capital(str(absent.data.get('reason')))}."
        fix = "Start the phone and let it register, with the name and password of [[phones]]."
        return Finding(sentence, fix, case.entry.who, case.entry, (absent, case.event))
    if told and told.status != 487:
        sentence = f"{story.record.to} cannot be reached now: the far side said {_status(told)}."
        return _finding(case, sentence, "Call again later.", told)
    rang = next((r for r in story.responses() if 180 <= r.status < 200), None)
    sentence = (
        f"{story.record.to} rang and nobody answered within {story.record.call_timeout_s:g} "
        "seconds (callTimeout), so the call was cancelled."
    )
    events = story.some(rang and rang.event, *story.requests("sip.sent", "CANCEL")[:1], case.event)
    return Finding(sentence, case.entry.fix, case.entry.who, case.entry, events)


def no_ringing(case: Case) -> Finding:
    """Half a minute without a sign of ringing."""
    story = case.story
    trying = [r for r in story.responses() if r.status == 100]
    peer = _peer(case)
    if trying:
        sentence = f"{peer} took the call (100 Trying) and reported no ringing for 30 seconds."
        fix = "Ask whoever runs it: the call got stuck behind it."
        evidence = story.some(trying[-1].event, case.event)
        return Finding(sentence, fix, Who.CARRIER, case.entry, evidence)
    return _silent(case, peer)


def rejected(case: Case) -> Finding:
    """Another 4xx, 603, 604 or 606."""
    told = refusal(case)
    if told is None:
        return Finding(f"{case.entry.meaning}", case.entry.fix, case.entry.who, case.entry)
    meaning, fix = MEANINGS.get(told.status, ("it refused the call", case.entry.fix))
    sentence = f"The far side answered {_status(told)}: {meaning}.{_more(told)}"
    return _finding(case, sentence, fix, told)


def failed(case: Case) -> Finding:
    """A server's failure, credentials refused, or nobody there."""
    story = case.story
    if unroutable := story.last("call.unroutable"):
        sentence = f"The call had no way to go: {unroutable.data.get('reason')}."
        fix = "Give a trunk a pattern that takes the number, or correct the number."
        evidence = (unroutable, case.event)
        return Finding(sentence, fix, Who.OPERATOR, case.entry, evidence)
    challenges = [r for r in story.responses() if r.status in (401, 407)]
    if challenges and case.values.get("code") in ("401", "407"):
        return _challenged(case, challenges)
    told = refusal(case)
    if told is None:
        return _unreachable(case)
    sentence = f"The far side failed: it answered {_status(told)}.{_more(told)}"
    fix = "Tell whoever runs it; another trunk for the number would take the call meanwhile."
    return _finding(case, sentence, fix, told)


def _challenged(case: Case, challenges: list[Answered]) -> Finding:
    given = any(
        "authorization:" in str(e.data.get("message", "")).lower()
        for e in case.story.requests("sip.sent", "INVITE")
    )
    peer, last = _peer(case), challenges[-1]
    if given:
        sentence = f"{peer} refused our user name and password (it said {_status(last)} again)."
        fix = "Correct username and password of the trunk."
    else:
        sentence = f"{peer} asks for a user name and password, and the trunk has none."
        fix = "Give the trunk its username and password."
    evidence = case.story.some(challenges[0].event, last.event if given else None, case.event)
    return Finding(sentence, fix, Who.OPERATOR, case.entry, evidence)


def _unreachable(case: Case) -> Finding:
    """No final response: what the transport, or the clock, said."""
    peer = _peer(case)
    if case.why == NO_ACK:
        return _unconfirmed(case)
    if case.values.get("code") == "408":
        return _silent(case, peer)
    reason = case.why or "the transport failed"
    sentence = f"{peer} could not be reached: {reason}."
    fix = "Check the trunk's host, port and transport, and that nothing on the way blocks it."
    return Finding(sentence, fix, Who.OPERATOR, case.entry, (case.event,))


def _unconfirmed(case: Case) -> Finding:
    sentence = (
        "We answered the call (200 OK) and the caller's ACK never came: it, or our answer, was "
        "lost on the way."
    )
    fix = "Check that the Contact address in our 200 can be reached from the caller's side."
    sent = [e for e in case.story.all("sip.sent") if _is_answer(e)]
    evidence = case.story.some(*sent[:1], *sent[-1:], case.event)
    return Finding(sentence, fix, Who.CARRIER, case.entry, evidence)


def _is_answer(event: Event) -> bool:
    return str(event.data.get("message", "")).startswith("SIP/2.0 200")


def _silent(case: Case, peer: str) -> Finding:
    sent = case.story.requests("sip.sent", "INVITE")
    sentence = f"{peer} answered nothing at all: the INVITE was sent {len(sent)} times in vain."
    fix = "Check that the host and port of the trunk are right and that a firewall lets us through."
    evidence = case.story.some(*sent[:1], *sent[-1:], case.event)
    return Finding(sentence, fix, Who.OPERATOR, case.entry, evidence)


def _finding(case: Case, sentence: str, fix: str, told: Answered | None) -> Finding:
    evidence = case.story.some(told and told.event, case.event)
    return Finding(sentence, fix, case.entry.who, case.entry, evidence)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _status(told: Answered) -> str:
    return f"{told.status} {told.reason}".strip()


def _more(told: Answered) -> str:
    """What the response itself says of its reason (RFC 3326, RFC 3261 20.43)."""
    texts = [f"{n}: {v}" for n in ("Reason", "Warning") if (v := header(told.message, n))]
    return f" It adds {'; '.join(texts)}." if texts else ""


def _peer(case: Case) -> str:
    sent = case.story.requests("sip.sent", "INVITE")
    return str(sent[-1].data.get("peer", "")) if sent else "The far side"


RULES = {
    calls.BUSY.id: busy,
    calls.NO_ANSWER.id: no_answer,
    calls.NO_RINGING.id: no_ringing,
    calls.REJECTED.id: rejected,
    calls.SIP_FAILED.id: failed,
}
