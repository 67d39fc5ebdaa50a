"""Alterations that happen on the way are found and named."""

import json
from dataclasses import replace

import msgspec
import pytest

from offhook.webhooks.diagnosis import Captured, Diagnosis, diagnose, sentences, shown
from offhook.webhooks.signing import Signed, header

NOW = 1_772_600_772.0
EVENT = {
    "eventType": "disconnect",
    "eventTime": "2026-03-04T05:06:12.345Z",
    "accountId": "9900000",
    "callId": "c-1",
    "tag": "Gr\u00fc\u00dfe",
    "cause": "hangup",
}
BODY = msgspec.json.encode(EVENT)
TARGET = "/voice/status?menu=1&to=%2B1%20x:y"
SECRET = "ohs_the-secret-of-this-application"
OTHER = "ohs_another"


def sent(method: str = "POST", target: str = TARGET, body: bytes = BODY) -> Captured:
    signature = header(Signed("e-1", "3", method, target, body), [OTHER, SECRET], NOW)
    headers = {
        "Offhook-Event-Id": "e-1",
        "Offhook-Sequence": "3",
        "Offhook-Signature": signature,
        "Host": "app.test",
    }
    return Captured(method, f"https://app.test{target}", headers, body)


def found(captured: Captured, *secrets: str, now: float = NOW) -> Diagnosis:
    return diagnose(captured, secrets or (SECRET,), now)


def test_what_arrives_as_it_was_sent_fits_under_any_of_its_secrets() -> None:
    diagnosis = found(sent(), "wrong", SECRET)

    assert (diagnosis.fits, diagnosis.alterations, diagnosis.secret) == (True, (), SECRET)
    assert list(sentences(diagnosis)) == ["the signature fits: this is what Offhook sent"]
    assert SECRET not in repr(diagnosis)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (BODY + b"\n", "a line end was added to the body"),
        (BODY + b"\r\n", "a line end was added to the body"),
        (b" " + BODY, "spaces or line ends were added around the body"),
        (b"\xef\xbb\xbf" + BODY, "a byte order mark was put before the body"),
        (json.dumps(EVENT).encode(), "the body was parsed and written again as JSON"),
        (json.dumps(EVENT, indent=2).encode(), "the body was parsed and written again as JSON"),
        (
            json.dumps(EVENT, sort_keys=True).encode(),
            "the body was parsed and written again as JSON, its members in another order",
        ),
        (json.dumps(BODY.decode()).encode(), "the body was written as a JSON text in JSON"),
        (
            BODY.decode("latin-1").encode(),
            "the body was read as Latin-1 and written as UTF-8",
        ),
    ],
)
def test_an_altered_body_is_named(body: bytes, told: str) -> None:
    assert found(replace(sent(), body=body)).alterations == (told,)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/voice/status/?menu=1&to=%2B1%20x:y", "a slash was added to the path"),
        ("/voice/status?menu=1&to=%2B1+x:y", "spaces of the query became +"),
        ("/voice/status?menu=1&to=+1%20x:y", "%2B of the query became +"),
        ("/voice/status?menu=1&to=%2B1%20x%3Ay", "colons of the query were encoded"),
        ("/voice/status?menu=1&to=%2B1 x:y", "the path or query was decoded"),
        ("/proxy/voice/status?menu=1&to=%2B1%20x:y", "a proxy put /proxy before the path"),
        ("/a/b/voice/status?menu=1&to=%2B1%20x:y", "a proxy put /a/b before the path"),
    ],
)
def test_an_altered_address_is_named(url: str, told: str) -> None:
    assert found(replace(sent(), url=url)).alterations == (told,)


def test_other_alterations_of_addresses_are_named() -> None:
    bare = sent(target="/voice/")

    assert found(replace(bare, url="/voice")).alterations == (
        "the slash at the end of the path was removed",
    )
    assert found(replace(bare, url="/voice/?x=1")).alterations == ("a query was added",)


def test_a_host_that_was_changed_makes_no_difference() -> None:
    assert found(replace(sent(), url=f"http://10.0.0.7:5000{TARGET}")).alterations == ()


