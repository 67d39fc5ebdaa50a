"""Digest authentication, client side."""

import hashlib

import pytest

from offhook.hooks import Credentials
from offhook.sip.digest import MAX_REALMS, Digest
from offhook.sip.headers import Authorization
from offhook.sip.message import Response

MUFASA = Credentials("Mufasa", "Circle of Life")
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    f'nonce="{NONCE}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


def refused(*challenges: str, proxy: bool = False) -> Response:
    """A 401 or 407 with these challenges."""
    name = "Proxy-Authenticate" if proxy else "WWW-Authenticate"
    return Response(407 if proxy else 401, "No", [(name, each) for each in challenges])


def authorized(digest: Digest, method: str = "INVITE", uri: str = "sip:b@h") -> Authorization:
    """The one Authorization of the next request."""
    [(_, value)] = digest.authorize(method, uri, "c")
    return Authorization.parse(value)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_response_is_that_of_rfc_7616_3_9_1(algorithm: str, response: str) -> None:
    digest = Digest(MUFASA)
    assert digest.learn(refused(RFC_7616.format(algorithm)))

    [(name, value)] = digest.authorize("GET", "/dir/index.html", CNONCE)

    assert name == "Authorization"
    assert Authorization.parse(value).params == {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "uri": "/dir/index.html",
        "algorithm": algorithm,
        "nonce": NONCE,
        "nc": "00000001",
        "cnonce": CNONCE,
        "qop": "auth",
        "response": response,
        "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    }


def test_challenge_without_qop_is_answered_as_rfc_2069_did() -> None:
    digest = Digest(Credentials("bob", "zanzibar"))
    assert digest.learn(refused('Digest realm="biloxi.com", nonce="dcd98b71", opaque="5ccc"'))

    params = authorized(digest, "INVITE", "sip:bob@biloxi.com").params

    secret = hashlib.md5(b"bob:biloxi.com:zanzibar").hexdigest()
    what = hashlib.md5(b"INVITE:sip:bob@biloxi.com").hexdigest()
    assert params == {
        "username": "bob",
        "realm": "biloxi.com",
        "nonce": "dcd98b71",
        "uri": "sip:bob@biloxi.com",
        "response": hashlib.md5(f"{secret}:dcd98b71:{what}".encode()).hexdigest(),
        "opaque": "5ccc",
    }


def test_session_algorithm_mixes_the_nonces_into_the_secret() -> None:
    """RFC 7616 3.4.2."""
    digest = Digest(Credentials("u", "p"))
    assert digest.learn(refused('Digest realm="r", nonce="n", algorithm=SHA-256-sess, qop="auth"'))

    def sha(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    secret = sha(f"{sha('u:r:p')}:n:c")
    expected = sha(f"{secret}:n:00000001:c:auth:{sha('INVITE:sip:b@h')}")
    assert authorized(digest).params["response"] == expected
    assert authorized(digest).params["algorithm"] == "SHA-256-sess"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["MD5", "SHA-256"], "SHA-256"),
        (["SHA-256", "MD5"], "SHA-256"),
        (["MD5", "XYZ-1"], "MD5"),
        (["SHA-256", "SHA-512-256", "MD5"], "SHA-512-256"),
    ],
)
def test_strongest_known_algorithm_is_chosen(offered: list[str], chosen: str) -> None:
    """RFC 8760 2.4."""
    if chosen == "SHA-512-256" and "sha512_256" not in hashlib.algorithms_available:
        pytest.skip("this OpenSSL has no SHA-512/256")
    digest = Digest(MUFASA)
    assert digest.learn(refused(*(RFC_7616.format(each) for each in offered)))

    assert authorized(digest).params["algorithm"] == chosen


def test_nonce_count_grows_with_each_request() -> None:
    digest = Digest(MUFASA)
    digest.learn(refused(RFC_7616.format("MD5")))

    assert [authorized(digest).params["nc"] for _ in range(3)] == [
        "00000001",
        "00000002",
        "00000003",
    ]
    assert authorized(digest, "BYE").params["response"] != authorized(digest).params["response"]


