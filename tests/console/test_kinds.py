"""Every field of a form is a setting, and every setting has a field where it can be set."""

import pytest

from offhook.console.kinds import KINDS, TABLES, Kind, kept, settings
from offhook.directory import Directory, Trunk
from offhook.testing import fixtures

ELSEWHERE = {"account", "password_hash", "signing_secrets", "ha1_md5", "ha1_sha256", "password"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_fields_are_those_of_the_settings(kind: Kind) -> None:
    known, shown = set(kind.section.__struct_fields__), {each.name for each in kind.fields}

    assert shown <= known
    assert known - shown <= ELSEWHERE
    assert kind.key in shown
    assert hasattr(Directory(), TABLES[kind.entry])


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_an_entry_can_be_read_into_its_form_and_its_row(kind: Kind) -> None:
    directory = fixtures.directory()
    for entry in getattr(directory, TABLES[kind.entry]).values():
        values = kind.values(entry)

        assert set(values) <= {each.name for each in kind.fields}
        assert not any("password" in name for name in values)
        assert all(isinstance(cell(entry, directory), str) for _, cell in kind.columns)


def test_texts_of_a_form_become_what_settings_take() -> None:
    form = {"name": " x ", "patterns": "+1*, +2*\r\n+3*", "port": "", "password": " p "}
    values = settings(KINDS["trunks"], form)

    assert values["name"] == "x"
    assert values["patterns"] == ("+1*", "+2*", "+3*")
    assert values["port"] is None
    assert values["password"] == " p "


def test_a_password_goes_with_its_user_name() -> None:
    trunk = Trunk("x", "h", username="u", password="p")
    form = settings(KINDS["trunks"], {"name": "x", "username": "u"})

    assert kept(KINDS["trunks"], trunk, form) == {"password": "p"}
    assert kept(KINDS["trunks"], trunk, {**form, "username": None}) == {}
    assert kept(KINDS["trunks"], trunk, {**form, "password": "new"}) == {}
