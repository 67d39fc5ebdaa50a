"""What a document for a conference may be, and their order; scenarios tell how they are played."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from offhook.calls.journal import Journal
from offhook.calls.limits import DOCUMENTS_WAITING, READ_IN_PLACE_BYTES
from offhook.calls.pages import Page
from offhook.calls.players import Players
from offhook.calls.programme import FullError, Programme, RoomLine
from offhook.calls.sounds import Sounds
from offhook.calls.takes import Take
from offhook.calls.tape import Recorder, Tape
from offhook.testing.loop import virtual
from offhook.testing.world import World
from offhook.verbs import RecordingOrder
from offhook.verbs.document import InvalidBxml

T = TypeVar("T")
BASE = "http://app.test/ce"


class SlowOffload:
    """Takes a moment for its work."""

    async def __call__(self, work: Callable[[], T]) -> T:
        await asyncio.sleep(0.1)
        return work()


def page(verbs: str, base: str | None = BASE) -> Page:
    return Page(f"<Bxml>{verbs}</Bxml>".encode(), base)


def programme(world: World, *, https: bool = True) -> Programme:
    """Return an empty one, which nobody runs."""
    plant = world.node.exchange._plant
    settings = replace(plant.settings, https_with_credentials=https)
    plant = replace(plant, settings=settings, offload=SlowOffload())
    journal = Journal(plant.store, plant.clock, "conf-1")

    def begin(order: RecordingOrder) -> Take:
        raise AssertionError(order)

    sounds = Sounds(plant, Players(plant.media, "conf-1"), journal, "9900000")
    tape = Tape(Recorder(plant, "conf-1", journal), begin)
    return Programme(plant, RoomLine(sounds, tape), journal)


def texts(world: World) -> list[str]:
    """What the log says was taken, in order."""
    log = world.store.events("conf-1")
    return [e.data["text"] for e in log if e.kind == "bxml.accepted"]


@virtual
async def test_six_verbs_are_taken_and_an_empty_document() -> None:
    verbs = (
        "<PlayAudio>a.wav</PlayAudio><SpeakSentence>hi</SpeakSentence><StartRecording/>"
        "<PauseRecording/><ResumeRecording/><StopRecording/>"
    )
    async with World() as world:
        await programme(world).add(page(verbs))
        await programme(world).add(page(""))


@virtual
@pytest.mark.parametrize("name", ["Pause", "Hangup", "Tag", "StopGather"])
async def test_another_verb_spoils_all(name: str) -> None:
    async with World() as world:
        with pytest.raises(InvalidBxml, match=f"{name} is not allowed in a conference"):
            await programme(world).add(page(f"<StopRecording/><{name}/>"))


@virtual
@pytest.mark.parametrize(
    ("verb", "relative"),
    [
        ("<PlayAudio>a.wav</PlayAudio>", True),
        ("<PlayAudio>//m.test/a.wav</PlayAudio>", True),
        ("<PlayAudio>http://m.test/a.wav</PlayAudio>", False),
        ('<StartRecording recordingAvailableUrl="/ra"/>', True),
        ('<StartRecording recordingAvailableUrl="https://m.test/ra"/>', False),
        ('<StartRecording transcriptionAvailableUrl="/not/used"/>', False),
        ("<SpeakSentence>hi</SpeakSentence>", False),
    ],
)
async def test_a_relative_url_needs_a_base(verb: str, relative: bool) -> None:
    async with World() as world:
        await programme(world).add(page(verb))
        if relative:
            with pytest.raises(InvalidBxml, match=r"^relative URL without a base$"):
                await programme(world).add(page(verb, None))
        else:
            await programme(world).add(page(verb, None))


@virtual
async def test_credentials_of_recordings_go_over_https_unless_the_operator_does_not_mind() -> None:
    verb = '<StartRecording recordingAvailableUrl="/ra" username="u" password="p"/>'
    async with World() as world:
        with pytest.raises(InvalidBxml, match="https"):
            await programme(world).add(page(verb))
        await programme(world, https=False).add(page(verb))


@virtual
async def test_a_long_document_is_not_overtaken_while_it_is_read() -> None:
    async with World() as world:
        made = programme(world)
        long = page(f"<SpeakSentence>{'x' * READ_IN_PLACE_BYTES}</SpeakSentence>")
        async with asyncio.TaskGroup() as group:
            group.create_task(made.add(long))
            group.create_task(made.add(page("<StopRecording/>")))

        assert [len(text) > READ_IN_PLACE_BYTES for text in texts(world)] == [True, False]


@virtual
async def test_the_queue_has_an_end() -> None:
    async with World() as world:
        made = programme(world)
        for _ in range(DOCUMENTS_WAITING):
            await made.add(page("<StopRecording/>"))
        with pytest.raises(FullError):
            await made.add(page("<StopRecording/>"))
