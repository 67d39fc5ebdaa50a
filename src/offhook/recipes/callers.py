"""Callers whose side does not play by the rules of SIP (RFC 3261)."""

import secrets
import socket

from offhook.errors import calls
from offhook.recipes.place import TALK, Place
from offhook.recipes.recipe import Told, recipe

INVITE = """INVITE sip:{to}@{server} SIP/2.0
Via: SIP/2.0/UDP {here};branch=z9hG4bK{mark};rport
Max-Forwards: 70
From: <sip:{caller}@{here}>;tag={mark}
To: <sip:{to}@{server}>
Call-ID: {mark}
CSeq: 1 INVITE
Contact: <sip:{here}>
Content-Type: application/sdp
Content-Length: {length}

{sdp}"""
SDP = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 10000 RTP/AVP 0
"""


@recipe(calls.SIP_FAILED, way="no-ack", patient=True)
async def unconfirmed_answer(place: Place) -> Told:
    """Call in and never confirm the answer with an ACK; takes half a minute."""
    place.on("initiate", TALK)
    server, sdp = place.kitchen.phones.server, SDP.replace("\n", "\r\n")
    with socket.socket(type=socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", 0))
        text = INVITE.replace("\n", "\r\n").format(
            to=place.tenant.number,
            server=f"{server.host}:{server.port}",
            here=f"127.0.0.1:{caller.getsockname()[1]}",
            caller=place.number(),
            mark=secrets.token_hex(8),
            length=len(sdp),
            sdp=sdp,
        )
        caller.sendto(text.encode(), (server.host, server.port))
        call_id = (await place.heard("initiate")).event["callId"]
        return Told(await place.heard("disconnect", callId=call_id), {"code": 503})
