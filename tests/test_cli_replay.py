"""`offhook replay`: calls in a store or a file, and how it ends."""

import json
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from msgspec.structs import replace
from tests.replay.recorded import PAGES, TOLD, Pages, pressed, recorded, serving

from offhook import beacon
from offhook.cli import main
from offhook.clock import Clock
from offhook.replay.tape import Tape
from offhook.store import Store

pytestmark = pytest.mark.slow

CONFIG = '[store]\nurl = "sqlite:///{folder}/offhook.sqlite3"\n'


@pytest.fixture(scope="module")
def tape() -> Tape:
    return recorded(pressed)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tape: Tape) -> Path:
    """A folder in which `offhook dev` has run, and left a call behind."""
    monkeypatch.setenv(beacon.RUNTIME, str(tmp_path / "runtime"))
    monkeypatch.chdir(tmp_path)
    left = tmp_path / ".offhook-dev"
    left.mkdir()
    (left / "offhook.toml").write_text(CONFIG.format(folder=left))
    store = Store.open(f"sqlite:///{left}/offhook.sqlite3", Clock(), threaded=False)
    live = replace(tape.call, call_id="c-live", end_time=None)
    store.write(tape.call, *tape.events, live, replace(tape.events[0], call_id="c-live"))
    leg = replace(
        tape.call, call_id="c-leg", parent_call_id=tape.call.call_id, enqueued_time=None, to="+1"
    )
    store.write(leg, replace(tape.events[0], call_id="c-leg"))
    store.close()
    return tmp_path


def replay(call: str, *options: str, pages: Pages = PAGES, stdin: bytes = b"") -> Result:
    with serving(pages) as there:
        arguments = ["replay", call, "--app", there.url, *options]
        try:
            return CliRunner().invoke(main, arguments, input=stdin, catch_exceptions=False)
        finally:
            structlog.reset_defaults()


def test_no_difference(tape: Tape) -> None:
    done = replay(tape.call.call_id)

    assert done.exit_code == 0, done.output
    assert done.output == "no difference in 11 steps\n"


def test_a_difference_is_shown_kept_and_may_be_replayed_from_the_file(
    tape: Tape, folder: Path
) -> None:
    changed = {**PAGES, "/v/key": TOLD.replace("2", "3")}
    done = replay(tape.call.call_id, "--out", "menu.json", pages=changed)
    kept = json.loads((folder / "menu.json").read_text())

    assert done.exit_code == 1
    assert "difference at step 6 of the script" in done.output
    assert '    - <Pause duration="2"/>' in done.output
    assert '    + <Pause duration="3"/>' in done.output
    assert kept["difference"]["step"] == 6
    assert len(kept["recorded"]) == len(tape.events)
    assert kept["replayed"]
    assert [leg["call"]["call_id"] for leg in kept["legs"]] == ["c-leg"]
    assert replay("menu.json").exit_code == 0
    assert replay("-", stdin=(folder / "menu.json").read_bytes()).exit_code == 0


def test_what_cannot_be_replayed_ends_with_2(folder: Path) -> None:
    (folder / "other.json").write_text("{}")
    for call, said in (
        ("c-nowhere", "c-nowhere is no call of sqlite:///"),
        ("c-live", "has not ended"),
        ("c-leg", "was placed by c-"),
        ("other.json", "no file of `offhook replay --out`"),
    ):
        done = replay(call)

        assert done.exit_code == 2
        assert said in done.output


def test_mistakes_are_told(tape: Tape) -> None:
    done = CliRunner().invoke(main, ["replay", tape.call.call_id, "--app", "127.0.0.1:5000"])

    assert done.exit_code == 2
    assert "127.0.0.1:5000 is no http or https URL" in done.output
