"""Every verb that takes time, interrupted in every way at every moment (bxml.md 1.9, 10.7)."""

import pytest
from tests.scenarios.interruptions import (
    AT_END,
    SCENES,
    Interruption,
    Moment,
    Scene,
    expected,
    play,
)

MATRIX = [
    pytest.param(scene, interruption, moment, id=f"{scene.name}-{interruption}-{moment}")
    for scene in SCENES
    for interruption in Interruption
    for moment in scene.moments
]


@pytest.mark.slow
@pytest.mark.parametrize(("scene", "interruption", "moment"), MATRIX)
def test_an_interruption_has_its_effects_and_no_other(
    scene: Scene, interruption: Interruption, moment: Moment
) -> None:
    played = play(scene, interruption, moment)

    assert played.seen in expected(scene, interruption, moment)
    if moment not in AT_END and not scene.outcomes[interruption].stays:
        assert played.quiet
