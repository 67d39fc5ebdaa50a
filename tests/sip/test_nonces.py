"""Nonces are made without memory, live for a while, and count once."""

import random

from offhook.ids import Ids
from offhook.sip.nonces import KEPT, LIFETIME_S, Freshness, Nonces


def nonces(seed: int = 1) -> Nonces:
    return Nonces(Ids(random.Random(seed)))


def test_a_nonce_is_fresh_once_for_each_count() -> None:
    made = nonces()
    nonce = made.make(100.0)

    assert made.take(nonce, 1, 101.0) is Freshness.FRESH
    assert made.take(nonce, 1, 101.0) is Freshness.STALE
    assert made.take(nonce, 5, 102.0) is Freshness.FRESH
    assert made.take(nonce, 4, 102.0) is Freshness.STALE
    assert made.take(made.make(100.0), 1, 102.0) is Freshness.FRESH


def test_an_old_nonce_is_stale() -> None:
    made = nonces()
    nonce = made.make(100.0)

    assert made.take(nonce, 1, 100.0 + LIFETIME_S) is Freshness.FRESH
    assert made.take(nonce, 2, 100.1 + LIFETIME_S) is Freshness.STALE


def test_a_nonce_of_another_server_or_a_changed_one_is_foreign() -> None:
    made = nonces()
    nonce = made.make(100.0)
    later = f"{int(nonce[:12], 16) + 1_000_000:012x}{nonce[12:]}"

    assert nonces(2).take(nonce, 1, 100.0) is Freshness.FOREIGN
    assert made.take(later, 1, 100.0) is Freshness.FOREIGN
    assert made.take("", 1, 100.0) is Freshness.FOREIGN
    assert made.take("\u00e9" * 40, 1, 100.0) is Freshness.FOREIGN


def test_making_nonces_costs_no_memory_and_used_ones_are_bounded() -> None:
    made = nonces()
    for _ in range(1000):
        made.make(100.0)
    assert len(made) == 0

    first = made.make(100.0)
    made.take(first, 1, 100.0)
    for number in range(KEPT):
        made.take(made.make(100.0 + number / 1000), 1, 100.0 + number / 1000)

    assert len(made) <= KEPT
