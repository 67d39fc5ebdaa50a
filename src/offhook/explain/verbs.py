"""Verbs that asked for something impossible (errors.md 8.2, `application-error`)."""

from offhook.errors import Who, calls
from offhook.explain.finding import Finding
from offhook.explain.story import Case
from offhook.explain.webhooks import meaning

ADVICE = {
    "PlayAudio": "Check that the URL leads to a .wav or .mp3 file that this server can fetch.",
    "SpeakSentence": "Check the text, and that the voice speaks its language.",
    "Forward": "Use <Transfer>: <Forward> only takes callers who have not been answered.",
    "Refer": "Use <Transfer>: only a call by SIP URI can be sent elsewhere by REFER.",
}


def failed(case: Case) -> Finding:
    """Say which verb failed, where it stands, and on what."""
    verb, reason = case.values["verb"], case.values["reason"]
    started = case.story.last("verb.started", verb=verb)
    ended = case.story.last("verb.ended", verb=verb)
    where = f" in line {started.data['line']}" if started and started.data.get("line") else ""
    known, helps = meaning(reason)
    detail = f" ({known})" if known != reason else ""
    sentence = f"<{verb}>{where} could not be carried out: {reason}{detail}."
    fix = ADVICE.get(verb) or (helps if detail else case.entry.fix)
    document = case.story.last("bxml.accepted")
    evidence = case.story.some(document, started, ended, case.event)
    return Finding(sentence, fix, Who.APP, case.entry, evidence)


def kept_out(case: Case) -> Finding:
    """The conference would not have the call (errors.md 8.7)."""
    started = case.story.last("verb.started", verb="Conference")
    where = f" in line {started.data['line']}" if started and started.data.get("line") else ""
    sentence = f"<Conference>{where} could not be joined: {case.entry.meaning}"
    evidence = case.story.some(started, case.event)
    return Finding(sentence, case.entry.fix, Who.APP, case.entry, evidence)


RULES = {
    calls.VERB_FAILED.id: failed,
    calls.CONFERENCE_FULL.id: kept_out,
    calls.CONFERENCE_COACH.id: kept_out,
}
