"""The official Python SDK makes, lists, reads and removes endpoints of a real server."""

from collections.abc import Iterator

import bandwidth
import jwt
import pytest
from bandwidth.exceptions import ApiException
from bandwidth.models.create_web_rtc_connection_request import CreateWebRtcConnectionRequest
from tests.interop.conftest import VoiceServer

pytestmark = pytest.mark.slow

DAY_S = 86_400.0
BXML = "<Response><Pause/></Response>"


def configured(server: VoiceServer, password: str = "") -> bandwidth.Configuration:
    """The SDK as it comes, but for its host: one for both families of the API."""
    return bandwidth.Configuration(
        host=server.server.api,
        ignore_operation_servers=True,
        username=server.server.user,
        password=password or server.server.password,
    )


@pytest.fixture
def api(voice_server: VoiceServer) -> Iterator[bandwidth.EndpointsApi]:
    with bandwidth.ApiClient(configured(voice_server)) as client:
        yield bandwidth.EndpointsApi(client)


def request(**fields: object) -> CreateWebRtcConnectionRequest:
    body = {"type": "WEBRTC", "direction": "BIDIRECTIONAL", **fields}
    return CreateWebRtcConnectionRequest.model_validate(body)


def test_an_endpoint_comes_and_goes(voice_server: VoiceServer, api: bandwidth.EndpointsApi) -> None:
    account = voice_server.server.account
    body = request(tag='{"desk": 7}', eventCallbackUrl=f"{voice_server.site.app_url}/events")
    answer = api.create_endpoint(account, body)
    made = answer.data
    claims = jwt.decode(made.token, options={"verify_signature": False})

    assert (made.status, made.tag, made.devices) == ("DISCONNECTED", '{"desk": 7}', [])
    assert (made.expiration_timestamp - made.creation_timestamp).total_seconds() == DAY_S
    assert (claims["sub"], len(made.endpoint_id)) == (made.endpoint_id, 47)
    found = api.get_endpoint(account, made.endpoint_id)
    assert (found.data.endpoint_id, found.links[0].href) == (
        made.endpoint_id,
        answer.links[0].href,
    )
    assert made.endpoint_id in [each.endpoint_id for each in api.list_endpoints(account).data]
    api.delete_endpoint(account, made.endpoint_id)
    with pytest.raises(ApiException) as caught:
        api.get_endpoint(account, made.endpoint_id)
    assert caught.value.status == 404


def test_the_next_link_leads_on(voice_server: VoiceServer, api: bandwidth.EndpointsApi) -> None:
    account = voice_server.server.account
    for _ in range(3):
        api.create_endpoint(account, request())
    first = api.list_endpoints(account, type="WEBRTC", status="DISCONNECTED", limit=2)
    (link,) = [each.href for each in first.links if each.rel == "next"]
    cursor = link.partition("afterCursor=")[2]
    second = api.list_endpoints(account, after_cursor=cursor, limit=2)

    assert first.page.total_elements >= 3
    assert (first.page.page_number, second.page.page_number) == (0, 1)
    seen = [each.endpoint_id for each in (*first.data, *second.data)]
    assert len(set(seen)) == len(seen) >= 3


@pytest.mark.parametrize(
    ("account", "password", "status", "kind"),
    [
        ("", "wrong", 401, "unauthorized"),
        ("not-digits", "", 404, "resource_not_found"),
        ("", "", 404, "resource_not_found"),
    ],
)
def test_refusals_are_those_of_the_envelope(
    voice_server: VoiceServer, account: str, password: str, status: int, kind: str
) -> None:
    with bandwidth.ApiClient(configured(voice_server, password)) as client:
        api = bandwidth.EndpointsApi(client)
        for ask in (api.get_endpoint, api.delete_endpoint):
            with pytest.raises(ApiException) as caught:
                ask(account or voice_server.server.account, "e-unknown")
            assert caught.value.status == status
            assert caught.value.data.errors[0].type == kind


def test_a_document_needs_a_device(voice_server: VoiceServer, api: bandwidth.EndpointsApi) -> None:
    account = voice_server.server.account
    made = api.create_endpoint(account, request()).data
    with pytest.raises(ApiException) as caught:
        api.update_endpoint_bxml(account, made.endpoint_id, BXML)

    assert caught.value.status == 400
    assert "connected device" in caught.value.data.errors[0].description
