"""Password hashes: what verifies, what does not, and what is no hash at all."""

import base64
import random

import pytest

from offhook.passwords import NOBODY, HashError, check_hash, hash_password, verify_password


def test_the_right_password_verifies_and_a_wrong_one_does_not() -> None:
    stored = hash_password("pässword:1", random.Random(1))

    assert verify_password("pässword:1", stored)
    assert not verify_password("password:1", stored)


def test_two_hashes_of_one_password_differ_by_their_salt() -> None:
    rng = random.Random(1)

    assert hash_password("secret", rng) != hash_password("secret", rng)


def test_a_hash_made_with_other_parameters_still_verifies() -> None:
    """Known answer of RFC 7914 12: scrypt with N=1024, r=8, p=16, cut to 32 bytes."""
    key = bytes.fromhex("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
    known = f"scrypt$1024$8$16$TmFDbA==${base64.b64encode(key).decode()}"

    assert verify_password("password", known)


def test_nobody_has_a_password() -> None:
    check_hash(NOBODY)

    assert not verify_password("", NOBODY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "bcrypt$1$2$3$AA==$AA==",
        "scrypt$x$8$1$AA==$AA==",
        "scrypt$16384$8$1$!$AA==",
        "scrypt$16384$8$1$AA==$AA==",
    ],
)
def test_what_is_no_hash_is_refused(text: str) -> None:
    with pytest.raises(HashError):
        check_hash(text)


@pytest.mark.parametrize("cost", [-1, 0, 3, 2**30, 2**80])
def test_parameters_that_scrypt_cannot_take_are_refused(cost: int) -> None:
    """A hash from elsewhere cannot make us spend gigabytes."""
    with pytest.raises(HashError, match="unusable"):
        verify_password("x", NOBODY.replace("$16384$", f"${cost}$"))
