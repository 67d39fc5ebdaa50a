"""Which server is meant, and who asks."""

import os
from pathlib import Path

import click
import pytest

from offhook import beacon
from offhook.beacon import Beacon, lit
from offhook.cli import main
from offhook.remote.finding import PASSWORD, USER, Server, Wanted, find

CONFIG = """[server]
port = 18080
[store]
url = "sqlite:///{folder}/o.sqlite3"
[[accounts]]
id = "7"
"""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(beacon.RUNTIME, str(tmp_path))
    monkeypatch.setenv(USER, "alice")
    monkeypatch.setenv(PASSWORD, "secret")


def box(port: int = 8080) -> Beacon:
    url = f"http://127.0.0.1:{port}"
    return Beacon(os.getpid(), url, "/x", "9900000", "dev", "pw", "app", "+1", "http://app")


def found(wanted: Wanted = Wanted(), *arguments: str) -> Server:  # noqa: B008  # frozen
    """Find a server as a command of `offhook` with these arguments would."""
    with main.make_context("offhook", [*arguments, "tail"]) as context:
        main.callback and context.invoke(main.callback, path=_path(arguments))
        return find(context, wanted)


def _path(arguments: tuple[str, ...]) -> Path | None:
    return Path(arguments[1]) if arguments else None


def test_a_network_in_a_box_needs_no_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(USER)
    with lit(box()):
        server = found()

    assert (server.url, server.account, server.user, server.password, server.dev) == (
        "http://127.0.0.1:8080",
        "9900000",
        "dev",
        "pw",
        box(),
    )
    assert server.voice.base == "http://127.0.0.1:8080/api/v2/accounts/9900000"
    assert server.own.base == "http://127.0.0.1:8080/offhook/v1/accounts/9900000"
    assert server.root.base == "http://127.0.0.1:8080/offhook/v1"


def test_the_configuration_that_is_named_counts_more(tmp_path: Path) -> None:
    config = tmp_path / "offhook.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    with lit(box()):
        server = found(Wanted(), "--config", str(config))

    assert (server.url, server.account, server.user, server.dev) == (
        "http://127.0.0.1:18080",
        "7",
        "alice",
        None,
    )


def test_options_count_most() -> None:
    with lit(box()):
        server = found(Wanted(server="https://voice.test/", account="3", user="bob"))

    assert (server.url, server.account, server.user, server.password) == (
        "https://voice.test",
        "3",
        "bob",
        "secret",
    )
    assert server.dev is None


def test_the_url_of_a_box_leads_to_it() -> None:
    with lit(box()):
        assert found(Wanted(server="http://127.0.0.1:8080/")).dev == box()


def test_what_is_unclear_is_asked_back(tmp_path: Path) -> None:
    other = Beacon(os.getppid(), "http://127.0.0.1:8081", "/x", "9", "dev", "pw", "a", "+1", "u")
    with lit(box()), lit(other), pytest.raises(click.ClickException) as several:
        found()
    with pytest.raises(click.ClickException) as wrong:
        found(Wanted(server="ftp://x", account="1"))
    config = tmp_path / "offhook.toml"
    config.write_text(CONFIG.format(folder=tmp_path) + '[[accounts]]\nid = "8"\n')
    with pytest.raises(click.ClickException) as accounts:
        found(Wanted(), "--config", str(config))

    assert "choose with --server" in several.value.message
    assert "ftp://x is no http or https URL" in wrong.value.message
    assert "say which account with --account: 7, 8" in accounts.value.message
