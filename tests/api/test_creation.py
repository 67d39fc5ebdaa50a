"""createCall's checks: errors.md 4.2 row by row, and what a valid body means."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.api.client import ACCOUNT, APPLICATION, DIRECTORY, STRICT, Stage, basic

from offhook.api.creation import CreateCall, Creation
from offhook.hooks import Credentials, Hook, Target

CALL: dict[str, object] = {
    "from": "+12025550100",
    "to": "+12025550143",
    "applicationId": APPLICATION,
    "answerUrl": "https://app.example.test/answer",
}
REQUIRED = (
    "Missing at least one required field. Required fields are [from, to, answerUrl, applicationId]"
)
LONG_URL = "https://app.example.test/" + "x" * 2024
BASIC: dict[str, object] = {"username": "u", "password": "p"}
FALLBACK: dict[str, object] = {"fallbackUsername": "u", "fallbackPassword": "p"}
NOT_E164 = "must be an E164 telephone number"
HTTP_ONLY = "only http and https are allowed"
HTTPS = "https is required when {} are provided"
HIDDEN_NAMES = "[Restricted, Anonymous, Private, Unavailable]"


def detect(**fields: object) -> dict[str, object]:
    return {"machineDetection": {"callbackUrl": "https://app.example.test/amd"} | fields}


BAD: list[tuple[Mapping[str, object], str]] = [
    ({"from": None}, REQUIRED),
    ({"to": " "}, REQUIRED),
    ({"answerUrl": ""}, REQUIRED),
    ({"applicationId": None, "to": "x"}, REQUIRED),
    *(
        ({"to": number}, f"Invalid to: {NOT_E164}")
        for number in (
            "+12345",
            "+1invalid",
            "invalidNumberFormat",
            "scooby-doo",
            "12025550143",
            "+02025550143",
            "+120255501433",
            "+1202555014",
            "+123456",
            "+1234567890123456",
            "+12025550143\n",
            "+٤٤٧٧٠٠٩٠٠٠٠٠",
            "tel:+12025550143",
        )
    ),
    ({"to": "sip:"}, "Invalid to: must be a valid SIP URI"),
    ({"to": "SIPS:alice@"}, "Invalid to: must be a valid SIP URI"),
    ({"to": "sip:alice@host name"}, "Invalid to: must be a valid SIP URI"),
    ({"to": "sip:alice@host?Subject=hello"}, "There is something wrong with the request"),
    ({"to": "sip:alice@host;method=REFER"}, "There is something wrong with the request"),
    ({"to": f"sip:{'a' * 2048}@host"}, "There is something wrong with the request"),
    ({"from": "+12345"}, f"Invalid from: {NOT_E164}"),
    ({"from": "sip:a@b"}, f"Invalid from: {NOT_E164}"),
    ({"from": "restricted"}, f"Invalid from: {NOT_E164}"),
    ({"displayName": "x" * 257}, "Invalid displayName: must contain at most 256 characters"),
    ({"displayName": "a\nb"}, "Invalid displayName: must not contain control characters"),
    (
        {"displayName": "Bob", "privacy": True},
        f"Invalid displayName: must be one of {HIDDEN_NAMES} when privacy is true",
    ),
    (
        {"uui": "x" * 338 + ";encoding=jwt"},
        "Invalid uui: must contain at most 350 characters",
    ),
    ({"uui": "abc"}, "Invalid uui: encoding must be one of [jwt, base64, hex]"),
    (
        {"uui": "abc;encoding=hex,def"},
        "Invalid uui: encoding must be one of [jwt, base64, hex]",
    ),
    (
        {"uui": "abc;encoding=HEX"},
        "Invalid uui: encoding must be one of [jwt, base64, hex]",
    ),
    *(
        ({field: url}, f"Invalid {field}: {rule}")
        for field in ("answerUrl", "answerFallbackUrl", "disconnectUrl")
        for url, rule in (
            ("ftp://app.example.test", HTTP_ONLY),
            ("/answer", HTTP_ONLY),
            ("//app.example.test/", HTTP_ONLY),
            ("https://", "must be a valid URL"),
            ("https:///path", "must be a valid URL"),
            ("http:app.example.test", "must be a valid URL"),
            ("https://app.example.test:70000/", "must be a valid URL"),
            ("https://[::1", "must be a valid URL"),
            ("https://app.example.test/a b", "must be a valid URL"),
            ("https://app.example.test/a\u0001", "must be a valid URL"),
            (LONG_URL, "must contain at most 2048 characters"),
        )
    ),
    (
        BASIC | {"answerUrl": "http://app.example.test/"},
        "Invalid answerUrl: " + HTTPS.format("username and password"),
    ),
    (
        FALLBACK | {"answerFallbackUrl": "http://app.example.test/"},
        "Invalid answerFallbackUrl: " + HTTPS.format("fallbackUsername and fallbackPassword"),
    ),
    ({"answerMethod": "post"}, "Invalid answerUrl method. Supported methods: [POST, GET]"),
    (
        {"answerFallbackMethod": "PUT"},
        "Invalid answerFallbackUrl method. Supported methods: [POST, GET]",
    ),
    (
        {"disconnectMethod": ""},
        "Invalid disconnectUrl method. Supported methods: [POST, GET]",
    ),
    *(
        ({field: "x" * 1025}, f"Invalid {field}: must contain at most 1024 characters")
        for field in ("username", "password", "fallbackUsername", "fallbackPassword")
    ),
    ({"username": "a:b"}, "Invalid username: must not contain a colon"),
    ({"fallbackUsername": "a:b"}, "Invalid fallbackUsername: must not contain a colon"),
    *(
        ({"callTimeout": value}, f"callTimeout must be within the range [1, 300], but was {shown}")
        for value, shown in ((0, "0"), (0.5, "0.5"), (-1, "-1"), (301, "301"), (301.0, "301"))
    ),
    (
        {"callTimeout": 10**40},
        f"callTimeout must be within the range [1, 300], but was 1{'0' * 40}",
    ),
    (
        {"callbackTimeout": 25.5},
        "callbackTimeout must be within the range [1, 25], but was 25.5",
    ),
    ({"callbackTimeout": 0}, "callbackTimeout must be within the range [1, 25], but was 0"),
    ({"priority": 0}, "priority must be within the range [1, 5], but was 0"),
    ({"priority": 6}, "priority must be within the range [1, 5], but was 6"),
    ({"priority": 2.5}, "Invalid priority: must be an integer"),
    (detect(mode="fast"), "Invalid machineDetection.mode: must be one of [sync, async]"),
    (
        detect(callbackUrl=None),
        "Missing at least one required field. Required fields are [machineDetection.callbackUrl]",
    ),
    (detect(callbackUrl="ftp://x"), f"Invalid machineDetection.callbackUrl: {HTTP_ONLY}"),
    (detect(fallbackUrl="x"), f"Invalid machineDetection.fallbackUrl: {HTTP_ONLY}"),
    (
        detect(fallbackUrl=LONG_URL),
        "Invalid machineDetection.fallbackUrl: must contain at most 2048 characters",
    ),
    (
        detect(callbackMethod="PUT"),
        "Invalid machineDetection.callbackUrl method. Supported methods: [POST, GET]",
    ),
    (
        detect(fallbackMethod="get"),
        "Invalid machineDetection.fallbackUrl method. Supported methods: [POST, GET]",
    ),
    *(
        (
            detect(**{name: value}),
            f"machineDetection.{name} must be within the range [0.1, 300], but was {value}",
        )
        for name in (
            "detectionTimeout",
            "silenceTimeout",
            "speechThreshold",
            "speechEndThreshold",
            "machineSpeechEndThreshold",
        )
        for value in (0, 0.05, 300.5)
    ),
    (
        detect(username="a:b"),
        "Invalid machineDetection.username: must not contain a colon",
    ),
    (
        {"tag": "é" * 4097},
        "Could not create call: sendCallback tag must contain at most 4096 characters",
    ),
    (
        {"applicationId": "3D4F-nope"},
        "Could not create call: Application id 3D4F-nope not found",
    ),
    (
        {"applicationId": "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1ab"},  # of another account
        "Could not create call: Application id 3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1ab not found",
    ),
]


@pytest.mark.parametrize(
    ("change", "description"), BAD, ids=lambda value: str(value)[:60].encode("ascii", "replace")
)
def test_each_rule_has_its_text(change: Mapping[str, object], description: str) -> None:
    answer = Stage().calls("POST", "", {**CALL, **change})

    assert answer.json() == {"type": "validation", "description": description, "id": None}
    assert answer.status == 400


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"to": "+442071838750", "from": "+33142685300"},
        {"to": "+2025550"},
        {"to": "sip:alice@example.com;transport=tcp"},
        {"to": "SIPS:alice@[2001:db8::1]:5061"},
        {"from": "Anonymous"},
        {"displayName": "x" * 256},
        {"displayName": "Private", "privacy": True},
        {"displayName": "", "privacy": True},
        {"uui": "a;encoding=jwt,b;encoding=base64,;encoding=hex", "to": "sip:a@b"},
        {"answerUrl": "HTTP://APP.example.test"},
        {"answerUrl": "https://u:p@app.example.test:8443/x?y=1#z"},
        {"answerUrl": LONG_URL[:2048]},
        BASIC | {"answerUrl": "http://localhost:9000/"},
        BASIC | {"answerUrl": "http://127.0.0.5/"},
        BASIC | {"answerUrl": "http://[::1]:80/"},
        BASIC | {"disconnectUrl": "http://app.example.test/"},
        {"username": "u", "answerUrl": "http://app.example.test/"},
        {"callTimeout": 1, "callbackTimeout": 25, "priority": 5.0},
        {"callTimeout": 299.999},
        {"machineDetection": {"mode": "sync"}},
        detect(detectionTimeout=0.1, silenceTimeout=300),
        {"tag": "é" * 4096},
        {"applicationId": APPLICATION.upper()},
        {"unknownMember": {"a": [1]}},
        dict.fromkeys(("tag", "username", "callTimeout", "machineDetection", "privacy")),
    ],
    ids=lambda value: str(value)[:60].encode("ascii", "replace"),
)
def test_what_keeps_the_rules_is_created(change: dict[str, object]) -> None:
    assert Stage().calls("POST", "", CALL | change).status == 201


def test_only_the_first_failing_check_is_reported_in_the_contracts_order() -> None:
    """Each step's fault hides those of all later steps."""
    faults: list[dict[str, object]] = [
        {"answerUrl": None},
        {"to": "x", "answerUrl": "x"},
        {"from": "x"},
        {"displayName": "\n"},
        {"uui": "x"},
        {"answerMethod": "x"},
        {"username": ":"},
        {"callTimeout": 0},
        {"machineDetection": {"mode": "x"}},
        {"tag": "x" * 4097},
        {"applicationId": "x"},
    ]
    seen = []
    for start in range(len(faults)):
        body = dict(CALL)
        for fault in reversed(faults[start:]):
            body |= fault
        seen.append(Stage().calls("POST", "", body).json()["description"])

    assert len(set(seen)) == len(faults)
    assert [text.split()[1].rstrip(":") for text in seen[1:6]] == [
        "to",
        "from",
        "displayName",
        "uui",
        "answerUrl",
    ]


