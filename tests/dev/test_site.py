"""The folder is held by one, its configuration is sound, and ports are free or said to be taken."""

import socket
import threading
from pathlib import Path

import pytest

from offhook.config import load
from offhook.dev.personas import PERSONAS
from offhook.dev.site import DevError, Site, held, http_port, is_free, turn, usual
from offhook.directory import dangling
from offhook.testing.server import free_ports


def test_the_configuration_is_sound(tmp_path: Path) -> None:
    site = Site(tmp_path, 8081, 5061, 5071, "http://127.0.0.1:5000", "http://127.0.0.1:5001")
    site.write()
    config = load(site.config)
    directory = config.directory()

    assert dangling(directory) == []
    assert (config.settings.server.port, config.settings.sip.port) == (8081, 5061)
    assert config.settings.server.host == "127.0.0.1"
    application, switchboard = directory.applications.values()
    contacts = {each.number: each for each in config.settings.contacts}
    assert len(contacts) == len(PERSONAS)
    assert contacts["+12025550110"].name == "busy"
    assert contacts["+12025550400"].about.endswith("(to 0699)")
    assert application.initiate is not None
    assert application.initiate.primary.url == "http://127.0.0.1:5000/voice/initiate"
    assert switchboard.initiate is not None
    assert switchboard.initiate.primary.url == "http://127.0.0.1:5001/switchboard"
    assert [each.number for each in directory.phones.values()] == ["+12025550190", "+12025550191"]


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with held(folder) as mine:
        assert mine == folder.resolve()
        assert (folder / ".gitignore").read_text() == "*\n"
        with pytest.raises(DevError, match="already runs in"), held(folder):
            pass
    with held(folder):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DevError, match="cannot be used"), held(tmp_path / "file"):
        pass


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_taken_port_is_an_error_if_it_was_asked_for(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]

        assert not is_free(port)
        assert usual(port) != port
        with pytest.raises(DevError, match=f"port {port} is taken"):
            http_port(port)


def test_a_free_port_is_taken_as_it_is() -> None:
    (port,) = free_ports(1)

    assert usual(port) == port
    assert http_port(port) == port


def test_networks_start_one_after_the_other() -> None:
    """Each looks for free ports and opens them before the next one looks."""
    seen: list[str] = []

    def second() -> None:
        with turn():
            seen.append("second")

    with turn():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.1)
        seen.append("first")
    thread.join()

    assert seen == ["first", "second"]
