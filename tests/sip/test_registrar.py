"""Registering as RFC 3261 10 has it, and being found."""

import pytest
from tests.sip.desk import DESK, HALL, DeskPeer
from tests.sip.wired import B

from offhook.sip.registrar import MAX_EXPIRES_S, MIN_EXPIRES_S, USUAL_EXPIRES_S
from offhook.sip.transport import Address

NAT = Address("udp", "198.51.100.7", 61000)


def test_a_phone_is_found_where_its_register_came_from() -> None:
    peer = DeskPeer()
    answer = peer.register("<sip:desk@10.0.0.2:5062>", source=NAT)
    binding = peer.registrar.find(DESK, peer.now)

    assert answer.status == 200
    assert answer.lines("Contact") == [f"<sip:desk@10.0.0.2:5062>;expires={USUAL_EXPIRES_S};q=1"]
    assert binding is not None
    assert (str(binding.contact), binding.flow) == ("sip:desk@10.0.0.2:5062", NAT)
    assert peer.registrar.find(HALL, peer.now) is None
    assert [(each.what, each.phone, each.source) for each in peer.reports] == [
        ("registered", "desk", NAT.host)
    ]


def test_a_lost_answer_is_repeated_though_its_count_is_used_up() -> None:
    peer = DeskPeer()
    request = peer.signed(peer.registers(), peer.digest(peer.ask(peer.registers())))

    assert peer.ask(request).status == 200
    assert peer.ask(request).status == 200
    assert len(peer.stack.core.transactions) == 1


def test_a_flood_without_credentials_leaves_nothing_behind() -> None:
    peer = DeskPeer()
    for number in range(3000):
        request = peer.registers(name=f"user{number}")
        assert peer.ask(request, Address("udp", f"10.1.{number % 250}.1", 5060)).status == 401

    assert peer.stack.core.transactions == {}
    assert len(peer.registrar.verifier._nonces) == 0
    assert len(peer.registrar.verifier._strikes) == 0
    assert peer.reports == []


@pytest.mark.parametrize(
    ("contact", "header", "granted"),
    [
        ("<sip:desk@192.0.2.9>;expires=120", "600", 120),
        ("<sip:desk@192.0.2.9>", "600", 600),
        ("<sip:desk@192.0.2.9>;expires=soon", "600", 600),
        ("<sip:desk@192.0.2.9>", "100000", MAX_EXPIRES_S),
        ("<sip:desk@192.0.2.9>", str(MIN_EXPIRES_S), MIN_EXPIRES_S),
    ],
)
def test_how_long_is_for_the_contact_to_say_and_then_for_the_header(
    contact: str, header: str, granted: int
) -> None:
    peer = DeskPeer()
    answer = peer.register(contact, headers=[("Expires", header)])

    assert f";expires={granted};" in answer.lines("Contact")[0]


def test_too_brief_is_told_the_least() -> None:
    peer = DeskPeer()
    answer = peer.register(headers=[("Expires", "59")])

    assert answer.status == 423
    assert answer.get("Min-Expires") == "60"
    assert peer.registrar.find(DESK, peer.now) is None


def test_it_runs_out_and_that_is_told() -> None:
    peer = DeskPeer()
    peer.register(headers=[("Expires", "60")])
    peer.pass_time(59.9)
    found = peer.registrar.find(DESK, peer.now)
    assert found is not None
    assert peer.registrar.state(DESK, peer.now).startswith(f"registered from {found.flow.host}:")
    peer.pass_time(0.2)

    assert peer.registrar.find(DESK, peer.now) is None
    assert [each.what for each in peer.reports] == ["registered", "expired"]
    peer.pass_time(12)
    assert peer.registrar.absence(DESK, peer.now) == (
        "phone desk is not registered: its registration ran out 12 s ago"
    )
    assert peer.registrar.state(DESK, peer.now) == peer.registrar.absence(DESK, peer.now)


def test_a_refresh_is_no_news_and_keeps_it_alive() -> None:
    peer = DeskPeer()
    for _ in range(4):
        peer.register(headers=[("Expires", "60")])
        peer.pass_time(50)

    assert peer.registrar.find(DESK, peer.now) is not None
    assert [each.what for each in peer.reports] == ["registered"]