def test_a_number_the_account_does_not_own_is_refused_where_that_is_asked_for() -> None:
    stage = Stage()
    body = CALL | {"applicationId": "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1ab"}

    def create(caller: str) -> tuple[int, str | None]:
        raw = json.dumps(body | {"from": caller}).encode()
        headers = basic() | {"Content-Type": "application/json"}
        answer = stage.ask("POST", f"/api/v2/accounts/{STRICT}/calls", raw, headers)
        return answer.status, answer.json().get("description")

    text = "Invalid from: must be a telephone number on the account"

    assert create("+12025550100") == (201, None)
    assert create("Restricted") == (201, None)
    assert create("+12025550199") == (400, text)


def test_http_with_credentials_can_be_allowed() -> None:
    stage = Stage(https_with_credentials=False)
    body = CALL | BASIC | {"answerUrl": "http://app.example.test/"}

    assert stage.calls("POST", "", body).status == 201


def request_of(**changes: object) -> tuple[Creation, CreateCall]:
    body = CreateCall(
        to="sip:bob@example.com",
        from_="+12025550100",
        application_id=APPLICATION.upper(),
        answer_url="https://app.example.test/answer",
    )
    for name, value in changes.items():
        setattr(body, name, value)
    return Creation(lambda: DIRECTORY), body


