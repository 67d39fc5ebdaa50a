"""The gate: passwords through scrypt, remembered for a minute, and what accounts allow."""

import asyncio
import random
from collections.abc import Callable

import pytest
from tests.api.client import ACCOUNT, DIRECTORY, FENCED, SILENT, Stage, basic

from offhook.api import auth
from offhook.api.auth import Passwords, decode_basic
from offhook.directory import Directory, User
from offhook.errors import ApiError
from offhook.passwords import hash_password
from offhook.scopes import T


class Counting:
    """An offload that counts the work it is given."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self, work: Callable[[], T]) -> T:
        self.runs += 1
        await asyncio.sleep(0)
        return work()


class Door:
    """Password checks over a directory that can change, and a clock that can be set."""

    def __init__(self) -> None:
        self.directory = DIRECTORY
        self.now = 0.0
        self.offload = Counting()
        self.passwords = Passwords(
            lambda: self.directory, self.offload, lambda: self.now, b"k" * 32
        )

    def opens(self, name: str = "alice", password: str = "secret") -> bool:
        return asyncio.run(self.passwords.user(name, password)) is not None


def test_a_verified_password_is_remembered_for_a_minute_and_no_longer() -> None:
    door = Door()

    assert (door.opens(), door.opens(), door.offload.runs) == (True, True, 1)

    door.now = auth.REMEMBERED_S

    assert (door.opens(), door.offload.runs) == (True, 2)


def test_a_wrong_password_is_never_remembered() -> None:
    door = Door()

    assert (door.opens(password="x"), door.opens(password="x")) == (False, False)
    assert door.offload.runs == 2


def test_an_unknown_user_costs_a_check_as_well() -> None:
    """Otherwise the time of an answer would tell which users exist."""
    door = Door()

    assert (door.opens("nobody"), door.offload.runs) == (False, 1)


def test_a_disabled_user_is_checked_and_refused_even_when_remembered() -> None:
    door = Door()

    assert (door.opens("gone"), door.opens("gone"), door.offload.runs) == (False, False, 1)


def test_a_new_password_closes_the_old_one_at_once() -> None:
    door = Door()
    assert door.opens()
    door.directory = Directory(users=[User("alice", hash_password("new", random.Random(1)))])

    assert not door.opens()
    assert door.opens(password="new")


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "REMEMBERED_PAIRS", 1)
    door = Door()
    door.opens("alice")
    door.opens("clerk")
    door.opens("alice")

    assert door.offload.runs == 3


def test_a_burst_of_one_client_is_checked_once_per_turn_not_once_per_request() -> None:
    door = Door()

    async def burst() -> None:
        await asyncio.gather(*(door.passwords.user("alice", "secret") for _ in range(20)))

    asyncio.run(burst())

    assert door.offload.runs <= auth.PARALLEL


def test_only_the_first_colon_separates_name_and_password() -> None:
    assert decode_basic("YTpiOmM=") == ("a", "b:c")
    assert decode_basic("Og==") == ("", "")


@pytest.mark.parametrize("text", ["YTpi=", "YTp", "YT pi", "YTpi\n!", "é"])
def test_what_is_not_base64_is_not_decoded(text: str) -> None:
    with pytest.raises(ApiError, match="Failed to decode"):
        decode_basic(text)


@pytest.mark.parametrize(
    ("client", "status"),
    [
        (("10.1.2.3", 5), 200),
        (("::ffff:10.1.2.3", 5), 200),
        (("2001:db8::7", 5), 200),
        (("11.1.2.3", 5), 403),
        (("unix", 0), 403),
        (None, 403),
    ],
)
def test_an_account_can_be_fenced_to_networks(client: object, status: int) -> None:
    path = f"/api/v2/accounts/{FENCED}/calls"

    assert Stage().ask("GET", path, headers=basic(), client=client).status == status


def test_an_account_without_voice_is_forbidden() -> None:
    answer = Stage().ask("GET", f"/api/v2/accounts/{SILENT}/calls", headers=basic())

    assert (answer.status, answer.json()["description"]) == (403, "Forbidden")


def test_an_account_without_networks_takes_any_client() -> None:
    path = f"/api/v2/accounts/{ACCOUNT}/calls"

    assert Stage().ask("GET", path, headers=basic(), client=None).status == 200
