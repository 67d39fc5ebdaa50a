"""What the settings mean, and that the example explains every one of them."""

import random
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from offhook.directory import Account, Application, Number, Trunk, User
from offhook.hooks import Credentials, Hook, Target
from offhook.passwords import verify_password
from offhook.sections import Section
from offhook.settings import (
    AccountSettings,
    ApplicationSettings,
    Media,
    NumberSettings,
    Recordings,
    Settings,
    Tokens,
    TrunkSettings,
    UserSettings,
)

EXAMPLE = Path(__file__).parents[1] / "examples" / "offhook.toml"
ID = "3D4F7C5E-2a51-4c59-9b6f-6f0a61f8d1aa"


def test_the_example_is_valid_and_uncommented_keys_show_the_defaults() -> None:
    tables = tomllib.loads(EXAMPLE.read_text())
    settings = msgspec.convert(tables, Settings)

    for name in (
        "server",
        "sip",
        "media",
        "store",
        "recordings",
        "limits",
        "errors",
        "webhooks",
        "tokens",
    ):
        assert getattr(settings, name) == getattr(Settings(), name)


def test_the_example_explains_every_key() -> None:
    text = EXAMPLE.read_text()
    for section in msgspec.structs.fields(Settings):
        kinds: list[Any] = [section.type, *get_args(section.type)]
        kind = next(k for k in kinds if isinstance(k, type) and issubclass(k, Section))
        part = re.split(rf"^\[+{section.name}\]+", text, flags=re.MULTILINE)[1]
        part = re.split(r"^\[+\w+\]", part, flags=re.MULTILINE)[0]
        for field in msgspec.structs.fields(kind):
            key = r"^\[tokens.static\]" if field.name == "static" else rf"^(# )?{field.name} = "
            assert re.search(key, part, re.MULTILINE), f"{section.name}.{field.name}"


def test_a_plain_password_is_hashed_and_a_hash_is_kept() -> None:
    rng = random.Random(1)
    alice = UserSettings(name="alice", password="secret", accounts=("1", "2")).value(rng)

    assert verify_password("secret", alice.password_hash)
    assert alice.roles == {"1": ("voice",), "2": ("voice",)}

    kept = UserSettings(name="alice", password_hash=alice.password_hash, enabled=False).value(rng)

    assert kept == User("alice", alice.password_hash, {}, enabled=False)


def test_an_application_has_credentials_for_its_own_urls_and_others_for_the_fallback() -> None:
    settings = ApplicationSettings(
        id=ID,
        account="1",
        name="ivr",
        initiate_url="https://a/i",
        initiate_fallback_url="https://b/i",
        initiate_fallback_method="GET",
        initiate_fallback_username="f",
        status_url="https://a/s",
        status_fallback_url="https://b/s",
        username="u",
        password="p",
    )

    assert settings.value() == Application(
        ID.lower(),
        "1",
        "ivr",
        Hook(
            Target("https://a/i", "POST", Credentials("u", "p")),
            Target("https://b/i", "GET", Credentials("f")),
        ),
        Target("https://a/s", "POST", Credentials("u", "p")),
        Target("https://b/s", "POST", Credentials("u", "p")),
    )


def test_an_application_may_have_no_urls() -> None:
    assert ApplicationSettings(id=ID, account="1", name="x").value() == Application(
        ID.lower(), "1", "x"
    )


def test_accounts_numbers_and_trunks_are_taken_as_they_are() -> None:
    account = AccountSettings(id="1", cps=2.5, allowed_networks=("10.0.0.0/8",)).value()
    trunk = TrunkSettings(name="t", host="h", transport="tcp", patterns=("+1*",)).value()

    assert account == Account("1", cps=2.5, allowed_networks=("10.0.0.0/8",))
    assert trunk == Trunk("t", "h", transport="tcp", patterns=("+1*",))
    assert NumberSettings(number="+1", application=ID).value() == Number("+1", ID.lower())


def test_media_ports_are_a_range() -> None:
    assert (Media(ports="4000-4010").first_port, Media(ports="4000-4010").last_port) == (4000, 4010)


@pytest.mark.parametrize("ports", ["5-5", "9-3", "0-9", "1-70000"])
def test_a_range_the_wrong_way_round_or_out_of_bounds_is_refused(ports: str) -> None:
    with pytest.raises(ValueError, match="is no range of ports"):
        Media(ports=ports)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"storage": "s3"}, 'bucket: is needed where storage is "s3"'),
        ({"access_key_id": "a"}, "secret_access_key: is needed"),
        ({"secret_access_key": "a"}, "secret_access_key: is needed"),
        ({"endpoint": "http://s3.example.com"}, "endpoint: would send recordings in the clear"),
        ({"prefix": "/a"}, "matching regex"),
        ({"prefix": "a//b"}, "matching regex"),
    ],
)
def test_a_bucket_that_cannot_be_meant_is_refused(values: dict[str, str], fault: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=fault):
        msgspec.convert(values, Recordings)


@pytest.mark.parametrize(
    ("endpoint", "allow", "allowed"),
    [
        (None, False, False),
        ("https://s3.example.com", False, False),
        ("http://s3.example.com", True, True),
        ("http://127.0.0.1:9000", False, True),
        ("http://[::1]:9000", False, True),
        ("http://localhost", False, True),
    ],
)
def test_media_goes_in_the_clear_on_this_machine_or_if_told_to(
    endpoint: str | None, allow: bool, allowed: bool
) -> None:
    assert Recordings(endpoint=endpoint, allow_http=allow).http_allowed is allowed


def test_the_keys_of_a_bucket_are_not_shown() -> None:
    kept = Recordings(storage="s3", bucket="b", access_key_id="id-x", secret_access_key="key-x")

    assert "-x" not in repr(kept)
    assert "-x" not in repr(Settings(recordings=kept))


@pytest.mark.parametrize(
    "section",
    [
        UserSettings(name="u", password="hidden-x", accounts=("9900000",)),
        TrunkSettings(name="t", host="h", username="u", password="hidden-x"),
        Tokens(secret="hidden-x" * 4, static={"hidden-x" * 2: "u"}),
    ],
)
def test_a_section_that_is_shown_keeps_its_secrets(section: msgspec.Struct) -> None:
    assert "hidden-x" not in repr(section)
    assert section.__struct_fields__[0] + "=" in repr(section)
