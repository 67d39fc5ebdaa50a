"""Addresses: as they are sent, and where redirects lead (webhooks.md 2.1)."""

import pytest

from offhook.hooks import Credentials
from offhook.webhooks.http import HttpRequest, HttpResponse
from offhook.webhooks.redirects import prepared, redirected

ME = Credentials("me", "secret")
POST = HttpRequest(
    "POST", "http://a.test/x", {"Content-Type": "application/json", "Accept": "*/*"}, b"{}", ME
)


def go_on(status: int, location: str, request: HttpRequest = POST) -> HttpRequest | None:
    headers = {"location": location}
    return redirected(request, HttpResponse(status, headers, b"", request.url))


@pytest.mark.parametrize("status", [301, 302, 303])
def test_see_other_goes_on_with_get_and_without_the_body(status: int) -> None:
    found = go_on(status, "/y")

    assert found == HttpRequest("GET", "http://a.test/y", {"Accept": "*/*"}, b"", ME)


@pytest.mark.parametrize("status", [307, 308])
def test_same_again_keeps_method_body_and_headers(status: int) -> None:
    found = go_on(status, "y?q=1#part")

    assert found == HttpRequest("POST", "http://a.test/y?q=1", POST.headers, b"{}", ME)


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("http://a.test/elsewhere", True),
        ("https://a.test/encrypted", True),
        ("http://b.test/", False),
        ("http://a.test:8080/", False),
        ("https://a.test:8443/", False),
    ],
)
def test_credentials_stay_with_their_server(location: str, kept: bool) -> None:
    found = go_on(307, location)

    assert found is not None
    assert found.credentials == (ME if kept else None)


def test_credentials_do_not_go_from_https_to_http() -> None:
    secure = prepared(HttpRequest("GET", "https://a.test/", credentials=ME))

    found = go_on(302, "http://a.test/", secure)

    assert found is not None
    assert found.credentials is None


def test_userinfo_of_a_location_serves_that_request() -> None:
    found = go_on(302, "http://you:pw%20d@b.test/z")

    assert found is not None
    assert found.url == "http://b.test/z"
    assert found.credentials == Credentials("you", "pw d")


@pytest.mark.parametrize(
    ("status", "location"),
    [(302, "ftp://a.test/"), (302, "http://[::1/"), (200, "/y"), (304, "/y")],
)
def test_what_leads_nowhere_is_the_answer(status: int, location: str) -> None:
    assert go_on(status, location) is None


def test_a_redirect_without_location_is_the_answer() -> None:
    assert redirected(POST, HttpResponse(302, {}, b"", POST.url)) is None


def test_userinfo_serves_as_credentials_when_none_are_configured() -> None:
    bare = prepared(HttpRequest("GET", "http://u%40x:p@a.test/x#f"))
    both = prepared(HttpRequest("GET", "http://u:p@a.test/x", credentials=ME))

    assert (bare.url, bare.credentials) == ("http://a.test/x", Credentials("u@x", "p"))
    assert (both.url, both.credentials) == ("http://a.test/x", ME)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/x%2Fy?from=%2B1202&sig=a%3D%3D&plus=a+b",
        "http://a.test/%7Eme/a|b?q={x}",
        "http://[::1]:8080/",
        "http://a.test",
    ],
)
def test_an_address_is_sent_as_it_is_spelled(url: str) -> None:
    assert prepared(HttpRequest("GET", url)).url in (url, url + "/")


def test_what_cannot_be_sent_is_encoded() -> None:
    found = prepared(HttpRequest("GET", "http://bücher.test/ä b?q=é+1%2B"))

    assert found.url == "http://xn--bcher-kva.test/%C3%A4%20b?q=%C3%A9+1%2B"


@pytest.mark.parametrize(
    "url", ["", "app.test/x", "ftp://a.test/", "http://", "http://a.test:99999/", "http://[::1/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        prepared(HttpRequest("GET", url))


def test_no_header_can_be_smuggled_in_through_an_address() -> None:
    found = prepared(HttpRequest("GET", "http://a.test/x?q=1 HTTP/1.1\r\nX: y"))

    assert "\r" not in found.url
    assert " " not in found.url
