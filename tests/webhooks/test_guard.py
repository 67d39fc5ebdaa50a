"""Which addresses are open (webhooks.md 10)."""

import socket

import pytest

from offhook.webhooks.guard import Guard, HostNotAllowedError


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "8.8.8.8", "::1", "fd12::1", "2001:db8::1"]
)
def test_public_and_private_addresses_are_open(address: str) -> None:
    assert Guard().permits(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:169.254.169.254",  # the same in other clothes
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
def test_metadata_link_local_and_group_addresses_are_not(address: str) -> None:
    assert not Guard().permits(address)


def test_the_operator_can_open_what_is_closed() -> None:
    guard = Guard(allow=["169.254.7.0/24"])

    assert guard.permits("169.254.7.1")
    assert guard.permits("::ffff:169.254.7.1")
    assert not guard.permits("169.254.8.1")


def test_the_operator_can_close_everything_but_a_hole() -> None:
    guard = Guard(allow=["10.1.0.0/16"], deny=["0.0.0.0/0", "::/0", "10.1.66.0/24"])

    assert guard.permits("10.1.2.3")
    assert not guard.permits("10.1.66.1")
    assert not guard.permits("8.8.8.8")
    assert not guard.permits("::1")


def test_what_is_both_allowed_and_denied_is_denied() -> None:
    assert not Guard(allow=["10.0.0.0/8"], deny=["10.0.0.0/8"]).permits("10.0.0.1")


def test_a_list_entry_that_is_no_network_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"app\.test"):
        Guard(deny=["app.test"])


def test_no_socket_is_made_for_a_refused_address() -> None:
    stream = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")

    with pytest.raises(HostNotAllowedError, match="host not allowed"):
        Guard().socket((*stream, ("169.254.169.254", 80)))
    with Guard().socket((*stream, ("127.0.0.1", 80))) as made:
        assert made.family == socket.AF_INET
