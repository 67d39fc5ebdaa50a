"""The official Python SDK against our calls API."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import bandwidth
import pytest
from bandwidth.exceptions import (
    ApiException,
    BadRequestException,
    ForbiddenException,
    NotFoundException,
    UnauthorizedException,
)
from bandwidth.models.create_call import CreateCall
from bandwidth.models.machine_detection_configuration import MachineDetectionConfiguration
from bandwidth.models.update_call import UpdateCall
from tests.interop.conftest import VoiceServer

FROM, TO = "+12025550100", "+12025550143"
ANSWER = "https://app.example.test/answer"
HANG_UP = UpdateCall.model_validate({"state": "completed"})


def client(server: VoiceServer, **settings: Any) -> Iterator[bandwidth.CallsApi]:
    configuration = bandwidth.Configuration(
        host=f"{server.url}/api/v2", ignore_operation_servers=True, **settings
    )
    with bandwidth.ApiClient(configuration) as api_client:
        yield bandwidth.CallsApi(api_client)


@pytest.fixture
def calls(voice_server: VoiceServer) -> Iterator[bandwidth.CallsApi]:
    credentials = {"username": voice_server.username, "password": voice_server.password}
    yield from client(voice_server, **credentials)


def create(calls: bandwidth.CallsApi, server: VoiceServer, **fields: Any) -> Any:
    required = {
        "applicationId": server.application,
        "from": FROM,
        "to": TO,
        "answerUrl": ANSWER,
    }
    body = CreateCall.model_validate(required | fields)
    return calls.create_call(server.account, body)


def test_create_call_answers_what_the_sdk_expects(
    calls: bandwidth.CallsApi, voice_server: VoiceServer
) -> None:
    made = create(calls, voice_server, tag="order-7", callTimeout=30.0, username="u", password="p")

    assert (len(made.call_id), len(made.application_id)) == (47, 36)
    assert (made.account_id, made.to, made.var_from) == (voice_server.account, TO, FROM)
    assert made.call_url.endswith(f"/api/v2/accounts/{voice_server.account}/calls/{made.call_id}")
    assert isinstance(made.enqueued_time, datetime)
    assert isinstance(made.call_timeout, float)
    assert (made.priority, made.tag, made.password) == (5, "order-7", "*****")


def test_machine_detection_with_the_sdks_defaults_is_accepted(
    calls: bandwidth.CallsApi, voice_server: VoiceServer
) -> None:
    detection = MachineDetectionConfiguration.model_validate(
        {"mode": "async", "callbackUrl": "https://app.example.test/amd"}
    )

    assert create(calls, voice_server, machineDetection=detection).call_id


def test_get_call_state_directly_after_creation(
    calls: bandwidth.CallsApi, voice_server: VoiceServer
) -> None:
    call_id = create(calls, voice_server).call_id
    state = calls.get_call_state(voice_server.account, call_id)

    assert (state.call_id, state.state, state.direction) == (call_id, "queued", "outbound")
    assert (state.start_time, state.disconnect_cause, state.error_id) == (None, None, None)


def test_list_calls_filters_and_pages(calls: bandwidth.CallsApi, voice_server: VoiceServer) -> None:
    to = "+12025550188"
    made = [create(calls, voice_server, to=to).call_id for _ in range(3)]
    found = calls.list_calls_with_http_info(voice_server.account, to=to, page_size=2)

    assert [call.call_id for call in found.data] == made[:2]
    headers = {name.lower(): value for name, value in (found.headers or {}).items()}
    assert 'rel="next"' in headers["link"]

    future = "2999-01-01T00:00:00Z"

    assert calls.list_calls(voice_server.account, to=to, min_start_time=future) == []


def test_an_answered_call_is_redirected_rescripted_and_hung_up(
    calls: bandwidth.CallsApi, voice_server: VoiceServer
) -> None:
    account, call_id = voice_server.account, create(calls, voice_server).call_id
    voice_server.answer(call_id)
    redirect = UpdateCall.model_validate({"redirectUrl": "https://app.example.test/on"})

    assert calls.update_call_with_http_info(account, call_id, redirect).status_code == 200
    answer = calls.update_call_bxml_with_http_info(account, call_id, "<Bxml><Hangup/></Bxml>")
    assert answer.status_code == 204
    assert calls.update_call_with_http_info(account, call_id, HANG_UP).status_code == 200
    assert calls.get_call_state(account, call_id).state == "disconnected"

    with pytest.raises(ApiException) as caught:
        calls.update_call(account, call_id, HANG_UP)
    assert caught.value.status == 409


def test_errors_are_raised_as_the_classes_of_their_status(
    calls: bandwidth.CallsApi, voice_server: VoiceServer
) -> None:
    account, call_id = voice_server.account, create(calls, voice_server).call_id
    voice_server.answer(call_id)

    with pytest.raises(BadRequestException) as caught:
        create(calls, voice_server, to="+1invalid")
    assert json.loads(caught.value.body or "") == {
        "type": "validation",
        "description": "Invalid to: must be an E164 telephone number",
        "id": None,
    }
    with pytest.raises(BadRequestException):
        calls.update_call_bxml(account, call_id, "invalidBXML")
    with pytest.raises(NotFoundException):
        calls.get_call_state(account, "does-not-exist")
    with pytest.raises(NotFoundException):
        calls.update_call(account, "not-a-call", HANG_UP)
    with pytest.raises(ForbiddenException):
        calls.list_calls("not an account id")


def test_wrong_credentials_are_unauthorized_everywhere(voice_server: VoiceServer) -> None:
    (calls,) = client(voice_server, username="alice", password="wrong")

    with pytest.raises(UnauthorizedException):
        calls.list_calls(voice_server.account)
    with pytest.raises(UnauthorizedException):
        calls.get_call_state(voice_server.account, "does-not-exist")


def test_the_sdk_works_with_a_bearer_token_of_ours(voice_server: VoiceServer) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": voice_server.username,
        "client_secret": voice_server.password,
    }
    url = f"{voice_server.url}/api/v1/oauth2/token"
    with urllib.request.urlopen(url, urlencode(form).encode()) as answer:
        token = json.load(answer)["access_token"]
    (calls,) = client(voice_server, access_token=token)

    assert calls.list_calls(voice_server.account, to="+12025550177") == []
