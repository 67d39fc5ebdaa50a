"""Applications that did not answer (webhooks.md 4, errors.md 8.4)."""

from collections.abc import Iterator

from offhook.errors import Who, calls
from offhook.explain.finding import Finding
from offhook.explain.story import Case, Story
from offhook.records import Event

SLOW_MS = 3000.0  # a caller hears silence for so long

# What a failed request usually means, by the first words of its reason, and what helps.
MEANINGS = {
    "connection failed": (
        "nothing took the connection, or it broke before the reply was complete",
        "Start the application, and check host and port of the URL and the firewall between.",
    ),
    "host not found": (
        "the host name in the URL does not exist",
        "Correct the host name, or the DNS entry of it.",
    ),
    "host not allowed": (
        "the address is not one that webhooks may go to (webhooks.allowed_networks)",
        "If the application really lives there, add its network to webhooks.allowed_networks.",
    ),
    "TLS handshake failed": (
        "the server's certificate was not accepted, or it speaks no TLS on that port",
        "Check that the certificate is valid, for this host, and issued by a known authority.",
    ),
    "timed out": (
        "the application took too long",
        "Answer at once and do slow work afterwards, or raise callbackTimeout (25 s at most).",
    ),
    "HTTP 401": (
        "the application did not accept the credentials of the webhook",
        "Give the webhook's username and password as the application expects them.",
    ),
    "HTTP 403": (
        "the application does not let the webhook in",
        "Look at what guards the application: a login, a firewall, a CSRF check.",
    ),
    "HTTP 404": (
        "the application has nothing at that path",
        "Correct the path of the URL, or add the route to the application.",
    ),
    "HTTP 405": (
        "the application does not take this method at that path",
        "Let the route take the method, or set the webhook's method to the other of POST and GET.",
    ),
    "HTTP 415": (
        "the application does not take a JSON body",
        "Let the route take application/json.",
    ),
    "HTTP 3": (
        "it answered with a redirect that was not followed (none, or too many Locations)",
        "Name the final URL.",
    ),
    "HTTP 4": ("the application refused the request", "Look at its log for this request."),
    "HTTP 5": (
        "the application failed",
        "Look at its log and its error reports for this request.",
    ),
}


def meaning(reason: str) -> tuple[str, str]:
    """Return what a reason means and what helps: the longest of the known ones that fits."""
    fitting = [known for known in MEANINGS if reason.startswith(known)]
    if not fitting:
        return reason, "Look at the application's log for this request."
    return MEANINGS[max(fitting, key=len)]


def undeliverable(case: Case) -> Finding:
    """A synchronous webhook, and its fallback, failed."""
    event_type, reason = case.values["eventType"], case.values["reason"]
    attempts = case.story.all("webhook.failed", eventType=event_type)[-2:]
    what, fix = meaning(reason)
    url = case.values["url"]
    again = " Its fallback failed as well." if any(e.data.get("fallback") for e in attempts) else ""
    sentence = f"The {event_type} webhook to {url} failed: {what} ({reason}).{again}"
    who = Who.OPERATOR if reason == "host not allowed" else Who.APP
    return Finding(sentence, fix, who, case.entry, (*attempts, case.event))


def symptoms(story: Story, cause: Finding) -> Iterator[Finding]:
    """Webhooks that failed or dragged without ending the call."""
    failed = [e for e in story.all("webhook.failed") if e not in cause.evidence]
    for event in failed[-3:]:
        reason = str(event.data.get("failure"))
        what, fix = meaning(reason)
        url, kind = event.data.get("url"), event.data.get("eventType")
        yield Finding(
            f"An attempt of the {kind} webhook to {url} failed: {what} ({reason}).",
            fix,
            Who.APP,
            evidence=(event,),
        )
    slow = [e for e in story.all("webhook.answered") if _took_ms(e) >= SLOW_MS]
    if slow:
        worst = max(slow, key=_took_ms)
        yield Finding(
            f"The application took {_took_ms(worst) / 1000:.1f} s to answer the "
            f"{worst.data.get('eventType')} webhook; the party heard silence meanwhile.",
            "Answer at once and do slow work afterwards.",
            Who.APP,
            evidence=(worst,),
        )


def _took_ms(event: Event) -> float:
    return float(event.data.get("durationMs") or 0.0)


RULES = {calls.CALLBACK.id: undeliverable}
