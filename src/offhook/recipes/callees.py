"""Called parties that do not take the call, and carriers that fail (errors.md 8.3)."""

from offhook.errors import Who, calls
from offhook.recipes.place import Place
from offhook.recipes.recipe import Told, recipe
from offhook.testing.handset import Handset
from offhook.testing.phone import Behaviour, busy, ignores, only_rings, refuses

# An answer that takes the audio, in a codec that was not offered.
G729 = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 10000 RTP/AVP 18
a=rtpmap:18 G729/8000
"""


async def _end(place: Place, behaviour: Behaviour, **fields: object) -> Told:
    place.phone(behaviour)
    call_id = await place.call(**fields)
    return Told(await place.heard("disconnect", callId=call_id))


@recipe(calls.BUSY)
async def busy_callee(place: Place) -> Told:
    """Call a telephone that is busy (486)."""
    return await _end(place, busy)


@recipe(calls.NO_ANSWER)
async def nobody_answers(place: Place) -> Told:
    """Call a telephone that rings and rings, with a callTimeout of one second."""
    return await _end(place, only_rings, callTimeout=1)


@recipe(calls.NO_RINGING, patient=True)
async def no_sign_of_ringing(place: Place) -> Told:
    """Call a far end that says 100 Trying and no more; takes half a minute."""
    return await _end(place, ignores)


@recipe(calls.REJECTED)
async def forbidden_destination(place: Place) -> Told:
    """Call by way of a far end that answers 403."""
    return await _end(place, refuses(403))


@recipe(calls.SIP_FAILED)
async def failing_carrier(place: Place) -> Told:
    """Call by way of a far end that answers 503."""
    told = await _end(place, refuses(503))
    return Told(told.by, {"code": 503})


@recipe(calls.MEDIA_FAILED, who=Who.CARRIER)
async def no_common_codec(place: Place) -> Told:
    """Call a far end that answers in a codec that it was not offered (G.729)."""

    async def speak_otherwise(call: Handset) -> None:
        await call.answer(G729.replace("\n", "\r\n").encode())

    return await _end(place, speak_otherwise)
