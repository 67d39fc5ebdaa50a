"""Relative URLs are resolved against the document's (bxml.md 1.7)."""

import pytest

from offhook.hooks import Credentials, Hook, Target, is_loopback


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("two", "https://a.test/ivr/two"),
        ("/two", "https://a.test/two"),
        ("?y=2", "https://a.test/ivr/one?y=2"),
        ("http://b.test/x", "http://b.test/x"),
    ],
)
def test_a_target_is_resolved_by_rfc_3986(url: str, expected: str) -> None:
    assert expected == Target(url).resolve("https://a.test/ivr/one?x=1").url


def test_a_hook_resolves_both_targets_and_keeps_methods_and_credentials() -> None:
    hook = Hook(Target("/a", "GET", Credentials("u", "p")), Target("/b"))

    resolved = hook.resolve("http://app.test/v/x")

    assert resolved == Hook(
        Target("http://app.test/a", "GET", Credentials("u", "p")), Target("http://app.test/b")
    )


def test_without_a_base_a_target_stays_as_it_is() -> None:
    assert Target("/a").resolve(None) == Target("/a")


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Hook(Target("http://a.test", "POST", Credentials("me", "secret"))))


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("app.localhost", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost.evil.test", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_this_machine_is_known(host: str, here: bool) -> None:
    assert is_loopback(host) == here
