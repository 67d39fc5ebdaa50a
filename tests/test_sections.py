"""A table of the file shows no secret, and a network is written as one."""

import pytest

from offhook.sections import Section, networks


class Lock(Section, frozen=True, kw_only=True):
    name: str
    password: str = ""
    ha1_md5: str | None = None


def test_secrets_are_masked_and_what_is_not_set_is_left_out() -> None:
    assert repr(Lock(name="a", password="b", ha1_md5="c")) == (
        "Lock(name='a', password='***', ha1_md5='***')"
    )
    assert repr(Lock(name="a")) == "Lock(name='a')"


def test_a_network_with_host_bits_is_told_how_to_write_it() -> None:
    networks("allow", ["10.0.0.0/8", "::1/128"])
    with pytest.raises(ValueError, match=r"allow: '10\.0\.0\.1/8' is no network: write it like"):
        networks("allow", ["10.0.0.1/8"])
