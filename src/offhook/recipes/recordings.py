"""Recordings that are damaged, and texts that are not to be had (errors.md 8.9)."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from offhook.errors import outcomes
from offhook.recipes.place import TALK, Place
from offhook.recipes.recipe import DEAF, MORTAL, Told, recipe

SECOND_BYTES = 16_000  # of one channel
FOUR_HOURS = 4 * 3600
DURATION = "0.1"  # of a recording that is too short


async def _recorded(place: Place, attributes: str, then: str) -> str:
    place.on("answer", f"<StartRecording {attributes}/>{then}")
    place.phone()
    return await place.call()


async def _killed(place: Place, damage: Callable[[Path], None], event: str) -> Told:
    """Kill the server while it records, do something to the draft, and start it again."""
    url = place.url("told")
    attributes = (
        f'recordingAvailableUrl="{url}" transcribe="true" transcriptionAvailableUrl="{url}"'
    )
    call_id = await _recorded(place, attributes, TALK)
    started = await place.logged(call_id, "recording.started")
    folder = place.kitchen.own.server.folder

    async def written() -> bool:
        drafts = await asyncio.to_thread(_drafts, folder, str(started.data["recording"]))
        return any(draft.stat().st_size > SECOND_BYTES for draft in drafts)

    await place.until(written, "a second of the recording")
    await place.kitchen.own.kill()
    for draft in _drafts(folder, str(started.data["recording"])):
        damage(draft)
    await place.kitchen.own.revive()
    return Told(await place.heard(event, callId=call_id))


def _drafts(folder: Path, recording_id: str) -> list[Path]:
    return list(folder.rglob(f"{recording_id}.draft"))


@recipe(outcomes.RECORDING_PARTIAL, MORTAL)
async def interrupted_recording(place: Place) -> Told:
    """Kill the server while it records a call, and start it again."""
    return await _killed(place, lambda draft: None, "recordingAvailable")


@recipe(outcomes.RECORDING_ERROR, MORTAL)
async def lost_recording(place: Place) -> Told:
    """Kill the server while it records a call, remove the file, and start the server again."""
    return await _killed(place, Path.unlink, "recordingAvailable")


@recipe(outcomes.TRANSCRIPTION_TOO_LONG, MORTAL)
async def endless_recording(place: Place) -> Told:
    """Kill the server while it records, and let the file grow to four hours before it is back."""

    def grow(draft: Path) -> None:
        os.truncate(draft, FOUR_HOURS * SECOND_BYTES * 2)  # of nothing: takes no room on the disk

    return await _killed(place, grow, "transcriptionAvailable")


async def _text(place: Place, length_s: str) -> Told:
    attributes = f'transcribe="true" transcriptionAvailableUrl="{place.url("told")}"'
    then = f'<Pause duration="{length_s}"/><StopRecording/>'
    call_id = await _recorded(place, attributes, then)
    return Told(await place.heard("transcriptionAvailable", callId=call_id))


@recipe(outcomes.TRANSCRIPTION_ERROR, DEAF)
async def text_of_a_recording(place: Place) -> Told:
    """Record a second of a call and ask for the text."""
    return await _text(place, "1")


@recipe(outcomes.TRANSCRIPTION_TOO_SHORT)
async def text_of_a_moment(place: Place) -> Told:
    """Record a tenth of a second of a call and ask for the text."""
    return await _text(place, DURATION)
