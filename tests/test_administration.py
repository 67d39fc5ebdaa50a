"""Changing the directory, on a real store in memory."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from offhook import settings
from offhook.administration import Admin, checked
from offhook.clerk import Rows
from offhook.clock import Clock
from offhook.config import load
from offhook.directory import Account, Application, Number
from offhook.ids import Ids
from offhook.store import Store

FILE = '[[accounts]]\nid = "1"\nname = "of the file"\n'


def made(path: Path) -> Admin:
    """Administration over a configuration file and a store beside each other."""
    file = path / "offhook.toml"
    file.write_text(FILE)

    @contextmanager
    def rows() -> Iterator[Rows]:
        store = Store.open(f"sqlite:///{path / 'store.sqlite3'}", Clock(), threaded=False)
        try:
            yield store
        finally:
            store.close()

    return Admin(lambda: load(file), rows, Ids(random.Random(1)))


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    return made(tmp_path)


def test_what_is_added_is_there_beside_what_the_file_says(admin: Admin) -> None:
    admin.add(Account("2", "added"), "2")

    assert [a.name for a in admin.entries(Account)] == ["of the file", "added"]


@pytest.mark.parametrize("account_id", ["1", "2"])
def test_nothing_is_added_twice(admin: Admin, account_id: str) -> None:
    admin.add(Account("2"), "2")

    with pytest.raises(click.ClickException, match=f"{account_id} exists already"):
        admin.add(Account(account_id), account_id)


def test_the_same_number_in_another_spelling_is_the_same(admin: Admin) -> None:
    admin.add(Application("app", "1", "ivr"), "app")
    admin.add(Number("+1 (202) 555-0100", "app"), "n")

    with pytest.raises(click.ClickException, match="exists already"):
        admin.add(Number("+12025550100", "app"), "n")


def test_nothing_that_leads_nowhere_is_added(admin: Admin) -> None:
    with pytest.raises(click.ClickException, match="account 7, which does not exist"):
        admin.add(Application("app", "7", "ivr"), "app")

    assert admin.entries(Application) == []


def test_removing_warns_of_those_left_behind(
    admin: Admin, capsys: pytest.CaptureFixture[str]
) -> None:
    admin.add(Application("app", "1", "ivr"), "app")
    admin.add(Number("+12025550100", "app"), "+12025550100")
    admin.remove(Application, "APP")
    told = capsys.readouterr()

    assert "removed APP" in told.out
    assert told.err == (
        "warning: number +12025550100 leads to application app, which does not exist\n"
    )


def test_entries_of_the_file_are_not_removed_or_changed(admin: Admin) -> None:
    with pytest.raises(click.ClickException, match="1 is not in the store"):
        admin.remove(Account, "1")
    with pytest.raises(click.ClickException, match="1 is not in the store"):
        admin.change(Account, "1", suspended=True)


def test_a_change_replaces_only_what_it_names(admin: Admin) -> None:
    admin.add(Account("2", "two", cps=9.0), "2")
    admin.change(Account, "2", suspended=True)

    assert admin.entries(Account)[1] == Account("2", "two", cps=9.0, suspended=True)


def test_values_are_checked_as_those_of_the_file() -> None:
    with pytest.raises(click.ClickException, match=r"^id: has the wrong form \(write digits"):
        checked(settings.AccountSettings, id="x", name=None)
