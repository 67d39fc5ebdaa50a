"""Why calls end, and with which words."""

import pytest

from offhook.errors import CATALOGUE, CallError, Cause, Kind, calls


@pytest.mark.parametrize(
    ("error", "cause", "message"),
    [
        (calls.callee_busy(), "busy", "Callee is busy"),
        (calls.no_answer(), "timeout", "Callee did not answer"),
        (calls.no_ringing(), "timeout", "Callee did not start ringing"),
        (calls.callee_rejected(), "rejected", "Callee rejected the call"),
        (
            calls.callback_failed("answer", "https://u:p@h:1/x?token=1#f", "HTTP 500"),
            "callback-error",
            "Could not deliver answer webhook to https://h:1/x: HTTP 500",
        ),
        (
            calls.invalid_bxml("https://h/x?y", "not well-formed"),
            "invalid-bxml",
            "Invalid BXML received from https://h/x: not well-formed",
        ),
        (
            calls.verb_failed("PlayAudio", "HTTP 404"),
            "application-error",
            "PlayAudio failed: HTTP 404",
        ),
        (calls.rate_exceeded(), "account-limit", "Account call creation rate limit exceeded"),
        (calls.sessions_exceeded(), "account-limit", "Account concurrent call limit exceeded"),
        (calls.node_full(), "node-capacity-exceeded", "Managing too many concurrent calls"),
        (calls.sip_failed(503), "error", "SIP request failed with status 503"),
        (
            calls.already_bridged("c-1"),
            "busy",
            "Call c-1 is already bridged with another call",
        ),
        (calls.bridge_not_answered("c-1"), "rejected", "Call c-1 is not answered"),
        (calls.bridge_forwarded("c-1"), "rejected", "Call c-1 is being forwarded"),
        (calls.bridge_ended("c-1"), "rejected", "Call c-1 has ended"),
        (calls.bridge_not_found("c-1"), "unknown", "Call c-1 not found"),
        (
            calls.conference_full(),
            "application-error",
            "Conference failed: conference is full",
        ),
        (
            calls.conference_coached(),
            "application-error",
            "Conference failed: conference already has a coach",
        ),
        (calls.media_failed(), "error", "Media session failed"),
        (calls.too_many_redirects(), "error", "Too many redirects"),
        (calls.unknown_failure(), "unknown", "An unknown internal error occurred"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_each_failure_has_its_cause_and_text(error: CallError, cause: str, message: str) -> None:
    assert (error.cause, error.message) == (cause, message)


@pytest.mark.parametrize(
    ("codes", "cause"),
    [
        ((486, 600), "busy"),
        ((408, 480), "timeout"),
        ((403, 404, 410, 484, 488, 603, 604, 606, 400, 481, 499), "rejected"),
        ((401, 407, 500, 503, 599, 601, 699, 302), "error"),
    ],
)
def test_sip_responses_map_to_causes(codes: tuple[int, ...], cause: str) -> None:
    assert {calls.refused(code).cause for code in codes} == {Cause(cause)}


def test_every_cause_that_needs_a_text_has_one() -> None:
    silent = {Cause.HANGUP, Cause.CANCEL}

    assert {e.type for e in CATALOGUE.values() if e.kind is Kind.CALL} == set(Cause) - silent


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://u:p@h/x?q#f", "https://h/x"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("https://[broken?secret", "https://[broken"),
        ("http://me:pw@[broken/x?a=1", "http://[broken/x"),
    ],
)
def test_shown_urls_keep_no_secrets(url: str, bare: str) -> None:
    assert calls.bare_url(url) == bare
