"""How a call sounds over a bad network, through jitter buffer and concealment."""

import pytest
from bench._line import Path, call


@pytest.mark.parametrize(
    ("path", "present", "delay_ms"),
    [
        (Path(), 1.0, 60),
        (Path(loss=0.05, jitter_ms=40), 0.99, 100),
        (Path(loss=0.05, jitter_ms=40, doubled=0.1, drift_ppm=300), 0.99, 120),
        (Path(loss=0.05, jitter_ms=40, doubled=0.1, drift_ppm=-300), 0.99, 120),
        (Path(loss=0.2, jitter_ms=40), 0.99, 100),
        (Path(loss=0.1, jitter_ms=120), 0.99, 160),
    ],
    ids=str,
)
def test_the_tone_is_there_and_not_late(path: Path, present: float, delay_ms: float) -> None:
    heard = call(path, seed=7)

    assert heard.present >= present
    assert heard.delay_ms <= delay_ms