def test_a_request_carries_defaults_and_the_directorys_application_id() -> None:
    creation, body = request_of()
    request = creation.request(DIRECTORY.accounts[ACCOUNT], body)

    assert request.application_id == APPLICATION
    assert request.answer == Hook(Target("https://app.example.test/answer"))
    assert (request.call_timeout_s, request.callback_timeout_s, request.priority) == (30.0, 15.0, 5)
    assert (request.disconnect, request.tag, request.machine_detection) == (None, None, None)


def test_credentials_go_to_answer_and_disconnect_and_the_fallbacks_to_the_fallback() -> None:
    creation, body = request_of(
        username="u",
        password="p",
        fallback_username="f",
        answer_fallback_url="https://backup.example.test/",
        answer_fallback_method="GET",
        disconnect_url="https://app.example.test/bye",
    )
    request = creation.request(DIRECTORY.accounts[ACCOUNT], body)

    assert request.answer.primary.credentials == Credentials("u", "p")
    assert request.answer.fallback == Target(
        "https://backup.example.test/", "GET", Credentials("f", "")
    )
    assert request.disconnect == Target(
        "https://app.example.test/bye", "POST", Credentials("u", "p")
    )


@pytest.mark.parametrize("literal", ["Restricted", "Anonymous", "Private", "Unavailable"])
def test_a_caller_without_a_number_is_hidden_under_that_name(literal: str) -> None:
    creation, body = request_of(from_=literal)
    request = creation.request(DIRECTORY.accounts[ACCOUNT], body)

    assert (request.from_, request.privacy, request.display_name) == (literal, True, literal)


def test_uui_is_kept_for_sip_and_dropped_for_telephone_numbers() -> None:
    creation, body = request_of(uui="a;encoding=hex")
    to_sip = creation.request(DIRECTORY.accounts[ACCOUNT], body)
    body.to = "+12025550143"

    assert to_sip.uui == "a;encoding=hex"
    assert creation.request(DIRECTORY.accounts[ACCOUNT], body) == replace(
        to_sip, to="+12025550143", uui=None
    )


def test_machine_detection_is_filled_in_and_the_greeting_threshold_follows_the_other() -> None:
    stage = Stage()
    stage.calls("POST", "", CALL | detect(speechEndThreshold=2))
    (request,) = stage.service.created

    assert request.machine_detection == {
        "mode": "async",
        "detectionTimeout": 15.0,
        "silenceTimeout": 10.0,
        "speechThreshold": 10.0,
        "speechEndThreshold": 2.0,
        "machineSpeechEndThreshold": 2.0,
        "delayResult": False,
        "callbackUrl": "https://app.example.test/amd",
        "callbackMethod": "POST",
        "fallbackUrl": None,
        "fallbackMethod": "POST",
        "username": None,
        "password": None,
        "fallbackUsername": None,
        "fallbackPassword": None,
    }
