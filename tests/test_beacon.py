"""How a network in a box makes itself known."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from offhook import beacon
from offhook.beacon import Beacon, lit, seen


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(beacon.RUNTIME, str(tmp_path))
    return tmp_path / "offhook"


def made(pid: int = os.getpid(), url: str = "http://127.0.0.1:8080") -> Beacon:
    return Beacon(pid, url, "/x/offhook.toml", "9900000", "dev", "dev", "app", "+1", "http://app")


def gone() -> int:
    """A process id of nobody."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_it_is_seen_while_it_is_lit_and_by_its_user_alone(runtime: Path) -> None:
    with lit(made()):
        assert seen() == [made()]
        (path,) = runtime.iterdir()
        assert path.stat().st_mode & 0o777 == 0o600
        assert runtime.stat().st_mode & 0o777 == 0o700

    assert seen() == []
    assert list(runtime.iterdir()) == []


def test_that_of_a_process_that_was_killed_is_passed_over() -> None:
    with lit(made(gone())), lit(made()):
        assert seen() == [made()]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pid": 1}', "null", '{"pid": "x"}'])
def test_what_is_no_beacon_is_passed_over(runtime: Path, text: str) -> None:
    with lit(made()):
        (runtime / "dev-1.json").write_text(text)
        whole = {**json.loads((runtime / f"dev-{os.getpid()}.json").read_text()), "later": 1}
        (runtime / "dev-2.json").write_text(json.dumps(whole))

        assert seen() == [made(), made()]


def test_a_folder_that_others_can_enter_is_neither_read_nor_written(runtime: Path) -> None:
    with lit(made()):
        runtime.chmod(0o755)

        assert seen() == []
        with lit(made(1)):
            assert len(list(runtime.iterdir())) == 1


def test_where_nothing_can_be_written_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(beacon.RUNTIME, str(tmp_path / "file"))
    (tmp_path / "file").write_text("")
    with lit(made()):
        assert seen() == []


def test_without_a_runtime_folder_it_is_one_of_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(beacon.RUNTIME)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with lit(made()):
        assert [path.name for path in tmp_path.iterdir()] == [f"offhook-{os.getuid()}"]
        assert seen() == [made()]


def test_of_several_that_of_the_folder_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    own = replace(made(os.getppid()), config=str(tmp_path / "mine/.offhook-dev/offhook.toml"))
    with lit(made()):
        alone = beacon.meant()
        with lit(own):
            both = beacon.meant()
            monkeypatch.chdir(tmp_path)

            assert len(beacon.meant()) == 2
    assert alone == [made()]
    assert both == [own]
