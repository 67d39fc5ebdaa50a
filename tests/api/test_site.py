"""The public address."""

from typing import Any

import pytest

from offhook.api.site import Site


def scope(host: str | None) -> dict[str, Any]:
    headers = [(b"host", host.encode())] if host is not None else []
    return {"type": "http", "scheme": "http", "headers": headers, "server": ("10.0.0.1", 8080)}


def test_the_configured_address_counts_whatever_the_host_header_says() -> None:
    site = Site("https://voice.example.test/tel/")

    assert site.base_url(scope("evil.test")) == "https://voice.example.test/tel"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.test:8080", "http://api.test:8080"),
        ("[::1]:80", "http://[::1]:80"),
        ("a b", "http://10.0.0.1:8080"),
        ("evil.test/path", "http://10.0.0.1:8080"),
        ("", "http://10.0.0.1:8080"),
        (None, "http://10.0.0.1:8080"),
    ],
)
def test_without_one_a_sane_host_header_does(host: str | None, expected: str) -> None:
    assert Site().base_url(scope(host)) == expected


def test_a_prefix_may_have_been_cut_off_by_a_proxy_or_not() -> None:
    site = Site("https://voice.example.test/a/b")

    assert site.below(("a", "b", "api", "v2")) == ("api", "v2")
    assert site.below(("api", "v2")) == ("api", "v2")
    assert Site("https://voice.example.test").below(("a", "api")) == ("a", "api")
