"""Where a call goes: phones before trunks, and a near miss is told."""

import pytest
from tests.sip.desk import DESK, HALL, DeskPeer

from offhook.directory import Directory, Number, Trunk
from offhook.sip.transport import Address
from offhook.sip.trunks import NoRouteError, NotRegisteredError
from offhook.sip.ways import find_way

HOST = "192.0.2.1"
DIRECTORY = Directory(
    numbers=[Number("support", "a")], trunks=[Trunk("us", "192.0.2.40")], phones=[DESK, HALL]
)
NAT = Address("udp", "198.51.100.7", 61000)


@pytest.mark.parametrize(
    "to", ["+12025550190", "12025550190", "sip:desk@192.0.2.1", "sip:+12025550190@offhook"]
)
def test_a_phone_is_called_where_it_is(to: str) -> None:
    peer = DeskPeer()
    peer.register("<sip:desk@10.0.0.2:5062>", source=NAT)
    way = find_way(DIRECTORY, to, HOST, peer.registrar, peer.now)

    assert way.target == "sip:desk@10.0.0.2:5062"
    assert way.to_uri == "sip:desk@192.0.2.1"
    assert way.next_hop == NAT
    assert way.trunk is None


def test_a_phone_that_is_not_there_is_not_looked_for_on_a_trunk() -> None:
    with pytest.raises(NotRegisteredError, match="phone hall is not registered: it has not"):
        find_way(DIRECTORY, "sip:hall@offhook", HOST, DeskPeer().registrar, 100.0)


@pytest.mark.parametrize(
    "to",
    ["+12025550191", "sip:desk@elsewhere.test", "sip:support@192.0.2.1", "sip:desk@192.0.2.1:5999"],
)
def test_everybody_else_is_called_as_ever(to: str) -> None:
    way = find_way(DIRECTORY, to, HOST, DeskPeer().registrar, 100.0)

    assert way.phone is None


def test_a_name_of_ours_that_is_nobodys_is_told_with_the_nearest() -> None:
    with pytest.raises(NoRouteError, match="nobody here has the name dsek; the nearest is desk"):
        find_way(DIRECTORY, "sip:dsek@offhook", HOST, DeskPeer().registrar, 100.0)


def test_without_phones_all_is_as_ever() -> None:
    way = find_way(Directory(), "sip:desk@192.0.2.1", HOST, DeskPeer().registrar, 100.0)

    assert (way.target, way.next_hop) == ("sip:desk@192.0.2.1", None)
