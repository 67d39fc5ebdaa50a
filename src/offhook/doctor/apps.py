"""Applications: whether their URLs lead to somebody, and how long certificates hold.

The probe is a GET: it tells no app of a call that is none. Many apps take POST alone at their
webhooks' URLs and say so with 405 (or 404), which proves that they are there.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from offhook.clock import Clock
from offhook.doctor.configuration import trusted
from offhook.doctor.finding import Finding, Findings, Level, Patient, fault, ok, warning
from offhook.errors.calls import bare_url
from offhook.hooks import Target
from offhook.webhooks.client import AiohttpClient, trusting
from offhook.webhooks.guard import Guard
from offhook.webhooks.http import HttpError, HttpRequest

ANSWER_S = 5.0
READ_BYTES = 4096
DAYS_LEFT = 14
DAY_S = 86_400
FIXES = {
    "host not found": "correct the host of the URL, or see that this machine has DNS",
    "host not allowed": "add the network to webhooks.allow, if the server may connect to it",
    "TLS handshake failed": "give the app a certificate for this name, or set webhooks.ca_file",
    "connection failed": "start the app, and see that host and port are right",
}


def check(patient: Patient) -> Findings:
    """Ask the URLs of all applications, each once."""
    targets = _targets(patient)
    if not targets:
        seen = "no application has a URL: callers from outside are refused"
        yield warning(
            "app", seen, "add one with `offhook applications add`, or in the configuration"
        )
    yield from asyncio.run(_asked(patient, targets))
    for host, port in sorted(_tls_places(targets)):
        if (finding := certificate(host, port, patient)) is not None:
            yield finding


def _targets(patient: Patient) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for application in patient.directory.applications.values():
        hook = application.initiate
        named = (hook.primary, hook.fallback) if hook else ()
        for target in (*named, application.status, application.status_fallback):
            if target is not None:
                found.setdefault(target.url, target)
    return found


async def _asked(patient: Patient, targets: dict[str, Target]) -> list[Finding]:
    webhooks = patient.settings.webhooks
    usable = webhooks.ca_file is not None and trusted(webhooks.ca_file).level is Level.OK
    ca_file = Path(webhooks.ca_file) if webhooks.ca_file and usable else None
    client = AiohttpClient(Guard(webhooks.allow, webhooks.deny), ca_file=ca_file)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(reach(client, each)) for each in targets.values()]
    finally:
        await client.close()
    return [task.result() for task in tasks]


async def reach(client: AiohttpClient, target: Target) -> Finding:
    """Ask a URL, as the server would connect to it."""
    url = bare_url(target.url)
    check_ = f"app {url}"
    request = HttpRequest("GET", target.url, credentials=target.credentials)
    try:
        response = await client.send(request, timeout_s=ANSWER_S, limit=READ_BYTES)
    except HttpError as error:
        fix = FIXES.get(error.reason, "see why the app is slow, or whether a firewall is between")
        return fault(check_, f"{url}: {error.reason}", fix)
    return _judged(check_, response.status)


def _judged(check_: str, status: int) -> Finding:
    seen = f"it answers a GET with {status}"
    if status in (401, 403):
        fix = "give the application's callback credentials that the app takes"
        return warning(check_, seen, fix)
    if status == 404:
        fix = "see that the path is right; where the app takes POST alone, this may be well"
        return warning(check_, seen, fix)
    if status >= 500:
        return warning(check_, seen, "look at the app's log; a webhook may fail as well")
    return ok(check_, seen)


def _tls_places(targets: dict[str, Target]) -> set[tuple[str, int]]:
    parts = [urlsplit(url) for url in targets]
    return {(p.hostname, p.port or 443) for p in parts if p.scheme == "https" and p.hostname}


def certificate(host: str, port: int, patient: Patient) -> Finding | None:
    """Say how long a certificate holds; None where the connection fails, which is told above."""
    webhooks = patient.settings.webhooks
    guard = Guard(webhooks.allow, webhooks.deny)
    try:
        until = _valid_until(host, port, webhooks.ca_file, guard.permits)
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        return None
    left = (until - Clock().wall()) / DAY_S
    seen = f"that of {host}:{port} holds until {datetime.fromtimestamp(until, UTC):%Y-%m-%d}"
    if left > DAYS_LEFT:
        return ok("certificate", seen)
    return warning("certificate", f"{seen}: {left:.0f} days", "renew it, and see why it was not")


def _valid_until(
    host: str, port: int, ca_file: str | None, permits: Callable[[str], bool]
) -> float:
    context = trusting(Path(ca_file) if ca_file else None)
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    if not permits(str(address[0])):
        raise ValueError(f"{host} may not be connected to")
    with socket.socket(family, kind) as plain:
        plain.settimeout(ANSWER_S)
        plain.connect(address)
        with context.wrap_socket(plain, server_hostname=host) as secure:
            told = (secure.getpeercert() or {})["notAfter"]
    return float(ssl.cert_time_to_seconds(str(told)))
