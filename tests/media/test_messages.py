"""Commands name the leg or room that they are about."""

import pytest

from offhook.media.messages import (
    Close,
    CloseRoom,
    Join,
    LegCommand,
    OpenRoom,
    Patch,
    Seat,
    subject,
)


@pytest.mark.parametrize(
    ("command", "about"),
    [
        (OpenRoom("r", near="a"), "r"),
        (CloseRoom("r"), "r"),
        (Close("a"), "a"),
        (Join("a", "b"), "a"),
        (Seat("a", "r"), "a"),
        (Patch("a", 3, 1), "a"),
    ],
)
def test_a_command_is_about_its_leg_or_its_room(
    command: OpenRoom | CloseRoom | LegCommand, about: str
) -> None:
    assert subject(command) == about
