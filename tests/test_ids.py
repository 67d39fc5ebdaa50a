"""Identifiers have the contract's shapes and come from the injected source (rest.md 3.1)."""

import random
import re

import pytest

from offhook.ids import Ids, SystemRandom


def test_a_call_id_has_47_characters_and_names_the_node() -> None:
    call_id = Ids(random.Random(1), "0a1b2c3d").call()

    assert len(call_id) == 47
    assert re.fullmatch(r"c-0a1b2c3d-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", call_id)


def test_a_uuid_is_version_four() -> None:
    text = Ids(random.Random(1)).uuid()

    assert text[14] == "4"
    assert text[19] in "89ab"


def test_the_same_seed_makes_the_same_ids() -> None:
    assert Ids(random.Random(7)).call() == Ids(random.Random(7)).call()


def test_a_token_has_as_many_digits_as_it_has_bits_for() -> None:
    assert len(Ids(random.Random(3)).token(64)) == 16


def test_pooled_randomness_never_gives_the_same_bytes_twice() -> None:
    rng = SystemRandom()

    taken = [rng.randbytes(16) for _ in range(1000)]

    assert len(set(taken)) == 1000
    assert len(rng.randbytes(10_000)) == 10_000


@pytest.mark.parametrize("bits", [1, 7, 8, 62, 96, 128])
def test_pooled_randomness_fills_all_bits_and_no_more(bits: int) -> None:
    rng = SystemRandom()

    numbers = [rng.getrandbits(bits) for _ in range(200)]

    assert max(numbers) < 1 << bits
    assert any(number >> (bits - 1) for number in numbers)


def test_a_recording_id_is_like_a_calls() -> None:
    made = Ids(random.Random(1), "0000abcd").recording()

    assert made.startswith("r-0000abcd-")
    assert len(made) == 47
