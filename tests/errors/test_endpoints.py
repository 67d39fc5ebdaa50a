"""The rows of errors.md 7.1, and how refusals of the layers below are said in their words."""

import pytest

from offhook.errors import CATALOGUE, ApiError, Envelope, endpoints, fields, http

DIGITS = "9900000"
CLOSED = "The provided credentials are not authorized to access this resource."
ROWS = {
    (400, "invalid_parameter", "{fault}."),
    (401, "unauthorized", CLOSED),
    (403, "forbidden", CLOSED),
    (404, "resource_not_found", "The requested resource was not found."),
    (405, "method_not_allowed", "The requested method is not allowed on this resource."),
    (415, "unsupported_media_type", "The provided media type is not supported."),
    (
        429,
        "too_many_endpoints",
        "Too many endpoints. Please delete an existing endpoint or wait 24 hours for an endpoint "
        "to be removed.",
    ),
    (500, "service_unavailable", "The service is currently unavailable."),
}


def test_the_entries_are_the_rows_of_the_contract() -> None:
    assert {(e.status, e.type, e.description) for e in endpoints.ENTRIES} == ROWS


@pytest.mark.parametrize(
    "entry",
    [e for e in CATALOGUE.values() if e.envelope is Envelope.VOICE and e.status not in (None, 409)],
)
def test_everything_that_the_voice_api_refuses_can_be_said(entry: object) -> None:
    assert isinstance(entry, type(http.NOT_FOUND))
    said = endpoints.twin(entry)

    assert said.envelope is Envelope.ENDPOINTS
    assert said.status == (500 if entry.status == 503 else entry.status)


@pytest.mark.parametrize(
    ("error", "status", "description", "source"),
    [
        (ApiError(http.BAD_REQUEST, why="the body is empty"), 400, "the body is empty.", None),
        (ApiError(http.BAD_REQUEST), 400, "Bad Request.", None),
        (ApiError(fields.INVALID_BXML, reason="no."), 400, "Invalid BXML: no.", None),
        (ApiError(http.INVALID_CREDENTIALS), 401, CLOSED, ("header", "Authorization")),
        (ApiError(http.ACCESS_DENIED), 403, CLOSED, ("header", "Authorization")),
        (ApiError(http.NO_ROUTE), 404, "The requested resource was not found.", None),
    ],
)
def test_a_refusal_keeps_its_meaning(
    error: ApiError, status: int, description: str, source: tuple[str, str] | None
) -> None:
    said = endpoints.translated(error, DIGITS)

    assert (said.entry.status, said.description, said.source) == (status, description, source)
    assert said.why == error.why


@pytest.mark.parametrize("account_id", ["x", "99000o0", "٣٤", "-1", ""])
def test_an_account_id_with_another_character_than_a_digit_is_not_found(account_id: str) -> None:
    said = endpoints.translated(ApiError(http.ACCESS_DENIED), account_id)

    assert (said.entry, said.source) == (endpoints.NOT_FOUND, ("reference", account_id))


def test_credentials_are_looked_at_before_the_account_id() -> None:
    said = endpoints.translated(ApiError(http.UNAUTHORIZED), "x")

    assert said.entry is endpoints.UNAUTHORIZED


def test_headers_stay_where_the_status_asks_for_them() -> None:
    wait = (("Retry-After", "30"),)
    allow = (("Allow", "GET, HEAD"),)

    assert endpoints.translated(ApiError(http.OVERLOADED, headers=wait), DIGITS).headers == ()
    refused = endpoints.translated(ApiError(http.METHOD_NOT_ALLOWED, headers=allow), DIGITS)
    assert refused.headers == allow


def test_what_is_in_these_words_already_stays_as_it_is() -> None:
    error = ApiError(endpoints.TOO_MANY, headers=(("Retry-After", "9"),))

    assert endpoints.translated(error, "x") is error
