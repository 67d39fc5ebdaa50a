"""What the two commands take; what they do is in tests/dev."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from offhook.cli import main
from offhook.testing.server import free_ports


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["dev", "--app", "127.0.0.1:5000"], 2, "127.0.0.1:5000 is no http or https URL"),
        (["dev", "--port", "0"], 2, "0 is not in the range"),
        (["dial", "--folder", "nowhere"], 1, "no network in nowhere: start one with `offhook dev`"),
        (["dial", "+12025550110"], 1, "+12025550110 (busy) never speaks to anybody"),
        (["dial"], 1, "the network does not run: start it with `offhook dev`"),
        (["dial", "+12025550199"], 1, "nobody has the number +12025550199"),
    ],
)
def test_mistakes_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".offhook-dev"
    folder.mkdir()
    (folder / "offhook.toml").write_text(f"[sip]\nport = {free_ports(1)[0]}\n")
    done = CliRunner().invoke(main, arguments)

    assert done.exit_code == status
    assert said in done.output