def test_refused_credentials_are_not_tried_again() -> None:
    digest = Digest(MUFASA)
    assert digest.learn(refused('Digest realm="r", nonce="1"'))
    authorized(digest)

    assert not digest.learn(refused('Digest realm="r", nonce="2"'))


def test_stale_nonce_is_replaced() -> None:
    """RFC 7616 3.3."""
    digest = Digest(MUFASA)
    digest.learn(refused('Digest realm="r", nonce="1", qop="auth"'))
    authorized(digest)

    assert digest.learn(refused('Digest realm="r", nonce="2", qop="auth", stale=TRUE'))
    assert authorized(digest).params["nonce"] == "2"
    assert authorized(digest).params["nc"] == "00000002"


def test_old_nonce_refused_without_stale_is_tried_once_with_a_new_one() -> None:
    """A registrar that forgot our nonce between the INVITE and the BYE."""
    digest = Digest(MUFASA)
    digest.learn(refused('Digest realm="r", nonce="1"'))
    authorized(digest)
    authorized(digest, "BYE")

    assert digest.learn(refused('Digest realm="r", nonce="2"'))
    authorized(digest, "BYE")
    assert not digest.learn(refused('Digest realm="r", nonce="3"'))


def test_each_proxy_and_the_server_get_their_own_credentials() -> None:
    """RFC 3261 22.3."""
    digest = Digest(MUFASA)
    assert digest.learn(refused('Digest realm="p1", nonce="1"', proxy=True))
    digest.authorize("INVITE", "sip:b@h", "c")
    assert digest.learn(refused('Digest realm="p2", nonce="2"', proxy=True))
    digest.authorize("INVITE", "sip:b@h", "c")
    assert digest.learn(refused('Digest realm="p1", nonce="3"'))

    lines = digest.authorize("INVITE", "sip:b@h", "c")

    assert [(name, Authorization.parse(value).params["nonce"]) for name, value in lines] == [
        ("Proxy-Authorization", "1"),
        ("Proxy-Authorization", "2"),
        ("Authorization", "3"),
    ]


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Digest",
        "garbage",
        'Basic realm="r"',
        'Digest realm="r"',
        'Digest nonce="n"',
        'Digest realm="r", nonce="n", algorithm=SHA-1',
        'Digest realm="r", nonce="n", qop="auth-int"',
        'Digest realm="r", nonce="n',
    ],
)
def test_challenge_that_we_cannot_answer_ends_the_attempt(challenge: str) -> None:
    digest = Digest(MUFASA)

    assert not digest.learn(refused(challenge))
    assert digest.authorize("INVITE", "sip:b@h", "c") == []


def test_odd_challenge_beside_a_good_one_does_no_harm() -> None:
    digest = Digest(MUFASA)

    assert digest.learn(refused("Fancy x=y", 'digest REALM="r", nonce=n, QOP=auth'))
    assert authorized(digest).params["qop"] == "auth"


def test_realm_and_name_with_quotes_and_umlauts_are_quoted_and_hashed_as_utf_8() -> None:
    digest = Digest(Credentials('J"\u00f6', "p\u00e4ss"))
    digest.learn(refused('Digest realm="a \\"b\\"", nonce="n"'))

    params = authorized(digest).params

    secret = hashlib.md5('J"\u00f6:a "b":p\u00e4ss'.encode()).hexdigest()
    what = hashlib.md5(b"INVITE:sip:b@h").hexdigest()
    assert (params["username"], params["realm"]) == ('J"\u00f6', 'a "b"')
    assert params["response"] == hashlib.md5(f"{secret}:n:{what}".encode()).hexdigest()


def test_crowd_of_realms_is_given_up() -> None:
    digest = Digest(MUFASA)

    crowd = [f'Digest realm="{number}", nonce="n"' for number in range(MAX_REALMS + 1)]

    assert not digest.learn(refused(*crowd))
