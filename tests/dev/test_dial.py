"""Only who speaks can call, and a call that is not answered says why."""

import pytest

from offhook.dev.dial import caller, placed, told
from offhook.dev.personas import number
from offhook.dev.site import DevError
from offhook.speech import Pcm
from offhook.testing.fixtures import INITIATE_URL, NUMBER
from offhook.testing.loop import virtual
from offhook.testing.sound import silence
from offhook.testing.world import World


def speak(text: str) -> Pcm:
    return silence(len(text) / 100)


@pytest.mark.parametrize(
    ("wanted", "why"), [("+12025550199", "nobody has the number"), (number(110), "never speaks")]
)
def test_who_cannot_call_is_told(wanted: str, why: str) -> None:
    with pytest.raises(DevError, match=why):
        caller(wanted)


@virtual
async def test_a_number_that_is_nobodys_is_not_answered() -> None:
    said: list[str] = []
    async with World() as world:
        persona = caller(number(101))
        call = await placed(world.phones, persona, number(101), "+12025550198")
        answered = await told(call, persona, speak, said.append)

    assert not answered
    assert said == ["speaks calls", "not answered: refused: 404 Not Found"]


@virtual
async def test_a_caller_that_hangs_up_ends_the_call() -> None:
    said: list[str] = []
    async with World() as world:
        persona = caller(number(105))
        world.app.on(INITIATE_URL, '<Pause duration="30"/>')
        call = await placed(world.phones, persona, number(105), NUMBER)
        assert await told(call, persona, speak, said.append)

    assert said == ["impatient calls", "answered", "hung up here"]
