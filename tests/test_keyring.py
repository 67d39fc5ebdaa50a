"""Secrets overlap in a rotation; the commands have tests of their own."""

import random

import pytest

from offhook.clerk import Clerk, RefusedError
from offhook.directory import Account, Application, Directory, SigningSecret
from offhook.ids import Ids
from offhook.keyring import MOST_IN_USE, OVERLAP_S, Keyring
from offhook.testing.loop import EPOCH, running_loop, virtual
from offhook.testing.memory import memory_store

APP = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
FILE = Directory(
    [Account("1")],
    applications=[Application(APP, "1", "ivr")],
    secrets=[SigningSecret("file-1", APP, "of the file")],
)


def keyring() -> Keyring:
    clock = running_loop().clock
    return Keyring(Clerk(memory_store(clock), FILE), Ids(random.Random(1)), clock)


@virtual
async def test_a_rotation_leaves_the_old_one_a_day_and_the_files_alone() -> None:
    ring = keyring()
    first = ring.make(APP.upper())
    second, (old,) = ring.rotate(APP)

    assert old.id == first.id
    assert old.expires == EPOCH + OVERLAP_S
    in_force = ring.clerk.in_force
    both = {first.secret, second.secret, "of the file"}
    assert set(in_force.signing_secrets(APP, EPOCH + 1)) == both
    assert in_force.signing_secrets(APP, EPOCH + OVERLAP_S) == [second.secret, "of the file"]
    ends = {each.id: ring.end(each) for each in ring.of(APP)}
    assert ends[second.id] == ends["file-1"] == "in use"
    assert ends[first.id].startswith("in use until ")


@virtual
async def test_an_expiry_never_moves_on() -> None:
    ring = keyring()
    made = ring.expire(ring.make(APP))

    assert ring.expire(made, 60.0).expires == made.expires == EPOCH
    assert ring.end(made).startswith("expired ")


@virtual
async def test_there_are_only_so_many() -> None:
    ring = keyring()
    for _ in range(MOST_IN_USE - 1):
        ring.make(APP)
    with pytest.raises(RefusedError, match=f"has {MOST_IN_USE} secrets in use"):
        ring.make(APP)
