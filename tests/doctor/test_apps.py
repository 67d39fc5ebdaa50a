"""Applications: real servers that answer, are broken, or are not there."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from tests.doctor.patients import is_fault, is_ok, is_warning, only, patient
from tests.webhooks.servers import certificate, closed_port, raw_server, site

from offhook.doctor import apps
from offhook.doctor.finding import Finding


async def asked(url: str, **settings: Any) -> list[Finding]:
    """Run the check beside a server of the same loop, in a thread of its own."""
    subject = patient(urls=[url], **settings)
    return await asyncio.to_thread(lambda: list(apps.check(subject)))


@pytest.mark.parametrize("status", [200, 204, 302, 405, 400])
def test_an_app_that_answers_is_well(status: int) -> None:
    async def story() -> list[Finding]:
        async with site() as there:
            there.page("/voice", status=status)
            return await asked(f"{there.url}/voice?secret=1")

    (found,) = asyncio.run(story())
    assert is_ok(found, f"a GET with {status}")
    assert "secret" not in found.check


@pytest.mark.parametrize(
    ("status", "said"), [(404, "path"), (401, "credentials"), (403, "credentials"), (500, "log")]
)
def test_an_app_that_answers_badly_is_a_warning(status: int, said: str) -> None:
    async def story() -> list[Finding]:
        async with site() as there:
            there.page("/voice", status=status)
            return await asked(f"{there.url}/voice")

    (found,) = asyncio.run(story())
    assert is_warning(found, str(status), said)


def test_nobody_there_is_a_fault() -> None:
    (found,) = asyncio.run(asked(f"http://127.0.0.1:{closed_port()}/voice"))

    assert is_fault(found, "connection failed", "start the app")


@pytest.mark.slow
def test_a_name_without_an_address_is_a_fault() -> None:
    (found,) = asyncio.run(asked("http://app.invalid/voice"))

    assert is_fault(found, "host not found", "DNS")


def test_a_host_that_the_guard_refuses_is_a_fault() -> None:
    (found,) = asyncio.run(
        asked(f"http://127.0.0.1:{closed_port()}/", webhooks={"deny": ["127.0.0.0/8"]})
    )

    assert is_fault(found, "host not allowed", "webhooks.allow")


def test_a_slow_app_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "ANSWER_S", 0.2)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def story() -> list[Finding]:
        async with raw_server(silent) as url:
            return await asked(url)

    (found,) = asyncio.run(story())
    assert is_fault(found, "timed out after 0.2 seconds", "slow")


def secure(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    cert, key = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


@pytest.mark.slow
def test_a_certificate_that_is_not_trusted_is_a_fault_and_one_that_ends_soon_a_warning(
    tmp_path: Path,
) -> None:
    context, cert = secure(tmp_path, "localhost")

    async def story() -> tuple[list[Finding], list[Finding]]:
        async with site(context) as there:
            url = there.url.replace("127.0.0.1", "localhost")
            trusted = await asked(url, webhooks={"ca_file": str(cert)})
            return await asked(url), trusted

    strange, trusted = asyncio.run(story())
    assert is_fault(strange[0], "TLS handshake failed", "webhooks.ca_file")
    assert len(strange) == 1
    assert is_warning(only(trusted, "certificate"), "days", "renew")


@pytest.mark.slow
def test_a_certificate_that_holds_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "DAYS_LEFT", 1)  # those of the tests hold for two
    context, cert = secure(tmp_path, "localhost")

    async def story() -> list[Finding]:
        async with site(context) as there:
            url = there.url.replace("127.0.0.1", "localhost")
            return await asked(url, webhooks={"ca_file": str(cert)})

    found = only(asyncio.run(story()), "certificate")
    assert is_ok(found, "localhost", "holds until")


def test_no_url_at_all_is_a_warning() -> None:
    assert is_warning(only(apps.check(patient()), "app"), "no application has a URL")
