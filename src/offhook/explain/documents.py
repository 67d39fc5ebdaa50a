"""Documents that could not run, or did not do what was meant (bxml.md 1)."""

from collections.abc import Iterator

from offhook.errors import Who, calls
from offhook.explain.finding import Finding
from offhook.explain.story import Case, Story
from offhook.records import Event

REDIRECTS_SHOWN = 3


def refused(case: Case) -> Finding:
    """A reply was no valid BXML."""
    event = case.story.last("bxml.refused")
    url, reason = case.values["url"], case.values["reason"]
    fetched = case.story.last("webhook.answered")
    kind = _kind(event, fetched)
    sentence = f"The document from {url} is not valid BXML: {reason}."
    fix = "Correct the document there; `offhook lint` finds all its faults at once."
    if kind:
        sentence = f"The reply from {url} is {kind}, not BXML: {reason}."
        fix = "Answer with a BXML document, Content-Type application/xml."
    shown = f" The line reads: {line}" if (line := _line(event)) and not kind else ""
    evidence = case.story.some(fetched, event, case.event)
    return Finding(sentence + shown, fix, Who.APP, case.entry, evidence)


def _kind(event: Event | None, fetched: Event | None) -> str:
    """Name what a reply is that is no BXML at all."""
    text = str(event.data.get("text", "")).lstrip() if event else ""
    headers = (fetched.data.get("replyHeaders") if fetched else None) or {}
    declared = str(headers.get("content-type", "")).partition(";")[0]
    if text[:15].lower().startswith(("<!doctype html", "<html")):
        return "an HTML page"
    if text[:1] in ("{", "["):
        return "JSON"
    if text and text[:1] != "<":
        return f"text ({declared})" if declared else "text"
    return ""


def _line(event: Event | None) -> str:
    """Return the line of the document that is at fault."""
    if event is None or not event.data.get("line"):
        return ""
    lines = str(event.data.get("text", "")).splitlines()
    number = int(event.data["line"])
    return lines[number - 1].strip()[:200] if 0 < number <= len(lines) else ""


def loop(case: Case) -> Finding:
    """Redirects without anything between."""
    redirects = case.story.all("webhook.answered", eventType="redirect")
    urls = list(dict.fromkeys(str(e.data.get("url")) for e in redirects))
    chain = " and ".join(urls[:REDIRECTS_SHOWN]) or "the application"
    sentence = f"{len(redirects)} redirects in a row led nowhere: {chain} send the call in circles."
    evidence = (*redirects[:REDIRECTS_SHOWN], case.event)
    return Finding(sentence, case.entry.fix, Who.APP, case.entry, evidence)


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """What documents said that nobody heeded."""
    del cause
    warned = [event for event in story.all("bxml.accepted") if event.data.get("warnings")]
    texts = list(dict.fromkeys(str(w) for e in warned for w in e.data["warnings"]))
    if texts:
        yield Finding(
            f"A document had parts that were ignored: {'; '.join(texts[:5])}.",
            "Check their spelling with `offhook lint`.",
            Who.APP,
            evidence=tuple(warned[:3]),
        )


RULES = {calls.INVALID_BXML.id: refused, calls.REDIRECT_LOOP.id: loop}
