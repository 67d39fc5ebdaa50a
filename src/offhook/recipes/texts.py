"""Texts of recordings that cannot be asked for, or are not there (errors.md 4.3)."""

from offhook.errors import fields, http
from offhook.recipes.place import TALK, Place
from offhook.recipes.recipe import DEAF, Told, recipe

START = '<StartRecording recordingAvailableUrl="{url}"/>'
SPEECH = "<SpeakSentence>Thank you for calling. Please hold the line.</SpeakSentence>"


async def _running(place: Place) -> str:
    """Record a call; return where the text of the recording is asked for."""
    place.on("answer", START.format(url=place.url("told")) + TALK)
    place.phone()
    call_id = await place.call()
    started = await place.logged(call_id, "recording.started")
    return f"/calls/{call_id}/recordings/{started.data['recording']}/transcription"


@recipe(fields.NOT_TRANSCRIBABLE)
async def text_of_what_runs(place: Place) -> Told:
    """Ask for the text of a recording that is still running."""
    return Told(await place.ask("POST", await _running(place), {}))


@recipe(fields.TRANSCRIBING)
async def text_twice(place: Place) -> Told:
    """Record a sentence, and ask for its text twice at once; needs offhook[recognition]."""
    place.on("answer", START.format(url=place.url("told")) + SPEECH + "<StopRecording/>" + TALK)
    place.phone()
    call_id = await place.call()
    event = (await place.heard("recordingAvailable", callId=call_id)).event
    path = f"/calls/{call_id}/recordings/{event['recordingId']}/transcription"
    await place.ask("POST", path, {})
    return Told(await place.ask("POST", path, {}))


@recipe(http.TRANSCRIPTION_NOT_FOUND, DEAF)
async def text_of_nobody(place: Place) -> Told:
    """Read the text of a recording of which nobody asked one, with the detailed wording."""
    path = await _running(place)
    return Told(await place.ask("GET", path), {"transcriptionId": path.split("/")[4]})
