"""The official Python SDK against a real server, its application and a telephone."""

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
from tests.interop.site import PARTY, until

from offhook.testing.handset import Handset
from offhook.testing.phone import only_rings, refuses

pytestmark = pytest.mark.slow

HANG_UP = UpdateCall.model_validate({"state": "completed"})


def client(server: VoiceServer, **settings: Any) -> Iterator[bandwidth.CallsApi]:
    """The SDK as it comes, but for its host."""
    configuration = bandwidth.Configuration(
        host=server.server.api, ignore_operation_servers=True, **settings
    )
    with bandwidth.ApiClient(configuration) as api_client:
        yield bandwidth.CallsApi(api_client)


@pytest.fixture
def calls(voice_server: VoiceServer) -> Iterator[bandwidth.CallsApi]:
    server = voice_server.server
    yield from client(voice_server, username=server.user, password=server.password)


@pytest.fixture
def token(voice_server: VoiceServer) -> str:
    """An access token, by plain HTTP."""
    server = voice_server.server
    form = {
        "grant_type": "client_credentials",
        "client_id": server.user,
        "client_secret": server.password,
    }
    url = f"{server.url}/api/v1/oauth2/token"
    with urllib.request.urlopen(url, urlencode(form).encode()) as answer:
        access: str = json.load(answer)["access_token"]
    return access


def create(calls: bandwidth.CallsApi, server: VoiceServer, **fields: Any) -> Any:
    """Have the telephone called; unless it says otherwise the application holds the line."""
    server.site.app.on("/answer", "<Pause duration='60'/>")
    body = CreateCall.model_validate(server.site.request(**fields))
    return calls.create_call(server.server.account, body)


def reach(calls: bandwidth.CallsApi, server: VoiceServer, call_id: str, state: str) -> Any:
    """Read a call with the SDK until it is in a state; returns what was read last."""

    def reached() -> bool:
        return bool(calls.get_call_state(server.server.account, call_id).state == state)

    server.loop.run(until(reached, f"the call to be {state}"))
    return calls.get_call_state(server.server.account, call_id)


def talk(calls: bandwidth.CallsApi, server: VoiceServer, **fields: Any) -> tuple[str, Handset]:
    """Have a telephone of its own called and answered."""
    phone = server.site.phones.phone(fields.setdefault("to", PARTY))
    before = len(phone.calls)
    call_id = create(calls, server, **fields).call_id
    handset = server.loop.run(phone.wait_call(before + 1))
    reach(calls, server, call_id, "answered")
    return call_id, handset


def test_create_call_answers_what_the_sdk_expects(
    calls: bandwidth.CallsApi, voice_server: VoiceServer
) -> None:
    made = create(calls, voice_server, tag="order-7", callTimeout=30.0, username="u", password="p")
    server = voice_server.server

    assert (len(made.call_id), len(made.application_id)) == (47, 36)
    assert (made.account_id, made.to, made.var_from) == (server.account, PARTY, server.number)
    assert made.call_url.endswith(f"/api/v2/accounts/{server.account}/calls/{made.call_id}")
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


def test_call_state_tells_the_life_of_a_call(
    calls: bandwidth.CallsApi, voice_server: VoiceServer
) -> None:
    account = voice_server.server.account
    phone = voice_server.site.phones.phone("+12025550181")
    phone.behaviour = refuses(486, after_s=1.0, rings=True)
    call_id = create(calls, voice_server, to=phone.number).call_id
    first = calls.get_call_state(account, call_id)

    assert (first.call_id, first.direction) == (call_id, "outbound")
    assert first.state in ("queued", "initiated")  # its turn comes within milliseconds
    assert (first.start_time is None) == (first.state == "queued")
    assert (first.disconnect_cause, first.error_id, first.end_time) == (None, None, None)

    last = reach(calls, voice_server, call_id, "disconnected")
    assert (last.disconnect_cause, last.error_message) == ("busy", "Callee is busy")
    assert len(last.error_id) == 36
    assert last.enqueued_time <= last.start_time <= last.end_time


def test_list_calls_filters_and_pages(calls: bandwidth.CallsApi, voice_server: VoiceServer) -> None:
    to, account = "+12025550188", voice_server.server.account
    made = [create(calls, voice_server, to=to).call_id for _ in range(3)]
    found = calls.list_calls_with_http_info(account, to=to, page_size=2)

    assert [call.call_id for call in found.data] == made[:2]
    headers = {name.lower(): value for name, value in (found.headers or {}).items()}
    assert 'rel="next"' in headers["link"]

    future = "2999-01-01T00:00:00Z"

    assert calls.list_calls(account, to=to, min_start_time=future) == []


