"""Requests and INVITEs that were refused, or said what meant nothing."""

from collections.abc import Iterator

from offhook.errors import CATALOGUE, Who
from offhook.explain.finding import Explanation, Finding
from offhook.explain.story import Story
from offhook.records import Incident, IncidentKind

ANSWERS = {  # to an INVITE, and who must act
    403: (Who.OPERATOR, "Reopen the account (suspended, allowed_networks)."),
    404: (Who.OPERATOR, "Add the number with its application, or have the caller dial another."),
    503: (Who.OPERATOR, "Raise the limit, or wait for calls to end."),
}

PHONES = {  # what was wrong with a phone's credentials (sip/verifier.py), and what helps
    "wrong": (
        "Correct the password on the phone, or in [[phones]]; a hash there is of "
        "name:realm:password."
    ),
    "unknown": "Add the phone to [[phones]], or correct its user name.",
    "guessing": "Correct the password on the phone; a minute later it may try again.",
    "unreadable": "Look at the digest that the phone sends; [sip] digests names ours.",
}


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """Members of createCall that meant nothing."""
    del cause
    created = story.last("call.created")
    ignored = ((created and created.data.get("request")) or {}).get("ignored")
    if created and ignored:
        yield Finding(
            f"The createCall had members that mean nothing and were ignored: {', '.join(ignored)}.",
            "Correct their names.",
            Who.APP,
            evidence=(created,),
        )


def explain(incident: Incident) -> Explanation:
    """Explain a refusal from what was written down of it."""
    finding = _FINDINGS.get(incident.kind, _request)(incident)
    return Explanation(incident.id, _subject(incident), finding, started=incident.at)


def summary(incident: Incident) -> str:
    """Return in a line what was refused or failed."""
    data = incident.data
    match incident.kind:
        case IncidentKind.FAILURE:
            return f"failure of call {incident.call_id}"
        case IncidentKind.INVITE:
            return f"INVITE for {data.get('to')}: {data.get('code')} {data.get('why')}"
        case IncidentKind.PHONE:
            who = f"phone {data.get('user')} at {data.get('source')}"
            return f"{data.get('method')} of {who}: {data.get('code')}, it {data.get('why')}"
        case IncidentKind.REQUEST:
            asked = f"{data.get('method', '')} {data.get('path', '')}".strip() or "request"
            return f"{asked}: {data.get('status')} {data.get('description')}"


def _subject(incident: Incident) -> str:
    data = incident.data
    if incident.kind is IncidentKind.INVITE:
        return f"INVITE from {data.get('from')} for {data.get('to')} by way of {data.get('source')}"
    if incident.kind is IncidentKind.PHONE:
        return f"{data.get('method')} of phone {data.get('user')} at {data.get('source')}"
    query = f"?{data['query']}" if data.get("query") else ""
    return f"{data.get('method', 'request')} {data.get('path', '')}{query}"


def _request(incident: Incident) -> Finding:
    data = incident.data
    entry = CATALOGUE.get(str(data.get("entry")))
    why = str(data.get("why") or (entry.meaning if entry else "")).rstrip(".")
    said = f"{data.get('status')} {data.get('description')}"
    sentence = f"The request was refused with {said}: {why}."
    if entry is None:
        return Finding(sentence)
    return Finding(sentence, entry.fix, entry.who, entry)


def _invite(incident: Incident) -> Finding:
    data = incident.data
    code = int(data.get("code") or 0)
    who, fix = ANSWERS.get(code, (Who.OPERATOR, "Look at the log."))
    return Finding(f"The caller was refused with {code}: {data.get('why')}.", fix, who)


def _phone(incident: Incident) -> Finding:
    data = incident.data
    why = str(data.get("why") or "could not prove who it is")
    sentence = f"Phone {data.get('user')} was refused with {data.get('code')}: it {why}."
    fix = PHONES.get(str(data.get("fault")), "Let the phone use its own name and no other.")
    return Finding(sentence, fix, Who.OPERATOR)


_FINDINGS = {IncidentKind.INVITE: _invite, IncidentKind.PHONE: _phone}