@pytest.mark.parametrize(
    ("header_name", "value", "told"),
    [
        (
            "X-Forwarded-Prefix",
            "/voice",
            "a proxy removed the prefix that x-forwarded-prefix tells",
        ),
        (
            "X-Original-URI",
            TARGET,
            "a proxy changed the path; x-original-uri tells the one that was asked",
        ),
    ],
)
def test_what_a_proxy_tells_is_used(header_name: str, value: str, told: str) -> None:
    captured = sent()
    headers = {**captured.headers, header_name: value}
    removed = TARGET.removeprefix("/voice")

    assert found(replace(captured, headers=headers, url=removed)).alterations == (told,)


def test_a_method_that_was_changed_is_named() -> None:
    assert found(replace(sent("GET", body=b""), method="POST")).alterations == (
        "the request was sent as GET and arrived as POST",
    )
    assert found(replace(sent(), method="post")).alterations == (
        "the method was written in small letters",
    )


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        (f"{SECRET}\n", "the secret has spaces or a line end around it"),
        (SECRET.removeprefix("ohs_"), "the secret was cut or written without its ohs_"),
    ],
)
def test_a_secret_that_is_misspelt_is_named(secret: str, told: str) -> None:
    assert found(sent(), secret).alterations == (told,)


def test_two_alterations_at_once_are_both_named() -> None:
    captured = replace(sent(), body=BODY + b"\n", url="/proxy" + TARGET)

    assert found(captured).alterations == (
        "a proxy put /proxy before the path",
        "a line end was added to the body",
    )
    assert list(sentences(found(captured))) == [
        "the signature fits if this is undone:",
        "  a proxy put /proxy before the path",
        "  a line end was added to the body",
    ]


@pytest.mark.parametrize(
    "captured",
    [
        replace(sent(), body=BODY.replace(b"hangup", b"busy")),
        replace(sent(), body=b""),
        replace(sent(), url="/other"),
        replace(sent(), headers=dict(sent().headers) | {"Offhook-Event-Id": "e-2"}),
    ],
)
def test_what_was_changed_in_substance_fits_nothing(captured: Captured) -> None:
    diagnosis = found(captured)

    assert not diagnosis.fits
    assert "the signature fits nothing that was tried" in list(sentences(diagnosis))


def test_a_wrong_secret_fits_nothing() -> None:
    assert not found(sent(), "ohs_wrong").fits


def test_an_empty_body_is_pointed_at() -> None:
    assert "  the body is empty: something has read it before it was captured" in list(
        sentences(found(replace(sent(), body=b"")))
    )


@pytest.mark.parametrize(
    ("now", "told"),
    [(NOW + 301, "it was signed 301 s before now"), (NOW - 400, "it was signed 400 s after now")],
)
def test_a_wrong_time_is_told_beside_what_fits(now: float, told: str) -> None:
    diagnosis = found(sent(), now=now)

    assert diagnosis.fits
    assert diagnosis.faults[0].startswith(told)


@pytest.mark.parametrize("name", ["Offhook-Event-Id", "Offhook-Sequence", "Offhook-Signature"])
def test_a_header_that_was_lost_is_named(name: str) -> None:
    headers = {key: value for key, value in sent().headers.items() if key != name}
    diagnosis = found(replace(sent(), headers=headers))

    assert not diagnosis.fits
    assert diagnosis.faults[0].startswith(f"the request has no {name}:")
    assert list(shown(diagnosis)) == []


def test_a_header_of_another_form_is_told() -> None:
    headers = dict(sent().headers) | {"Offhook-Signature": "v1=00"}

    assert found(replace(sent(), headers=headers)).faults == (
        "Offhook-Signature is not of the form t=…,v1=…",
    )


def test_the_signed_bytes_are_shown_so_that_every_one_is_seen() -> None:
    captured = sent(target="/x", body=b'{"a":"\xc3\xbc"}\r\n')

    assert list(shown(found(captured))) == [
        "version   'v1'",
        "time      '1772600772'",
        "event id  'e-1'",
        "sequence  '3'",
        "method    'POST'",
        "target    '/x'",
        'body      \'{"a":"\\xc3\\xbc"}\\r\\n\'',
    ]
