"""`offhook demo`, as a user runs it: it proves what it says, and fails when that is not so."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from offhook.demo.checks import Checks
from offhook.demo.site import DemoError
from offhook.testing.sound import Pcm, silence, sounds, tone, tones

pytestmark = pytest.mark.slow

PROOFS = [
    "the called phone heard the greeting",
    "the called phone heard the chime: 1.00 s of 1000 Hz",
    "the called phone heard the announcement for key 5",
    "the SDK reads the call as disconnected, cause hangup",
    "the calling phone heard the greeting",
    "the calling phone heard the chime: 1.00 s of 1000 Hz",
    "the calling phone heard the announcement for key 1",
    "the SDK reads the call as inbound, cause hangup",
]
STEPS = ["--> INVITE", "<-- 200 OK", "verb   Gather", "key 5", "key 1", "audio  1.00 s", "<-- BYE"]
DEMO = ("-m", "offhook", "demo")
APP = str(Path(__file__).parents[1] / "data" / "apps" / "without_chime.py")
LIMIT_S = 90.0


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def test_demo_proves_a_call_out_and_a_call_in(tmp_path: Path) -> None:
    """Whatever else is configured here: the demo has a configuration and a store of its own."""
    precious = tmp_path / "precious.sqlite3"
    elsewhere = {"OFFHOOK_STORE_URL": f"sqlite:///{precious}", "OFFHOOK_SERVER_PORT": "1"}
    done = run(tmp_path, *DEMO, "--out", str(tmp_path), **elsewhere)
    said = [line.removeprefix("  ok  ") for line in done.stdout.splitlines() if "  ok  " in line]

    assert done.returncode == 0, done.stdout + done.stderr
    assert [claim[: len(proof)] for claim, proof in zip(said, PROOFS, strict=True)] == PROOFS
    assert [step for step in STEPS if step not in done.stdout] == []
    assert not precious.exists()
    for name in ("outbound", "inbound"):
        sound, rate = soundfile.read(tmp_path / f"{name}.wav", dtype="int16")
        pcm: Pcm = sound.astype(np.int16)
        chimes = [span for span in tones(pcm, 1000.0) if span.duration_s > 0.5]
        spoken = sum(span.duration_s for span in sounds(pcm))

        assert rate == 8000
        assert [round(span.duration_s, 1) for span in chimes] == [1.0]
        assert spoken > 4.0


def test_demo_without_its_chime_fails_and_says_so(tmp_path: Path) -> None:
    program = f"from offhook.demo.run import run\nexit(run(Path({str(tmp_path)!r}), Path({APP!r})))"
    done = run(tmp_path, "-c", f"from pathlib import Path\n{program}")

    assert done.returncode == 1
    assert "verb   Gather" in done.stdout
    assert "The demo failed: waited for the called phone to hear the chime, but" in done.stderr
    assert "  ok  " not in done.stdout
    assert list(tmp_path.glob("*.wav")) == []


def test_demo_whose_app_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "flask.py").write_text("raise ImportError('this is not Flask')")
    done = run(tmp_path, *DEMO, "--out", str(tmp_path), PYTHONPATH=str(tmp_path))

    assert done.returncode == 1
    assert "The demo failed: nothing answers on port" in done.stderr
    assert "this is not Flask" in done.stderr


@pytest.mark.parametrize("length_s", [0.8, 1.2])
def test_chime_of_another_length_is_not_the_chime(length_s: float) -> None:
    with pytest.raises(DemoError, match=f"heard the chime: {length_s:.2f} s"):
        Checks().chime(tone(1000.0, length_s), "the phone")


def test_silence_is_no_speech() -> None:
    with pytest.raises(DemoError, match=r"the greeting: 0\.0 s of speech"):
        Checks().speech(silence(3.0), "the phone", "the greeting")
