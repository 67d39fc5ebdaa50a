"""The seam: values and one exception."""

from offhook.webhooks.http import HttpError, HttpRequest


def test_a_request_has_no_body_no_headers_and_no_credentials_of_its_own() -> None:
    request = HttpRequest("GET", "http://app.test/")

    assert (request.body, dict(request.headers), request.credentials) == (b"", {}, None)
    assert request.first_byte_s is None


def test_an_error_is_printed_as_its_reason() -> None:
    error = HttpError("connection failed", connecting=True)

    assert str(error) == error.reason == "connection failed"
    assert error.connecting
