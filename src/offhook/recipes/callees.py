"""Called parties that do not take the call, and carriers that fail (errors.md 8.3)."""

import socket

from offhook.errors import Who, calls
from offhook.recipes.place import Place
from offhook.recipes.recipe import Told, recipe
from offhook.testing.handset import Handset
from offhook.testing.phone import Behaviour, busy, ignores, only_rings, refuses
from offhook.testing.server import free_ports

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


@recipe(calls.NO_ANSWER, way="unavailable")
async def switched_off(place: Place) -> Told:
    """Call by way of a far end that answers 480."""
    return await _end(place, refuses(480))


@recipe(calls.NO_RINGING, patient=True)
async def no_sign_of_ringing(place: Place) -> Told:
    """Call a far end that says 100 Trying and no more; takes half a minute."""
    return await _end(place, ignores)


@recipe(calls.REJECTED)
async def forbidden_destination(place: Place) -> Told:
    """Call by way of a far end that answers 403."""
    return await _end(place, refuses(403))


@recipe(calls.REJECTED, way="number")
async def unknown_number(place: Place) -> Told:
    """Call by way of a far end that answers 404."""
    return await _end(place, refuses(404))


@recipe(calls.NO_RINGING, way="silent", patient=True, who=Who.OPERATOR)
async def no_sign_of_life(place: Place) -> Told:
    """Call by way of a port that takes the INVITE and says nothing; takes half a minute."""
    with socket.socket(type=socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        await place.kitchen.trunk_for(place.number(9), mute.getsockname()[1])
        call_id = await place.call(to=place.number(9))
        return Told(await place.heard("disconnect", callId=call_id))


@recipe(calls.SIP_FAILED, way="credentials", who=Who.OPERATOR)
async def carrier_that_asks_for_credentials(place: Place) -> Told:
    """Call by way of a far end that asks for a password (401), with a trunk that has none."""
    told = await _end(place, refuses(401))
    return Told(told.by, {"code": 401})


@recipe(calls.SIP_FAILED, way="unreachable", who=Who.OPERATOR)
async def carrier_that_is_not_there(place: Place) -> Told:
    """Call by way of a TCP port that nothing listens on."""
    await place.kitchen.trunk_for(place.number(9), free_ports(1)[0], "tcp")
    call_id = await place.call(to=place.number(9))
    return Told(await place.heard("disconnect", callId=call_id), {"code": 503})


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
