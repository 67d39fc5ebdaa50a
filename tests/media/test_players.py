"""Clips in one arena, and players that come to their exact end."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.media.codecs import FRAME, Pcm
from offhook.media.players import Arena, Players

ROWS = 3


def ramp(length: int, start: int = 1) -> Pcm:
    return (np.arange(length) % 1000 + start).astype(np.int16)


def playing(arena_samples: int = 1 << 12) -> Players:
    return Players(ROWS, Arena(arena_samples))


def run(players: Players, ticks: int, row: int = 1) -> tuple[Pcm, list[tuple[int, int]]]:
    """Sound of a row, and (tick, play) of each end."""
    sound, ends = [], []
    for tick in range(ticks):
        out = np.zeros((ROWS, FRAME), np.int16)
        ends += [(tick, play) for _, play in players.tick(out)]
        sound.append(out[row])
    return np.concatenate(sound), ends


@pytest.mark.parametrize("length", [1, 159, 160, 161, 800, 1000])
def test_a_clip_is_played_whole_and_ends_with_its_last_frame(length: int) -> None:
    players = playing()
    players.load("clip", ramp(length))
    players.play(1, 7, "clip", loop=False)
    sound, ends = run(players, 10)

    assert sound[:length].tolist() == ramp(length).tolist()
    assert not sound[length:].any()
    assert ends == [((length - 1) // FRAME, 7)]


def test_an_empty_clip_ends_at_once() -> None:
    players = playing()
    players.load("clip", ramp(0))
    players.play(1, 7, "clip", loop=True)

    assert run(players, 3)[1] == [(0, 7)]


@settings(max_examples=30)
@given(st.integers(1, 700))
def test_a_loop_has_no_seam(length: int) -> None:
    players = playing()
    players.load("clip", ramp(length))
    players.play(1, 7, "clip", loop=True)
    sound, ends = run(players, 12)

    assert sound.tolist() == np.resize(ramp(length), 12 * FRAME).tolist()
    assert ends == []


def test_a_newer_play_replaces_the_older_without_its_end() -> None:
    players = playing()
    players.load("a", ramp(3200))
    players.load("b", ramp(320, start=5000))
    players.play(1, 1, "a", loop=False)
    run(players, 2)
    players.play(1, 2, "b", loop=False)
    sound, ends = run(players, 5)

    assert sound[:320].tolist() == ramp(320, start=5000).tolist()
    assert ends == [(1, 2)]


def test_stop_is_for_the_play_it_names() -> None:
    players = playing()
    players.load("a", ramp(3200))
    players.play(1, 1, "a", loop=False)

    assert not players.stop(1, 2)
    assert players.stop(1, 1)
    assert not players.stop(1, 1)
    assert run(players, 3)[1] == []


def test_a_clip_that_is_not_there_is_not_played() -> None:
    players = playing()

    assert not players.play(1, 7, "nothing", loop=False)


def test_who_plays_a_forgotten_or_replaced_clip_plays_it_to_the_end() -> None:
    players = playing()
    players.load("clip", ramp(320))
    players.play(1, 1, "clip", loop=False)
    players.load("clip", ramp(320, start=9000))
    players.forget("clip")
    for number in range(20):  # more than there is room for
        players.load(f"{number}", ramp(900, start=number))
    sound, ends = run(players, 3)

    assert sound[:320].tolist() == ramp(320).tolist()
    assert ends == [(1, 1)]
    assert not players.play(1, 2, "clip", loop=False)


def test_audio_played_once_needs_no_name() -> None:
    players = playing()
    players.play_once(1, 3, ramp(200))
    sound, ends = run(players, 3)

    assert sound[:200].tolist() == ramp(200).tolist()
    assert ends == [(1, 3)]


def test_rows_play_side_by_side() -> None:
    players = playing()
    players.load("a", ramp(320))
    players.load("b", ramp(480, start=3000))
    players.play(0, 1, "a", loop=False)
    players.play(2, 2, "b", loop=True)
    out = np.zeros((ROWS, FRAME), np.int16)
    players.tick(out)

    assert out[0].tolist() == ramp(160).tolist()
    assert not out[1].any()
    assert out[2].tolist() == ramp(160, start=3000).tolist()


@pytest.mark.parametrize("seed", range(10))
def test_the_arena_keeps_clips_whole_through_any_coming_and_going(seed: int) -> None:
    rng, arena = random.Random(seed), Arena(2000)
    clips: dict[int, Pcm] = {}
    for turn in range(200):
        if clips and rng.random() < 0.45:
            clip = rng.choice(list(clips))
            arena.release(clip)
            del clips[clip]
        else:
            pcm = ramp(rng.randint(0, 700), start=turn)
            clips[arena.add(pcm)] = pcm
        for clip, pcm in clips.items():
            start, length = int(arena.start[clip]), int(arena.length[clip])
            assert arena.at(np.arange(start, start + length)).tolist() == pcm.tolist()
            last = arena.frames(np.array([start + length]))
            assert not last.any()


def test_a_clip_lives_as_long_as_it_has_users() -> None:
    arena = Arena(2000)
    clip = arena.add(ramp(100))
    arena.hold(clip)
    arena.release(clip)

    assert arena.add(ramp(50)) != clip
    arena.release(clip)
    assert arena.add(ramp(50)) == clip
