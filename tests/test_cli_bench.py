"""`offhook bench` on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from offhook import cli_bench
from offhook.capacity import run
from offhook.capacity.run import Tell, Wish
from offhook.capacity.steps import Step
from offhook.capacity.telephones import TelephonesError
from offhook.cli import main

CORE = "the core of the media worker"
STEPS = {
    "calls_at_once": [Step(50, {CORE: 0.4}, 12.0, received=10), Step(75, {CORE: 0.95}, skipped=4)],
    "calls_a_second": [Step(20, {CORE: 0.1}, 9.0)],
}


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> list[Wish]:
    """What is measured, instead of a measurement."""
    asked: list[Wish] = []
    for name, steps in STEPS.items():

        async def measure(wish: Wish, tell: Tell, steps: list[Step] = steps) -> list[Step]:
            asked.append(wish)
            for step in steps:
                tell(step)
            return steps

        monkeypatch.setattr(run, name, measure)
    return asked


def test_each_load_is_told_and_then_what_binds(wishes: list[Wish]) -> None:
    done = CliRunner().invoke(main, ["bench", "--calls", "75", "--seconds", "2"])

    assert done.exit_code == 0, done.output
    assert (wishes[0].calls, wishes[0].seconds, wishes[1].per_second) == (75, 2.0, 1000)
    assert "RTP ports 20000-40000 (10,000 pairs, shared)" in done.output
    assert "40% of the core of the media worker" in done.output
    assert "TOO MUCH: media workers gave up 4 ticks" in done.output
    *_, first, second = done.output.splitlines()
    assert first.startswith("50 calls at once: beyond it, at 75, media workers gave up 4 ticks")
    assert second.startswith("20 calls a second: as many as were tried")


def test_as_json(wishes: list[Wish], tmp_path: Path) -> None:
    config = tmp_path / "offhook.toml"
    config.write_text("[limits]\ncalls = 99\n")
    done = CliRunner().invoke(main, ["bench", "--json", "--quick", "--config", str(config)])
    data = json.loads(done.output)

    assert wishes[0].seconds == cli_bench.QUICK_S
    assert data["limits"]["calls"] == 99
    assert data["measured"]["calls at once"]["most"] == 50
    assert data["measured"]["calls at once"]["beyond"] == 75
    assert [step["ok"] for step in data["measured"]["calls at once"]["steps"]] == [True, False]
    assert data["measured"]["calls a second"]["beyond"] is None


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (TelephonesError("the telephones do not work: x"), 1, "broke off: the telephones do not"),
        (ConnectionResetError("gone"), 1, "the measurement broke off: gone"),
        (KeyboardInterrupt(), 130, "interrupted; nothing is left running"),
    ],
)
def test_what_breaks_off_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, told: str
) -> None:
    async def fail(wish: Wish, tell: Tell) -> list[Step]:
        raise error

    monkeypatch.setattr(run, "calls_at_once", fail)
    done = CliRunner().invoke(main, ["bench"])

    assert done.exit_code == status
    assert told in done.output


def test_a_wrong_configuration_and_wrong_numbers_are_refused(tmp_path: Path) -> None:
    config = tmp_path / "offhook.toml"
    config.write_text("[limits]\ncalls = 0\n")
    wrong = CliRunner().invoke(main, ["bench", "--config", str(config)])
    none = CliRunner().invoke(main, ["bench", "--calls", "0"])

    assert (wrong.exit_code, none.exit_code) == (1, 2)
    assert "limits.calls" in wrong.output
    assert "--calls" in none.output
