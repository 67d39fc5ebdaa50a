"""Live transcriptions that are refused, and such that break (errors.md 8.8, 8.9)."""

from offhook.errors import Who, transcriptions
from offhook.errors.calls import bare_url
from offhook.recipes.place import TALK, Place
from offhook.recipes.recipe import DEAF, MORTAL, Told, recipe
from offhook.recipes.streams import kill_workers
from offhook.testing.server import free_ports

REJECTED, STOPPED = "realTimeTranscriptionRejected", "realTimeTranscriptionStopped"
STARTED, AVAILABLE = "realTimeTranscriptionStarted", "realTimeTranscriptionAvailable"


def _start(place: Place, attributes: str) -> str:
    return f'<StartTranscription {attributes} transcriptionEventUrl="{place.url("told")}"/>'


async def _told(place: Place, verbs: str, event: str, **values: str) -> Told:
    """Have a telephone called whose call runs these verbs, and wait for what comes of it."""
    place.on("answer", verbs + TALK)
    place.phone()
    call_id = await place.call()
    return Told(await place.heard(event, callId=call_id), values)


@recipe(transcriptions.REFUSED)
async def nobody_there(place: Place) -> Told:
    """Start a transcription to a port on which nobody listens; needs offhook[recognition]."""
    url = f"ws://127.0.0.1:{free_ports(1)[0]}/live"
    start = _start(place, f'destination="{url}"')
    return await _told(place, start, REJECTED, destination=bare_url(url))


@recipe(transcriptions.DUPLICATE)
async def name_taken(place: Place) -> Told:
    """Start two transcriptions of the same name; needs offhook[recognition]."""
    return await _told(place, 2 * _start(place, 'name="live"'), REJECTED, name="live")


@recipe(transcriptions.TRACK_LIMIT)
async def five_tracks(place: Place) -> Told:
    """Start two transcriptions of both tracks, and a third one; needs offhook[recognition]."""
    both = 2 * _start(place, 'tracks="both"')
    return await _told(place, both + _start(place, ""), REJECTED)


@recipe(transcriptions.UNAVAILABLE, DEAF)
async def no_recogniser(place: Place) -> Told:
    """Start a transcription on a server without a recogniser."""
    reason = "no speech recogniser is installed"
    return await _told(place, _start(place, ""), REJECTED, reason=reason)


@recipe(transcriptions.UNAVAILABLE, way="language", who=Who.APP)
async def unknown_language(place: Place) -> Told:
    """Start a transcription in a language that the recogniser does not understand."""
    told = await _told(place, _start(place, 'preferredLanguages="de-DE"'), REJECTED)
    message = str(getattr(told.by, "event")["errorMessage"])  # noqa: B009  # a webhook
    return Told(told.by, {"reason": message.partition(": ")[2]})


@recipe(transcriptions.LOST)
async def broken_connection(place: Place) -> Told:
    """Let the server of a transcription lose the connection once it has started."""
    url = place.socket("live", lambda link, _: link.drop())
    start = _start(place, f'destination="{url}"')
    return await _told(place, start, STOPPED, destination=bare_url(url))


@recipe(transcriptions.BROKEN, MORTAL)
async def killed_worker(place: Place) -> Told:
    """Kill the media worker (SIGKILL) while a call is transcribed."""
    started = await _told(place, _start(place, f'destination="{place.socket("live")}"'), STARTED)
    await kill_workers(place)
    return Told(await place.heard(STOPPED, callId=started.id))


@recipe(transcriptions.FAILED, MORTAL)
async def killed_server(place: Place) -> Told:
    """Kill the server while a call is transcribed in which nobody has said anything yet."""
    place.on("answer", _start(place, "") + TALK)
    place.phone()
    call_id = await place.call()
    await place.logged(call_id, "transcription.started")
    await place.kitchen.own.kill()
    await place.kitchen.own.revive()
    return Told(await place.heard(AVAILABLE, callId=call_id))
