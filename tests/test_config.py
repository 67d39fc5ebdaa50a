"""Reading the configuration: which source wins, and how faults are told."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.config import ConfigError, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "offhook.toml"


def test_without_anything_there_are_defaults() -> None:
    settings = load().settings

    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8080)
    assert load().directory(random.Random(1)).accounts == {}


def test_flags_win_over_variables_and_variables_over_the_file(file: Path) -> None:
    file.write_text('[server]\nhost = "file"\nport = 1\nbase_url = "http://file"\n')
    env = {"OFFHOOK_SERVER_PORT": "2", "OFFHOOK_SERVER_BASE_URL": "http://env", "HOME": "/"}
    server = load(
        file, env, {"server.base_url": "http://flag", "server.host": None}
    ).settings.server

    assert (server.host, server.port, server.base_url) == ("file", 2, "http://flag")


def test_variables_hold_lists_booleans_and_numbers() -> None:
    settings = load(
        env={
            "OFFHOOK_WEBHOOKS_DENY": "10.0.0.0/8, 192.168.0.0/16,",
            "OFFHOOK_WEBHOOKS_REQUIRE_HTTPS_WITH_CREDENTIALS": "false",
            "OFFHOOK_LIMITS_DRAIN_S": "2.5",
            "OFFHOOK_REQUIRE_PEERS": "1",
        }
    ).settings

    assert settings.webhooks.deny == ("10.0.0.0/8", "192.168.0.0/16")
    assert not settings.webhooks.require_https_with_credentials
    assert settings.limits.drain_s == 2.5


def test_accounts_of_the_file_become_a_directory(file: Path) -> None:
    file.write_text('[[accounts]]\nid = "9900000"\n[[trunks]]\nname = "t"\nhost = "h"\n')
    directory = load(file).directory(random.Random(1))

    assert list(directory.accounts) == ["9900000"]
    assert list(directory.trunks) == ["t"]


@pytest.mark.parametrize(
    ("text", "key", "fault", "fix"),
    [
        ("[server]\nprot = 1", "server.prot", "unknown key", "did you mean server.port?"),
        ("[servers]\nport = 1", "servers", "unknown key", "did you mean server?"),
        ("[server]\nqqq = 1", "server.qqq", "unknown key", "known here: host, port, base_url"),
        (
            "[[accounts]]\nid = '1'\n[[accounts]]\nid = '2'\ncpss = 3",
            "accounts[1].cpss",
            "unknown key",
            "did you mean accounts[1].cps?",
        ),
        (
            "[server]\nport = 'x'",
            "server.port",
            "Expected int, got str",
            "write a port, or 0 for any free one",
        ),
        (
            "[server]\nport = 70000",
            "server.port",
            "Expected int <= 65535",
            "write a port, or 0 for any free one",
        ),
        ("server = 5", "server", "Expected table, got int", ""),
        (
            "[server]\nbase_url = 'voice'",
            "server.base_url",
            "has the wrong form",
            "write an http or https URL with a host",
        ),
        (
            "[[accounts]]\nname = 'x'",
            "accounts[0].id",
            "is missing",
            'write digits in quotes, such as "9900000"',
        ),
        (
            "[errors]\nnot_found_wording = 'x'",
            "errors.not_found_wording",
            "Invalid enum value 'x'",
            "write one of classic, detailed",
        ),
        (
            "[tokens.static]\nshort = 'alice'",
            "tokens.static",
            "Expected str of length >= 16",
            "",
        ),
        (
            "[media]\nports = '20000-20031'\nworkers = 5",
            "media.ports",
            "'20000-20031' are too few for 5 workers",
            'write a range such as "20000-40000"',
        ),
        (
            "[media]\nworkers = -1",
            "media.workers",
            "Expected int >= 0",
            "write up to 64; 0: as many as pay",
        ),
        (
            "[media]\nports = '5-3'",
            "media.ports",
            "'5-3' is no range of ports",
            'write a range such as "20000-40000"',
        ),
        (
            "[webhooks]\nallow = ['10.0.0.1/8']",
            "webhooks.allow",
            "'10.0.0.1/8' is no network: write it like 10.0.0.0/8, without host bits",
            "",
        ),
        (
            "[[users]]\nname = 'a'",
            "users[0].password",
            "is needed, or password_hash, and not both",
            "",
        ),
        (
            "[[users]]\nname = 'a'\npassword_hash = 'md5'",
            "users[0].password_hash",
            "a password hash reads scrypt$N$r$p$salt$key",
            "",
        ),
        (
            "[[accounts]]\nid = '1'\n[[accounts]]\nid = '1'",
            "accounts",
            "'1' is there twice: remove one of them",
            "",
        ),
    ],
)
def test_a_fault_names_file_key_fault_and_fix(
    file: Path, text: str, key: str, fault: str, fix: str
) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    error = caught.value

    assert (error.source, error.key, error.fault, error.fix) == (str(file), key, fault, fix)
    assert str(error) == f"{file}: {key}: {fault}" + (f"\n  fix: {fix}" if fix else "")


def test_a_file_that_is_not_there_or_not_toml_is_told(file: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(file)

    file.write_text("x =")
    with pytest.raises(ConfigError, match="is not TOML: Invalid value"):
        load(file)

    file.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="is not TOML"):
        load(file)


@pytest.mark.parametrize(
    ("env", "flags", "told"),
    [
        (
            {"OFFHOOK_SERVER_PRT": "1"},
            {},
            "OFFHOOK_SERVER_PRT: unknown setting\n  fix: did you mean OFFHOOK_SERVER_PORT?",
        ),
        (
            {"OFFHOOK_SERVER_PORT": "x"},
            {},
            "OFFHOOK_SERVER_PORT: Expected int, got str\n  fix: write a port",
        ),
        (
            {},
            {"server.prot": "1"},
            "--server.prot: unknown setting\n  fix: did you mean --server.port?",
        ),
        ({}, {"nowhere.port": "1"}, "--nowhere.port: unknown setting"),
        (
            {"OFFHOOK_MEDIA_PORTS": "9-8"},
            {},
            "OFFHOOK_MEDIA_PORTS: media.ports: '9-8' is no range of ports",
        ),
    ],
)
def test_faults_of_variables_and_flags_name_them(
    env: dict[str, str], flags: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, env, flags)

    assert str(caught.value).startswith(told)


@given(
    st.dictionaries(
        st.sampled_from(["server", "sip", "tokens", "accounts", "users", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_any_overrides_are_a_configuration_or_a_config_error(tables: dict[str, object]) -> None:
    for name, value in tables.items():
        try:
            load(None, {}, {f"{name}.{key}": value for key in ("port", "static", "id", "")})
        except ConfigError as error:
            assert str(error)
