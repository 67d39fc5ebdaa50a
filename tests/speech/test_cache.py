"""The cache of sound."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from offhook.speech import Pcm
from offhook.speech.cache import PcmCache


def sound(samples: int) -> Pcm:
    return np.ones(samples, np.int16)


def test_what_was_put_is_found_and_cannot_be_changed() -> None:
    cache = PcmCache(1000)
    pcm = cache.put("a", sound(10))

    assert cache.get("a") is pcm
    with pytest.raises(ValueError, match="read-only"):
        pcm[0] = 2


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = PcmCache(limit_bytes=40)
    cache.put("a", sound(10))
    cache.put("b", sound(10))
    cache.get("a")
    cache.put("c", sound(10))

    assert [cache.get(key) is not None for key in "abc"] == [True, False, True]
    assert cache.size_bytes == 40


def test_a_sound_larger_than_the_cache_is_returned_but_not_kept() -> None:
    cache = PcmCache(limit_bytes=10)

    assert len(cache.put("a", sound(100))) == 100
    assert (len(cache), cache.size_bytes) == (0, 0)


def test_putting_again_replaces() -> None:
    cache = PcmCache(limit_bytes=1000)
    cache.put("a", sound(10))
    cache.put("a", sound(20))

    assert (len(cache), cache.size_bytes) == (1, 40)


def test_many_threads_keep_the_books_right() -> None:
    cache = PcmCache(limit_bytes=2000)

    def work(seed: int) -> None:
        for step in range(300):
            key = (seed * step) % 37
            if cache.get(key) is None:
                cache.put(key, sound(key + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(1, 9)))
    kept = [pcm for key in range(37) if (pcm := cache.get(key)) is not None]

    assert cache.size_bytes == sum(pcm.nbytes for pcm in kept) <= 2000
    assert len(kept) == len(cache)
