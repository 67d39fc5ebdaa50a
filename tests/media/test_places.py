"""Which socket a leg gets."""

import pytest

from offhook.media.messages import Open
from offhook.media.packets import Packets
from offhook.media.places import Place, Places

FAR = "198.51.100.1"


class FakePorts:
    """Ports that are numbers: shared ones from 0, others from 100."""

    def __init__(self, legs_per_socket: int = 2, most: int = 9) -> None:
        self.legs_per_socket = legs_per_socket
        self.most = most
        self.opened: list[int] = []
        self.closed: list[int] = []

    def open(self) -> tuple[int, str, int, int]:
        if len(self.opened) == self.most:
            raise OSError("no port")
        key = 100 + len(self.opened)
        self.opened.append(key)
        return key, "192.0.2.1", 2 * key, 2 * key + 1

    def open_shared(self) -> tuple[int, str, int, int]:
        if len(self.opened) == self.most:
            raise OSError("no shared port")
        key = len(self.opened)
        self.opened.append(key)
        return key, "192.0.2.1", 2 * key, 2 * key + 1

    def close(self, socket: int) -> None:
        self.closed.append(socket)

    def peer(self, host: str, port: int) -> int:
        return hash((host, port)) & 0xFFFFFFFF

    def receive(self) -> Packets:
        raise NotImplementedError

    def send(self, packets: Packets) -> None:
        raise NotImplementedError


def nobody(_socket: int, _peer: int) -> bool:
    return False


def sockets(places: Places, *opens: Open) -> list[int]:
    return [places.take(each).socket for each in opens]


def test_sockets_are_filled_one_after_the_other_and_closed_when_empty() -> None:
    ports = FakePorts()
    places = Places(ports, nobody)

    assert sockets(places, Open("a"), Open("b"), Open("c"), Open("d")) == [0, 0, 1, 1]
    places.give_back("a")
    assert ports.closed == []
    assert sockets(places, Open("e")) == [0]
    places.give_back("b")
    places.give_back("e")
    assert ports.closed == [0]
    assert sorted(places) == ["c", "d"]


def test_a_leg_alone_and_all_legs_where_none_are_shared_get_their_own() -> None:
    assert sockets(Places(FakePorts(), nobody), Open("a"), Open("b", alone=True)) == [0, 101]
    assert sockets(Places(FakePorts(1), nobody), Open("a"), Open("b")) == [100, 101]


def test_two_far_ends_that_name_one_address_get_two_sockets() -> None:
    places = Places(FakePorts(), nobody)
    far = [Open("a", FAR, 4000), Open("b", FAR, 4000), Open("c", FAR, 4002)]

    assert sockets(places, *far) == [0, 1, 0]


def test_a_socket_where_the_address_is_known_already_is_passed_over() -> None:
    places = Places(FakePorts(), lambda socket, _peer: socket == 0)

    assert sockets(places, Open("a"), Open("b", FAR, 4000), Open("c")) == [0, 1, 0]


def test_a_leg_that_is_called_from_a_socket_of_ours_gets_another_one() -> None:
    places = Places(FakePorts(), nobody)
    place = places.take(Open("a"))

    assert sockets(places, Open("b", place.host, place.rtp_port)) == [1]


def test_when_nothing_more_can_be_shared_ports_of_its_own_are_tried() -> None:
    places = Places(FakePorts(most=1), nobody)
    places.take(Open("a"))
    places.take(Open("b"))

    with pytest.raises(OSError, match="no port"):
        places.take(Open("c"))
    assert len(places) == 2


def test_a_leg_may_move_and_leaves_its_place_to_others() -> None:
    ports = FakePorts()
    places = Places(ports, nobody)
    places.take(Open("a"))

    assert places.move("a") == 101
    assert ports.closed == [0]
    assert places.take(Open("b")) == Place(2, "192.0.2.1", 4, 5, shared=True)


def test_an_offer_with_a_name_for_an_address_says_nothing() -> None:
    class Strict(FakePorts):
        def peer(self, host: str, port: int) -> int:
            raise OSError("illegal IP address")

    assert sockets(Places(Strict(), nobody), Open("a", "far.test", 1)) == [0]
