"""Contacts of phones: best first, refreshed, removed, expired, in order and bounded."""

import pytest

from offhook.sip.bindings import CONTACTS, Bindings, Order, OutOfOrderError, Wish
from offhook.sip.transport import Address
from offhook.sip.uri import Uri

HOME, OFFICE = Uri.parse("sip:desk@192.0.2.9"), Uri.parse("sip:desk@192.0.2.10:5062")
FLOW = Address("udp", "198.51.100.7", 61000)
FIRST = Order("a", 1)


def test_the_best_contact_is_first_and_then_the_latest() -> None:
    bindings = Bindings()
    bindings.take("desk", [Wish(HOME, 100, 0.5)], FIRST, FLOW, 0.0)
    bindings.take("desk", [Wish(OFFICE, 100, 0.2)], Order("b", 1), FLOW, 1.0)
    assert [each.contact for each in bindings.of("desk", 2.0)] == [HOME, OFFICE]

    bindings.take("desk", [Wish(OFFICE, 100, 0.5)], Order("b", 2), FLOW, 2.0)

    assert [each.contact for each in bindings.of("desk", 2.0)] == [OFFICE, HOME]
    assert bindings.of("hall", 2.0) == []


def test_a_refresh_moves_the_flow_and_the_expiry() -> None:
    bindings = Bindings()
    bindings.take("desk", [Wish(HOME, 100)], FIRST, FLOW, 0.0)
    moved = Address("tcp", "198.51.100.8", 40000, 3)
    same = Uri.parse("sip:desk@192.0.2.9;rinstance=1")
    bindings.take("desk", [Wish(same, 100)], Order("a", 2), moved, 50.0)
    (binding,) = bindings.of("desk", 120.0)

    assert (binding.flow, binding.expires) == (moved, 150.0)
    assert bindings.next_expiry == 150.0


def test_what_expires_is_gone_at_once_and_told_once() -> None:
    bindings = Bindings()
    bindings.take("desk", [Wish(HOME, 60)], FIRST, FLOW, 0.0)

    assert len(bindings.of("desk", 59.9)) == 1
    assert bindings.of("desk", 60.0) == []
    assert bindings.expire(60.0) == ["desk"]
    assert bindings.expire(60.0) == []
    assert bindings.next_expiry is None


def test_an_older_register_changes_nothing() -> None:
    bindings = Bindings()
    bindings.take("desk", [Wish(HOME, 60)], Order("a", 5), FLOW, 0.0)
    with pytest.raises(OutOfOrderError):
        bindings.take("desk", [Wish(OFFICE, 60), Wish(HOME, 0)], Order("a", 5), FLOW, 1.0)
    with pytest.raises(OutOfOrderError):
        bindings.clear("desk", Order("a", 4), 1.0)
    assert [each.contact for each in bindings.of("desk", 1.0)] == [HOME]

    bindings.take("desk", [Wish(HOME, 0)], Order("another", 1), FLOW, 1.0)

    assert bindings.of("desk", 1.0) == []


def test_a_phone_with_too_many_contacts_loses_the_oldest() -> None:
    bindings = Bindings()
    for port in range(CONTACTS + 2):
        contact = Uri.parse(f"sip:desk@192.0.2.9:{5060 + port}")
        bindings.take("desk", [Wish(contact, 60)], Order(str(port), 1), FLOW, port / 10)
    ports = [each.contact.port for each in bindings.of("desk", 2.0)]

    assert ports == [5060 + port for port in range(CONTACTS + 1, 1, -1)]
