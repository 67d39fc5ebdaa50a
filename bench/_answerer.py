"""Our SIP alone, in a process of its own: it answers every call at once, with the same SDP.

`python -m bench._answerer` prints its UDP port and runs until its input ends.
"""

import asyncio
import random
import sys

import uvloop

from bench._process import HOST
from offhook.ids import Ids
from offhook.sip.endpoint import Endpoint, IncomingCall
from offhook.sip.resolve import Resolver, ask_dns
from offhook.sip.sockets import NetworkSockets
from offhook.sip.stack import Stack

SDP = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"


async def main() -> None:
    """Serve until standard input ends."""
    rng, now = random.SystemRandom(), asyncio.get_running_loop().time
    sockets = NetworkSockets(Resolver(ask_dns, now, rng), HOST, 0)
    await sockets.bind()
    sdp = SDP.format(HOST).encode()

    def answer(call: IncomingCall) -> None:
        endpoint.attach(call.session, lambda _: None)
        endpoint.accept(call.session, sdp)

    stack = Stack(sockets.local, Ids(rng), accepts=lambda _: True)
    endpoint = Endpoint(stack, sockets, on_call=answer)
    endpoint.start()
    print(sockets.local("udp")[1], flush=True)  # this is how it is found
    await asyncio.to_thread(sys.stdin.read)
    endpoint.close()
    await sockets.close()


if __name__ == "__main__":
    uvloop.run(main())
