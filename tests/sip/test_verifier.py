"""Whether a request is a phone's: the example of RFC 7616, replays, and everything malformed."""

import hashlib

import pytest
from tests.sip.desk import DESK, DeskPeer, make_registrar

from offhook.directory import Phone
from offhook.sip.digest import response_of, secret_of
from offhook.sip.headers import Challenge
from offhook.sip.message import Request
from offhook.sip.nonces import LIFETIME_S
from offhook.sip.strikes import NAMED
from offhook.sip.transport import Address
from offhook.sip.verifier import Fault

OTHER = Address("udp", "203.0.113.9", 5060)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_responses_are_those_of_the_rfc(algorithm: str, response: str) -> None:
    """RFC 7616 3.9.1."""
    secret = secret_of(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life")
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    middle = f"{nonce}:00000001:f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth"

    assert response_of(algorithm, secret, middle, "GET", "/dir/index.html") == response


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",), ("SHA-256", "MD5")])
def test_a_phone_proves_itself_with_what_it_is_asked_for(algorithms: tuple[str, ...]) -> None:
    peer = DeskPeer(algorithms=algorithms)
    challenge = peer.ask(peer.registers())
    asked = [Challenge.parse(line).params for line in challenge.lines("WWW-Authenticate")]

    assert challenge.status == 401
    assert tuple(each["algorithm"] for each in asked) == algorithms
    assert all(each["qop"] == "auth" and "stale" not in each for each in asked)
    assert peer.ask(peer.signed(peer.registers(), peer.digest(challenge))).status == 200


def test_a_replayed_request_is_challenged_as_stale() -> None:
    peer = DeskPeer()
    digest = peer.digest(peer.ask(peer.registers()))
    signed = peer.signed(peer.registers(), digest)
    replay = Request.make("REGISTER", signed.raw_uri, signed.headers)
    replay.set("Via", "SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKreplay")

    assert peer.ask(signed).status == 200
    again = peer.ask(replay, OTHER)
    assert again.status == 401
    assert Challenge.parse(again.lines("WWW-Authenticate")[0]).params["stale"] == "true"
    binding = peer.registrar.find(DESK, peer.now)
    assert binding is not None
    assert binding.flow == peer.source


def test_the_same_nonce_serves_the_next_count_until_it_is_old() -> None:
    peer = DeskPeer()
    digest = peer.digest(peer.ask(peer.registers()))

    assert peer.ask(peer.signed(peer.registers(), digest)).status == 200
    assert peer.ask(peer.signed(peer.registers(), digest)).status == 200
    peer.pass_time(LIFETIME_S + 1)
    late = peer.ask(peer.signed(peer.registers(), digest))
    assert late.status == 401
    assert digest.learn(late), "a stale nonce is worth another try (RFC 7616 3.3)"
    assert peer.ask(peer.signed(peer.registers(), digest)).status == 200


def test_after_a_restart_a_phone_is_asked_again_and_not_refused() -> None:
    before, after = DeskPeer(), DeskPeer()
    after.stack.core.ids.rng.getrandbits(8)
    after.stack.gate.registrar = after.registrar = make_registrar(after.stack)
    digest = before.digest(before.ask(before.registers()))
    answer = after.ask(after.signed(after.registers(), digest))

    assert answer.status == 401
    assert digest.learn(answer)
    assert after.ask(after.signed(after.registers(), digest)).status == 200


def test_the_form_without_qop_works_once() -> None:
    """RFC 2069, as old telephones have it: there is no count that would stop a replay."""
    peer = DeskPeer()
    nonce = Challenge.parse(peer.ask(peer.registers()).lines("WWW-Authenticate")[0]).params["nonce"]

    def old() -> Request:
        request = peer.registers()
        response = response_of("MD5", DESK.secrets["MD5"], nonce, "REGISTER", "sip:192.0.2.1")
        request.set(
            "Authorization",
            f'Digest username="desk", realm="offhook", nonce="{nonce}", uri="sip:192.0.2.1", '
            f'response="{response}"',
        )
        return request

    assert peer.ask(old()).status == 200
    assert peer.ask(old()).status == 401


@pytest.mark.parametrize(
    ("change", "status", "fault"),
    [
        (("nc=00000001", "nc=one"), 403, "wrong"),
        (('uri="sip:192.0.2.1"', 'uri="sip:192.0.2.66"'), 403, "wrong"),
        (('username="desk"', 'username="desks"'), 403, "unknown"),
        (("qop=auth", "qop=auth-int"), 400, "unreadable"),
        (("algorithm=MD5", "algorithm=SHA-256"), 400, "unreadable"),
        (("algorithm=MD5", "algorithm=MD5-sess"), 400, "unreadable"),
        (('cnonce="cnonce", ', ""), 400, "unreadable"),
        (("Digest username", 'Digest username="x", username'), 400, "unreadable"),
    ],
)
def test_credentials_that_are_not_right(change: tuple[str, str], status: int, fault: str) -> None:
    peer = DeskPeer()
    request = peer.signed(peer.registers(), peer.digest(peer.ask(peer.registers())))
    given = request.lines("Authorization")[0]
    assert change[0] in given
    request.set("Authorization", given.replace(*change))

    assert peer.ask(request).status == status
    assert [each.fault for each in peer.reports] == [fault]


def test_credentials_of_another_realm_are_none() -> None:
    peer = DeskPeer()
    request = peer.registers()
    request.set("Authorization", 'Digest username="desk", realm="elsewhere", nonce="1"')

    assert peer.ask(request).status == 401


def test_a_right_nonce_with_a_count_that_is_no_number_is_stale() -> None:
    peer = DeskPeer()
    request = peer.registers()
    nonce = Challenge.parse(peer.ask(peer.registers()).lines("WWW-Authenticate")[0]).params["nonce"]
    middle = f"{nonce}:one:c:auth"
    response = response_of("MD5", DESK.secrets["MD5"], middle, "REGISTER", "sip:192.0.2.1")
    request.set(
        "Authorization",
        f'Digest username="desk", realm="offhook", nonce="{nonce}", uri="sip:192.0.2.1", '
        f'response="{response}", qop=auth, nc=one, cnonce="c"',
    )

    assert peer.ask(request).status == 401


def test_guessing_is_slowed_down_for_one_source_and_one_user() -> None:
    peer = DeskPeer()
    for _ in range(NAMED):
        assert peer.register(password="guess").status == 403
    out = peer.register(password="guess")
    right = peer.register()

    assert out.status == 503
    assert out.get("Retry-After") == "60"
    assert right.status == 503, "not even the right one, which would tell that it is"
    assert peer.register(name="hall", password="sesame", contact="<sip:hall@192.0.2.9>").status
    assert peer.register(source=OTHER).status == 200
    peer.pass_time(61)
    assert peer.register().status == 200
    assert [each.fault for each in peer.reports if each.fault][-2:] == ["guessing", "guessing"]


def test_nobody_takes_as_long_as_somebody_and_never_passes() -> None:
    """A phone without a secret for the algorithm is checked as nobody is."""
    half = Phone("half", {"MD5": hashlib.md5(b"half:offhook:x").hexdigest()})
    peer = DeskPeer(algorithms=("SHA-256", "MD5"))
    peer.stack.gate.registrar = make_registrar(peer.stack, {"half": half}, None, ("SHA-256", "MD5"))

    assert peer.register(name="half", password="x", contact="").status == 403
    assert Fault.WRONG.value == "gave a wrong password"
