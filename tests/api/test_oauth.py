"""The token endpoint, and that its tokens open the API."""

import pytest
from tests.api.client import ACCOUNT, Answer, Stage, basic

PATH = "/api/v1/oauth2/token"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
GRANT = b"grant_type=client_credentials"


def ask(body: bytes, headers: dict[str, str], stage: Stage | None = None) -> Answer:
    return (stage or Stage()).ask("POST", PATH, body, headers)


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
def test_client_credentials_buy_a_token_that_opens_the_api(path: str) -> None:
    stage = Stage()
    granted = stage.ask("POST", path, GRANT, FORM | basic())
    token = granted.json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    assert granted.status == 200
    assert granted.header("cache-control") == "no-store"
    assert (granted.json()["token_type"], granted.json()["expires_in"]) == ("Bearer", 3600)
    assert stage.ask("GET", f"/api/v2/accounts/{ACCOUNT}/calls", headers=headers).status == 200

    stage.now += 3600
    late = stage.ask("GET", f"/api/v2/accounts/{ACCOUNT}/calls", headers=headers)

    assert late.json()["description"] == "The credentials provided were invalid"


def test_the_client_may_put_id_and_secret_into_the_form() -> None:
    assert ask(GRANT + b"&client_id=alice&client_secret=secret", FORM).status == 200


@pytest.mark.parametrize(
    ("body", "headers", "status", "error"),
    [
        (b"", FORM | basic(), 400, "invalid_request"),
        (b"scope=x", FORM | basic(), 400, "invalid_request"),
        (b"grant_type=", FORM | basic(), 400, "invalid_request"),
        (GRANT + b"&" + GRANT, FORM | basic(), 400, "invalid_request"),
        (GRANT, basic(), 400, "invalid_request"),
        (b"\xff=1", FORM | basic(), 400, "invalid_request"),
        (GRANT + b"&x=" + b"y" * 70_000, FORM | basic(), 400, "invalid_request"),
        (
            b'{"grant_type":"client_credentials"}',
            {"Content-Type": "application/json"} | basic(),
            400,
            "invalid_request",
        ),
        (b"grant_type=password", FORM | basic(), 400, "unsupported_grant_type"),
        (GRANT + b"&scope=%22", FORM | basic(), 400, "invalid_scope"),
        (GRANT, FORM, 401, "invalid_client"),
        (GRANT, FORM | basic(password="wrong"), 401, "invalid_client"),
        (GRANT, FORM | basic("nobody"), 401, "invalid_client"),
        (GRANT, FORM | basic("gone"), 401, "invalid_client"),
        (GRANT, FORM | {"Authorization": "Basic !!!"}, 401, "invalid_client"),
        (GRANT, FORM | {"Authorization": "Bearer x"}, 401, "invalid_client"),
        (GRANT + b"&client_id=alice&client_secret=no", FORM, 401, "invalid_client"),
    ],
)
def test_refusals_have_the_oauth_body(
    body: bytes, headers: dict[str, str], status: int, error: str
) -> None:
    answer = ask(body, headers)

    assert (answer.status, answer.json()["error"]) == (status, error)
    assert list(answer.json()) == ["error", "error_description"]
    assert answer.header("content-type") == "application/json"
    assert answer.header("cache-control") == "no-store"
    challenge = 'Basic realm="offhook"' if status == 401 else None
    assert answer.header("www-authenticate") == challenge


def test_a_scope_is_ignored() -> None:
    assert ask(GRANT + b"&scope=Voice+Messaging", FORM | basic()).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_asks_for_tokens(method: str) -> None:
    answer = Stage().ask(method, PATH)

    assert (answer.status, answer.header("allow")) == (405, "POST")


def test_a_draining_node_gives_no_tokens() -> None:
    stage = Stage()
    stage.server.admission.close(3)

    assert ask(GRANT, FORM | basic(), stage).json()["description"] == "Handling too many requests"