def test_a_call_is_redirected(calls: bandwidth.CallsApi, voice_server: VoiceServer) -> None:
    call_id, handset = talk(calls, voice_server, to="+12025550151")
    site, loop = voice_server.site, voice_server.loop
    site.app.on("/elsewhere", "<SendDtmf>12</SendDtmf><Pause duration='60'/>")
    redirect = UpdateCall.model_validate({"redirectUrl": f"{site.app_url}/elsewhere", "tag": "on"})
    answer = calls.update_call_with_http_info(voice_server.server.account, call_id, redirect)

    assert answer.status_code == 200
    event = loop.run(site.app.wait_event("redirect", callId=call_id))
    assert (event["tag"], event["to"]) == ("on", "+12025550151")
    loop.run(handset.wait("digit", count=2))
    assert handset.digits == "12"


def test_a_call_gets_another_script(calls: bandwidth.CallsApi, voice_server: VoiceServer) -> None:
    call_id, handset = talk(calls, voice_server, to="+12025550152")
    document = "<Bxml><SendDtmf>34</SendDtmf><Hangup/></Bxml>"
    answer = calls.update_call_bxml_with_http_info(voice_server.server.account, call_id, document)

    assert answer.status_code == 204
    voice_server.loop.run(handset.wait("ended"))
    assert handset.digits == "34"
    ended = reach(calls, voice_server, call_id, "disconnected")
    assert (ended.disconnect_cause, ended.error_message) == ("hangup", None)


def test_a_call_is_completed_once(calls: bandwidth.CallsApi, voice_server: VoiceServer) -> None:
    account = voice_server.server.account
    call_id, handset = talk(calls, voice_server, to="+12025550153")

    assert calls.update_call_with_http_info(account, call_id, HANG_UP).status_code == 200
    voice_server.loop.run(handset.wait("ended"))
    assert reach(calls, voice_server, call_id, "disconnected").disconnect_cause == "hangup"
    event = voice_server.loop.run(voice_server.site.app.wait_event("disconnect", callId=call_id))
    assert event["cause"] == "hangup"

    with pytest.raises(ApiException) as caught:
        calls.update_call(account, call_id, HANG_UP)
    assert caught.value.status == 409


def test_a_ringing_call_is_cancelled(calls: bandwidth.CallsApi, voice_server: VoiceServer) -> None:
    phone = voice_server.site.phones.phone("+12025550154")
    phone.behaviour = only_rings
    call_id = create(calls, voice_server, to=phone.number).call_id
    handset = voice_server.loop.run(phone.wait_call())
    calls.update_call(voice_server.server.account, call_id, HANG_UP)

    assert reach(calls, voice_server, call_id, "disconnected").disconnect_cause == "cancel"
    voice_server.loop.run(handset.wait("ended"))
    assert handset.when("answered") is None


def test_errors_are_raised_as_the_classes_of_their_status(
    calls: bandwidth.CallsApi, voice_server: VoiceServer
) -> None:
    account = voice_server.server.account
    call_id, _ = talk(calls, voice_server, to="+12025550155")

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
    (calls,) = client(voice_server, username=voice_server.server.user, password="wrong")

    with pytest.raises(UnauthorizedException):
        calls.list_calls(voice_server.server.account)
    with pytest.raises(UnauthorizedException):
        calls.get_call_state(voice_server.server.account, "does-not-exist")


def test_the_sdk_does_everything_with_a_bearer_token(voice_server: VoiceServer, token: str) -> None:
    account, site = voice_server.server.account, voice_server.site
    (calls,) = client(voice_server, access_token=token)
    call_id, handset = talk(calls, voice_server, to="+12025550156")
    site.app.on("/bearer", "<SendDtmf>5</SendDtmf><Pause duration='60'/>")
    redirect = UpdateCall.model_validate({"redirectUrl": f"{site.app_url}/bearer"})
    calls.update_call(account, call_id, redirect)
    voice_server.loop.run(handset.wait("digit"))
    calls.update_call_bxml(
        account, call_id, "<Bxml><SendDtmf>6</SendDtmf><Pause duration='60'/></Bxml>"
    )
    voice_server.loop.run(handset.wait("digit", count=2))
    calls.update_call(account, call_id, HANG_UP)
    voice_server.loop.run(handset.wait("ended"))

    assert handset.digits == "56"
    listed = calls.list_calls(account, to="+12025550156")
    assert [call.call_id for call in listed] == [call_id]
    assert reach(calls, voice_server, call_id, "disconnected").disconnect_cause == "hangup"


def test_a_made_up_token_is_unauthorized(voice_server: VoiceServer, token: str) -> None:
    (calls,) = client(voice_server, access_token=token[:-4] + "AAAA")

    with pytest.raises(UnauthorizedException):
        calls.list_calls(voice_server.server.account)
