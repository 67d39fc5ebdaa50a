"""Signatures: the bytes, the header, and what a verifier lets through."""

import hashlib
import hmac
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.clock import Clock
from offhook.webhooks import Reason, SignatureError, Verified, Verifier, verify
from offhook.webhooks.signing import Signed, header, parse, target_of

SIGNED = Signed("5c1f", "3", "POST", "/voice/answer?menu=1", b'{"eventType":"answer"}\n')
NOW = 1_772_600_772.0
HEADERS = {
    "Offhook-Event-Id": "5c1f",
    "offhook-sequence": "3",
    "OFFHOOK-SIGNATURE": header(SIGNED, ["s1", "s2"], NOW),
}
URL = "https://app.test/voice/answer?menu=1"


def verified(
    headers: dict[str, str] | None = None,
    body: bytes = SIGNED.body,
    url: str = URL,
    method: str = "POST",
    secrets: str | list[str] = "s2",
    later_s: float = 0.0,
) -> Verified:
    clock = Clock(lambda: 0.0, lambda: NOW + later_s)
    return Verifier(secrets, clock=clock).verify(headers or HEADERS, body, url=url, method=method)


def reason(**changes: object) -> Reason:
    with pytest.raises(SignatureError) as caught:
        verified(**changes)  # type: ignore[arg-type]  # names of its arguments
    return caught.value.reason


def test_the_signed_bytes_are_six_lines_and_the_body() -> None:
    assert SIGNED.content(1_772_600_772) == (
        b'v1\n1772600772\n5c1f\n3\nPOST\n/voice/answer?menu=1\n{"eventType":"answer"}\n'
    )


def test_the_header_holds_one_signature_for_each_secret() -> None:
    content = SIGNED.content(1_772_600_772)
    macs = [hmac.new(s, content, hashlib.sha256).hexdigest() for s in (b"s1", b"s2")]

    assert HEADERS["OFFHOOK-SIGNATURE"] == f"t=1772600772,v1={macs[0]},v1={macs[1]}"


@pytest.mark.parametrize("secrets", ["s1", "s2", ["s1"], ["other", "s2"]])
def test_any_secret_of_both_sides_will_do(secrets: str | list[str]) -> None:
    assert verified(secrets=secrets) == Verified("5c1f", 3, NOW)


def test_a_path_alone_is_as_good_as_a_url() -> None:
    assert verified(url="/voice/answer?menu=1").sequence == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"body": SIGNED.body.strip()},
        {"body": b""},
        {"url": "https://app.test/voice/answer"},
        {"url": "https://app.test/voice/answer?menu=2"},
        {"method": "GET"},
        {"secrets": "s3"},
        {"headers": HEADERS | {"Offhook-Event-Id": "5c1e"}},
        {"headers": HEADERS | {"offhook-sequence": "4"}},
    ],
)
def test_whatever_was_changed_is_noticed(changes: dict[str, object]) -> None:
    assert reason(**changes) is Reason.MISMATCH


@pytest.mark.parametrize("name", list(HEADERS))
def test_each_of_the_headers_is_needed(name: str) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}

    assert reason(headers=headers) is Reason.MISSING
    assert reason(headers=HEADERS | {name: ""}) is Reason.MISSING


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("nonsense", Reason.MALFORMED),
        ("v1=00", Reason.MALFORMED),
        ("t=,v1=00", Reason.MALFORMED),
        ("t=1", Reason.MALFORMED),
        ("t=-1,v1=00", Reason.MALFORMED),
        ("t=1,v1=\N{SNOWMAN}", Reason.MALFORMED),
        ("t=1,v1=00,t=2", Reason.MISMATCH),
        ("t=1772600772,v2=00", Reason.UNKNOWN_VERSION),
        ("t=1772600772,v1=00", Reason.MISMATCH),
    ],
)
def test_headers_of_another_form(value: str, expected: Reason) -> None:
    assert reason(headers=HEADERS | {"OFFHOOK-SIGNATURE": value}) is expected


@pytest.mark.parametrize("changes", [{"offhook-sequence": "x"}, {"Offhook-Event-Id": "a\nb"}])
def test_what_offhook_never_sends_is_malformed(changes: dict[str, str]) -> None:
    assert reason(headers=HEADERS | changes) is Reason.MALFORMED


def test_versions_to_come_may_stand_beside_ours() -> None:
    value = HEADERS["OFFHOOK-SIGNATURE"] + ",v2=abc="

    assert verified(HEADERS | {"OFFHOOK-SIGNATURE": value}).event_id == "5c1f"


def test_five_minutes_are_tolerated_in_both_directions() -> None:
    assert verified(later_s=300).signed_at == NOW
    assert verified(later_s=-300).signed_at == NOW
    assert reason(later_s=301) is Reason.TOO_OLD
    assert reason(later_s=-301) is Reason.TOO_NEW


def test_age_is_told_only_of_what_is_rightly_signed() -> None:
    assert reason(later_s=301, body=b"{}") is Reason.MISMATCH


@pytest.mark.parametrize("secrets", ["", [], ["s1", ""]])
def test_an_empty_secret_is_refused_before_it_verifies_anything(secrets: str | list[str]) -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        Verifier(secrets)


def test_the_function_takes_the_clock_of_the_machine() -> None:
    now = Clock().wall()
    headers = HEADERS | {"OFFHOOK-SIGNATURE": header(SIGNED, ["s1"], now)}

    assert verify(headers, SIGNED.body, "s1", url=URL).event_id == "5c1f"
    with pytest.raises(SignatureError):
        verify(HEADERS, SIGNED.body, "s1", url=URL, tolerance_s=10)


def test_a_verifier_does_not_show_its_secrets() -> None:
    assert "hidden" not in repr(Verifier("hidden"))


lines = st.text(st.characters(codec="utf-8", exclude_characters="\n"))


@given(st.tuples(lines, lines, lines, lines, st.binary()), st.integers(0, 10**10))
def test_different_requests_are_written_differently(
    parts: tuple[str, str, str, str, bytes], at: int
) -> None:
    """Read back, the lines are what they were: so no two requests are written alike."""
    head = Signed(*parts).content(at).split(b"\n", 6)

    assert head == [b"v1", str(at).encode(), *(line.encode() for line in parts[:4]), parts[4]]


@given(st.text())
def test_any_text_is_a_header_or_refused(value: str) -> None:
    try:
        at, macs = parse(value)
    except SignatureError:
        return
    assert at >= 0
    assert macs


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://app.test", "/"),
        ("https://app.test?a=b", "/?a=b"),
        ("https://app.test/a%20b/?c=%2B&d=:#e", "/a%20b/?c=%2B&d=:"),
        ("/x", "/x"),
    ],
)
def test_the_target_is_path_and_query_as_they_are_spelled(url: str, target: str) -> None:
    assert target_of(url) == target


@pytest.mark.slow
def test_a_verifier_needs_nothing_heavy() -> None:
    code = (
        "import sys, offhook.webhooks; print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'aiohttp','asyncio','click','lxml','msgspec','numpy','sqlalchemy','starlette','yarl'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
