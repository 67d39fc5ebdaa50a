"""A thousand calls at once: none is forgotten, and each telephone hears its own clip."""

import pytest
from bench.virtual import Outcome, story

from offhook.testing.loop import run

CALLS, SECONDS = 1000, 20


@pytest.mark.slow
def test_a_thousand_calls_at_once_are_all_served(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = run(story(CALLS, SECONDS))
    with capsys.disabled():
        print(f"\n{CALLS} calls of {SECONDS} s in virtual time: {outcome.cpu_s:.1f} s of CPU")

    assert outcome == Outcome(ended=CALLS, heard=CALLS, cpu_s=outcome.cpu_s)
