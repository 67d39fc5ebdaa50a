"""Why did this fail? An id that was told to somebody, and its story in plain words.

Deterministic rules over the event log: the text of a failure leads to its entry in the catalogue
(`errors.recognition`), the entry to its rule in the family's file, and the rule to a sentence with
the events that prove it. What else was wrong with a call is found by `symptoms`.
"""

from collections.abc import Callable, Iterator, Mapping

from offhook.errors import calls
from offhook.errors.recognition import Recogniser
from offhook.explain import (
    connect,
    documents,
    endings,
    faults,
    limits,
    links,
    media,
    outcomes,
    outside,
    sip,
    speech,
    streams,
    verbs,
    webhooks,
)
from offhook.explain.finding import Explanation, Finding
from offhook.explain.story import Case, Story
from offhook.records import Event, Incident

__all__ = ["Explanation", "Finding", "Story", "explain", "explain_call"]

Rule = Callable[[Case], Finding]

RULES: Mapping[str, Rule] = {
    **sip.RULES,
    **webhooks.RULES,
    **documents.RULES,
    **verbs.RULES,
    **limits.RULES,
    **media.RULES,
    **links.RULES,
    **faults.RULES,
}
SYMPTOMS = (
    media.symptoms,
    webhooks.symptoms,
    documents.symptoms,
    outcomes.symptoms,
    streams.symptoms,
    connect.symptoms,
    speech.symptoms,
    speech.live,
    outside.symptoms,
)
TOLD = ("call.ended", "bridge.refused", "transfer.refused")  # events that may hold a failure

_texts = Recogniser(calls.ENTRIES)


def explain(incident: Incident, story: Story | None) -> Explanation:
    """Explain what an id opens; `story` is that of the incident's call, if it has one."""
    if story is None or incident.call_id is None:
        return outside.explain(incident)
    focus = next((e for e in story.events if e.number == incident.number), None)
    return _of_call(incident.id, story, focus)


def explain_call(story: Story) -> Explanation:
    """Explain how a call ended, or what it is doing."""
    return _of_call(story.record.call_id, story, story.last("call.ended"))


def _of_call(asked: str, story: Story, focus: Event | None) -> Explanation:
    cause = endings.running(story) if focus is None else _finding(story, focus)
    also = tuple(_symptoms(story, cause, focus))
    record = story.record
    subject = f"{record.direction} call {record.call_id} from {record.from_} to {record.to}"
    return Explanation(asked, subject, cause, also, story.started, record.call_id)


def _finding(story: Story, event: Event) -> Finding:
    text = event.data.get("message")
    if not text:
        return endings.ended(story, event)
    found = _texts.recognise(str(event.data.get("cause")), str(text))
    if found is None:
        return Finding(str(text), evidence=(event,))
    rule = RULES.get(found.entry.id, _plain)
    return rule(Case(story, event, found.entry, found.values))


def _plain(case: Case) -> Finding:
    sentence = f"{case.event.data['message']}: {case.entry.meaning}"
    return Finding(sentence, case.entry.fix, case.entry.who, case.entry, (case.event,))


def _symptoms(story: Story, cause: Finding, focus: Event | None) -> Iterator[Finding]:
    for look in SYMPTOMS:
        yield from look(story, cause)
    for kind in TOLD:
        for event in story.all(kind):
            if event != focus and event.data.get("message"):
                yield _finding(story, event)
