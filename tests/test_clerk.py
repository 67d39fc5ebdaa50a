"""Entries of the store, beside those of the file; the commands have tests of their own."""

import pytest

from offhook.clerk import Clerk, RefusedError, checked, key_of
from offhook.directory import Account, Application, Directory, Number, Trunk
from offhook.sections import Section
from offhook.settings import TrunkSettings
from offhook.testing.loop import running_loop, virtual
from offhook.testing.memory import memory_store

FILE = Directory([Account("1", "of the file")], trunks=[Trunk("fixed", "10.0.0.1")])
APP = Application("3D4F7C5E-2a51-4c59-9b6f-6f0a61f8d1aa", "1", "ivr")


def clerk() -> Clerk:
    return Clerk(memory_store(running_loop().clock), FILE)


@virtual
async def test_what_is_in_force_is_the_store_below_the_file() -> None:
    made = clerk()
    made.add(Trunk("spare", "10.0.0.2"), "spare")
    made.rows.put(Trunk("fixed", "10.9.9.9"))

    assert sorted(made.in_force.trunks) == ["fixed", "spare"]
    assert made.in_force.trunks["fixed"].host == "10.0.0.1"


@virtual
async def test_an_entry_is_replaced_under_any_spelling_of_its_name() -> None:
    made = clerk()
    made.add(APP, APP.id)
    made.add(Number("+12025550100", APP.id), "n")
    made.replace(Application(APP.id, "1", "renamed"), APP.id.upper())
    made.change(Number, "+1 (202) 555-0100", application_id=APP.id.lower())

    assert made.stored.application("1", APP.id) == Application(APP.id, "1", "renamed")
    assert made.remove(Application, APP.id) == [
        f"number +12025550100 leads to application {APP.id.lower()}, which does not exist"
    ]


@virtual
async def test_what_is_of_the_file_or_of_nobody_is_left_alone() -> None:
    made = clerk()
    for name in ("fixed", "nobody"):
        with pytest.raises(RefusedError, match=f"{name} is not in the store"):
            made.replace(Trunk(name, "10.0.0.3"), name)
        with pytest.raises(RefusedError, match=f"{name} is not in the store"):
            made.remove(Trunk, name)


@virtual
async def test_nothing_leads_nowhere_by_a_change() -> None:
    made = clerk()
    made.add(APP, APP.id)
    with pytest.raises(RefusedError, match="belongs to account 2, which does not exist"):
        made.replace(Application(APP.id, "2", "ivr"), APP.id)

    assert made.stored.application("1", APP.id) == APP


class Sample(Section, frozen=True, kw_only=True):
    """A table."""

    count: int


def test_texts_may_stand_for_numbers_where_that_is_said() -> None:
    assert checked(Sample, strict=False, count="7").count == 7
    with pytest.raises(RefusedError, match="count: Expected int, got str") as caught:
        checked(Sample, count="7")
    assert (caught.value.key, caught.value.fix) == ("count", "")


def test_a_fault_names_the_setting_and_the_fix() -> None:
    with pytest.raises(RefusedError) as caught:
        checked(TrunkSettings, strict=False, name="x", host="h", port="x")

    assert caught.value.key == "port"
    assert caught.value.fix == "write a port from 1 to 65535"


def test_names_are_compared_as_the_directory_does() -> None:
    assert key_of(Application, "ABC") == "abc"
    assert key_of(Number, "1 202 555 0100") == "+12025550100"
    assert key_of(Trunk, "ABC") == "ABC"
