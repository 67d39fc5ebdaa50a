"""Addresses are keys."""

from offhook.sip.transport import Address, Outgoing


def test_addresses_of_two_connections_from_one_host_differ() -> None:
    first, second = (Address("tcp", "192.0.2.1", 5060, number) for number in (1, 2))

    assert first != second
    assert len({first, second, Address("tcp", "192.0.2.1", 5060, 1)}) == 2


def test_message_belongs_to_no_transaction_and_no_session_unless_said() -> None:
    outgoing = Outgoing(b"", Address("udp", "192.0.2.1", 5060))

    assert (outgoing.branch, outgoing.session) == ("", None)