@pytest.mark.parametrize(
    ("contact", "headers"),
    [("*", [("Expires", "0")]), ("<sip:desk@192.0.2.9>", [("Expires", "0")])],
)
def test_a_phone_un_registers(contact: str, headers: list[tuple[str, str]]) -> None:
    peer = DeskPeer()
    peer.register()
    answer = peer.register(contact, headers=headers)

    assert answer.status == 200
    assert answer.lines("Contact") == []
    assert peer.registrar.find(DESK, peer.now) is None
    assert peer.registrar.absence(DESK, peer.now).endswith("it un-registered 0 s ago")
    assert peer.stack.deadline() is None or peer.registrar._bindings.next_expiry is None


@pytest.mark.parametrize(
    ("contact", "headers"),
    [
        ("*", []),
        ("*", [("Expires", "60")]),
        ("<sip:desk@192.0.2.9>, *", [("Expires", "0")]),
        ("<tel:+12025550190>", []),
        ("<sips:desk@192.0.2.9>", []),
    ],
)
def test_a_contact_that_makes_no_sense_changes_nothing(
    contact: str, headers: list[tuple[str, str]]
) -> None:
    peer = DeskPeer()
    peer.register()

    assert peer.register(contact, headers=headers).status == 400
    assert peer.registrar.find(DESK, peer.now) is not None


def test_without_a_contact_it_only_asks() -> None:
    peer = DeskPeer()
    peer.register("<sip:desk@192.0.2.9>;q=0.3")
    answer = peer.register("")

    assert answer.lines("Contact") == ["<sip:desk@192.0.2.9>;expires=3600;q=0.3"]


def test_an_older_register_is_refused() -> None:
    peer = DeskPeer()
    peer.number = 10
    peer.register()
    peer.number = 3

    assert peer.register().status == 500


def test_the_best_contact_is_called_and_of_equals_the_latest() -> None:
    peer = DeskPeer()
    peer.register("<sip:desk@192.0.2.9>;q=0.9", call_id="a")
    peer.pass_time(1)
    peer.register("<sip:desk@192.0.2.10>;q=0.9", call_id="b")
    peer.register("<sip:desk@192.0.2.11>;q=high", call_id="c")
    peer.register("<sip:desk@192.0.2.12>;q=0.2", call_id="d")
    binding = peer.registrar.find(DESK, peer.now)

    assert binding is not None
    assert binding.contact.host == "192.0.2.11"


def test_an_extension_that_is_required_is_refused() -> None:
    peer = DeskPeer()
    answer = peer.register(headers=[("Require", "outbound")])

    assert answer.status == 420
    assert answer.get("Unsupported") == "outbound"


def test_nobody_registers_for_somebody_else() -> None:
    peer = DeskPeer()
    request = peer.registers(name="hall")
    signed = peer.signed(request, peer.digest(peer.ask(peer.registers(name="hall"))))

    assert peer.ask(signed).status == 403
    (report,) = peer.reports
    assert (report.phone, report.why) == ("desk", "registered hall")


def test_a_wrong_password_is_told_of_a_phone_that_is_not_there() -> None:
    peer = DeskPeer()
    peer.register(password="shut", source=NAT)

    assert peer.registrar.absence(DESK, peer.now) == (
        "phone desk is not registered: it has not registered so far; 0 s ago a phone at "
        "198.51.100.7 gave a wrong password for it"
    )
    peer.register()
    peer.register("*", headers=[("Expires", "0")])
    assert "wrong" not in peer.registrar.absence(DESK, peer.now)


def test_a_near_miss_of_a_name_is_told_to_the_operator_alone() -> None:
    peer = DeskPeer()
    answer = peer.register(name="desc")

    assert answer.status == 403
    assert b"desk" not in bytes(answer)
    (report,) = peer.reports
    assert report.why == "does not exist; the nearest name is desk"


def test_by_number_works_as_well_as_by_name() -> None:
    peer = DeskPeer()
    number = "+12025550190"
    request = peer.registers(name=number)
    digest = peer.digest(peer.ask(peer.registers(name=number)))

    assert peer.ask(peer.signed(request, digest)).status == 200
    assert peer.registrar.is_at("desk", peer.source)
    assert not peer.registrar.is_at("desk", B)
